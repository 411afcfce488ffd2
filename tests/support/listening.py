"""An application that really listens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from catalog.service.serving import claim_port


@contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """The free port at which an application answers on this machine, until it is left."""
    listener = claim_port("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
