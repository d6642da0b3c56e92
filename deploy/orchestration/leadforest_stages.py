"""What every orchestrator must know of leadforest: the stages in order, what an exit code asks for, the result line.

The Airflow DAGs and the Prefect flow import it (put this folder on PYTHONPATH); the Step Functions state machine is
compared with it by its test. It needs nothing but Python.
"""
import json
import os
import pathlib
import time
import uuid

LINE = ("etl", "features", "train", "register", "score")

GO_ON, AGAIN, STOP = "continue", "again", "stop"

# Any other code, as of a killed process (143, 137, or below 0 where Python started it), is worth another try.
EXIT_CODES = {
    0: GO_ON,  # done; a rejected candidate too
    99: GO_ON,  # nothing to do: the outputs are those of the inputs already
    3: GO_ON,  # only drift --exit-code: done, and there is an alarm
    75: AGAIN,  # disk full, locked, not there yet
    64: STOP,  # the command line or a setting is wrong: a person must change it
    65: STOP,  # the input is wrong: the same input would fail again
    70: STOP,  # a mistake of ours
}
NOTHING_TO_DO = 99

RETRIES = 3
RETRY_SECONDS = int(os.environ.get("LEADFOREST_RETRY_SECONDS", "60"))  # before the first; doubled with each
QUIET_SECONDS = int(os.environ.get("LEADFOREST_QUIET_SECONDS", "30"))  # without a change before a file counts as arrived
STAGE_SECONDS = 3600  # a stage that takes longer is ended
NIGHTLY = "0 2 * * *"
DRIFT_DAILY = "30 1 * * *"  # it checks complete days until the last midnight (UTC)


def asks_for(code):
    return EXIT_CODES.get(code, AGAIN)


def result_of(output):
    """The result line, the last on stdout, as a dict; empty where the stage was killed before it."""
    lines = output.strip().splitlines()
    try:
        result = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return result if isinstance(result, dict) else {}


def run_uuid(name):
    """LEADFOREST_RUN of an orchestrator's run: its name where that is a UUID, otherwise one that is always the same."""
    try:
        return str(uuid.UUID(name))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"leadforest:{name}"))


def environment(name, alarm):
    """Variables that the stages of a run get in addition to their settings."""
    flag = "1" if alarm else "0"
    return {"LEADFOREST_RUN": run_uuid(name), "TRAIN_ALARM": flag, "GATE_ALARM": flag}


def data_arrived():
    """Whether raw/ has files that are newer than those of the last yes, none of which is still being written.

    The inbox grows by complete lines and may be read at any time. The same files are reported only once, so that data
    which the ETL refuses start one run, not many; an unnecessary run ends with nothing to do.
    """
    data = pathlib.Path(os.environ.get("DATA_DIR", "./data"))
    told = data / ".locks/arrivals"  # its time is that of the newest file
    since = told.stat().st_mtime_ns if told.exists() else 0
    files = [path for path in (data / "raw").rglob("*") if path.is_file() and not path.name.startswith(".")]
    new = {path: path.stat().st_ctime_ns for path in files if path.stat().st_ctime_ns > since}
    rest = time.time_ns() - QUIET_SECONDS * 10**9
    if not new or any(changed > rest for path, changed in new.items() if path.parent.name != "inbox"):
        return False
    told.parent.mkdir(parents=True, exist_ok=True)
    told.touch()
    os.utime(told, ns=(max(new.values()),) * 2)
    return True
