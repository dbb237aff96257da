"""Mistakes that FastAPI answers for a handler. Argument: port."""

import os
import sys

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBasic, HTTPBearer
from pydantic import BaseModel

app = FastAPI()


class Event(BaseModel):
    kind: str


@app.post("/model")
def model(event: Event):
    return "ok"


@app.post("/bearer")
def bearer(token=Depends(HTTPBearer())):
    return "ok"


@app.post("/basic")
def basic(user=Depends(HTTPBasic())):
    return "ok"


@app.post("/signature")
def signature():
    raise HTTPException(401, "Invalid signature")


@app.post("/secret")
def secret():
    return os.environ["VIDIKING_WEBHOOK_SECRET"]


@app.post("/slash/")
def slash():
    return "ok"


@app.get("/get")
def get():
    return "ok"


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
