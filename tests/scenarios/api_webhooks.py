"""Deliveries of Stripe and Formspree: verified, durable before they are acknowledged, none lost when the disk fails."""
import glob
import hashlib
import hmac
import shutil

from api_fixture import *

EVENT = json.dumps({"id": "evt_1", "object": "event", "data": {"object": {"amount": 15000}}}, indent=2).encode()


def sign(secret, body, at=None):
    at = int(at or time.time())
    return f"t={at},v1={hmac.new(secret.encode(), b'%d.' % at + body, hashlib.sha256).hexdigest()}"


def deliver(server, body=EVENT, secret="whsec_new", at=None, path="/webhooks/stripe", header="Stripe_Signature"):
    return server.ask("POST", path, body, **{header: sign(secret, body, at)})


def utc_day(ahead):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 86400 * ahead))


def stored(folder, source="stripe"):
    lines = []
    for path in glob.glob(f"{folder}/raw/inbox/{source}-one-*.ndjson"):
        with open(path, encoding="utf-8") as file:
            lines += [json.loads(line) for line in file]
    return lines


with scratch() as folder:
    server = Server(folder, STRIPE_WEBHOOK_SECRET="whsec_old,whsec_new", FORMSPREE_WEBHOOK_SECRET="form-secret", INSTANCE="one")
    reply = deliver(server)
    check("a signed delivery is acknowledged", reply[0] == 200, reply)
    check("and was stored before, on one line in its envelope", len(stored(folder)) == 1 and
          stored(folder)[0]["body"] == json.loads(EVENT) and stored(folder)[0]["received_at"].endswith("Z"), stored(folder))
    check("the secret on its way out will do", deliver(server, secret="whsec_old")[0] == 200)
    check("another secret will not", deliver(server, secret="whsec_x")[0] == 401)
    check("nor will an old signature", deliver(server, at=time.time() - 400)[0] == 401)
    reply = server.ask("POST", "/webhooks/stripe", EVENT + b" ", Stripe_Signature=sign("whsec_new", EVENT))
    check("nor one of other bytes", reply[0] == 401, reply)
    check("nor none", server.ask("POST", "/webhooks/stripe", EVENT)[0] == 401)
    check("what is signed but no JSON object is 400", deliver(server, b"[]")[0] == 400 and deliver(server, b"")[0] == 400)
    check("nothing of that was stored", len(stored(folder)) == 2)
    body = json.dumps({"form": "abc", "submission": {"email": "a@example.org", "text": "line\nline"}}).encode()
    reply = deliver(server, body, "form-secret", path="/webhooks/formspree", header="Formspree_Signature")
    check("Formspree's is stored in a file of its own", reply[0] == 200 and stored(folder, "formspree")[0]["body"] == json.loads(body), reply)

    half = json.dumps({"form": "abc", "submission": {"name": "cut \ud83d", "text": "\0"}}).encode()
    reply = deliver(server, half, "form-secret", path="/webhooks/formspree", header="Formspree_Signature")
    check("so is one with half an emoji and a NUL in it", reply[0] == 200 and stored(folder, "formspree")[1]["body"] == json.loads(half), reply)

    took = []
    for _ in range(10):
        begun = time.monotonic()
        deliver(server)
        took.append(time.monotonic() - begun)
    check("the reply is sent once it is stored, not at the loop's next look (250 ms)", min(took) < 0.1, took)
    alone = len(stored(folder))

    codes = []
    threads = [threading.Thread(target=lambda i=i: codes.append(deliver(server, b'{"id":%d}' % i)[0])) for i in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("a hundred at once are all stored, each once", codes == [200] * 100 and
          sorted(line["body"].get("id") for line in stored(folder)[alone:]) == list(range(100)), codes)

    shutil.move(f"{folder}/raw/inbox", f"{folder}/raw/away")
    with open(f"{folder}/raw/inbox", "w", encoding="ascii"):
        pass
    reply = deliver(server)
    check("what cannot be stored is 503, to be sent again", reply[0] == 503 and reply[1].get("retry-after") == "60", reply)
    check("and the log says so once", deliver(server)[0] == 503 and wait_until(lambda: server.count("webhook store failed") == 1))
    os.remove(f"{folder}/raw/inbox")
    check("once it can be, it is again, and the log says so", deliver(server)[0] == 200 and len(stored(folder)) == 1 and
          wait_until(lambda: server.count("webhook store recovered") == 1), server.log)

    files = glob.glob(f"{folder}/raw/inbox/stripe-one-*.ndjson")
    check("what customers sent is not for everybody to read", files and all(os.stat(file).st_mode & 0o007 == 0 for file in files))
    shutil.copytree(f"{folder}/raw/inbox", f"{folder}/raw/kept")
    in_the_way = [f"{folder}/raw/inbox/stripe-one-{day}.ndjson" for day in (utc_day(0), utc_day(1))]  # midnight may be near
    for file in files:
        os.remove(file)
    for file in in_the_way:
        os.mkdir(file)
    codes = [deliver(server)[0], deliver(server, body, "form-secret", path="/webhooks/formspree", header="Formspree_Signature")[0], deliver(server)[0]]
    check("where one source's cannot be stored the other's can, and the log still says so once", codes == [503, 200, 503] and
          wait_until(lambda: server.count("webhook store failed") == 2), (codes, server.log))
    for file in in_the_way:
        os.rmdir(file)
    for file in files:
        shutil.copy(f"{folder}/raw/kept/{os.path.basename(file)}", file)
    check("no e-mail address is in the log", not any("@" in line for line in server.log), server.log)
    metrics = server.get("/metrics")[2]
    check("metrics count deliveries", b'leadforest_webhook_deliveries_total{source="stripe",result="stored"} 113' in metrics and
          b'leadforest_webhook_deliveries_total{source="stripe",result="failed"} 4' in metrics)

    stop = threading.Event()
    outcome = []

    def keep_delivering():
        number = 1000
        while not stop.is_set():
            try:
                outcome.append((number, deliver(server, b'{"id":%d}' % number)[0]))
            except OSError:
                return
            number += 1

    thread = threading.Thread(target=keep_delivering)
    thread.start()
    wait_until(lambda: len(outcome) >= 20)
    server.process.kill()
    thread.join()
    stop.set()
    kept = {line["body"].get("id") for line in stored(folder)}
    lost = [number for number, code in outcome if code == 200 and number not in kept]
    check("kill -9 loses nothing that was acknowledged", outcome and not lost, lost)

# A disk of its own that is full: 64 kB in a name space of the server's, reached through its process.
MOUNT = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=64k none "$0" && exec "$@"']
with scratch() as folder:
    inbox = f"{folder}/raw/inbox"
    os.makedirs(inbox)
    if subprocess.run([*MOUNT, inbox, "true"], capture_output=True, check=False).returncode != 0:
        skip("on a full disk a delivery is 503, to be sent again", "nothing can be mounted here")
        finish()
    server = Server(folder, tracer=[*MOUNT, inbox], STRIPE_WEBHOOK_SECRET="whsec_new", INSTANCE="one")
    disk = f"/proc/{server.process.pid}/root{inbox}"

    def lines():
        read = []
        for path in sorted(glob.glob(f"{disk}/stripe-*")):
            with open(path, encoding="ascii") as file:
                read += file.read().splitlines(keepends=True)
        return read

    with open(f"{disk}/something-else", "wb") as file:
        file.write(bytes(40960))
    codes = []
    while (not codes or codes[-1] == 200) and len(codes) < 50:
        reply = deliver(server, json.dumps({"id": len(codes), "note": "x" * 3000}).encode())
        codes.append(reply[0])
    check("on a full disk a delivery is 503, to be sent again", codes[-1] == 503 and len(codes) > 3 and reply[1].get("retry-after") == "60", codes)
    check("and leaves no part of itself", wait_until(lambda: [json.loads(line)["body"]["id"] for line in lines()] == list(range(len(codes) - 1))), lines()[-1][-80:])
    check("the server answers as before", server.get("/healthz")[0] == 200)
    os.remove(f"{disk}/something-else")
    check("once there is room it is stored", deliver(server, json.dumps({"id": "last", "note": "x" * 3000}).encode())[0] == 200 and
          json.loads(lines()[-1])["body"]["id"] == "last" and all(line.endswith("\n") for line in lines()))
    check("the log told it once", server.count("webhook store failed") == 1, server.log)
finish()
