#!/usr/bin/env bash
# Compose's profile "monitoring": the rules say what they should (promtool), a real Prometheus finds the servers by name,
# loads the rules, and can answer every question of the Grafana dashboard.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
build=${1:-build}
source "$here/../scenario.bash"
source "$here/engine.bash"
source "$here/compose.bash"
cd "$here/../.."
PORT=$(free_port) PROMETHEUS_PORT=$(free_port)
export PORT PROMETHEUS_PORT SAMPLE_LEADS=2000
url=http://127.0.0.1:$PORT prometheus=http://127.0.0.1:$PROMETHEUS_PORT
official=$(sed -n 's/.*PROMETHEUS_IMAGE:-\(.*\)}/\1/p' docker-compose.yml)

docker image inspect "$official" >/dev/null 2>&1 || docker pull -q "$official" >/dev/null 2>&1 || {
    export PROMETHEUS_IMAGE=leadforest-test-prometheus
    package_image "$PROMETHEUS_IMAGE" prometheus prometheus 'ENTRYPOINT ["/usr/bin/prometheus"]' || { echo "there is no Prometheus"; exit 77; }
}

query() { # EXPRESSION - the answer
    curl -fsS -G "$prometheus/api/v1/query" --data-urlencode "query=$1"
}

servers_are_found() {
    query 'up{job="leadforest"} == 1' 2>/dev/null | jq -e '.data.result | length == 1' >/dev/null
}

rules_are_healthy() {
    curl -fsS "$prometheus/api/v1/rules" | jq -e '[.data.groups[].rules[].health] | length > 8 and all(. == "ok")' ||
        { curl -fsS "$prometheus/api/v1/rules" | jq '.data.groups[].rules[] | select(.health != "ok")'; return 1; }
}

nothing_fires() {
    curl -fsS "$prometheus/api/v1/alerts" | jq -e '.data.alerts | map(select(.state == "firing")) == []'
}

questions() { jq -r '.panels[].targets[].expr, .annotations.list[].expr' deploy/monitoring/grafana/dashboards/leadforest.json; }

# Those about what never happened here - a webhook - are only asked.
every_question_is_answered() {
    local expression answer
    while read -r expression; do
        answer=$(query "$expression") || { echo "refused: $expression"; return 1; }
        [[ $expression =~ webhook|changes ]] || jq -e '.data.result | length > 0' <<<"$answer" >/dev/null ||
            { echo "no data: $expression"; return 1; }
    done < <(questions)
}

the_dashboard_is_provisioned() { # the data source that it names is the provisioned one, panels do not overlap
    jq -e --arg uid "$(sed -n 's/ *uid: //p' deploy/monitoring/grafana/provisioning/datasources/*.yml)" '
        ([.panels[].datasource.uid, .panels[].targets[].datasource.uid] | all(. == $uid)) and
        ([.panels[].id] | unique | length) == (.panels | length) and
        ([.panels[].gridPos | range(.y; .y + .h) as $y | range(.x; .x + .w) as $x | [$x, $y]] | (unique | length) == length)' \
        deploy/monitoring/grafana/dashboards/leadforest.json
}

promtool=$(tests/unpack "$build" prometheus promtool) || { echo "there is no promtool"; exit 77; }
cp deploy/monitoring/rules.yml "$here/rules_test.yml" "$scratch"
sed "s|/etc/prometheus|$scratch|" deploy/monitoring/prometheus.yml >"$scratch/prometheus.yml"
check "promtool accepts configuration and rules" "$promtool" check config "$scratch/prometheus.yml"
check "and the rules say what they should" "$promtool" test rules "$scratch/rules_test.yml"
check "the dashboard fits its provisioning" the_dashboard_is_provisioned
"${compose[@]}" down --volumes >/dev/null 2>&1
check "up with Prometheus" "${compose[@]}" up -d --build worker api prometheus
check "a model is served" wait_until 300 answers_mvp
check "Prometheus finds the server" wait_until 120 servers_are_found
for _ in $(seq 100); do ask Dental 10-25 >/dev/null; sleep 0.1; done
check "its rules are healthy" rules_are_healthy
check "nothing fires" nothing_fires
check "every question of the dashboard is answered" wait_until 120 every_question_is_answered
exit "$broken"
