"""The command line: a shell that finds its commands by entry point and explains what goes wrong."""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from types import FrameType, TracebackType

import typer

from catalog.errors import (
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_NOBODY_READS,
    EXIT_TERMINATED,
    EXIT_USAGE,
    CatalogInvalid,
    TekdogruError,
)
from catalog.plugins import parts

# What the system refuses, and what a person can do about it: no fault of ours.
REFUSALS: Mapping[int, str] = {
    errno.EACCES: "ask for the right to it, or name another place",
    errno.EPERM: "ask for the right to it, or name another place",
    errno.EROFS: "it cannot be written to; name another place",
    errno.ENOSPC: "make room, or name another place",
    errno.EDQUOT: "make room, or name another place",
    errno.EFBIG: "make room, or name another place",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "a file is in the way of a folder; name another place",
    errno.EEXIST: "something of that name is in the way; name another place",
    errno.ENAMETOOLONG: "name a shorter one",
}
ABOUT = "Tekdoğru: one truth for the institution. Define, check, trace and show every number."


def build_app() -> typer.Typer:
    """The application with the commands of all rooms (entry point `tekdogru.commands`)."""
    app = typer.Typer(
        help=ABOUT,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback(result_callback=_end)(_root)
    for entry in sorted(parts("tekdogru.commands"), key=lambda entry: entry.name):
        command = entry.load()
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=entry.name)
        else:
            app.command(entry.name)(command)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with the command's status.

    A request to end (SIGTERM, as from a cancelled CI job) unwinds like Ctrl-C, so that nothing is
    left half done. A terminal that cannot show a letter shows its code instead.
    """
    signal.signal(signal.SIGTERM, _terminate)
    sys.excepthook = _end_as_fault
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    status = _said_to_the_end(run(arguments))
    if "_duckdb" not in sys.modules:  # which complains of what is not given back
        gc.freeze()  # all goes with the process: looking through it once more takes a second
    sys.exit(status)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it says goes to the standard streams, its status is returned."""
    try:
        # Calling the application itself would put typer's way of ending with a fault over ours
        typer.main.get_command(build_app())(args=arguments)
    except SystemExit as ended:
        return _status(ended)
    except KeyboardInterrupt:
        print("tekdogru: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except CatalogInvalid as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"tekdogru: {error}", file=sys.stderr)
        return error.exit_code
    except TekdogruError as error:
        print(f"tekdogru: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        return _refused(error)
    return 0


def _status(ended: SystemExit) -> int:
    """The status a command ended with; wrong usage, and nobody reading on, have our own."""
    if isinstance(ended.__context__, BrokenPipeError):
        return EXIT_NOBODY_READS
    status = int(ended.code or 0)
    if status in (EXIT_INTERRUPTED, EXIT_TERMINATED):
        print("tekdogru: interrupted", file=sys.stderr)
    return EXIT_USAGE if status == 2 else status


def _refused(error: OSError) -> int:
    """Say what the system refuses; any other error is a fault of ours, and raised again."""
    if error.errno not in REFUSALS:
        raise error
    where = f"{error.filename}: " if error.filename else ""
    why = (error.strerror or str(error)).lower()
    print(f"tekdogru: {where}{why}; {REFUSALS[error.errno or 0]}", file=sys.stderr)
    return EXIT_USAGE


def _said_to_the_end(status: int) -> int:
    """The status, after all that was said has left: what could not be said is not success."""
    unsaid = _flush()
    if unsaid or status == EXIT_NOBODY_READS:
        # Python would try once more when it ends, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return unsaid or status


def _flush() -> int:
    """The status of what could not be said; 0 when all of it has left."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return EXIT_NOBODY_READS
    except OSError as error:
        return _refused(error)
    return 0


def _end_as_fault(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A fault of ours ends with a status of its own: 1 means that a check failed."""
    sys.__excepthook__(kind, error, trace)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(EXIT_FAULT)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(EXIT_TERMINATED)


def _end(status: int | None, **_: object) -> None:
    """A command's return value is the status it ends with."""
    raise typer.Exit(status or 0)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(f"tekdogru {version('tekdogru')}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Tekdoğru: one truth for the institution. Define, check, trace and show every number."""


if __name__ == "__main__":
    main()
