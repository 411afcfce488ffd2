"""The command line: a shell that finds its commands by entry point and explains what goes wrong."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType, TracebackType

import typer

from catalog.errors import EXIT_FAULT, EXIT_USAGE, CatalogInvalid, TekdogruError
from catalog.plugins import parts

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
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
    left half done.
    """
    signal.signal(signal.SIGTERM, _terminate)
    sys.excepthook = _end_as_fault
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; what it says goes to the standard streams, its status is returned."""
    try:
        build_app()(args=arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)
        if status in (INTERRUPTED, TERMINATED):
            print("tekdogru: interrupted", file=sys.stderr)
        return EXIT_USAGE if status == 2 else status
    except KeyboardInterrupt:
        print("tekdogru: interrupted", file=sys.stderr)
        return INTERRUPTED
    except CatalogInvalid as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"tekdogru: {error}", file=sys.stderr)
        return error.exit_code
    except TekdogruError as error:
        print(f"tekdogru: {error}", file=sys.stderr)
        return error.exit_code
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
    sys.exit(TERMINATED)


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
