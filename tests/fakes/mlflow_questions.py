#!/usr/bin/env python3
"""Asks an MLflow server what our client relies on, right and wrong; prints one line an answer: status and error code.

mlflow_questions.py URL   The fake and a real server must print the same.
"""
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

BASE = sys.argv[1] + "/api/2.0"
JSON = {"Content-Type": "application/json"}


def ask(what, method, path, body=None, headers=None, keep=None):
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, JSON if headers is None else headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        status, text = refused.code, refused.read()
    try:
        value = json.loads(text)
    except ValueError:
        value = {}
    told = value.get("error_code", "")
    if keep:
        for key in keep.split("."):
            value = value[int(key)] if key.isdigit() else value.get(key, {})
        told = re.sub(r"[0-9a-f]{32}", "<id>", str(value))
    print(f"{what}: {status} {told}".rstrip())
    return value


def tag_filter(value, name=""):
    return f"{name}tags.`pipeline_run_id` = '{value}'"


def questions():
    e = "questions"
    ask("no such experiment", "GET", f"/mlflow/experiments/get-by-name?experiment_name={e}")
    ask("a text instead of JSON", "POST", "/mlflow/experiments/create", {"name": e}, {"Content-Type": "text/plain"})
    ask("another host", "POST", "/mlflow/experiments/create", {"name": e}, JSON | {"Host": "mlflow.example:5000"})
    ask("no name", "POST", "/mlflow/experiments/create", {})
    ask("an experiment", "POST", "/mlflow/experiments/create", {"name": e})
    ask("again", "POST", "/mlflow/experiments/create", {"name": e})
    ask("found", "GET", f"/mlflow/experiments/get-by-name?experiment_name={e}", keep="experiment.lifecycle_stage")
    number = experiment_id(e)
    ask("a run of no experiment", "POST", "/mlflow/runs/create", {"experiment_id": "777", "start_time": 1})
    run = {"experiment_id": number, "run_name": "r", "start_time": 1790000000000,
           "tags": [{"key": "pipeline_run_id", "value": "abc"}]}
    search = {"experiment_ids": [number], "filter": tag_filter("abc"), "max_results": 1}
    ask("no run yet", "POST", "/mlflow/runs/search", search, keep="runs")
    ask("a run", "POST", "/mlflow/runs/create", run, keep="run.info.status")
    ask("found by its tag", "POST", "/mlflow/runs/search", search, keep="runs.0.info.status")
    r = run_id(search)
    batch = {"run_id": r, "metrics": [{"key": "m", "value": .5, "timestamp": 1790000000000, "step": 0}],
             "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "x"}]}
    for what in ("a batch", "the same again"):
        ask(what, "POST", "/mlflow/runs/log-batch", batch)
    for what, change in {
            "another value": {"params": [{"key": "p", "value": "2"}]},
            "a key with a star": {"params": [{"key": "p*", "value": "2"}]},
            "a key of 251": {"params": [{"key": "k" * 251, "value": "2"}]},
            "a key twice": {"params": [{"key": "q", "value": "2"}, {"key": "q", "value": "3"}]},
            "101 parameters": {"params": [{"key": f"k{i}", "value": "2"} for i in range(101)]},
            "a metric without time": {"metrics": [{"key": "m", "value": .5}]},
            "no such run": {"run_id": "0" * 32}}.items():
        ask(what, "POST", "/mlflow/runs/log-batch", {"run_id": r} | change)
    data = {"name": "features", "digest": "0" * 36, "source_type": "local", "source": "{}", "profile": "{}"}
    ask("a data set", "POST", "/mlflow/runs/log-inputs", {"run_id": r, "datasets": [{"dataset": data}]})
    ask("its digest too long", "POST", "/mlflow/runs/log-inputs",
        {"run_id": r, "datasets": [{"dataset": data | {"digest": "0" * 37}}]})
    here, raw = f"/mlflow-artifacts/artifacts/{number}/{r}/artifacts", {"Content-Type": "application/octet-stream"}
    ask("a file", "PUT", here + "/model/a%20file.bin", bytes(range(256)), raw)
    ask("what it holds", "GET", f"/mlflow-artifacts/artifacts?path={number}/{r}/artifacts/model", keep="files")
    ask("no such file", "GET", here + "/model/none", headers={})
    ask("out of the folder", "PUT", here + "/../../x", b"x", raw)
    ask("out of it, escaped", "PUT", here + "/%2e%2e/%2e%2e/x", b"x", raw)
    m = {"name": "questions"}
    ask("a model", "POST", "/mlflow/registered-models/create", m)
    ask("the model again", "POST", "/mlflow/registered-models/create", m)
    source = f"mlflow-artifacts:/{number}/{r}/artifacts/model"
    version = m | {"source": source, "run_id": r, "tags": [{"key": "pipeline_run_id", "value": "abc"}]}
    ask("no alias yet", "GET", "/mlflow/registered-models/alias?name=questions&alias=champion")
    ask("a version out of its run", "POST", "/mlflow/model-versions/create", version | {"source": f"{source}/../../x"})
    ask("a version of no run", "POST", "/mlflow/model-versions/create", m | {"source": source})
    ask("a version of no model", "POST", "/mlflow/model-versions/create", version | {"name": "nobody"})
    ask("no version yet", "GET", "/mlflow/model-versions/search?filter=" + quote(tag_filter("abc", "name = 'questions' and ")),
        keep="model_versions")
    for what in ("a version", "another"):
        ask(what, "POST", "/mlflow/model-versions/create", version, keep="model_version.version")
    ask("found by tag", "GET", "/mlflow/model-versions/search?filter=" + quote(tag_filter("abc", "name = 'questions' and ")),
        keep="model_versions.0.status")
    ask("a tag", "POST", "/mlflow/model-versions/set-tag", m | {"version": "1", "key": "validation_status", "value": "x"})
    ask("a tag of no version", "POST", "/mlflow/model-versions/set-tag", m | {"version": "9", "key": "k", "value": "x"})
    for number in ("1", "2"):
        ask("the alias", "POST", "/mlflow/registered-models/alias", m | {"alias": "champion", "version": number})
        ask("names", "GET", "/mlflow/registered-models/alias?name=questions&alias=champion", keep="model_version.version")
    ask("of no version", "POST", "/mlflow/registered-models/alias", m | {"alias": "champion", "version": "9"})
    ask("called latest", "POST", "/mlflow/registered-models/alias", m | {"alias": "latest", "version": "1"})
    ask("an end", "POST", "/mlflow/runs/update", {"run_id": r, "status": "FINISHED", "end_time": 1790000005000},
        keep="run_info.status")
    ask("an end of no run", "POST", "/mlflow/runs/update", {"run_id": "0" * 32, "status": "FINISHED"})
    ask("no such call", "GET", "/mlflow/nonsense")


def quote(text):
    return urllib.parse.quote(text, safe="")


def fetch(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(BASE + path, data, JSON)) as answer:
        return json.load(answer)


def experiment_id(name):
    return fetch(f"/mlflow/experiments/get-by-name?experiment_name={name}")["experiment"]["experiment_id"]


def run_id(search):
    return fetch("/mlflow/runs/search", search)["runs"][0]["info"]["run_id"]


questions()
