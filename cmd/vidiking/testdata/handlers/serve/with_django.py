"""Serves the view of a Django handler on a free port of loopback; the first line printed is where."""

import importlib
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    # As startproject writes it, with what refuses a POST without a token.
    MIDDLEWARE=[
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    LOGGING_CONFIG=None,
)
application = get_wsgi_application()

handler = Path(sys.argv[1])
sys.path.insert(0, str(handler.parent))
urlpatterns = [path("webhooks/vidiking", importlib.import_module(handler.stem).vidiking)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
print(f"127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
