"""Compares the server with its peers, in interleaved rounds: `bench.py BUILD`.

Writes results.json and plot.svg next to this script and prints the table.  wrk keeps 32 connections busy from the
second core; a server with one worker is kept on the first, one with two shares both with wrk.
"""
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile

import plot
from servers import HERE, NAMES, Constant, FastAPI, FastAPINumPy, Leadforest, Nginx, available

BUILD = os.path.abspath(sys.argv[1])
QUICK = bool(os.environ.get("QUICK"))
ROUNDS = {1: 1 if QUICK else 7, 2: 1 if QUICK else 3}
SECONDS = {FastAPI: 1 if QUICK else 4, FastAPINumPy: 1 if QUICK else 4}  # enough answers of a slow one
STARTS = {Leadforest: 2 if QUICK else 20, FastAPI: 1 if QUICK else 2}
CONNECTIONS = 32
ASK = """wrk.method = "POST"
wrk.body = '{"business_type":"Dental","business_size":"10-25"}'
wrk.headers["Content-Type"] = "application/json"
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"p999":%f,"failed":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, latency:percentile(99.9) / 1e6,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def measure(server, script):
    """One turn: what wrk saw, and the processor time that the server used meanwhile."""
    pin = ["taskset", "-c", "1"] if server.workers == 1 else []
    seconds = SECONDS.get(type(server), 1 if QUICK else 2)
    before = server.cpu_seconds()
    said = subprocess.run(pin + ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
                                 f"http://127.0.0.1:{server.port}{server.path}"],
                          capture_output=True, text=True, check=True).stdout
    used = server.cpu_seconds() - before
    memory = server.resident_mb()
    server.settle()
    seen = json.loads(said.splitlines()[-1])
    if seen["failed"] > 0:
        print(f"{NAMES[type(server)]}: {seen['failed']} requests failed", file=sys.stderr)
    return {"rate": seen["requests"] / seen["seconds"], "cpu": used / seen["requests"],
            **{key: seen[key] for key in ("p50", "p99", "p999")}, "memory_mb": memory}


def compare(kinds, workers, folder, script):
    """The median of each figure over the rounds, a dictionary for each server."""
    servers = {NAMES[kind]: kind(BUILD, folder, workers) for kind in kinds}
    turns = {name: [] for name in servers}
    try:
        for _ in range(ROUNDS[workers]):
            for name, server in servers.items():
                turns[name].append(measure(server, script))
    finally:
        for server in servers.values():
            server.stop()
    return {name: {key: statistics.median(turn[key] for turn in each) for key in each[0]} for name, each in turns.items()}


def start_to_ready(kinds, folder):
    """Seconds from the start of the program to the first 200 of /readyz, the median of some starts."""
    seconds = {}
    for kind, starts in STARTS.items():
        if kind in kinds:
            servers = []
            for _ in range(starts):
                servers.append(kind(BUILD, folder, 1))
                servers[-1].stop()
            seconds[NAMES[kind]] = statistics.median(server.ready_seconds for server in servers)
    return seconds


def first(path, key):
    with open(path, encoding="utf-8") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith(key)), "unknown")


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def machine():
    nginx = os.environ.get("NGINX")
    nginx = nginx and subprocess.run([nginx, "-v"], capture_output=True, text=True, check=False).stderr
    packages = {name: version(name) for name in ("fastapi", "uvicorn", "scikit-learn", "pandas", "numpy")}
    return {"cpu": first("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.release()}", "python": platform.python_version(),
            "nginx": nginx and re.search(r"nginx/(\S+)", nginx)[1], **packages}


def duration(seconds):
    return f"{seconds * 1e6:.0f} us" if seconds < 0.001 else f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def table(result):
    ready = result["ready_s"]
    for workers, servers in result["workers"].items():
        print(f"\n| {workers} worker{'s' if workers == '2' else ''} | requests/s | CPU a request | p50 | p99 | p99.9 |"
              " VmRSS | start to ready |\n|---|---|---|---|---|---|---|---|")
        for name, m in servers.items():
            print(f"| {name} | {m['rate']:,.0f} | {duration(m['cpu'])} | {duration(m['p50'])} | {duration(m['p99'])} |"
                  f" {duration(m['p999'])} | {m['memory_mb']:.1f} MB |"
                  f" {duration(ready[name]) if workers == '1' and name in ready else ''} |")


def ratios(result):
    """The results next to the targets."""
    one, two = result["workers"]["1"], result["workers"]["2"]
    ours = one["leadforest"]
    yield "CPU a request, of the constant answer", ours["cpu"] / one[NAMES[Constant]]["cpu"], "at most 1.25"
    if NAMES[Nginx] in one:
        yield "requests/s, of nginx", ours["rate"] / one[NAMES[Nginx]]["rate"], "at least 0.8"
    for kind, rate, cpu in ((FastAPI, "at least 350", "at least 400"), (FastAPINumPy, "", "")):
        if NAMES[kind] in one:
            peer = one[NAMES[kind]]
            yield f"requests/s, of {NAMES[kind]}", ours["rate"] / peer["rate"], rate
            yield f"CPU a request of {NAMES[kind]}, of ours", peer["cpu"] / ours["cpu"], cpu
    yield "start to ready, ms", result["ready_s"]["leadforest"] * 1000, "at most 20"
    yield "VmRSS with two loops and 32 connections, MB", two["leadforest"]["memory_mb"], "under 10"


def main():
    kinds = available()
    with tempfile.TemporaryDirectory(prefix="leadforest-bench-") as folder:
        script = f"{folder}/ask.lua"
        with open(script, "w", encoding="ascii") as file:
            file.write(ASK)
        subprocess.run([f"{BUILD}/tests/tools/make_registry", folder, "2"], check=True)
        ready = start_to_ready(kinds, folder)
        alone = compare(kinds, 1, folder, script)
        both = compare([kind for kind in kinds if kind is not Constant], 2, folder, script)
    result = {"machine": machine(), "connections": CONNECTIONS, "rounds": ROUNDS[1],
              "ready_s": ready, "workers": {"1": alone, "2": both}}
    table(result)
    print()
    for what, value, aim in ratios(result):
        print(f"{what}: {value:.2f}" + (f" ({aim})" if aim else ""))
    if QUICK:
        return
    with open(f"{HERE}/results.json", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    with open(f"{HERE}/plot.svg", "w", encoding="utf-8") as file:
        file.write(plot.svg(result))


main()
