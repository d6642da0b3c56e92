"""The service as it is usually written: FastAPI, uvicorn and scikit-learn, with the same forest settings.

Served by `uvicorn fastapi_app:app`.  /predict makes a DataFrame and one-hot encodes it in a pipeline; /predict_numpy
looks the levels up by hand and gives the forest one row of numbers.  Neither counts, logs or reloads anything.
"""
import json
import pathlib

import numpy as np
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = 2  # of the model that make_registry makes for the other servers


class Lead(BaseModel):
    business_type: str
    business_size: str


def read_levels():
    features = json.loads((ROOT / "deploy/leadforest.json").read_text())["features"]
    return {feature["name"]: feature["levels"] for feature in features}


def rows_of(levels):
    """The rows of tests/scenarios/make_registry.c: every cell leans to a package of its own."""
    rows = []
    for a, kind in enumerate(levels["business_type"]):
        for b, size in enumerate(levels["business_size"]):
            for k, package in enumerate(PACKAGES):
                leans = k == ((0 if a == b == 1 else a + b) + VERSION) % len(PACKAGES)
                rows.append((kind, size, package, 700 + VERSION % 97 if leans else 100))
    return pd.DataFrame(rows, columns=["business_type", "business_size", "package", "weight"])


def forest():
    return RandomForestClassifier(n_estimators=100, min_samples_leaf=1, max_features="sqrt", random_state=1)


PACKAGES = ["Business", "Elite", "MVP", "Now"]
LEVELS = read_levels()
TABLE = rows_of(LEVELS)
INPUTS = list(LEVELS)
PLACE = {name: {level: i for i, level in enumerate(levels)} for name, levels in LEVELS.items()}
START = dict(zip(INPUTS, np.cumsum([0] + [len(levels) for levels in LEVELS.values()])))
WIDTH = sum(len(levels) for levels in LEVELS.values())

pipeline = Pipeline([("encode", ColumnTransformer([("levels", OneHotEncoder(handle_unknown="ignore"), INPUTS)])),
                     ("forest", forest())])
pipeline.fit(TABLE[INPUTS], TABLE["package"], forest__sample_weight=TABLE["weight"])


def encode(lead):
    row = np.zeros((1, WIDTH), dtype=np.float32)
    for name in INPUTS:
        place = PLACE[name].get(getattr(lead, name))
        if place is not None:
            row[0, START[name] + place] = 1
    return row


plain = forest().fit(np.concatenate([encode(lead) for lead in TABLE.itertuples()]), TABLE["package"], TABLE["weight"])
app = FastAPI()


def answer(shares, classes):
    best = int(np.argmax(shares))
    return {"predicted_package": str(classes[best]), "probability": round(float(shares[best]), 4)}


@app.get("/readyz")
async def ready():
    return {"status": "ready"}


@app.post("/predict")
async def predict(lead: Lead):
    return answer(pipeline.predict_proba(pd.DataFrame([lead.model_dump()]))[0], pipeline.classes_)


@app.post("/predict_numpy")
async def predict_numpy(lead: Lead):
    return answer(plain.predict_proba(encode(lead))[0], plain.classes_)
