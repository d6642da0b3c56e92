"""Fargate tasks as processes of this machine: what moto's interpreter of state machines asks of ECS, done for real.

moto interprets the states but runs no containers. Here the override's command runs with its environment, its output
goes to the log stream where the awslogs driver would put it, and a code other than 0 fails the state as ECS does:
States.TaskFailed, with the task's description as the cause.
"""
import json
import os
import subprocess
import time
import uuid

import boto3
from botocore.validate import ParamValidator
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_ecs import (
    StateTaskServiceEcs,
)
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils import json_path


def renamed(value, change):
    """The same with the first letter of every name changed: capital in state machines, small in the services' APIs."""
    if isinstance(value, dict):
        return {change(key[:1]) + key[1:]: renamed(part, change) for key, part in value.items()}
    return [renamed(part, change) for part in value] if isinstance(value, list) else value


def asked_for(parameters):
    """The container override, after a check that the request is a RunTask request on things that exist."""
    request = renamed(parameters, str.lower)
    ecs = boto3.client("ecs")
    shape = ecs.meta.service_model.operation_model("RunTask").input_shape
    wrong = ParamValidator().validate(request, shape)
    if wrong.has_errors():
        raise ValueError(wrong.generate_report())
    definition = ecs.describe_task_definition(taskDefinition=request["taskDefinition"])["taskDefinition"]
    override = request["overrides"]["containerOverrides"][0]
    container = next(c for c in definition["containerDefinitions"] if c["name"] == override["name"])
    assert ecs.describe_clusters(clusters=[request["cluster"]])["clusters"]
    return override, container["logConfiguration"]["options"]


def write_log(options, container, task, output):
    logs = boto3.client("logs")
    stream = f"{options['awslogs-stream-prefix']}/{container}/{task}"
    logs.create_log_stream(logGroupName=options["awslogs-group"], logStreamName=stream)
    now = int(time.time() * 1000)
    lines = [{"timestamp": now, "message": line} for line in output.splitlines()]
    if lines:
        logs.put_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, logEvents=lines)


def run_task(parameters):
    override, options = asked_for(parameters)
    variables = {pair["name"]: pair["value"] for pair in override["environment"]}
    ended = subprocess.run(override["command"], env=os.environ | variables, text=True, stdout=subprocess.PIPE)
    code = ended.returncode if ended.returncode >= 0 else 128 - ended.returncode
    task = uuid.uuid4().hex
    write_log(options, override["name"], task, ended.stdout)
    return {
        "TaskArn": f"arn:aws:ecs:eu-central-1:123456789012:task/leadforest/{task}",
        "LastStatus": "STOPPED",
        "StopCode": "EssentialContainerExited",
        "StoppedReason": "Essential container in task exited",
        "Containers": [{"Name": override["name"], "ExitCode": code}],
    }


def read_log(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """aws-sdk:cloudwatchlogs:getLogEvents, which moto has under the names of the API."""
    assert (self.resource.api_name, self.resource.api_action) == ("cloudwatchlogs", "getLogEvents")
    answer = boto3.client("logs").get_log_events(**renamed(normalised_parameters, str.lower))
    env.stack.append(renamed({"events": answer["events"]}, str.upper))


def start_task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    env.stack.append({"Tasks": [run_task(normalised_parameters)]})


def end_of_task(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    task = env.stack.pop()["Tasks"][0]

    def resolve():
        if task["Containers"][0]["ExitCode"] == 0:
            return task
        raise FailureEventException(FailureEvent(
            env=env, error_name=StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=TaskFailedEventDetails(
                error="States.TaskFailed", cause=json.dumps(task), resource="runTask.sync", resourceType="ecs"))))

    return resolve


def take_the_place_of_ecs():
    StateTaskServiceEcs._eval_service_task = start_task
    StateTaskServiceEcs._build_sync_resolver = end_of_task
    StateTaskServiceAwsSdk._eval_service_task = read_log
    json_path.Index = ()  # for $.a[0].b moto gives a list of one, the service b itself; nothing is an instance of ()
