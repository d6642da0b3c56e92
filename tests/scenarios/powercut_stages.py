"""A power cut at any moment of a stage: what is visible is whole, and the next run comes to the bytes of an uncut one."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "powercut"))
from proof import *

os.environ.update(LEADFOREST_NOW="2026-06-01T00:00:00Z", LOG_LEVEL="warn", TRAIN_TREES="5", PSEUDONYM_KEY="00" * 32,
                  LEADFOREST_RUN="00000000-0000-4000-8000-000000000001")
data, raw = f"{scratch}/volume", f"{scratch}/raw"
STAGES = ["etl", "features", "train", "register", "score"]


def outcome(folder):
    """What a volume holds. The ETL's report compares with the run before it, which one that was cut off may have been."""
    found = results(folder)
    found.pop("processed/.stamp-etl.json", None)
    report = json.loads(found.get("processed/report.json", b"{}"))
    report["checks"] = [check for check in report.get("checks", []) if check["name"] != "row count"]
    found["processed/report.json"] = report
    return found


def prove(stage):
    before, operations = record(data, [f"{BUILD}/leadforest-{stage}", "--data", data])
    old, new, expected = dict(before.files()), results(data), outcome(data)

    def judge(folder, acknowledged, volume):
        for path, content in volume.files():
            if content is None or "/.tmp-" in path or path.startswith(".locks/"):
                continue
            if path.endswith(".ndjson"):
                known = (whole_lines(old.get(path) or b""), whole_lines(new.get(path, b"")))
                good = whole_lines(content) in known
            else:
                good = content in (old.get(path), new.get(path))
            if not good:
                return f"{path} is neither as before nor as after"
        code, said, log = run(stage, folder)
        if code not in ((99,) if acknowledged else (0, 99)):
            return f"the next run ends with {code}: {said}{log}"
        wrong = differences(outcome(folder), expected)
        return f"the next run ends elsewhere: {wrong}" if wrong else ""

    every_cut(stage, before, operations, judge)
    return before, operations, judge


os.makedirs(data)
must("sample", f"{scratch}/first", "--leads", "1200", "--seed", "7")
must("sample", f"{scratch}/more", "--leads", "600", "--seed", "8")
os.rename(f"{scratch}/first/raw", raw)
os.symlink(raw, f"{data}/raw")  # a link also on what is rebuilt, to the very files: the ETL knows them by inode and times
for stage in STAGES:
    must(stage, data)
for name in ("customers.csv", "transactions.json"):  # so that what is cut replaces something
    shutil.copy(f"{scratch}/more/raw/{name}", f"{raw}/{name.replace('.', '-2.')}")
proofs = [prove(stage) for stage in STAGES]
would_be_seen("without fsync the ETL would not", *proofs[0])
finish()
