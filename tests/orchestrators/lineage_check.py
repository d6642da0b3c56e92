"""Every event of a run of the pipeline, of one with nothing to do and of failures, in the eyes of the specification."""
import importlib
import inspect
import json
import os
import pkgutil
import sys

import openlineage.client.generated as published
from jsonschema import Draft202012Validator
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

from fixture import Volume, check, finish, leadforest


def published_facets():
    """The classes of the client's facets, by the address of the schema they are made from."""
    facets = {}
    for module in pkgutil.iter_modules(published.__path__):
        for _, made in inspect.getmembers(importlib.import_module(f"{published.__name__}.{module.name}"), inspect.isclass):
            if hasattr(made, "_get_schema") and made.__name__.endswith("Facet"):
                facets[made._get_schema()] = made
    return facets


def facets_of(event):
    parts = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
    for part in parts:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from part.get(kind, {}).items()


def made_by_the_client(event):
    """What the client's classes say against an event: unknown, missing or malformed members; None where nothing."""
    try:
        RunEvent(eventType=RunState[event["eventType"]], eventTime=event["eventTime"], producer=event["producer"],
                 run=Run(event["run"]["runId"]), job=Job(event["job"]["namespace"], event["job"]["name"]),
                 inputs=[InputDataset(d["namespace"], d["name"]) for d in event["inputs"]],
                 outputs=[OutputDataset(d["namespace"], d["name"]) for d in event["outputs"]])
        for name, facet in facets_of(event):
            if name != "leadforest_result":  # our own, as the specification allows
                KNOWN[facet["_schemaURL"]](**{k: v for k, v in facet.items() if not k.startswith("_")})
    except (TypeError, ValueError, KeyError) as problem:
        return f"{type(problem).__name__}: {problem}"
    return None


KNOWN = published_facets()
volume = Volume()
leadforest("pipeline", "run-all")
leadforest("pipeline", "run-all")
leadforest("drift")
leadforest("register", "rollback")
volume.spoil()
leadforest("etl")
leadforest("sync")
events = volume.events()
with open(sys.argv[1]) as file:
    validator = Draft202012Validator(json.load(file), format_checker=Draft202012Validator.FORMAT_CHECKER)

kinds = {(e["job"]["name"], e["eventType"]) for e in events}
check("every worker and every kind of end is among the events", len(kinds) >= 18 and {t for _, t in kinds} == {
    "START", "COMPLETE", "FAIL"}, sorted(kinds))
wrong = [f"{e['job']['name']} {e['eventType']}: {p.json_path}: {p.message}" for e in events for p in validator.iter_errors(e)]
check("every event is valid by the specification's schema", not wrong, *wrong[:20])
broken_event = json.loads(json.dumps(events[0])) | {"eventTime": "yesterday"}
del broken_event["run"]["runId"]
check("which an event without run id and time is not", len(list(validator.iter_errors(broken_event))) == 2)
wrong = [f"{e['job']['name']} {e['eventType']}: {problem}" for e in events if (problem := made_by_the_client(e))]
check("OpenLineage's own client makes the same facets of the same schemas", not wrong, *wrong[:20])
sent = {facet["_schemaURL"].rsplit("/", 1)[1] for e in events for _, facet in facets_of(e)}
check("version, schema, statistics, parent, time and error are among them", sent >= {
    "DatasetVersionDatasetFacet", "SchemaDatasetFacet", "OutputStatisticsOutputDatasetFacet", "ParentRunFacet",
    "NominalTimeRunFacet", "ErrorMessageRunFacet"}, sent)
volume.remove()
finish()
