"""leadforest in Airflow 3 (and 2.11 with the standard provider): the pipeline at night, on data, and when drift asks.

leadforest           etl >> features >> train >> register >> score, every night
leadforest_drift     asks once a day whether a training is due, and starts leadforest where it is
leadforest_arrivals  waits for new files in raw/ and starts leadforest

The programs are found on PATH and take their settings, DATA_DIR first, from the worker's environment.
"""
from datetime import timedelta

import pendulum
from airflow.providers.common.compat.sdk import (
    DAG,
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
    TriggerRule,
    task,
)
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

import leadforest_stages as stages


def conclude(context, code, output):
    """A stage ended with this code and said this last: success with its result line, skip, another try, or none."""
    result = stages.result_of(output)
    if stages.asks_for(code) == stages.STOP:
        raise AirflowFailException(f"exit {code}, which a retry cannot fix: {result.get('error')}")
    if stages.asks_for(code) == stages.AGAIN:
        raise AirflowException(f"exit {code}: {result.get('error')}")
    if code == stages.NOTHING_TO_DO:
        context["ti"].xcom_push(key="return_value", value=result)
        raise AirflowSkipException("nothing to do")
    return result


class StageOperator(BashOperator):
    """A program of leadforest; its exit code decides how the task ends, its result line is the XCom."""

    def __init__(self, *, stage, **kwargs):
        super().__init__(
            task_id=stage,
            bash_command=f"exec leadforest-{stage}",
            append_env=True,
            retries=stages.RETRIES,
            retry_delay=timedelta(seconds=stages.RETRY_SECONDS),
            retry_exponential_backoff=True,
            execution_timeout=timedelta(seconds=stages.STAGE_SECONDS),
            trigger_rule=TriggerRule.NONE_FAILED,
            **kwargs,
        )

    def get_env(self, context):
        run = context["dag_run"]
        return super().get_env(context) | stages.environment(
            f"{run.dag_id}/{run.run_id}", alarm=(run.conf or {}).get("alarm", False)
        )

    def execute(self, context):
        ended = self.subprocess_hook.run_command(["bash", "-c", self.bash_command], env=self.get_env(context))
        return conclude(context, ended.exit_code, ended.output)


START = pendulum.datetime(2026, 1, 1, tz="UTC")

with DAG("leadforest", schedule=stages.NIGHTLY, start_date=START, catchup=False, max_active_runs=1, doc_md=__doc__):
    before = None
    for name in stages.LINE:
        stage = StageOperator(stage=name)
        if before is not None:
            before >> stage
        before = stage


with DAG(
    "leadforest_drift", schedule=stages.DRIFT_DAILY, start_date=START, catchup=False, max_active_runs=1, doc_md=__doc__
):

    @task.short_circuit(trigger_rule=TriggerRule.NONE_FAILED)
    def training_is_due(result):
        return bool(result and result.get("retrain"))

    drift = StageOperator(stage="drift")
    retrain = TriggerDagRunOperator(task_id="retrain", trigger_dag_id="leadforest", conf=drift.output)
    training_is_due(drift.output) >> retrain


with DAG(
    "leadforest_arrivals", schedule="@continuous", start_date=START, catchup=False, max_active_runs=1, doc_md=__doc__
):

    @task.sensor(poke_interval=300, timeout=24 * 3600, mode="reschedule", soft_fail=True)
    def files_arrived():
        return stages.data_arrived()

    files_arrived() >> TriggerDagRunOperator(
        task_id="run_line", trigger_dag_id="leadforest", wait_for_completion=True, poke_interval=30
    )
