"""Reads the XML of a workbook, and refuses what could make a small file grow: entities and DTDs."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

_MARK = "}"
_CHUNK = 1 << 16


class Malformed(ValueError):
    """A part is not the XML that a workbook has; says what is wrong."""


def parser() -> XMLParserType:
    """A parser of names `namespace}name` that stops at the first document type declaration."""
    made = ParserCreate(namespace_separator=_MARK)
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse
    return made


def read(stream: IO[bytes], reader: XMLParserType) -> None:
    """Have a parser read a stream; Malformed where it cannot."""
    try:
        while piece := stream.read(_CHUNK):
            reader.Parse(piece)
        reader.Parse(b"", True)
    except ExpatError as error:
        raise Malformed(f"it is no XML: {error}") from None


def tree(stream: IO[bytes]) -> Element:
    """A small part as a tree; elements and attributes are named without their namespaces."""
    builder = TreeBuilder()
    reader = parser()

    def start(name: str, attributes: dict[str, Any]) -> None:
        builder.start(local(name), {local(key): value for key, value in attributes.items()})

    reader.StartElementHandler = start
    reader.EndElementHandler = _ending(builder.end)
    reader.CharacterDataHandler = builder.data
    read(stream, reader)
    return builder.close()


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(_MARK)[2]


def true(text: str | None) -> bool:
    """Whether an attribute says yes."""
    return text in ("1", "true", "on")


def _ending(end: Callable[[str], Any]) -> Callable[[str], None]:
    def ended(name: str) -> None:
        end(local(name))

    return ended


def _refuse(*_: object) -> None:
    raise Malformed(
        "it declares a document type or entities, which no workbook that Excel saved does; "
        "a small file could grow without bounds by them"
    )
