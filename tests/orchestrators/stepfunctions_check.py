"""The template of deploy/stepfunctions, deployed into moto and executed, with programs in place of Fargate tasks."""
import json
import os
import re
import sys
import time
import uuid

import boto3
from cfnlint.decode import cfn_yaml
from moto import mock_aws
from moto.stepfunctions.models import stepfunctions_backends

import fargate
import leadforest_stages as stages
from fixture import LATER, Volume, check, finish


def deploy(text):
    """The stack's status and resources, by logical id."""
    ec2 = boto3.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
               for n, zone in enumerate(zones[:2])]
    values = {"WorkerImage": "leadforest-worker", "VpcId": vpc, "Subnets": ",".join(subnets), "RetrySeconds": "1",
              "PseudonymKey": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:leadforest"}
    cloud = boto3.client("cloudformation")
    cloud.create_stack(StackName="leadforest", TemplateBody=text, Capabilities=["CAPABILITY_IAM"],
                       Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()])
    made = cloud.describe_stack_resources(StackName="leadforest")["StackResources"]
    return (cloud.describe_stacks(StackName="leadforest")["Stacks"][0]["StackStatus"],
            {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in made if "PhysicalResourceId" in r})


def as_moto_reads_it(template):
    """The same state machine as a string, its substitutions joined in: moto knows neither Definition nor those."""
    line = template["Resources"]["Line"]["Properties"]
    names = line.pop("DefinitionSubstitutions")
    parts = re.split(r"\$\{(\w+)\}", json.dumps(line.pop("Definition")))
    line["DefinitionString"] = {"Fn::Join": ["", [names[p] if n % 2 else p for n, p in enumerate(parts)]]}
    return json.dumps(template)


def make_executable():
    """moto's CloudFormation gives state machines to a backend that only stores them: the same again, for the one that
    executes them. The definition."""
    stored = stepfunctions_backends["123456789012"]["eu-central-1"].state_machines[0]
    made = boto3.client("stepfunctions").create_state_machine(name="line", definition=stored.definition,
                                                              roleArn=stored.roleArn)
    resources["Line"] = made["stateMachineArn"]
    return json.loads(stored.definition)


class Execution:
    """An execution to its end: status, cause where it failed, the stages' result lines, the states it entered."""

    def __init__(self, asked):
        machines = boto3.client("stepfunctions")
        arn = machines.start_execution(stateMachineArn=resources["Line"], name=str(uuid.uuid4()), input=asked)["executionArn"]
        for _ in range(6000):
            ended = machines.describe_execution(executionArn=arn)
            if ended["status"] != "RUNNING":
                break
            time.sleep(0.1)
        self.status, self.cause = ended["status"], ended.get("cause")
        self.results = json.loads(ended.get("output") or "{}").get("results", [])
        events = machines.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        self.states = [e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e]

    def __str__(self):
        return (f"{self.status}: {self.cause}\n{self.results}\n{self.states}\n"
                f"tries {volume.tries()}, exits {volume.exits()}")


def schedule(name):
    """As in the template: moto's CloudFormation makes no schedules."""
    return template["Resources"][name]["Properties"]


def cron(expression):
    """"0 2 * * *" as EventBridge writes it."""
    minute, hour, day, month, _ = expression.split()
    return f"cron({minute} {hour} {day} {month} ? *)"


def check_template():
    check("the stack is made", status == "CREATE_COMPLETE", status, resources)
    states = definition["States"]
    inner = states["Stages"]["ItemProcessor"]["States"]
    told = {c.get("NumericEquals"): choice["Next"] for choice in inner["ByExitCode"]["Choices"]
            for c in choice.get("Or", [choice]) if "NumericEquals" in c}
    wanted = {code: "Failed" if asks == stages.STOP else "EndedWell"
              for code, asks in stages.EXIT_CODES.items() if code and asks != stages.AGAIN}
    check("stages, tries and exit codes are those of the other orchestrators",
          tuple(states["PlanLine"]["Parameters"]["stages"]) == stages.LINE and told == wanted
          and inner["Again"]["Choices"][0]["NumericGreaterThanEquals"] == stages.RETRIES
          and inner["Run"]["TimeoutSeconds"] == stages.STAGE_SECONDS, told, wanted)
    check("so are the schedules", schedule("Nightly")["ScheduleExpression"] == cron(stages.NIGHTLY)
          and schedule("DriftDaily")["ScheduleExpression"] == cron(stages.DRIFT_DAILY))


def check_line():
    nightly = schedule("Nightly")["Target"]
    check("the schedule starts this state machine", nightly["Arn"] == {"Ref": "Line"}, nightly)
    with volume.kill_once("train"):
        run = Execution(nightly["Input"])
    check("the complete line runs on what the schedule sends", run.status == "SUCCEEDED", run)
    check("a killed stage is tried again, no other is",
          volume.tries() == {name: 2 if name == "train" else 1 for name in stages.LINE}, run)
    check("the result lines are read from the log", [r["stage"] for r in run.results] == list(stages.LINE)
          and run.results[3].get("status") == "promoted", run)
    check("all stages are part of one run", len(volume.parents()) == 1, volume.parents())
    answer, version = volume.served()
    check("the api serves the model that it promoted", answer and version == run.results[3]["version"], answer, run)
    return nightly["Input"]


def check_exit_codes(nightly):
    version = volume.champion()
    volume.forget()
    run = Execution(nightly)
    check("where there is nothing to do each stage says so, and the next runs all the same",
          run.status == "SUCCEEDED" and volume.exits() == {name: [99] for name in stages.LINE}
          and {r["status"] for r in run.results} == {"nothing to do"}, run)

    volume.forget()
    volume.spoil()
    run = Execution(nightly)
    volume.mend()
    check("bad data are not tried again, nothing follows, and the model stays",
          run.status == "FAILED" and volume.exits() == {"etl": [65]} and volume.champion() == version, run)
    check("the failure says what the task said", json.loads(run.cause)["Containers"][0]["ExitCode"] == 65, run)

    volume.forget()
    with volume.lock("etl", 1):
        run = Execution(nightly)
    check("what may succeed later is tried again until it does", run.status == "SUCCEEDED"
          and volume.exits()["etl"][0] == 75 and volume.exits()["etl"][-1] == 99, run)

    volume.forget()
    with volume.lock("etl", stages.RETRIES + 1):
        run = Execution(nightly)
        check("but not forever", run.status == "FAILED" and volume.exits() == {"etl": [75] * (stages.RETRIES + 1)}, run)


def check_drift():
    daily = schedule("DriftDaily")["Target"]["Input"]
    volume.forget()
    run = Execution(daily)
    check("drift without a reason to train ends there", run.status == "SUCCEEDED"
          and volume.exits() == {"drift": [0]} and "PlanLine" not in run.states, run)

    os.environ.update(LEADFOREST_NOW=LATER, DRIFT_AGE_DAYS="1")
    volume.forget()
    run = Execution(daily)
    check("when drift asks the pipeline follows and trains for the alarm", run.status == "SUCCEEDED"
          and "ForAlarm" in run.states and volume.exits().get("train") == [0]
          and volume.exits().get("register") == [0], run)


fargate.take_the_place_of_ecs()
template = cfn_yaml.load(sys.argv[1])
with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    status, resources = deploy(as_moto_reads_it(template))
    definition = make_executable()
    check_template()
    volume = Volume()
    check_exit_codes(check_line())
    check_drift()
    volume.remove()
    finish()
