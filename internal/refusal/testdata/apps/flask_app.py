"""Mistakes that Flask answers for a handler. Arguments: port, and debug or production."""

import hashlib
import hmac
import json as jsonlib
import logging
import os
import sys

from flask import Flask, abort, request

port, mode = int(sys.argv[1]), sys.argv[2]
logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
logging.disable(logging.CRITICAL)
app = Flask(__name__)


@app.post("/abort")
def refuse():
    abort(401)


@app.post("/secret")
def secret():
    return os.environ["VIDIKING_WEBHOOK_SECRET"]


@app.post("/none")
def none():
    return hmac.new(os.environ.get("VIDIKING_WEBHOOK_SECRET"), request.data, hashlib.sha256).hexdigest()


@app.post("/text")
def text():
    return hmac.new("key", request.data, hashlib.sha256).hexdigest()


@app.post("/parsed")
def parsed():
    return hmac.new(b"key", request.get_json(), hashlib.sha256).hexdigest()


@app.post("/json")
def json():
    return request.get_json()


@app.post("/slash/")
def slash():
    return "ok"


@app.get("/get")
def get():
    return "ok"


# Handlers that check the signature, each but the first with one mistake.
KEY = os.environ.get("HOOK_SECRET", "").encode()


def check(expected):
    if request.headers.get("X-Vidiking-Signature") != expected:
        abort(401)
    return "ok"


def digest(key, body):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


@app.post("/right")
def right():
    return check("sha256=" + digest(KEY, request.get_data()))


@app.post("/bare")
def bare():
    return check(digest(KEY, request.get_data()))


@app.post("/written")
def written():
    return check("sha256=" + digest(KEY, jsonlib.dumps(request.get_json()).encode()))


@app.post("/other")
def other():
    return check("sha256=" + digest(b"whsec_other", request.get_data()))


app.run("127.0.0.1", port, debug=mode == "debug", use_reloader=False)
