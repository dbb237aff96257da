import hashlib
import hmac
import json
import logging
import os

from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

secret = os.environ["VIDIKING_WEBHOOK_SECRET"].encode()
if not secret:
    raise RuntimeError("VIDIKING_WEBHOOK_SECRET is empty")

logger = logging.getLogger(__name__)


# In urls.py, without a slash at the end: path("webhooks/vidiking", views.vidiking)
@csrf_exempt
@require_POST
def vidiking(request):
    if not is_signed(request.body, request.headers.get("X-Vidiking-Signature", "")):
        return JsonResponse({"error": "invalid signature"}, status=401)

    try:
        payload = json.loads(request.body)
    except ValueError:
        return JsonResponse({"error": "not JSON"}, status=400)

    # Hand long work to a queue: Vidiking waits 10 seconds.
    logger.info("%s %s", payload["event"], payload["data"].get("id"))
    return JsonResponse({"received": payload["event"]})


def is_signed(body: bytes, header: str) -> bool:
    expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
    # Compare bytes, because compare_digest accepts only ASCII text.
    return hmac.compare_digest(header.removeprefix("sha256=").encode(), expected.encode())
