import hashlib
import hmac
import json
import logging
import os

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

secret = os.environ["VIDIKING_WEBHOOK_SECRET"].encode()
if not secret:
    raise RuntimeError("VIDIKING_WEBHOOK_SECRET is empty")

app = FastAPI()
logger = logging.getLogger(__name__)


# Take the Request, not a model: FastAPI would parse the body.
@app.post("/webhooks/vidiking")
async def vidiking(request: Request):
    body = await request.body()
    if not is_signed(body, request.headers.get("X-Vidiking-Signature", "")):
        return JSONResponse({"error": "invalid signature"}, status_code=401)

    try:
        payload = json.loads(body)
    except ValueError:
        return JSONResponse({"error": "not JSON"}, status_code=400)

    # Hand long work to BackgroundTasks or a queue: Vidiking waits 10 seconds.
    logger.info("%s %s", payload["event"], payload["data"].get("id"))
    return {"received": payload["event"]}


def is_signed(body: bytes, header: str) -> bool:
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    # Compare bytes, because compare_digest accepts only ASCII text.
    return hmac.compare_digest(header.removeprefix("sha256=").encode(), expected.encode())
