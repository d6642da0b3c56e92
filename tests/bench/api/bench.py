#!/usr/bin/env python3
"""CPU a request and requests a second, interleaved rounds on one loop: our api, the constant yardstick, nginx.

bench.py BUILD [ROUNDS [SECONDS]]    wrk with 32 keep-alive connections on one core, each server on another.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 2
TICKS = os.sysconf("SC_CLK_TCK")

NGINX = """daemon off; pid {folder}/pid; error_log {folder}/err; worker_processes 1; user root; events {{}}
http {{ access_log off; keepalive_requests 100000000; default_type application/json; server {{ listen 127.0.0.1:18103;
location / {{ return 200 '{{"predicted_package":"MVP","probability":0.7023}}'; }} }} }}"""
LUA = """wrk.method = "POST"
wrk.body = '{"business_type":"Dental","business_size":"10-25"}'
wrk.headers["Content-Type"] = "application/json"
"""


def start(name, folder):
    pin = ["taskset", "-c", "0"]
    environment = {**os.environ, "HOST": "127.0.0.1", "THREADS": "1", "LOG_LEVEL": "warn"}
    if name == "nginx":
        with open(f"{folder}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=folder))
        return subprocess.Popen(pin + ["nginx", "-c", f"{folder}/nginx.conf"]), 18103
    if name == "constant":
        return subprocess.Popen(pin + [f"{BUILD}/bench/constant", "18102"]), 18102
    port, more = {"api": (18101, []), "api without log": (18104, ["--prediction-log=0"])}[name]
    return subprocess.Popen(pin + [f"{BUILD}/leadforest-api", "--data", folder, "--port", str(port), *more],
                            env=environment), port


def processes(pid):
    """The process and its children: nginx works in one."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid] + [int(child) for child in children]


def cpu_seconds(pid):
    total = 0
    for each in processes(pid):
        with open(f"/proc/{each}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1])


def measure(process, port, script):
    before = cpu_seconds(process.pid)
    said = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c32", f"-d{SECONDS}s", "--latency", "-s", script,
                           f"http://127.0.0.1:{port}/predict"], capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(process.pid) - before
    requests = int(re.search(r"(\d+) requests in", said)[1])
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    if "Non-2xx" in said or "Socket errors" in said:
        print(said)
    return used / requests * 1e6, rate, dict(re.findall(r"^\s+(50|99)%\s+(\S+)", said, re.M))


def main():
    folder = tempfile.mkdtemp(prefix="leadforest-bench-")
    script = f"{folder}/ask.lua"
    with open(script, "w", encoding="ascii") as file:
        file.write(LUA)
    subprocess.run([f"{BUILD}/tests/tools/make_registry", folder, "2"], check=True)
    names = ["constant", "api", "api without log"] + (["nginx"] if shutil.which("nginx") else [])
    servers = {name: start(name, folder) for name in names}
    time.sleep(0.5)
    figures = {name: [] for name in names}
    try:
        for _ in range(ROUNDS):
            for name in names:
                figures[name].append(measure(*servers[name], script))
        base = statistics.median(figure[0] for figure in figures["constant"])
        fastest = statistics.median(figure[1] for figure in figures["constant"])
        print(f"{'':16} {'us CPU':>7} {'ratio':>6} {'req/s':>8} {'ratio':>6} {'p50':>8} {'p99':>8} {'VmRSS kB':>9}")
        for name in names:
            cpu = statistics.median(figure[0] for figure in figures[name])
            rate = statistics.median(figure[1] for figure in figures[name])
            last = figures[name][-1][2]
            print(f"{name:16} {cpu:7.2f} {cpu / base:6.2f} {rate:8.0f} {rate / fastest:6.2f} {last['50']:>8} "
                  f"{last['99']:>8} {resident_kb(servers[name][0].pid):9}")
    finally:
        for process, _ in servers.values():
            process.terminate()
            process.wait()
        shutil.rmtree(folder)


main()
