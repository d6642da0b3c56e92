"""MLflow's model against the api: `mlflow_check.py TRACKING_URI MODEL_URI API_URL SCHEMA`; the same answers to every cell
of the grid, to a category nobody has seen and to a missing one."""
import itertools
import json
import sys
import urllib.request
import warnings

warnings.filterwarnings("ignore")
import mlflow
import pandas

TOLERANCE = 5.1e-5  # the api gives four decimals

tracking, uri, api, schema = sys.argv[1:]
mlflow.set_tracking_uri(tracking)
model = mlflow.pyfunc.load_model(uri)
classes = model.metadata.metadata["classes"]
features = json.load(open(schema, encoding="utf-8"))["features"]
grid = list(itertools.product(*(feature["levels"] + ["never seen", ""] for feature in features)))
frame = pandas.DataFrame(grid, columns=[feature["name"] for feature in features])
answers = model.predict(frame)

worst = 0.0
for i, lead in enumerate(frame.to_dict("records")):
    request = urllib.request.Request(f"{api}/predict?details=1", json.dumps(lead).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        served = json.load(reply)
    if served["predicted_package"] != answers["label"][i]:
        sys.exit(f"{lead}: {served['predicted_package']} here, {answers['label'][i]} there")
    worst = max(worst, *(abs(served["probabilities"][c] - float(p)) for c, p in zip(classes, answers["probabilities"][i])))
print(f"{len(grid)} leads, largest gap {worst:.1e}")
sys.exit(0 if worst <= TOLERANCE else 1)
