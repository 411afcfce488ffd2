"""Reads the XML of a workbook, and refuses what could make a small file grow: entities and DTDs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers.expat import ExpatError, ParserCreate

_CHUNK = 1 << 16
_MOST_PENDING = 1_000_000
_TOO_MUCH = "more stands in one row, or outside the rows, than a sheet can have"


class Malformed(ValueError):
    """A part is not the XML that a workbook has; says what is wrong."""


def tree(stream: IO[bytes]) -> Element:
    """A small part as a tree; elements and attributes are named without their namespaces.

    Raises Malformed.
    """
    growing = Growing(stream)
    for _ in growing.steps():
        pass
    root = growing.root
    for element in root.iter():
        element.tag = local(element.tag)
        for name in [name for name in element.attrib if "}" in name]:
            element.attrib.setdefault(local(name), element.attrib.pop(name))
    return root


class Growing:
    """A part that is read piece by piece, so that what was dealt with can be taken off the tree.

    It is the standard library's parser, which is fast; but it is shown nothing before a look at
    what stands ahead of the first element has found no document type.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        builder = TreeBuilder()
        self._around: Any = builder.start("", {})
        self._parser = XMLParser(target=builder)  # noqa: S314
        self._pending = 0

    @property
    def root(self) -> Element:
        """The first element; raises Malformed where there is none yet."""
        if not len(self._around):
            raise Malformed("it is empty")
        root: Element = self._around[0]
        return root

    def steps(self) -> Iterator[None]:
        """Read on, from the first element; what was read hangs on the tree. Raises Malformed."""
        try:
            for piece in _without_document_type(self._stream):
                self._parser.feed(piece)
                self._pending += piece.count(b"<") - piece.count(b"</")
                if self._pending > _MOST_PENDING:
                    raise Malformed(_TOO_MUCH)
                if len(self._around):
                    yield
            self._parser.close()
        except ParseError as error:
            raise _no_xml(error) from None
        yield

    def lightened(self) -> None:
        """Elements were dealt with and taken off the tree."""
        self._pending = 0


def _without_document_type(stream: IO[bytes]) -> Iterator[bytes]:
    """The pieces of a stream, once it is sure that no document type stands before the elements."""
    ahead: list[bytes] = []
    begun: list[str] = []
    look = ParserCreate()
    look.StartDoctypeDeclHandler = _refuse
    look.StartElementHandler = lambda name, _: begun.append(name)
    while not begun and (piece := stream.read(_CHUNK)):
        ahead.append(piece)
        try:
            look.Parse(piece)
        except Malformed:
            raise
        except (ExpatError, LookupError, ValueError) as error:
            raise _no_xml(error) from None
    yield from ahead
    while piece := stream.read(_CHUNK):
        yield piece


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


def true(text: str | None) -> bool:
    """Whether an attribute says yes."""
    return text in ("1", "true", "on")


def whole(text: str | None) -> int | None:
    """The whole number that an attribute says; None for anything else, and far too long ones."""
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _no_xml(error: Exception) -> Malformed:
    return Malformed(f"it is no XML: {error}; open the workbook in Excel and save it anew")


def _refuse(*_: object) -> None:
    raise Malformed(
        "it declares a document type or entities, which no workbook that Excel saved does; "
        "a small file could grow without bounds by them; open it in Excel and save it anew"
    )
