"""A power cut at any moment of a promotion, a roll-back or a removal leaves a registry that stands, with the old or the new champion."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "powercut"))
from proof import *

LENIENT = ["--alarm", "--alarm-margin", "10", "--traffic-cap", "1", "--new-rows", "0", "--slice-margin", "10",
           "--accuracy-margin", "1", "--brier-margin", "2", "--ece-margin", "1"]
data = f"{scratch}/volume"
runs = 0


def candidate(*arguments):
    """A candidate of purchases that purchases.py makes; the next run has an id of its own."""
    global runs
    runs += 1
    os.environ["LEADFOREST_RUN"] = f"00000000-0000-4000-8000-{runs:012d}"
    subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "purchases.py"), data, *arguments], check=True)
    for stage in ("features", "train"):
        must(stage, data)


def champion(folder):
    try:
        with open(f"{folder}/registry/champion.json", "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def prove(sentence, *arguments, **killed):
    """Records one run of register; whatever a cut leaves of it must stand, and go on to what it would have come to."""
    before, operations = record(data, [f"{BUILD}/leadforest-register", "--data", data, *arguments], **killed)
    files_before = dict(before.files())
    old, new = files_before.get("registry/champion.json"), champion(data)
    last_decisions = results(data)["registry/decisions.ndjson"]
    first_decisions = files_before.get("registry/decisions.ndjson", b"")
    ended = {"new": results(data)}
    if arguments and not arguments[0].startswith("-"):  # by hand: where nothing was decided, nothing happens by itself
        ended["old"] = {path: content for path, content in files_before.items()
                        if content is not None and not path.startswith((".locks/", "runs/"))}
        arguments = ()

    def judge(folder, acknowledged, volume):
        files = dict(volume.files())
        found = files.get("registry/champion.json")
        if found not in ((new,) if acknowledged else (old, new)):
            return f"the champion is {found}"
        decisions = files.get("registry/decisions.ndjson") or b""
        if whole_lines(decisions) not in (first_decisions, last_decisions):
            return "the decisions are neither those before nor those after"
        if found is not None:
            code, _, log = run("api", folder, "--check")
            if code != 0:
                return f"api --check ends with {code}: {log}"
        for word in ("verify", "list"):
            code, said, log = run("register", folder, word)
            if code != 0:
                return f"{word} ends with {code}: {said}{log}"
        code, said, log = run("register", folder, *arguments)
        if code not in (0, 99):
            return f"the next run ends with {code}: {said}{log}"
        found = results(folder)
        found["registry/decisions.ndjson"] = whole_lines(found.get("registry/decisions.ndjson", b""))
        wrong = {name: differences(found, expected) for name, expected in ended.items()}
        return "" if "" in wrong.values() else f"the next run ends elsewhere: {wrong}"

    every_cut(sentence, before, operations, judge)
    return before, operations, judge


os.makedirs(data)
os.environ.update(LEADFOREST_NOW="2026-06-01T00:00:00Z", LOG_LEVEL="warn", TRAIN_TREES="10", PSEUDONYM_KEY="00" * 32)
candidate("--days", "400")
Volume.of(data).build(f"{scratch}/fresh")
prove("a first promotion")
for killed_at in range(1, 12 if FULL else 3):  # the first syncs are of folders, which the second run finds
    shutil.rmtree(data)
    shutil.copytree(f"{scratch}/fresh", data)
    prove(f"one that was killed before sync {killed_at} and started again", killed_at=killed_at)
candidate("--days", "600", "--changed", "180")
second = prove("a second one")
would_be_seen("without fsync it would not", *second)
prove("a roll-back", "rollback")
candidate("--days", "620", "--changed", "200")
prove("a promotion that removes a version", *LENIENT, "--keep-versions", "1", "--keep-champions", "2")
check("there was one to remove", "" if sorted(os.listdir(f"{data}/registry/versions")) == ["1", "3"] else
      str(os.listdir(f"{data}/registry/versions")))
prove("a promotion by hand", "promote", "1")
finish()
