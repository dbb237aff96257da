"""Flask: what is hashed is what arrived."""

import hashlib
import hmac
import logging
import os
import signal
import sys
from pathlib import Path

from flask import Flask, request
from werkzeug.serving import make_server

form, address_file = sys.argv[1:]
secret = os.environ["VIDIKING_WEBHOOK_SECRET"].encode()

app = Flask(__name__)


@app.post("/webhooks/vidiking")
def vidiking():
    body = request.get_data()
    Path(f"{address_file}.body").write_bytes(body)  # for the test

    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    if form == "prefixed":
        expected = f"sha256={expected}"
    received = request.headers.get("X-Vidiking-Signature", "")
    if not hmac.compare_digest(expected.encode(), received.encode()):
        return {"error": "invalid signature"}, 401

    payload = request.get_json()
    return {"received": True, "event": payload["event"], "id": payload["data"].get("id")}


def main():
    """For the test: a free port, whose address appears in a file as a whole or not at all."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # Python leaves SIGINT ignored if it was when it started, as it is in a job that a script put in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Path(f"{address_file}.tmp").write_text(f"127.0.0.1:{server.server_port}")
    os.replace(f"{address_file}.tmp", address_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
