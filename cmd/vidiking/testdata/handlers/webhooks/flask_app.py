import hashlib
import hmac
import os

from flask import Flask, request

secret = os.environ["VIDIKING_WEBHOOK_SECRET"].encode()
if not secret:
    raise RuntimeError("VIDIKING_WEBHOOK_SECRET is empty")

app = Flask(__name__)


@app.post("/webhooks/vidiking")
def vidiking():
    if not is_signed(request.get_data(), request.headers.get("X-Vidiking-Signature", "")):
        return {"error": "invalid signature"}, 401

    payload = request.get_json(force=True)
    # Hand long work to a queue: Vidiking waits 10 seconds.
    app.logger.info("%s %s", payload["event"], payload["data"].get("id"))
    return {"received": payload["event"]}


def is_signed(body: bytes, header: str) -> bool:
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    # Compare bytes, because compare_digest accepts only ASCII text.
    return hmac.compare_digest(header.removeprefix("sha256=").encode(), expected.encode())
