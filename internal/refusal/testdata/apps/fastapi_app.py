"""Mistakes that FastAPI answers for a handler. Argument: port."""

import hashlib
import hmac
import json
import os
import sys

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
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


# Handlers that check the signature, each but the first with one mistake.
KEY = os.environ.get("HOOK_SECRET", "").encode()


def check(request, expected):
    if request.headers.get("x-vidiking-signature") != expected:
        raise HTTPException(401, "Invalid signature")
    return "ok"


def digest(key, body):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


@app.post("/right")
async def right(request: Request):
    return check(request, "sha256=" + digest(KEY, await request.body()))


@app.post("/bare")
async def bare(request: Request):
    return check(request, digest(KEY, await request.body()))


@app.post("/written")
async def written(request: Request):
    return check(request, "sha256=" + digest(KEY, json.dumps(await request.json(), separators=(",", ":")).encode()))


@app.post("/other")
async def other(request: Request):
    return check(request, "sha256=" + digest(b"whsec_other", await request.body()))


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
