#!/usr/bin/env bash
# leadforest-etl over whole files: the same rows however records are arranged, every record accounted for, checks that
# warn or stop, and genuine Stripe objects.
set -uo pipefail
build=$1
here=$(cd "$(dirname "$0")/.." && pwd)
source "$here/scenario.bash"

is() { [ "$1" = "$2" ] || { echo "\"$1\" is not \"$2\""; false; }; }
says() { jq -e "$1" <<<"$said" || { echo "$said"; false; }; }
reports() { jq -e "$2" "$1/processed/report.json"; }
warns() { grep -q "\"event\":\"$1\"" "$scratch/log"; }
same_rows() { cmp "$scratch/one/processed/train.csv" "$1/processed/train.csv" && cmp "$scratch/one/processed/leads.csv" "$1/processed/leads.csv"; }

# ---- one set of records, arranged in many ways ----

run sample --data "$scratch/one" --leads 3000 --seed 7
run etl --data "$scratch/one" --threads 1
check "a sample is read" is "$code" 0
check "its truth is recovered" is "$(jq '.purchases | [.found, .labelled]' "$scratch/one/processed/report.json")" \
    "$(jq '.purchases | [.found, .labelled]' "$scratch/one/raw/truth.json")"
check "so is what became of every purchase" is "$(jq -S .purchases.excluded "$scratch/one/processed/report.json")" \
    "$(jq -S .purchases.excluded "$scratch/one/raw/truth.json")"
check "every record read was accepted, quarantined or a duplicate" reports "$scratch/one" \
    '.sources | all(.[]; .read > 0 and .read == .accepted + .quarantined + .duplicates and .quarantined == ([.reasons[]] | add // 0))'
for how in shuffled split array list pretty; do
    check "the records are arranged: $how" python3 "$here/scenarios/etl_arrange.py" "$how" "$scratch/one/raw" "$scratch/$how/raw"
    cp "$scratch/one/raw/pseudonym.key" "$scratch/$how/raw/" 2>/dev/null
    for threads in 1 3; do
        rm -rf "$scratch/$how/processed"
        run etl --data "$scratch/$how" --threads "$threads"
        check "$how, $threads threads: the same rows, byte for byte" same_rows "$scratch/$how"
    done
done

# ---- quarantine ----

check "a refused record's place is told, not its text" \
    jq -es 'length > 3 and all(.[]; (.file | type) == "string" and .line > 1 and .offset > 0 and .length > 0 and (.reasons | length) > 0
        and (keys | length) == 5)' "$scratch/one/processed/quarantine.ndjson"
place=$(sed -n 2p "$scratch/one/processed/quarantine.ndjson")
run etl --data "$scratch/one" --show 2
check "its text is shown from raw/" is "$said" \
    "$(tail -c +$(($(jq .offset <<<"$place") + 1)) "$scratch/one/raw/$(jq -r .file <<<"$place")" | head -c "$(jq .length <<<"$place")")"
check "and stands on the line that was told" is "$(head -n 1 <<<"$said")" \
    "$(sed -n "$(jq .line <<<"$place")p" "$scratch/one/raw/customers.csv")"
run etl --data "$scratch/one" --show 99999
check "one that is not there is said" is "$code" 65

few=$scratch/few
mkdir -p "$few/raw/inbox"
printf 'lead_id,email,Business Type,Business Size,date\nada,ada@example.com,Dental,10-25,2026-05-01\nben,ben@example.com,Legal,1-9\n' >"$few/raw/customers.csv"
run etl --data "$few"
check "more broken records than the limit stop the run" is "$code" 65
check "the limit, the file and the reason are named" says '.error | test("1 of 2 .*20.0 %.*customers.csv.*number of fields")'
check "and nothing is published" [ ! -e "$few/processed/train.csv" ]
run etl --data "$few" --quarantine-limit 0.6
check "a higher limit lets it pass" is "$code" 0
echo '{"received_at":"2026-05-02T00:00:00Z","body":{"lead_id":"ben","Business Type":"Legal","Business Size":"1-9"}}' \
    >"$few/raw/inbox/formspree-correction.ndjson"
run etl --data "$few" --quarantine-limit 0.6
check "a correction is a new record in the inbox" says '.leads == 2'

# ---- what a spreadsheet makes of sizes ----

sheet=$scratch/sheet
mkdir -p "$sheet/raw"
printf 'lead_id,Business Size,date\na,9-Jan,2026-05-01\nb,01. Sep,2026-05-02\nc,25-Oct,2026-05-03\nd,Okt 25,2026-05-04\n' >"$sheet/raw/customers.csv"
run etl --data "$sheet"
check "sizes that became dates are sizes again" is "$(cut -d, -f3 "$sheet/processed/leads.csv" | tail -n +2 | xargs)" "1-9 1-9 10-25 10-25"

# ---- lead ids that a form's script has lost ----

lost=$scratch/lost
mkdir -p "$lost/raw"
printf 'lead_id;email;Business Type;date\nundefined;ada@example.com;Dental;01.05.2026\nundefined;ben@example.com;Legal;01.05.2026\ncid;;Legal;01.05.2026\n' \
    >"$lost/raw/customers.csv"
run etl --data "$lost"
check "people with an invalid lead id are identified by their addresses" says '.leads == 3 and .quarantined == 0'
check "the report counts them" reports "$lost" '.sources["customers.csv"].warnings == {"accepted by e-mail address: invalid lead id": 2}'
check "the page for people too" grep -q '2 × accepted by e-mail address' "$lost/processed/report.html"
check "and that they are many is warned of" warns "lead ids"

# ---- what must not be learnt from, nor shown ----

jq '.features += [{name: "spending", kind: "numeric", columns: ["Amount"]}]' "$here/../deploy/leadforest.json" >"$scratch/leak.json"
rm -r "$few/processed"
run etl --data "$few" --quarantine-limit 0.6 --config "$scratch/leak.json"
check "a feature that only a purchase tells is refused" is "$code" 64
check "and named" says '.error | test("\"spending\" is known only after a purchase")'
check "and nothing is published" [ ! -e "$few/processed/train.csv" ]
mkdir -p "$scratch/real/raw"
printf 'email,date\nada@example.com,2026-05-01\n' >"$scratch/real/raw/customers.csv"
PSEUDONYM_KEY='' run etl --data "$scratch/real"
check "people of real data are not shown without a key" is "$code" 64
run etl --data "$few" --quarantine-limit 0.6

run etl --data "$scratch/"$'\xff'
check "an error that is no UTF-8 is told all the same" says '.error | test("no customers")'

# ---- a delivery that is on its way ----

inbox=$few/raw/inbox/formspree-one-2026-05-03.ndjson
delivery='{"received_at":"2026-05-03T00:00:00Z","body":{"lead_id":"cid","Business Type":"Legal","Business Size":"1-9"}}'
printf '%s\n%s' "$delivery" "${delivery/cid/dora}" >"$inbox"
run etl --data "$few" --quarantine-limit 0.6
check "a line of the inbox without an end is none yet" says '.leads == 3 and .read == 4 and .quarantined == 1'
check "its bytes are said to be pending" reports "$few" ".sources[\"inbox/${inbox##*/}\"] | .read == 1 and .pending_bytes == $((${#delivery} + 1))"
echo >>"$inbox"
run etl --data "$few" --quarantine-limit 0.6
check "once it has one it is read" says '.leads == 4'
check "and nothing is pending" reports "$few" '.sources | all(.[]; has("pending_bytes") | not)'
head -c 300 /dev/zero >>"$inbox"
run etl --data "$few" --quarantine-limit 0.6
check "zeros that a power cut left are none either" says '.leads == 4 and .quarantined == 1'
printf '%s' "${delivery/cid/eva}" >"$few/raw/customers-more.ndjson"
rm "$inbox"
run etl --data "$few" --quarantine-limit 0.6
check "a file that somebody dropped is read to its end" says '.leads == 3 and .quarantined == 1'
rm "$few/raw/customers-more.ndjson"

# ---- warnings ----

: >"$scratch/log"
LEADFOREST_NOW=2026-05-20T00:00:00Z run etl --data "$few" --quarantine-limit 0.7
check "fresh data are no news" is "$(grep -c freshness "$scratch/log")" 0
LEADFOREST_NOW=2027-01-01T00:00:00Z run etl --data "$few" --quarantine-limit 0.8 --stale-days 30
check "data without news for longer than --stale-days are warned of" warns freshness
check "and published all the same" is "$code" 0
mkdir -p "$scratch/less/raw"
cp "$scratch/one/raw"/{truth.json,pseudonym.key,transactions.json} "$scratch/less/raw/" 2>/dev/null
cp "$scratch/one/raw/customers.csv" "$scratch/less/raw/"
run etl --data "$scratch/less"
head -n 500 "$scratch/one/raw/customers.csv" >"$scratch/less/raw/customers.csv"
: >"$scratch/log"
run etl --data "$scratch/less"
check "far fewer rows than the last time are warned of" warns "row count"
check "as are payments that nobody's form belongs to" warns relationships
check "the report keeps checks with severity, limit and outcome" reports "$scratch/less" \
    '.checks | any(.[]; .name == "relationships" and .severity == "warning" and .passed == false and .value > .limit)
        and any(.[]; .name == "conservation" and .severity == "error" and .passed)'
check "the page for people says the same" grep -q 'class="warning">warning' "$scratch/less/processed/report.html"
: >"$scratch/log"
{
    echo 'lead_id,Business Type,Business Size,date'
    for i in $(seq 20); do echo "l$i,Circus,,2026-05-01"; done
} >"$scratch/less/raw/customers.csv"
for i in $(seq 20); do
    echo '{"id":"cs_'"$i"'","object":"checkout.session","created":1779000000,"livemode":true,"mode":"subscription","status":"complete","payment_status":"paid","amount_total":35000,"currency":"usd","subscription":"sub_'"$i"'","client_reference_id":"l'"$i"'"}'
done >"$scratch/less/raw/transactions.json"
run etl --data "$scratch/less"
check "values that are no level are warned of" warns "accepted values"
check "and which of them is the commonest" reports "$scratch/less" \
    '.checks | any(.[]; .text == "business_type: not a level of the configuration in 100.0 % of train.csv, most often \"Circus\"")'
check "as are missing ones" warns "not null"
check "unknown values stay as they were written" grep -q '^l1,Circus,,' "$scratch/less/processed/train.csv"

sed -i 's/"livemode":true/"livemode":false/; s/35000/7700/' "$scratch/less/raw/transactions.json"
: >"$scratch/log"
run etl --data "$scratch/less"
check "purchases of the other mode are warned of" warns mode
: >"$scratch/log"
run etl --data "$scratch/less" --stripe-mode test
check "as are those of no package" warns plans
check "of the right mode nothing is said" [ "$(grep -c '"event":"mode"' "$scratch/log")" -eq 0 ]

# ---- genuine objects ----

genuine=$here/../../shared/fixtures/stripe
if [ ! -d "$genuine" ]; then
    skip "genuine Stripe objects are read" "../shared/fixtures/stripe is not there"
    exit "$broken"
fi

# each MODE - every file alone: done, or refused with a reason that names it. Many small runs, so in memory.
each() {
    local file
    for file in "$genuine"/*/*.json; do
        rm -rf "$alone"
        mkdir -p "$alone/raw"
        cp "$file" "$alone/raw/transactions.json"
        STRIPE_MODE=$1 run etl --data "$alone"
        [ "$code" -eq 0 ] || { [ "$code" -eq 65 ] && says '.error | test("records are broken")' >"$scratch/why"; } ||
            { echo "$file: exit code $code"; cat "$scratch/why"; return 1; }
        [ "$code" -ne 0 ] || reports "$alone" '.sources[] | .read >= 1 and .read == .accepted + .quarantined + .duplicates' >"$scratch/why" ||
            { echo "$file: a record is lost"; return 1; }
    done
}
alone=$(mktemp -d -p /dev/shm 2>/dev/null) || alone=$scratch/each
trap 'rm -rf "$scratch" "$alone"' EXIT
check "every genuine file is read alone, live" each live
check "and in test mode" each test
jq -c 'if .resources then .resources[] else . end' "$genuine"/*/*.json >"$scratch/all"
outcome=
for order in cat tac 'shuf --random-source=/dev/zero' 'sort'; do
    rm -rf "$scratch/alone"
    mkdir -p "$scratch/alone/raw"
    $order "$scratch/all" >"$scratch/alone/raw/transactions.json"
    STRIPE_MODE=test run etl --data "$scratch/alone" --quarantine-limit 1
    this=$(jq -cS '[.purchases, (.sources[] | .read, .accepted, .quarantined)]' "$scratch/alone/processed/report.json")
    check "all genuine objects together, by ${order%% *}: read" is "$code" 0
    check "with the same results" is "$this" "${outcome:=$this}"
done
check "some of them are purchases, told apart by what became of them" jq -e '.[0].found > 10 and (.[0].excluded | length) > 4' <<<"$outcome"
exit "$broken"
