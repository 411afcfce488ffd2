"""What the functions of a formula mean for its references: which are known only when computed,
which give names to values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lineage.workbooks.areas import area_of
from lineage.workbooks.tokens import Token

DYNAMIC = frozenset({"INDIRECT", "OFFSET", "INDEX", "GETPIVOTDATA"})
FEEDS = ("RTD", "CUBEVALUE", "CUBEMEMBER", "CUBESET", "WEBSERVICE", "SQL.REQUEST")
_LIBRARY = re.compile(r"^(?:_xlfn\.|_xlws\.|_xludf\.)+", re.IGNORECASE)
USUAL = frozenset(
    f"{name}("
    for name in (
        *("ABS", "AND", "AVERAGE", "AVERAGEIF", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "DATE"),
        *(
            "EXP",
            "HLOOKUP",
            "IF",
            "IFERROR",
            "INT",
            "LN",
            "LOG",
            "LOOKUP",
            "MATCH",
            "MAX",
            "MEDIAN",
        ),
        *("MIN", "MOD", "MONTH", "NOT", "OR", "POWER", "PRODUCT", "ROUND", "ROUNDDOWN", "ROUNDUP"),
        *("SQRT", "STDEV", "SUBTOTAL", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "VLOOKUP", "YEAR"),
    )
)
"""Calls that take their references as they are written, so that nothing need be looked up."""


def function_of(call: str) -> str:
    """The name of a function, in capitals, without the library it came with (`_xlfn.`)."""
    return _LIBRARY.sub("", call.rstrip("( ")).upper()


def parameters(tokens: Sequence[Token]) -> frozenset[str]:
    """The names, folded, that a formula gives to values of its own, by LET and LAMBDA."""
    if not any(_names_values(kind, text) for kind, text in tokens):
        return frozenset()
    found: set[str] = set()
    calls: list[str] = []
    for at, (kind, text) in enumerate(tokens):
        if kind in ("call", "open"):
            calls.append(function_of(text) if kind == "call" else "")
        elif kind in ("end", "close") and calls:
            calls.pop()
        elif kind == "range":
            named = calls and calls[-1] in ("LET", "LAMBDA") and _stands_alone(tokens, at)
            if named or text.casefold().startswith("_xlpm."):
                found.add(text.casefold())
    return frozenset(found)


def _names_values(kind: str, text: str) -> bool:
    if kind == "call":
        return text[-4:].upper() == "LET(" or text[-7:].upper() == "LAMBDA("
    return kind == "range" and text.startswith("_xlpm.")


def _stands_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether an operand is all of its argument, and not the last one."""
    before, after = tokens[at - 1][0], tokens[at + 1][0] if at + 1 < len(tokens) else "end"
    return before in ("call", "separator") and after == "separator" and not area_of(tokens[at][1])
