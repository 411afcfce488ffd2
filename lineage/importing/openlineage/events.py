"""Takes files of OpenLineage events apart: one event, an array of them, or one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from catalog.errors import UsageError
from lineage.exchange.openlineage.rules import faults_of
from lineage.importing.facts import Refused

LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class Event:
    """One valid event and its place in the file."""

    place: str
    document: Mapping[str, Any]

    @property
    def time(self) -> datetime:
        """When what it tells of happened."""
        return datetime.fromisoformat(str(self.document["eventTime"]))


def read_events(file: Path) -> tuple[list[Event], list[Refused]]:
    """The valid events of a file and those that are not, each with its place and all its faults.

    UsageError where the file cannot be read, or holds nothing.
    """
    events: list[Event] = []
    refused: list[Refused] = []
    for place, document in _documents(file):
        if isinstance(document, Refused):
            refused.append(document)
        elif faults := faults_of(document):
            refused.append(Refused(place, "; ".join(faults)))
        else:
            events.append(Event(place, document))
    if not events and not refused:
        raise UsageError(f"{file} holds no event")
    return events, refused


def _documents(file: Path) -> Iterator[tuple[str, Any]]:
    text = _text(file)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(file.name, text)
        return
    if isinstance(whole, list):
        yield from ((f"{file.name}, event {at}", one) for at, one in enumerate(whole, 1))
    else:
        yield file.name, whole


def _lines(name: str, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        place = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            yield place, json.loads(line)
        except (ValueError, RecursionError) as error:
            yield place, Refused(place, f"not JSON: {error}")


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(f"{file} is larger than {LARGEST >> 20} MiB; split it by lines")
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 (byte {error.start}); JSON is") from None
