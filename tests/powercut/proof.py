"""What the power-cut scenarios share: record a command, rebuild what cuts may leave of its folder, check each.

With FULL=1 (tests/run --full) every volume that the model allows at every moment, otherwise a sample by a fixed seed.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from disk import Cuts, Volume
from recording import can_trace, result_line, traced, understand

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
FULL = "FULL" in os.environ
SAMPLE = 1 << 60 if FULL else 20
broken = 0
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that scratch goes with us

if not can_trace():
    print("strace may not trace here")
    sys.exit(77)

# Where an fsync costs nothing, if there is such a place: what is rebuilt is looked at and thrown away.
_scratch = tempfile.TemporaryDirectory(prefix="leadforest-powercut-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
scratch = _scratch.name


def check(sentence, wrong):
    """One line; wrong is "" or what is."""
    global broken
    print(f"not ok {sentence}\n    {wrong}" if wrong else f"ok {sentence}", flush=True)
    broken = broken or int(bool(wrong))
    return not wrong


def finish():
    sys.exit(broken)


def run(name, data, *arguments, **environment):
    """(exit code, stdout, stderr) of a program on a volume."""
    done = subprocess.run([f"{BUILD}/leadforest-{name}", "--data", data, *arguments], capture_output=True, check=False,
                          text=True, env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def must(name, data, *arguments, **environment):
    code, said, log = run(name, data, *arguments, **environment)
    if code != 0:
        raise SystemExit(f"not ok {name} {' '.join(arguments)}: exit code {code}: {said}{log}")
    return said


def record(data, command, killed_at=None, **environment):
    """(volume before, operations) of a worker that does its work on a folder; killed_at: it was killed first, before it
    had synced so many things, and started again."""
    before, traces, environment = Volume.of(data), [f"{scratch}/trace"], {**os.environ, **environment}
    if killed_at is not None:
        traces.insert(0, f"{scratch}/trace-killed")
        subprocess.run(traced(traces[0], command, killed_at), capture_output=True, check=False, env=environment)
    done = subprocess.run(traced(traces[-1], command), capture_output=True, check=False, text=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"not ok {command}: exit code {done.returncode}: {done.stdout}{done.stderr}")
    return before, understand(traces, data, before)


def wrongs_of(before, operations, judge, sample):
    """(what is wrong with volumes that a cut may leave, how many were looked at, how many there are)."""
    cuts = list(Cuts(before, operations))
    chosen = cuts if len(cuts) <= sample else random.Random(7).sample(cuts, sample)

    def look(numbered):
        number, (moment, how, volume, acknowledged) = numbered
        folder = f"{scratch}/cut-{number}"
        volume.build(folder)
        wrong = judge(folder, acknowledged, volume)
        shutil.rmtree(folder)
        return f"cut at {moment} with {how}: {wrong}" if wrong else ""

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return [wrong for wrong in workers.map(look, enumerate(chosen)) if wrong], len(chosen), len(cuts)


def every_cut(sentence, before, operations, judge):
    """judge(folder, acknowledged, volume) says "" or what is wrong with a volume that a cut may leave."""
    wrongs, chosen, cuts = wrongs_of(before, operations, judge, SAMPLE)
    check(f"{sentence} ({chosen} of {cuts} volumes)", "\n    ".join([f"{len(wrongs)} are not well", *wrongs[:8]]) if wrongs else "")


def would_be_seen(sentence, before, operations, judge):
    """That the proof can fail: the same, had the program synced nothing."""
    wrongs, *_ = wrongs_of(before, [operation for operation in operations if operation.kind != "sync"], judge, 60)
    check(sentence, "" if wrongs else "nothing was found")


def whole_lines(text):
    """Without a torn end, which the next append cuts away (services/common/store/append_log.h)."""
    lines = text[:text.rfind(b"\n") + 1].splitlines(keepends=True)
    while lines and b"\0" in lines[-1]:
        lines.pop()
    return b"".join(lines)


def results(data):
    """What a volume holds, without locks and records of runs."""
    return {path: data for path, data in Volume.of(data).files() if data is not None and not path.startswith((".locks/", "runs/"))}


def differences(found, expected):
    return ", ".join(sorted(path for path in {*found, *expected} if found.get(path) != expected.get(path)))
