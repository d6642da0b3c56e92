"""The DAGs of deploy/airflow, run by Airflow itself on sample data."""
import contextlib
import os
import sys

from airflow.dag_processing.dagbag import DagBag
from airflow.models.dagrun import DagRun
from airflow.models.xcom import XComModel
from airflow.utils.session import create_session

import leadforest_stages as stages
from fixture import LATER, Volume, check, finish


class Ended:
    """A run by dag.test(), which honours tries as the scheduler does: its state, its tasks' states, its XComs."""

    def __init__(self, dag, conf=None):
        with contextlib.redirect_stdout(sys.stderr):
            run = dag.test(run_conf=conf)
        self.name = f"{run.dag_id}/{run.run_id}"
        self.state = str(run.state)
        self.tasks = {task.task_id: str(task.state) for task in run.get_task_instances()}
        with create_session() as session:
            rows = session.scalars(XComModel.get_many(run_id=run.run_id, dag_ids=run.dag_id, key="return_value"))
            self.xcom = {row.task_id: XComModel.deserialize_value(row) for row in rows}

    def __str__(self):
        return f"{self.state}\n{self.tasks}\n{self.xcom}\ntries {volume.tries()}, exits {volume.exits()}"


def all_are(states, word):
    return set(states.values()) == {word}


bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
check("three DAGs without an import error", not bag.import_errors and sorted(bag.dags) == [
    "leadforest", "leadforest_arrivals", "leadforest_drift"], bag.import_errors)
line, drift, arrivals = (bag.dags[name] for name in ("leadforest", "leadforest_drift", "leadforest_arrivals"))
check("the stages follow each other", all(
    line.get_task(a).downstream_task_ids == {b} for a, b in zip(stages.LINE, stages.LINE[1:])))
volume = Volume()

with volume.kill_once("train"):
    run = Ended(line)
check("the complete line runs", run.state == "success" and all_are(run.tasks, "success"), run)
check("a killed stage is tried again, no other is",
      volume.tries() == {name: 2 if name == "train" else 1 for name in stages.LINE}, run)
check("the result line is the XCom", run.xcom["register"].get("status") == "promoted" and len(run.xcom) == 5, run)
check("all stages are part of one run, named after Airflow's", volume.parents() == {stages.run_uuid(run.name)})
answer, version = volume.served()
check("the api serves the model that it promoted", answer and version == run.xcom["register"]["version"], answer, run)

volume.forget()
run = Ended(line)
check("where there is nothing to do each stage is skipped, and the next runs all the same",
      run.state == "success" and all_are(run.tasks, "skipped") and volume.exits() == {s: [99] for s in stages.LINE}, run)

volume.forget()
volume.spoil()
run = Ended(line)
check("bad data are not tried again", volume.exits() == {"etl": [65]} and run.tasks["etl"] == "failed", run)
check("what follows does not run, and the model stays",
      run.state == "failed" and run.tasks["score"] == "upstream_failed" and volume.champion() == version, run)
volume.mend()

volume.forget()
os.environ["THREADS"] = "many"
run = Ended(line)
del os.environ["THREADS"]
check("a wrong setting is not tried again", run.tasks["etl"] == "failed" and run.state == "failed", run)

volume.forget()
with volume.lock("etl", 1):
    run = Ended(line)
check("what may succeed later is tried again until it does",
      run.state == "success" and volume.exits()["etl"][0] == 75 and volume.exits()["etl"][-1] == 99, run)

volume.forget()
run = Ended(drift)
check("drift without a reason to train ends there", run.state == "success" and run.tasks["retrain"] == "skipped"
      and run.xcom["drift"]["retrain"] is False, run)

os.environ.update(LEADFOREST_NOW=LATER, DRIFT_AGE_DAYS="1")
run = Ended(drift)
with create_session() as session:
    asked = [made.conf for made in session.query(DagRun).filter(DagRun.dag_id == "leadforest") if made.conf]
check("a request of drift starts the pipeline, and says why", run.tasks["retrain"] == "success" and len(asked) == 1
      and asked[0]["alarm"] is True and asked[0]["reason"] == run.xcom["drift"]["reason"], run, asked)
volume.forget()
run = Ended(line, conf=asked[0])
check("which then trains for the alarm", run.state == "success" and run.tasks["train"] == "success"
      and run.tasks["etl"] == "skipped" and run.tasks["register"] == "success", run)

stages.QUIET_SECONDS = 0
check("files at rest are an arrival, once", stages.data_arrived() and not stages.data_arrived())
(volume.data / "raw/customers-new.csv").write_text("email,business_type,business_size,_date\n")
stages.QUIET_SECONDS = 3600
check("a file that may still grow is none yet", not stages.data_arrived())
stages.QUIET_SECONDS = 0
check("at rest it is", stages.data_arrived() and not stages.data_arrived())
(volume.data / "raw/inbox").mkdir()
(volume.data / "raw/inbox/stripe-a-2026-06-03.ndjson").write_text("{}\n")
stages.QUIET_SECONDS = 3600
check("the inbox is taken as it grows", stages.data_arrived() and not stages.data_arrived())
check("arrivals wait, then start the pipeline", arrivals.get_task("files_arrived").downstream_task_ids == {"run_line"}
      and arrivals.get_task("run_line").trigger_dag_id == "leadforest")

volume.remove()
finish()
