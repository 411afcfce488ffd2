"""Makes one reference of those that a formula joins: by a range operator, a blank, `@` or `#`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lineage.workbooks.nouns import Reference
from lineage.workbooks.sources import Beside, Crossing, Spanning
from lineage.workbooks.tokens import Token

_MOST_JOINED = 10_000
_TAKEN = {"SINGLE": "@", "ANCHORARRAY": "#"}


class Line:
    """The reference being read, until it is known that nothing is joined to it."""

    def __init__(self, spilt: Callable[[Reference], Reference]) -> None:
        """`spilt` gives all that the array formula filled at which a reference points."""
        self.spilt = spilt
        self.pending: Reference | None = None
        self.joint = self.wanted = ""

    def called(self, name: str) -> None:
        """A function that means an operator: SINGLE is `@`, ANCHORARRAY `#`."""
        self.wanted = _TAKEN.get(name, "")

    def take(self, found: Reference) -> Iterator[Reference]:
        """Go on with a reference; gives the one before where they are not joined."""
        if self.wanted == "@":
            found = _beside(found)
        elif self.wanted == "#":
            found = self.spilt(found)
        if self.pending is not None and self.joint:
            found = _joined(self.pending, self.joint, found)
        else:
            yield from self.let_go()
        self.pending, self.joint, self.wanted = found, "", ""

    def goes_on(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether a token belongs to the reference around it."""
        kind, text = tokens[at]
        if kind == "prefix" and text == "@":
            self.wanted = text
            return True
        if self.pending is None:
            return kind == "space"
        if kind == "postfix" and text == "#":
            self.pending = self.spilt(self.pending)
            return True
        if kind in ("infix", "space") and _joins(tokens, at):
            self.joint = ":" if text == ":" else " "
            return True
        return kind == "space"

    def let_go(self) -> Iterator[Reference]:
        """The reference read so far, which is complete."""
        if self.pending is not None:
            yield self.pending
        self.pending, self.joint, self.wanted = None, "", ""


def _beside(found: Reference) -> Reference:
    sources = tuple(Beside(source) for source in found.sources)
    return found._replace(text=f"@{found.text}", sources=sources)


def _joins(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token makes one reference of the operands around it: `:` or a blank."""
    text, after = tokens[at][1], tokens[at + 1][0] if at + 1 < len(tokens) else "end"
    return after == "range" and (text == ":" or not text.strip())


def _joined(left: Reference, joint: str, right: Reference) -> Reference:
    """Two references and the operator between them as one."""
    text = f"{left.text}{joint}{right.text}"
    for one in (left, right):
        if one.outcome != "resolved":
            return one._replace(text=text, sources=left.sources + right.sources)
    if len(left.sources) * len(right.sources) > _MOST_JOINED:
        reason = f"it joins more than {_MOST_JOINED:,} references"
        return Reference(text, "unresolved", reason=reason)
    kind = Spanning if joint == ":" else Crossing
    sources = tuple(
        kind(one, other)
        for one in left.sources
        for other in right.sources
        if one.sheet == other.sheet and one.file == other.file
    )
    return Reference(text, "resolved", sources)
