"""FastAPI, uvicorn and scikit-learn, as in tests/bench/api/fastapi_app.py, with a model that was trained before."""
import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

pipeline = joblib.load("/model")
app = FastAPI()


class Lead(BaseModel):
    business_type: str
    business_size: str


@app.get("/readyz")
def readyz():
    return {"status": "ready"}


@app.post("/predict")
def predict(lead: Lead):
    share = pipeline.predict_proba(pd.DataFrame([lead.model_dump()]))[0]
    best = share.argmax()
    return {"predicted_package": pipeline.classes_[best], "probability": round(float(share[best]), 4)}
