#!/usr/bin/env python3
"""How many webhook deliveries a second are made durable, and whether /predict waits for that disk.

intake.py BUILD [ROUNDS [SECONDS]]    interleaved rounds, medians. First as many deliveries as 64 connections send;
then 1,000 requests of /predict a second: alone, with 5,000 deliveries a second, and with as many requests that are
verified and then rejected, which costs CPU (even more of it) but not the disk.
"""
import glob
import hashlib
import hmac
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 3
PORT, SECRET, WANTED = 18105, "whsec_bench", 5600  # a connection also waits for its reply: some 5,000 are sent

EVENT = {"id": "evt_1", "object": "event", "api_version": "2025-03-31.basil", "created": 1780272000, "livemode": True,
         "type": "checkout.session.completed", "data": {"object": {
             "id": "cs_live_1", "object": "checkout.session", "amount_total": 35000, "currency": "usd", "customer": "cus_1",
             "client_reference_id": "b613749c-3213-4338-a9b2-ff7e800634bf", "payment_status": "paid", "status": "complete",
             "metadata": {f"note_{i}": "x" * 60 for i in range(20)}}}}

# A connection asks again RATE / CONNECTIONS times a second; without a rate, at once.
LUA = """
local wanted = {rate}
function delay() if wanted == 0 then return 0 end return 1000 * {connections} / wanted * (0.5 + math.random()) end
wrk.method = "POST"
wrk.body = {body}
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Stripe-Signature"] = "{signature}"
function done(summary, latency, requests)
  io.write(string.format("FIGURES %d %d %d %f %f %f %f\\n", summary.requests, summary.errors.status, summary.errors.timeout + summary.errors.read +
    summary.errors.connect + summary.errors.write, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3))
end
"""


class Load:
    """wrk, at work."""

    def __init__(self, folder, path, body, connections, rate):
        at = int(time.time())
        signature = f"t={at},v1={hmac.new(SECRET.encode(), b'%d.' % at + body, hashlib.sha256).hexdigest()}"
        script = f"{folder}/{path.replace('/', '-')}.lua"
        with open(script, "w", encoding="ascii") as file:
            file.write(LUA.format(rate=rate, connections=connections, body=json.dumps(body.decode()), signature=signature))
        self.process = subprocess.Popen(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{PORT}{path}"],
                                        stdout=subprocess.PIPE, text=True)

    def figures(self):
        """(requests a second, refused, broken, p50, p99, p99.9 in ms)"""
        said = self.process.communicate()[0]
        requests, refused, broken, seconds, *latencies = map(float, re.search(r"FIGURES (.*)", said)[1].split())
        return (requests / seconds, int(refused), int(broken), *latencies)


def lines(folder):
    total = 0
    for path in glob.glob(f"{folder}/raw/inbox/*.ndjson"):
        with open(path, "rb") as file:
            total += file.read().count(b"\n")
    return total


def main():
    folder = tempfile.mkdtemp(prefix="leadforest-bench-", dir=os.environ.get("BENCH_DIR"))
    subprocess.run([f"{BUILD}/tests/tools/make_registry", folder, "2"], check=True)
    event = json.dumps(EVENT).encode()
    lead = b'{"business_type":"Dental","business_size":"10-25"}'
    server = subprocess.Popen([f"{BUILD}/leadforest-api", "--data", folder, "--port", str(PORT)],
                              env={**os.environ, "HOST": "127.0.0.1", "LOG_LEVEL": "error", "STRIPE_WEBHOOK_SECRET": SECRET})
    time.sleep(0.5)
    beside = {
        "alone": lambda: None,
        "with deliveries": lambda: Load(folder, "/webhooks/stripe", event, 128, WANTED),
        "with refused ones": lambda: Load(folder, "/webhooks/stripe", b"[" + event + b"]", 128, WANTED),
    }
    most, calls, others = [], {name: [] for name in beside}, {name: [] for name in beside}
    acknowledged = 0
    try:
        for _ in range(ROUNDS):
            most.append(Load(folder, "/webhooks/stripe", event, 64, 0).figures())
            for name, start in beside.items():
                other, call = start(), Load(folder, "/predict", lead, 16, 1000)
                calls[name].append(call.figures())
                if other is not None:
                    others[name].append(other.figures())
        acknowledged = sum(figure[0] * SECONDS - figure[1] for figure in most + others["with deliveries"])
    finally:
        server.terminate()
        server.wait()
    stored = lines(folder)
    shutil.rmtree(folder)
    print(f"{len(event)} bytes a delivery; at most {statistics.median(figure[0] for figure in most):.0f} deliveries/s, "
          f"p50 {statistics.median(figure[3] for figure in most):.2f} ms, p99 {statistics.median(figure[4] for figure in most):.2f} ms; "
          f"{sum(figure[1] + figure[2] for figure in most)} failed")
    print(f"{acknowledged:.0f} acknowledged, {stored} on disk")
    print(f"{'/predict':20} {'calls/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'p99.9 ms':>9} {'others/s':>9}")
    for name in beside:
        median = [statistics.median(figure[i] for figure in calls[name]) for i in range(6)]
        rate = statistics.median(figure[0] for figure in others[name]) if others[name] else 0
        print(f"{name:20} {median[0]:8.0f} {median[3]:8.2f} {median[4]:8.2f} {median[5]:9.2f} {rate:9.0f}")


main()
