"""Mistakes that Django answers for a handler. Arguments: port, and debug, production or https."""

import hashlib
import hmac
import json
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings

port, mode = int(sys.argv[1]), sys.argv[2]
settings.configure(
    DEBUG=mode == "debug",
    SECRET_KEY="of the test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    APPEND_SLASH=True,
    SECURE_SSL_REDIRECT=mode == "https",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        __name__ + ".anonymous",
    ],
    LOGGING_CONFIG=None,
)

import django  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from django.views.decorators.http import require_GET  # noqa: E402

django.setup()
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402


def anonymous(get_response):
    def middleware(request):
        request.user = AnonymousUser()
        return get_response(request)

    return middleware


def ok(request):
    return HttpResponse("ok")


@csrf_exempt
def read_twice(request):
    request.read(10)
    return HttpResponse(request.body)


@csrf_exempt
def secret(request):
    return HttpResponse(os.environ["VIDIKING_WEBHOOK_SECRET"])


# Handlers that check the signature, each but the first with one mistake.
KEY = os.environ.get("HOOK_SECRET", "").encode()


def check(expected):
    @csrf_exempt
    def view(request):
        if request.headers.get("X-Vidiking-Signature") != expected(request.body):
            return HttpResponse("invalid signature", status=403)
        return HttpResponse("ok")

    return view


def digest(key, body):
    return hmac.new(key, body, hashlib.sha256).hexdigest()


urlpatterns = [
    path("csrf", ok),
    path("twice", read_twice),
    path("secret", secret),
    path("slash/", csrf_exempt(ok)),
    path("login", csrf_exempt(login_required(ok))),
    path("right", check(lambda body: "sha256=" + digest(KEY, body))),
    path("bare", check(lambda body: digest(KEY, body))),
    path("written", check(lambda body: "sha256=" + digest(KEY, json.dumps(json.loads(body)).encode()))),
    path("other", check(lambda body: "sha256=" + digest(b"whsec_other", body))),
    path("get", csrf_exempt(require_GET(ok))),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet).serve_forever()
