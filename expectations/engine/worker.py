"""The guarded child: runs one SQL statement after another and answers in JSON lines.

Standard input carries one line of settings, then one line per statement; standard output one
line that says the child is ready, then lines of rows and one closing line per statement. When
standard input ends, the child ends, whatever it is doing. It never imports the project.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TextIO

Message = dict[str, Any]

MEGABYTE: Final = 1024 * 1024
ROWS_PER_LINE: Final = 5_000
QUOTED: Final = re.compile("'.*'|\".*\"|(?<=with value )\\S+|\\b\\d{5,}\\b")
"""Values in messages about data: they may be personal."""
ALLOWED: Final = frozenset({"SELECT", "CREATE", "DROP", "INSERT", "UPDATE", "DELETE"})


def encode(value: object) -> object:
    """`value` as something JSON holds; all but plain values become one-key objects."""
    if value is None or isinstance(value, str | int | float):
        return value
    for kind, tag, write in _TAGGED:
        if isinstance(value, kind):
            return {tag: write(value)}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[encode(k), encode(v)] for k, v in value.items()]}
    return {"text": str(value)}


def decode(value: object) -> object:
    """What `encode` was given; a value of a kind it does not know comes back as its text."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((tag, held),) = value.items()
    if tag == "map":
        return {decode(k): decode(v) for k, v in held}
    return _READERS[tag](held)


_TAGGED: Final[tuple[tuple[type, str, Callable[[Any], object]], ...]] = (
    (datetime, "datetime", datetime.isoformat),
    (date, "date", date.isoformat),
    (clock_time, "time", clock_time.isoformat),
    (Decimal, "decimal", str),
    (timedelta, "days", lambda v: [v.days, v.seconds, v.microseconds]),
    (bytes, "bytes", bytes.hex),
)
_READERS: Final[dict[str, Callable[[Any], object]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": clock_time.fromisoformat,
    "decimal": Decimal,
    "days": lambda v: timedelta(*v),
    "bytes": bytes.fromhex,
    "text": str,
}


class TooLargeError(Exception):
    """The rows of one statement are more text than the parent wants to hold."""


def main() -> None:
    """Serves statements until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    volunteer_for_hunger()
    statements: queue.SimpleQueue[Message] = queue.SimpleQueue()
    settings = json.loads(sys.stdin.readline())
    reading = (sys.stdin, statements, settings["directory"])
    threading.Thread(target=read_statements, args=reading, daemon=True).start()
    connection = connect(settings)
    limit_memory(settings["kernel_mb"])
    say(answers, {"ready": os.getpid()})
    while True:
        statement = statements.get()
        for answer in run(connection, statement, settings):
            say(answers, answer)


def read_statements(lines: TextIO, statements: queue.SimpleQueue[Message], directory: str) -> None:
    """Hands on each statement; the end of the input means the parent is gone: tidies and ends."""
    for line in lines:
        statements.put(json.loads(line))
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)


def say(answers: TextIO, message: Message | str) -> None:
    answers.write(message if isinstance(message, str) else json.dumps(message))
    answers.write("\n")
    answers.flush()


def volunteer_for_hunger() -> None:
    """Asks Linux to end this process before any other when the machine runs out of memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def limit_memory(megabytes: int) -> None:
    """Has the kernel refuse private memory beyond what is used now and `megabytes` more."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        limit = _data_in_use() + megabytes * MEGABYTE
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _data_in_use() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmData:")[1].split()[0]) * 1024


def engine() -> Any:
    """DuckDB itself, where it can be had so: its Python layer loads three times as long as it and
    adds nothing that is needed here.
    """
    from importlib import import_module

    try:
        return import_module("_duckdb")
    except ImportError:
        return import_module("duckdb")


def connect(settings: Message) -> Any:
    """A database that reads and writes just the given paths, its settings locked."""
    file = settings["database"]
    connection = engine().connect(
        file or ":memory:", read_only=bool(file), config={"threads": settings["threads"]}
    )
    directory = settings["directory"]
    for name, value in {
        "memory_limit": f"{settings['duckdb_mb']}MB",
        "temp_directory": directory,
        "max_temp_directory_size": f"{settings['spill_mb']}MB",
        "home_directory": directory,
        "extension_directory": directory,
        "secret_directory": directory,
        "TimeZone": settings["zone"],
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "allow_persistent_secrets": False,
        "enable_progress_bar": False,
        "allowed_paths": settings["paths"],
        "allowed_directories": settings["directories"],
        "enable_external_access": False,
        "lock_configuration": True,
    }.items():
        connection.execute(f"SET {name} = {_literal(value)}")
    return connection


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"


def run(connection: Any, statement: Message, settings: Message) -> Iterator[Message | str]:
    """Runs one statement; yields lines of rows, then a closing `done` or `failed`."""
    duckdb = engine()
    lock = threading.Lock()
    expired = threading.Event()

    def interrupt() -> None:
        with lock:
            expired.set()
            connection.interrupt()

    timer = threading.Timer(statement["seconds"], interrupt)
    timer.daemon = True
    timer.start()
    try:
        result = connection.execute(_single(connection, statement["sql"], settings["writes"]))
        yield from _rows(result, statement, settings["answer_mb"] * MEGABYTE)
    except TooLargeError as error:
        yield {"failed": "answer", "message": str(error)}
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        yield {"failed": "memory", "message": str(error)}
    except duckdb.InterruptException as error:
        yield {"failed": "deadline" if expired.is_set() else "crash", "message": str(error)}
    except (duckdb.FatalException, duckdb.InternalException) as error:
        yield {"failed": "crash", "message": str(error)}
    except (duckdb.DataError, duckdb.InvalidInputException) as error:
        yield {"failed": "sql", "message": QUOTED.sub("'…'", headline(error))}
    except (duckdb.Error, RuntimeError, ValueError, OverflowError) as error:
        yield {"failed": "sql", "message": headline(error)}
    finally:
        with lock:
            timer.cancel()


def headline(error: Exception) -> str:
    """The error's own words, without the SQL it points at and general advice."""
    return (str(error) or type(error).__name__).strip().split("\n", 1)[0]


def _single(connection: Any, sql: str, writes: bool) -> Any:
    """The one statement in `sql`; a second one smuggled in, or one of another kind, is refused."""
    allowed = ALLOWED | {"COPY"} if writes else ALLOWED
    statements = connection.extract_statements(sql)
    kinds = [statement.type.name for statement in statements]
    if len(kinds) != 1 or kinds[0] not in allowed:
        found = ", ".join(kinds) or "none"
        raise ValueError(f"one statement of {', '.join(sorted(allowed))} is allowed, found {found}")
    return statements[0]


def _rows(result: Any, statement: Message, most_bytes: int) -> Iterator[Message | str]:
    columns: list[str] = []
    truncated = False
    if statement["fetch"]:
        columns = [column[0] for column in result.description or []]
        left = statement["max_rows"]
        written = 0
        while rows := result.fetchmany(ROWS_PER_LINE if left is None else min(left, ROWS_PER_LINE)):
            line = json.dumps({"rows": [[encode(value) for value in row] for row in rows]})
            written += len(line)
            if written > most_bytes:
                raise TooLargeError(f"the answer is larger than {most_bytes // MEGABYTE} MB")
            yield line
            left = None if left is None else left - len(rows)
            if left == 0:
                truncated = bool(result.fetchmany(1))
                break
    yield {"done": True, "columns": columns, "truncated": truncated}


if __name__ == "__main__":
    main()
