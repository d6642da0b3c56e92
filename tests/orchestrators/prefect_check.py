"""The flows of deploy/prefect: run here against the server, then deployed and started by events."""
import os
import subprocess
import time
import urllib.request

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.sorting import FlowRunSort

import leadforest_flows as flows
import leadforest_stages as stages
from fixture import LATER, Volume, check, finish


def in_time(seconds, condition):
    for _ in range(seconds * 5):
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.2)
    return None


def latest_runs():
    """Of the deployed flows, newest first: (name of the flow's deployment, parameters, state)."""
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=50)
        return [run for run in runs if run.deployment_id and not run.auto_scheduled]


def ended(count):
    runs = latest_runs()
    return len(runs) >= count and all(run.state.is_final() for run in runs) and runs


def stop_the_clocks():
    """The deployments' schedules: what runs from now on was started by an event, at whatever time of day this is."""
    with get_client(sync_client=True) as client:
        for deployment in client.read_deployments():
            for schedule in deployment.schedules:
                client.update_deployment_schedule(deployment.id, schedule.id, active=False)
        return not any(schedule.active for deployment in client.read_deployments() for schedule in deployment.schedules)


def tell(state):
    return f"{state}\ntries {volume.tries()}, exits {volume.exits()}"


def prefect(*arguments):
    made = subprocess.run(["prefect", "--no-prompt", *arguments], cwd=os.environ["LEADFOREST_FLOWS"], text=True,
                          capture_output=True)
    return made.returncode == 0, made.stdout + made.stderr


check("a server answers", in_time(240, lambda: urllib.request.urlopen(os.environ["PREFECT_API_URL"] + "/health")))
volume = Volume()

with volume.kill_once("train"):
    state = flows.line(return_state=True)
check("the complete line runs", state.is_completed(), tell(state))
check("a killed stage is tried again, no other is",
      volume.tries() == {name: 2 if name == "train" else 1 for name in stages.LINE}, tell(state))
results = state.result(raise_on_failure=False)
check("the flow's result is the result lines", results["register"]["status"] == "promoted" and len(results) == 5, results)
check("all stages are part of Prefect's run", volume.parents() == {str(state.state_details.flow_run_id)})
answer, version = volume.served()
check("the api serves the model that it promoted", answer and version == results["register"]["version"], answer)

volume.forget()
state = flows.line(return_state=True)
check("where there is nothing to do each stage says so, and the next runs all the same",
      state.is_completed() and volume.exits() == {name: [99] for name in stages.LINE}, tell(state))

volume.forget()
volume.spoil()
state = flows.line(return_state=True)
check("bad data are not tried again, nothing follows, and the model stays",
      state.is_failed() and volume.exits() == {"etl": [65]} and volume.champion() == version, tell(state))
volume.mend()

volume.forget()
with volume.lock("etl", 1):
    state = flows.line(return_state=True)
check("what may succeed later is tried again until it does",
      state.is_completed() and volume.exits()["etl"][0] == 75 and volume.exits()["etl"][-1] == 99, tell(state))

config = yaml.safe_load(open(os.environ["LEADFOREST_FLOWS"] + "/prefect.yaml"))
crons = {d["name"]: d["schedules"][0].get("cron") for d in config["deployments"]}
check("the schedules are those of the other orchestrators",
      crons == {"line": stages.NIGHTLY, "drift": stages.DRIFT_DAILY, "arrivals": None}, crons)

os.environ.update(LEADFOREST_NOW=LATER, DRIFT_AGE_DAYS="1")
check("a work pool is made", *prefect("work-pool", "create", "--type", "process", "leadforest"))
check("the flows are deployed, with schedules and triggers", *prefect("deploy", "--all"))
check("the clocks are stopped", stop_the_clocks())
with open(os.environ["PREFECT_HOME"] + "/worker", "w") as log:
    worker = subprocess.Popen(["prefect", "worker", "start", "--pool", "leadforest"], stdout=log, stderr=log)
volume.forget()
result = flows.drift()
runs = in_time(180, lambda: ended(1))
check("a request of drift starts the pipeline on the worker, for the alarm",
      runs and runs[0].parameters == {"alarm": True} and runs[0].state.is_completed(), result, runs)
check("which trains anew", volume.exits().get("train") == [0] and volume.exits().get("register") == [0], volume.exits())

stages.QUIET_SECONDS = 0
stages.data_arrived()
stages.QUIET_SECONDS = 3600
check("nothing new in raw/ does not count as an arrival", flows.arrivals() is False)
(volume.data / "raw/customers-new.csv").write_text("email,business_type,business_size,_date\n"
                                                   "new@example.com,Dental,10-25,2026-05-31T10:00:00Z\n")
check("a file that may still grow is none yet", flows.arrivals() is False)
stages.QUIET_SECONDS = 0
volume.forget()
check("one at rest is, once", flows.arrivals() is True and flows.arrivals() is False)
runs = in_time(180, lambda: ended(2))
check("and starts the pipeline", runs and runs[0].parameters == {"alarm": False} and runs[0].state.is_completed()
      and volume.exits().get("etl") == [0], runs, volume.exits())

worker.terminate()
worker.wait()
volume.remove()
finish()
