#!/usr/bin/env bash
# leadforest-sync against strict stand-ins of Stripe and Formspree on this machine, and against e-mails.
set -uo pipefail
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/scenario.bash"
fakes=()
trap 'kill "${fakes[@]}" 2>/dev/null; rm -rf "$scratch"' EXIT
export PYTHONDONTWRITEBYTECODE=1 SYNC_MAX_WAIT=1.5

# start NAME ARGUMENT... - a fake; its address in $url.
start() {
    local ports=$scratch/port-$1-${#fakes[@]}
    python3 "$here/fakes/$1.py" "$ports" "${@:2}" 2>>"$scratch/fakes" &
    fakes+=($!)
    for _ in $(seq 1200); do
        [ -s "$ports" ] && url=http://127.0.0.1:$(<"$ports") && return
        sleep 0.05
    done
    echo "not ok the fake of $1 starts"
    exit 1
}

suffer() { curl -fsS -X PUT -d "$(jq -nc '$ARGS.positional' --args "$@")" "$url/-/faults"; }
add() { curl -fsS -X POST -d @- "$url/-/records"; }
journal() { curl -fsS "$url/-/journal"; }

# What stands in the inbox: every line must be whole.
bodies() { jq -e -c .body "$data"/raw/inbox/"$1"-*.ndjson; }
distinct() { bodies "$1" | jq -r "$2" | sort -u | wc -l; }
lines() { cat "$data"/raw/inbox/"$1"-*.ndjson | wc -l; }
is() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; false; }; }
says() { jq -e "$1" <<<"$said" || { echo "$said"; false; }; }
fresh() { data=$(mktemp -d "$scratch/data-XXXX"); }

# ---- Stripe ----

export STRIPE_API_KEY=sk_test_4fV9mP2xQ7hK1sW8
version=2025-03-31.basil
now=$(date -ud "$LEADFOREST_NOW" +%s)
# 250 events, a minute between them, and a few objects that only a backfill brings.
jq -nc --argjson now "$now" 'range(250) | {id: "evt_\(.)", object: "event", created: ($now - 60 * .), type: "invoice.paid",
    livemode: false, data: {object: {id: "in_\(.)", object: "invoice", note: "\u2028 é"}}}' >"$scratch/events"
{
    jq -nc --argjson now "$now" 'range(120) | {id: "ch_\(.)", object: "charge", created: ($now - 8640000 - .)}'
    jq -nc --argjson now "$now" '{id: "sub_1", object: "subscription", created: $now, status: "canceled"},
        {id: "cs_1", object: "checkout.session", created: $now, line_items: {data: [{id: "li_1"}]}},
        {id: "evt_x", object: "event", created: $now, type: "product.created"}'
} >"$scratch/objects"
stripe() { STRIPE_URL=$url run sync --data "$data" "$@" stripe; }

start stripe "$STRIPE_API_KEY" "$version" "$scratch/events" "$scratch/objects"
fresh
stripe
check "a first pull of Stripe is done" is "$code" 0
check "it brings all pages of events" is "$(distinct stripe-sync 'select(.object == "event").id')" 250
check "it brings objects older than Stripe's events" is "$(distinct stripe-sync 'select(.object == "charge").id')" 120
check "it brings cancelled subscriptions" is "$(distinct stripe-sync 'select(.object == "subscription").id')" 1
check "it brings what was bought in a session" is "$(bodies stripe-sync | jq -r '.line_items.data[0].id // empty')" li_1
check "it asks for events of purchases, refunds and disputes alone" is "$(distinct stripe-sync 'select(.id == "evt_x")')" 0
check "its result line counts" says '.stripe | .records == 372 and .appended == 372 and .known == 0 and .pages == 11'
before=$(lines stripe-sync)
stripe
check "a second pull finds nothing to do" is "$code" 99
check "it asks for what is new and an hour before" grep -q "created\[gte\]=$((now - 3600))" <(journal | tail -n 1)
check "it appends nothing of the overlap again" is "$(lines stripe-sync)" "$before"
jq -nc --argjson now "$now" '[{id: "evt_new", object: "event", created: ($now + 60), type: "refund.created"},
    {id: "evt_late", object: "event", created: ($now - 1800), type: "charge.refunded"}]' | add
stripe
check "a new event and one that comes late inside the overlap are appended" is "$(lines stripe-sync)" $((before + 2))
stripe --backfill
check "a backfill takes the objects again" says '.stripe.appended == 122'

fresh
suffer "slow 1.5!"
STRIPE_URL=$url run sync --data "$data" --timeout 0.5 --max-wait 0 stripe
check "an API that is too slow is tried later" is "$code" 75
suffer "429 1" "500" "torn"
stripe --max-wait 6
check "a pull waits for an API that is busy or breaks off, and is done" is "$code" 0
suffer "500!"
stripe
check "an API that stays down is tried later" is "$code" 75
suffer "429 3600!"
stripe
check "a longer pause than the patience left is not waited for" is "$code" 75
suffer "garbage"
stripe
check "an answer that is no JSON is refused" is "$code" 65
suffer "huge"
stripe
check "a huge answer is refused" is "$code" 65
check "and named" says '.error | test("larger than 33554432 bytes")'
suffer "301"
stripe
check "a redirect is not followed" is "$code" 65
suffer
STRIPE_URL=$url run sync --data "$data" --stripe-version 2020-08-27 stripe
check "a version that the API refuses fails for good" is "$code" 65
STRIPE_API_KEY=sk_test_wrongwrong STRIPE_URL=$url run sync --data "$data" stripe
check "a wrong key fails for good" is "$code" 65
STRIPE_URL=http://example.com run sync --data "$data" stripe
check "a key is not sent unencrypted" is "$code" 64
STRIPE_API_KEY=$'sk_test_1\r\nX-Evil: 1' STRIPE_URL=$url run sync --data "$data" stripe
check "a key that would smuggle in a header is not sent" is "$code" 64
STRIPE_API_KEY='' run sync --data "$data" stripe
check "a source that is not configured is a wrong call" is "$code" 64

# Killed in the middle, again and again: a little after another page is there.
fresh
suffer "slow 0.2!"
kills=0
stored() { cat "$data"/raw/inbox/stripe-sync-*.ndjson 2>/dev/null | wc -c; }
for _ in 1 2 3; do
    before=$(stored)
    STRIPE_URL=$url "$build/leadforest-sync" --data "$data" stripe >"$scratch/killed" 2>>"$scratch/log" &
    pull=$!
    until [ "$(stored)" -gt "$before" ] || ! kill -0 "$pull" 2>/dev/null; do sleep 0.01; done
    sleep "0.0$(shuf -i 0-9 -n 1)"
    kill -9 "$pull" 2>/dev/null
    wait "$pull" 2>/dev/null
    kills=$((kills + ($? == 137)))
done
printf '{"received_at":"2026-06-01T00:00:00Z","body":{"id":"evt_torn' >>"$(ls "$data"/raw/inbox/stripe-sync-*.ndjson)"
suffer
jq -nc --argjson now "$now" '[{id: "evt_after", object: "event", created: ($now + 120), type: "refund.failed"}]' | add
stripe
check "a pull is killed several times on its way" is "$kills" 3
check "after kill -9 all events are there" is "$(distinct stripe-sync 'select(.object == "event").id')" 253
check "after kill -9 all objects are there" is "$(distinct stripe-sync 'select(.object != "event").id')" 122
check "what came twice is the same, byte for byte" is "$(bodies stripe-sync | sort -u | wc -l)" 375
check "a torn last line leaves no trace" is "$(grep -c evt_torn "$data"/raw/inbox/*)" 0
check "nothing half-written is left" is "$(find "$data" -name '.tmp-*' | wc -l)" 0
stripe
check "and then there is nothing to do" is "$code" 99

fresh
suffer "slow 0.3!"
STRIPE_URL=$url "$build/leadforest-sync" --data "$data" stripe >"$scratch/terminated" 2>>"$scratch/log" &
pull=$!
sleep 0.7
kill -TERM "$pull"
code=0
wait "$pull" || code=$?
check "SIGTERM stops a pull" is "$code" 143
suffer

# A cursor of 40 days ago: Stripe has forgotten events since.
fresh
stripe
code=0
LEADFOREST_NOW=$(date -ud "@$((now + 40 * 86400))" +%FT%TZ) STRIPE_URL=$url run sync --data "$data" stripe
check "after a pause longer than Stripe keeps events the objects are taken again" says '.stripe.appended >= 122'
echo '{"of":' >"$data/raw/.sync-stripe.json"
stripe
check "a damaged cursor is named, not guessed at" says '.error | test("sync-stripe.json")'

# ---- Formspree ----

export FORMSPREE_API_KEY=fs_5gH2kLm9 FORMSPREE_FORMS=mvzvldzo
jq -nc 'range(250) | {_date: (1767225600 + 30 * . | strftime("%Y-%m-%dT%H:%M:%S.123456")), email: "p\(.)@example.com", message: "\u0000 \(.)"}' >"$scratch/submissions"
formspree() { FORMSPREE_URL=$url run sync --data "$data" "$@" formspree; }

start formspree "$FORMSPREE_API_KEY" "$FORMSPREE_FORMS" 25 "$scratch/submissions"
fresh
suffer "429 1"
formspree
check "a first pull of Formspree is done, though its pages are smaller than asked for" is "$code" 0
check "it brings every submission once" is "$(lines formspree-sync) $(distinct formspree-sync .submission.email)" "250 250"
check "a submission names its form" is "$(bodies formspree-sync | jq -r .form | sort -u)" mvzvldzo
formspree
check "a second pull of Formspree finds nothing to do" is "$code" 99
check "it looks back an hour before the last submission" grep -q 'since=2026-01-01T01:04:30$' <(journal | tail -n 1)
jq -nc '[{_date: "2026-01-01T02:04:30.123456", email: "same-second@example.com"}, {_date: "2026-01-02T00:00:00", email: "new@example.com"}]' | add
formspree
check "new submissions are appended, one of the same second too" says '.formspree.appended == 2'
FORMSPREE_FORMS=other formspree
check "a form that does not exist fails for good" is "$code" 65
FORMSPREE_API_KEY=wrong-key formspree
check "a wrong key of Formspree fails for good" is "$code" 65
FORMSPREE_FORMS='../../v1' formspree
check "an id of a form cannot lead elsewhere" is "$code" 64

# ---- e-mails ----

unset FORMSPREE_API_KEY FORMSPREE_FORMS STRIPE_API_KEY
mails=$here/fixtures/mail
fresh
run sync --data "$data" --mail "$mails/folder" mail
check "a folder of e-mails is read" is "$code" 0
for expected in "$mails"/folder/*.json; do
    name=$(basename "$expected" .json)
    check "the e-mail $name becomes its submission" \
        grep -qxF "$(jq -cS . "$expected")" <(bodies formspree-mail | jq -cS .submission)
done
check "no other e-mail becomes one" is "$(lines formspree-mail)" "$(ls "$mails"/folder/*.json | wc -l)"
check "the others are counted with a reason" is "$(jq -cS .mail.skipped <<<"$said")" "$(jq -cS . "$mails/skipped")"
run sync --data "$data" --mail "$mails/folder" mail
check "e-mails are read once" is "$code" 99
fresh
run sync --data "$data" --mail "$mails/three.mbox"
check "an mbox gives each of its messages" is "$(distinct formspree-mail .submission.email)" 3
{
    cat "$mails/three.mbox"
    echo 'From noreply@formspree.example Sun Nov  4 07:28:31 2018'
    cat "$mails/folder/plain.eml"
} >"$scratch/grown.mbox"
run sync --data "$data" --mail "$scratch/grown.mbox"
check "a grown mbox gives its new message alone" says '.mail | .appended == 1 and .known == 3'
run sync --data "$data" --mail "$scratch/none" mail
check "e-mails that are not there are tried later" is "$code" 75
run sync --data "$data"
check "with nothing configured there is nothing to pull from" is "$code" 64

# ---- what must not be seen ----

check "no key stands in a file, log or answer" is "$(grep -rlE '4fV9mP2xQ7hK1sW8|5gH2kLm9|wrongwrong' "$scratch" | grep -v fakes | wc -l)" 0
check "no e-mail address stands in the log" is "$(grep -c '@example' "$scratch/log")" 0
check "e-mail addresses stand in raw/ alone" is "$(grep -rl '@example' "$scratch"/data-* | grep -vc /raw/)" 0
exit "$broken"
