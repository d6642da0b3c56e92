#!/usr/bin/env python3
"""Stands in for an MLflow server (tracking, model registry, artifact proxy), as strict as the real one.

mlflow.py PORT_FILE [HOST_ALLOWED [AUTHORIZATION]]   AUTHORIZATION: the header that requests must have

What it answers is checked against the real server's by tests/full/mlflow.sh, with mlflow_questions.py.
GET /-/state tells all it has, without ids of its own and times, so that two of them compare; DELETE forgets it.
"""
import hashlib
import itertools
import json
import re
import sys
import urllib.parse
import uuid

import fake

API, ARTIFACTS = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts"
KEY = re.compile(r"[/\w.\- :]+")
MOST = {"metrics": 1000, "params": 100, "tags": 100}
TAG = re.compile(r"(?:name = '(?P<name>[^']*)' and )?tags\.`(?P<key>[^`]+)` = '(?P<value>[^']*)'")


def invalid(message):
    return fake.Refusal(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": message})


def exists(what):
    return fake.Refusal(400, {"error_code": "RESOURCE_ALREADY_EXISTS", "message": f"{what} already exists."})


def absent(what):
    return fake.Refusal(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"{what} not found"})


def need(body, where, **fields):
    """Each field is there and of its type."""
    for name, kind in fields.items():
        if name not in body:
            raise invalid(f"Missing value for required parameter '{where}{name}'.")
        if not isinstance(body[name], kind) or isinstance(body[name], bool):
            raise invalid(f"Invalid value for parameter '{where}{name}'.")


def as_dict(tags):
    return {tag["key"]: tag["value"] for tag in tags}


def as_pairs(tags):
    return [{"key": key, "value": value} for key, value in tags.items()]


class Mlflow(fake.Fake):
    def __init__(self, host, authorization):
        super().__init__()
        self.host, self.authorization, self.numbers = host, authorization, itertools.count(1)
        self.forget()

    def forget(self):
        self.experiments, self.runs, self.models, self.artifacts = {}, {}, {}, {}
        self.journal.clear()

    def control(self, method, path, body):
        if (method, path) == ("GET", "/-/state"):
            return json.dumps(self.state(), sort_keys=True, indent=1)
        if (method, path) == ("DELETE", "/-/state"):
            self.forget()
            return ""
        return super().control(method, path, body)

    def state(self):
        def artifacts(run):
            folder = f"{run['artifacts']}/"
            return {path[len(folder):]: hashlib.sha256(data).hexdigest()
                    for path, data in self.artifacts.items() if path.startswith(folder)}
        names = {number: name for name, number in self.experiments.items()}
        runs = [{"status": run["status"], "experiment": names[run["experiment"]], "params": run["params"],
                 "metrics": sorted(run["metrics"]), "tags": run["tags"], "inputs": sorted(run["inputs"]),
                 "artifacts": artifacts(run)} for run in self.runs.values()]
        return {"experiments": sorted(self.experiments), "runs": runs,
                "models": {name: {"aliases": model["aliases"],
                                  "versions": [{"run": self.runs[version["run_id"]]["tags"]["pipeline_run_id"],
                                                "tags": as_dict(version["tags"])} for version in model["versions"]]}
                           for name, model in self.models.items()}}

    # ---- what every request passes ----

    def handle(self, method, path, query, headers, body):
        if path in ("/health", "/version"):
            return b"OK"
        host = headers.get("Host", "")
        if host != self.host and host.rpartition(":")[0] not in ("localhost", "127.0.0.1"):
            raise fake.Refusal(403, b"Invalid Host header - possible DNS rebinding attack detected")
        if self.authorization and headers.get("Authorization", "") != self.authorization:
            raise fake.Refusal(401, b"You are not authenticated.")
        if path == ARTIFACTS or path.startswith(ARTIFACTS + "/"):
            return self.handle_artifact(method, urllib.parse.unquote(path[len(ARTIFACTS) + 1:]), dict(query), body)
        name = path.removeprefix(API).replace("/", "_").replace("-", "_")
        call = getattr(self, f"{method.lower()}_{name}", None)
        if call is None or not path.startswith(API):
            raise fake.Refusal(404, b"<!doctype html>")
        if method == "GET":
            return call(dict(query))
        if headers.get("Content-Type", "").split(";")[0] != "application/json":
            raise invalid("Bad Request. Content-Type must be one of ['application/json'].")
        return call(json.loads(body))

    def handle_artifact(self, method, path, query, body):
        path = path or query.get("path", "")
        if ".." in path.split("/") or path.startswith("/"):
            raise invalid("Invalid path")
        if method == "PUT":
            self.artifacts[path] = body
            return b""
        if "path" in query:
            files = {p[len(path) + 1:]: data for p, data in self.artifacts.items() if p.startswith(path + "/")}
            return {"files": [{"path": p, "is_dir": False, "file_size": len(d)} for p, d in files.items() if "/" not in p]}
        if path not in self.artifacts:
            raise absent(f"No such artifact: '{path}'")
        return self.artifacts[path]

    # ---- experiments and runs ----

    def get_experiments_get_by_name(self, query):
        need(query, "", experiment_name=str)
        if query["experiment_name"] not in self.experiments:
            raise absent("experiment")
        number = self.experiments[query["experiment_name"]]
        return {"experiment": {"experiment_id": number, "name": query["experiment_name"], "lifecycle_stage": "active",
                               "artifact_location": f"mlflow-artifacts:/{number}"}}

    def post_experiments_create(self, body):
        need(body, "", name=str)
        if body["name"] in self.experiments:
            raise exists(f"Experiment(name={body['name']})")
        self.experiments[body["name"]] = str(next(self.numbers))
        return {"experiment_id": self.experiments[body["name"]]}

    def run(self, body):
        need(body, "", run_id=str)
        if body["run_id"] not in self.runs:
            raise absent(f"Run with id={body['run_id']}")
        return self.runs[body["run_id"]]

    @staticmethod
    def told(number, run):
        return {"info": {"run_id": number, "experiment_id": run["experiment"], "status": run["status"],
                         "start_time": run["start_time"], "artifact_uri": f"mlflow-artifacts:/{run['artifacts']}"},
                "data": {"tags": as_pairs(run["tags"]), "params": as_pairs(run["params"])}}

    def post_runs_create(self, body):
        if body.get("experiment_id") not in self.experiments.values():
            raise absent(f"No Experiment with id={body.get('experiment_id')}")
        need(body, "", start_time=int)
        number = uuid.uuid4().hex
        self.runs[number] = {"experiment": body["experiment_id"], "status": "RUNNING", "params": {}, "metrics": set(),
                             "tags": as_dict(body.get("tags", [])), "inputs": set(), "start_time": body["start_time"],
                             "artifacts": f"{body['experiment_id']}/{number}/artifacts"}
        return {"run": self.told(number, self.runs[number])}

    def post_runs_search(self, body):
        wanted = TAG.fullmatch(body["filter"])
        if not wanted:
            raise invalid("Invalid filter")
        found = [self.told(number, run) for number, run in self.runs.items()
                 if run["experiment"] in body["experiment_ids"] and run["tags"].get(wanted["key"]) == wanted["value"]]
        return {"runs": found[:body.get("max_results", 1000)]} if found else {}

    def post_runs_log_batch(self, body):
        run = self.run(body)
        metrics, params, tags = (body.get(kind, []) for kind in MOST)
        for kind, most in MOST.items():
            if len(body.get(kind, [])) > most:
                raise invalid(f"A batch logging request can contain at most {most} {kind}.")
            for i, item in enumerate(body.get(kind, [])):
                need(item, f"{kind}[{i}].", key=str, value=(int, float) if kind == "metrics" else str)
                if not KEY.fullmatch(item["key"]) or len(item["key"]) > 250:
                    raise invalid(f"Invalid value \"{item['key']}\" for parameter '{kind}[{i}].key' supplied")
                if kind == "metrics":
                    need(item, f"metrics[{i}].", timestamp=int)
        if len(metrics) + len(params) + len(tags) > 1000:
            raise invalid("A batch logging request can contain at most 1000 entities.")
        if len(as_dict(params)) < len(params):
            raise invalid("Duplicate parameter keys have been submitted")
        if any(run["params"].get(p["key"], p["value"]) != p["value"] or len(p["value"]) > 6000 for p in params):
            raise invalid("Changing param values is not allowed.")
        if any(len(tag["value"]) > 8000 for tag in tags):
            raise invalid("tag value exceeds the maximum length")
        run["params"].update(as_dict(params))
        run["tags"].update(as_dict(tags))
        run["metrics"].update((m["key"], m["value"], m["timestamp"], m.get("step", 0)) for m in metrics)
        return {}

    def post_runs_log_inputs(self, body):
        run = self.run(body)
        need(body, "", datasets=list)
        for i, item in enumerate(body["datasets"]):
            need(item, f"datasets[{i}].", dataset=dict)
            data = item["dataset"]
            need(data, f"datasets[{i}].dataset.", name=str, digest=str, source_type=str)
            if len(data["digest"]) > 36:
                raise invalid("'digest' exceeds the maximum length of 36 characters")
            run["inputs"].add((data["name"], data["digest"], json.dumps(item, sort_keys=True)))
        return {}

    def post_runs_update(self, body):
        run = self.run(body)
        run["status"] = body.get("status", run["status"])
        return {"run_info": self.told(body["run_id"], run)["info"]}

    # ---- models ----

    def model(self, body):
        need(body, "", name=str)
        if body["name"] not in self.models:
            raise absent(f"Registered Model with name={body['name']}")
        return self.models[body["name"]]

    def version(self, body):
        need(body, "", version=str)
        versions = self.model(body)["versions"]
        if not body["version"].isdigit() or not 0 < int(body["version"]) <= len(versions):
            raise absent(f"Model Version (name={body['name']}, version={body['version']})")
        return versions[int(body["version"]) - 1]

    def post_registered_models_create(self, body):
        need(body, "", name=str)
        if body["name"] in self.models:
            raise exists(f"Registered Model (name={body['name']})")
        self.models[body["name"]] = {"versions": [], "aliases": {}}
        return {"registered_model": {"name": body["name"]}}

    def post_model_versions_create(self, body):
        need(body, "", name=str, source=str)
        source = body["source"]
        if ".." in source.split("/") or not source.startswith("mlflow-artifacts:/") or "?" in source or "#" in source:
            raise invalid(f"Invalid model version source: '{source}'.")
        run = self.runs.get(body.get("run_id"))
        if run is None or not source.startswith(f"mlflow-artifacts:/{run['artifacts']}/"):
            raise invalid(f"Invalid model version source: '{source}'. The run_id request parameter must identify it.")
        versions = self.model(body)["versions"]
        versions.append({"name": body["name"], "version": str(len(versions) + 1), "source": source, "status": "READY",
                         "run_id": body["run_id"], "tags": body.get("tags", [])})
        return {"model_version": versions[-1]}

    def get_model_versions_search(self, query):
        wanted = TAG.fullmatch(query.get("filter", ""))
        if not wanted:
            raise invalid("Invalid filter")
        found = [version for version in self.models.get(wanted["name"], {"versions": []})["versions"]
                 if as_dict(version["tags"]).get(wanted["key"]) == wanted["value"]]
        return {"model_versions": found} if found else {}

    def post_model_versions_set_tag(self, body):
        version = self.version(body)
        need(body, "", key=str)
        version["tags"] = as_pairs(as_dict(version["tags"]) | {body["key"]: body["value"]})
        return {}

    def post_registered_models_alias(self, body):
        need(body, "", name=str, alias=str, version=str)
        if body["alias"].lower() == "latest" or re.fullmatch(r"v\d+", body["alias"].lower()):
            raise invalid(f"'{body['alias']}' alias name (case insensitive) is reserved.")
        self.version(body)
        self.model(body)["aliases"][body["alias"]] = body["version"]
        return {}

    def get_registered_models_alias(self, query):
        need(query, "", name=str, alias=str)
        model = self.model(query)
        if query["alias"] not in model["aliases"]:
            raise invalid(f"Registered model alias {query['alias']} not found.")
        return {"model_version": model["versions"][int(model["aliases"][query["alias"]]) - 1]}


if __name__ == "__main__":
    fake.serve(Mlflow(*(sys.argv[2:] + [None, None])[:2]), sys.argv[1])
