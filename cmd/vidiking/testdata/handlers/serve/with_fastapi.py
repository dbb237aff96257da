"""Serves the app of a FastAPI handler on a free port of loopback; the first line printed is where."""

import importlib
import socket
import sys
from pathlib import Path

import uvicorn

handler = Path(sys.argv[1])
sys.path.insert(0, str(handler.parent))
app = importlib.import_module(handler.stem).app

listener = socket.create_server(("127.0.0.1", 0))
print(f"127.0.0.1:{listener.getsockname()[1]}", flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])
