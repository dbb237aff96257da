"""Serves the app of a Flask handler on a free port of loopback; the first line printed is where."""

import importlib
import logging
import sys
from pathlib import Path

from werkzeug.serving import make_server

handler = Path(sys.argv[1])
sys.path.insert(0, str(handler.parent))
app = importlib.import_module(handler.stem).app

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(f"127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
