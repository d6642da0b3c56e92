"""A power cut at any moment: deliveries of webhooks that were acknowledged are there and read, pulled ones come again."""
import csv
import glob
import hashlib
import hmac
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "powercut"))
from proof import *
import api_fixture as fixture

SECRET = {"stripe": "whsec_power", "formspree": "form-power"}
# A damaged line is a large part of so little; what is asked here is that all others are read.
os.environ.update(LOG_LEVEL="warn", PSEUDONYM_KEY="00" * 32, STRIPE_MODE="live", QUARANTINE_LIMIT="1")


def deliveries(leads):
    """[(id, source, body)] of submissions and of purchases, as the sample has them."""
    folder = f"{scratch}/sample"
    must("sample", folder, "--leads", str(leads), "--seed", "3", "--layout", "compact", LEADFOREST_NOW="2026-06-01T00:00:00Z")
    with open(f"{folder}/raw/customers.csv", encoding="utf-8", errors="replace") as file:
        rows = [row for row in csv.DictReader(file) if row["email"] and "@" in row["email"] and row["signup_date"] and row["business_size"]]
    with open(f"{folder}/raw/transactions.json", encoding="utf-8") as file:
        objects = [json.loads(line) for line in file]
    bodies = [("formspree", {"form": "xabc", "submission": {
        "lead_id": row["customer_id"], "email": row["email"], "business_type": row["business_type"],
        "business_size": row["business_size"], "_date": row["signup_date"]}}) for row in rows]
    bodies += [("stripe", object) for object in objects]
    return [(f"delivery-{i}", source, json.dumps(body).encode()) for i, (source, body) in enumerate(bodies)]


def deliver(server, delivery):
    name, source, body = delivery
    at = int(time.time())
    signature = f"t={at},v1={hmac.new(SECRET[source].encode(), b'%d.' % at + body, hashlib.sha256).hexdigest()}"
    header = "Stripe_Signature" if source == "stripe" else "Formspree_Signature"
    return server.ask("POST", f"/webhooks/{source}", body, **{header: signature, "X_Request_Id": name})[0]


def deliver_all(server, several):
    """By eight senders at once; the codes."""
    waiting, codes = queue.Queue(), []
    for delivery in several:
        waiting.put(delivery)

    def send():
        while True:
            try:
                codes.append(deliver(server, waiting.get_nowait()))
            except queue.Empty:
                return

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return codes


def api(data, tracer=()):
    return fixture.Server(data, tracer=tracer, STRIPE_WEBHOOK_SECRET=SECRET["stripe"],
                        FORMSPREE_WEBHOOK_SECRET=SECRET["formspree"], INSTANCE="one", LOG_LEVEL="info")


def acknowledgement(_, sent):
    """The request id of an answer 200."""
    name = re.search(rb"X-Request-Id: (\S+)\r", sent) if sent.startswith(b"HTTP/1.1 200") else None
    return name and name[1].decode()


def record_intake(data, several):
    before, trace = Volume.of(data), f"{scratch}/trace"
    server = api(data, tracer=traced(trace))
    codes = deliver_all(server, several)
    with open(f"/proc/{server.process.pid}/task/{server.process.pid}/children", encoding="ascii") as file:
        os.kill(int(file.read()), signal.SIGTERM)
    code = server.process.wait(120)
    check("deliveries by eight senders are acknowledged", "" if codes == [200] * len(several) and code == 0 else f"{codes}, {code}")
    return before, understand([trace], data, before, acknowledgement)


def stored(files):
    """The bodies of the inbox's whole lines."""
    bodies = []
    for path, content in files.items():
        if content is not None and path.startswith("raw/inbox/"):
            for line in content.splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    continue  # nobody was told of it, and it is not read
                try:
                    bodies.append(json.dumps(json.loads(line)["body"]).encode())
                except ValueError:
                    pass
    return bodies


def etl(data):
    """(what is wrong, its report) of a run of the ETL."""
    code, said, log = run("etl", data)
    if code != 0:
        return f"etl ends with {code}: {said}{log}", None
    with open(f"{data}/processed/report.json", encoding="utf-8") as file:
        return "", json.load(file)


def table(data):
    """What the ETL made of the inbox."""
    text = []
    for name in ("train.csv", "leads.csv"):
        with open(f"{data}/processed/{name}", encoding="utf-8") as file:
            text.append(file.read())
    return text


# ---- webhooks ----

data = f"{scratch}/volume"
os.makedirs(data)
several = deliveries(40)
body_of = {name: body for name, _, body in several}
before, operations = record_intake(data, several)
wrong, report = etl(data)
check("all are read", wrong or ("" if sum(s["read"] for s in report["sources"].values()) == len(several) else str(report["sources"])))
expected = table(data)


def keeps_what_was_acknowledged(folder, acknowledged, volume):
    files = dict(volume.files())
    there = stored(files)
    lost = [name for name in acknowledged if body_of[name] not in there]
    if lost:
        return f"{lost} were acknowledged and are not there"
    if not there:
        return ""
    wrong, report = etl(folder)
    if wrong:
        return wrong
    for source in report["sources"].values():
        if source["read"] != source["accepted"] + source["quarantined"] + source["duplicates"]:
            return f"records are missing in the report: {source}"
    accepted = sum(source["accepted"] + source["duplicates"] for source in report["sources"].values())
    return "" if accepted == len(there) else f"{accepted} accepted of {len(there)} whole lines"


def goes_on(folder, acknowledged, volume):
    """The senders send again what was not acknowledged; then all is as if nothing had been."""
    server = api(folder)
    codes = deliver_all(server, [delivery for delivery in several if delivery[0] not in acknowledged])
    if server.stop() != 0 or set(codes) - {200}:
        return f"the next api answers {codes}"
    for path, content in Volume.of(folder).files():
        if content is not None and path.startswith("raw/inbox/") and not content.endswith(b"\n"):
            return f"{path} has a torn end"
    return etl(folder)[0] or ("" if table(folder) == expected else "the ETL comes to something else")


every_cut("every acknowledged delivery is there and read by the ETL", before, operations, keeps_what_was_acknowledged)
every_cut("the next api goes on, and the ETL comes to the same", before, operations, goes_on)
would_be_seen("without fsync they would not", before, operations, keeps_what_was_acknowledged)

# ---- sync ----

KEY, VERSION, NOW = "sk_live_4fV9mP2xQ7hK1sW8", "2025-03-31.basil", 1780272000
events = [{"id": f"evt_{i}", "object": "event", "created": NOW - 60 * i, "type": "invoice.paid", "livemode": True,
           "data": {"object": {"id": f"in_{i}", "object": "invoice"}}} for i in range(150)]
with open(f"{scratch}/events", "w", encoding="ascii") as file:
    file.write("\n".join(map(json.dumps, events)))
fake = subprocess.Popen([sys.executable, f"{here}/../fakes/stripe.py", f"{scratch}/port", KEY, VERSION, f"{scratch}/events"],
                           stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
fixture.wait_until(lambda: os.path.exists(f"{scratch}/port") and os.path.getsize(f"{scratch}/port") > 0)
with open(f"{scratch}/port", encoding="ascii") as file:
    os.environ.update(STRIPE_API_KEY=KEY, STRIPE_URL=f"http://127.0.0.1:{file.read().strip()}", LEADFOREST_NOW="2026-06-01T00:00:00Z")


def pulled(folder):
    lines = []
    for path in glob.glob(f"{folder}/raw/inbox/stripe-sync-*.ndjson"):
        with open(path, "rb") as file:
            lines += file.read().splitlines()
    return lines


def skips_nothing(folder, acknowledged, volume):
    if acknowledged and len(pulled(folder)) < len(events):
        return "the result line came before the records were durable"
    code, said, log = run("sync", folder, "stripe")
    if code not in (0, 99):
        return f"the next pull ends with {code}: {said}{log}"
    there = set()
    for line in pulled(folder):
        try:
            there.add(json.loads(line)["body"]["id"])
        except ValueError:
            if b"\0" not in line:  # one that the cut damaged, with whole ones behind it, stays for the quarantine
                return f"a line is torn: {line[:60]}"
    return "" if there == {event["id"] for event in events} else f"{len(there)} of {len(events)} events are there"


data = f"{scratch}/pulled"
os.makedirs(data)
before, operations = record(data, [f"{BUILD}/leadforest-sync", "--data", data, "stripe"])
every_cut("after a pull that was cut off the next one skips nothing", before, operations, skips_nothing)
fake.kill()
finish()
