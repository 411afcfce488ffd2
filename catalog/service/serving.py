"""Listens at an address and serves an application there until interrupted."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI


def claim_port(host: str, port: int) -> socket.socket:
    """A listening socket; UsageError says what to do when the port is taken or not allowed."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
    except socket.gaierror:
        raise UsageError(f"--host {host}: there is no such address on this machine") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(_say(host, port, error)) from None
    return listener


def serve(site: Path, listener: socket.socket) -> None:
    """Serve a built site alone until interrupted."""
    from catalog.service.app import create_app

    listen(create_app(site), listener)


def listen(app: FastAPI, listener: socket.socket) -> None:
    """Answer requests until interrupted."""
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


def _say(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"port {port} at {host} is taken by another program; end it, or name another port "
                f"with --port, for example --port {port % 65535 + 1}"
            )
        case errno.EACCES:
            return f"port {port} is reserved for the system; name one above 1023 with --port"
        case _:
            return f"cannot listen at {host}, port {port}: {error.strerror}"
