"""leadforest in Prefect 3: the pipeline, and two flows whose events start it; prefect.yaml says when.

line      etl, features, train, register, score
drift     asks whether a training is due, and says so by the event leadforest.training.due
arrivals  looks for new files in raw/, and says so by the event leadforest.data.arrived

The programs are found on PATH and take their settings, DATA_DIR first, from the environment of the worker.
"""
import os
import subprocess

from prefect import flow, get_run_logger, task
from prefect.events import emit_event
from prefect.runtime import flow_run
from prefect.states import Completed

import leadforest_stages as stages


class StageFailed(Exception):
    def __init__(self, stage, code, result):
        super().__init__(f"{stage}: exit {code}: {result.get('error', 'killed')}")
        self.code = code


async def is_worth_another_try(_task, _run, state):
    try:
        await state.result()
    except StageFailed as failed:
        return stages.asks_for(failed.code) == stages.AGAIN
    except Exception:
        return True  # out of time, say
    return False


@task(
    task_run_name="{stage}",
    retries=stages.RETRIES,
    retry_delay_seconds=[stages.RETRY_SECONDS * 2**n for n in range(stages.RETRIES)],
    retry_condition_fn=is_worth_another_try,
    timeout_seconds=stages.STAGE_SECONDS,
)
def run_stage(stage, alarm=False):
    """The result line of a stage. A stage with nothing to do is done as well, under that name."""
    variables = os.environ | stages.environment(flow_run.get_id(), alarm)
    process = subprocess.Popen([f"leadforest-{stage}"], env=variables, stdout=subprocess.PIPE, text=True)
    try:
        output, _ = process.communicate()
    finally:
        process.terminate()  # where the task is cancelled or out of time; nothing is left half done
        process.wait()
    result = stages.result_of(output)
    get_run_logger().info("exit %d: %s", process.returncode, result)
    if stages.asks_for(process.returncode) != stages.GO_ON:
        raise StageFailed(stage, process.returncode, result)
    if process.returncode == stages.NOTHING_TO_DO:
        return Completed(name="NothingToDo", data=result)
    return result


@flow(name="leadforest")
def line(alarm: bool = False):
    return {stage: run_stage(stage, alarm) for stage in stages.LINE}


@flow(name="leadforest-drift")
def drift():
    result = run_stage("drift")
    if result["retrain"]:
        emit_event("leadforest.training.due", resource={"prefect.resource.id": "leadforest"}, payload=result)
    return result


@flow(name="leadforest-arrivals")
def arrivals():
    arrived = stages.data_arrived()
    if arrived:
        emit_event("leadforest.data.arrived", resource={"prefect.resource.id": "leadforest"})
    return arrived
