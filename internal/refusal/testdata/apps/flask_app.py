"""Mistakes that Flask answers for a handler. Arguments: port, and debug or production."""

import hashlib
import hmac
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


app.run("127.0.0.1", port, debug=mode == "debug", use_reloader=False)
