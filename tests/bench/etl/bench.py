#!/usr/bin/env python3
"""Compares leadforest-etl with pandas and polars doing the same join: bench.py BUILD (the Makefile's bench-etl).

Every program is one process from files to files; rounds are interleaved, and the median of each counts.
100,000 purchases as complete events are 2 GB, which either peer needs some 20 GB for: they read a tenth of them.
LONG=1 adds ten million leads (leadforest alone, for the same reason); ROUNDS is 3.
"""
import concurrent.futures
import csv
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
BENCH = BUILD / "bench/etl"
PYTHON = str(BUILD / "bench/etl-venv/bin/python")
ROUNDS = int(os.environ.get("ROUNDS", "3"))
MILLION = int(os.environ.get("LEADS", "1000000"))
OURS = ["leadforest 1", "leadforest 2"]
TASKS = {"compact, 1M leads": ("compact", MILLION, [*OURS, "pandas", "polars 1", "polars 2"]),
         "events, 10k purchases": ("events", MILLION * 211 // 10000, [*OURS, "pandas", "polars 2"]),
         "events, 100k purchases": ("events", MILLION * 211 // 1000, OURS),
         "compact, 10M leads": ("compact", 10 * MILLION, OURS)}
COLUMNS = {"train": ("business_type", "business_size", "signup_at", "purchased_at", "amount", "package"),
           "leads": ("business_type", "business_size", "signup_at")}


def sample(layout, leads):
    data = BENCH / f"{layout}-{leads}"
    if not (data / "raw/truth.json").exists():
        print(f"bench-etl: making {leads} leads, {layout}", file=sys.stderr)
        subprocess.run([BUILD / "leadforest-sample", "--data", data, "--leads", str(leads), "--layout", layout],
                       check=True, stdout=subprocess.DEVNULL)
    return data


def command(program, data, out):
    name, _, threads = program.partition(" ")
    if name == "leadforest":
        shutil.rmtree(data / "processed", ignore_errors=True)
        return [str(BUILD / "leadforest-etl"), "--data", str(data), "--threads", threads], {}
    return [PYTHON, str(HERE / f"with_{name}.py"), str(data), str(out)], {"POLARS_MAX_THREADS": threads or "1"}


def measure(program, data):
    """Wall and CPU seconds, and the most memory that was resident, of one process."""
    out = BENCH / "out" / program.replace(" ", "-")
    arguments, environment = command(program, data, out)
    start = time.monotonic()
    child = subprocess.Popen(arguments, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        print(f"bench-etl: {program} failed: {said[-300:]}", file=sys.stderr)
        return None
    return {"seconds": time.monotonic() - start, "cpu": usage.ru_utime + usage.ru_stime,
            "memory": usage.ru_maxrss * 1024}


def rows(folder, name):
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["customer_id"], tuple(row[column] for column in COLUMNS[name])


def agreement(data, program):
    """Rows of ours that are the peer's too, of all that either has."""
    same = total = 0
    for name in COLUMNS:
        theirs = dict(rows(BENCH / "out" / program.replace(" ", "-"), name))
        total += len(theirs)
        for key, row in rows(data / "processed", name):
            total += key not in theirs
            same += theirs.get(key) == row
    return same / total


def apart(function, *arguments):
    """In its own process: the reported memory of a child of a large process is as large as its parent's."""
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        return pool.submit(function, *arguments).result()


def run(layout, leads, programs):
    data = sample(layout, leads)
    found = {program: [] for program in programs}
    for _ in range(ROUNDS):
        for program in programs:
            result = measure(program, data)
            if result:
                found[program].append(result)
    size = sum(path.stat().st_size for path in (data / "raw").iterdir())
    results = {"bytes": size, "programs": {}}
    for program, measured in found.items():
        if not measured:
            continue
        results["programs"][program] = {key: statistics.median(each[key] for each in measured) for key in measured[0]}
        if not program.startswith("leadforest"):
            results["programs"][program]["agreement"] = apart(agreement, data, program)
    return results


def machine():
    def version(package):
        return subprocess.run([PYTHON, "-c", f"import {package}; print({package}.__version__)"], capture_output=True,
                              text=True, check=False).stdout.strip()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        cpu = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version(),
            "pandas": version("pandas"), "polars": version("polars"), "rounds": ROUNDS}


def table(results):
    lines = ["| data | program | seconds | CPU seconds | memory, MB | MB/s | time | CPU | memory | same rows |",
             f"{'|---' * 10}|"]
    for task, result in results["tasks"].items():
        ours = result["programs"]["leadforest 1"]
        for program, found in result["programs"].items():
            same = f"{found['agreement']:.2%}" if "agreement" in found else ""
            megabytes = result["bytes"] / 1e6
            cells = [f"{task}, {megabytes:.0f} MB", program, f"{found['seconds']:.2f}", f"{found['cpu']:.2f}",
                     f"{found['memory'] / 1e6:.0f}", f"{megabytes / found['seconds']:.0f}",
                     *(f"{found[what] / ours[what]:.2f}x" for what in ("seconds", "cpu", "memory")), same]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    BENCH.mkdir(parents=True, exist_ok=True)
    wanted = [task for task in TASKS if "10M" not in task or os.environ.get("LONG")]
    results = {"machine": machine(), "tasks": {task: run(*TASKS[task]) for task in wanted}}
    (BENCH / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (BENCH / "table.md").write_text(table(results) + "\n")
    print(table(results))
    print(f"\ntime, CPU and memory against \"leadforest 1\"; in {BENCH}: results.json, table.md")


main()
