"""Tables of lists, and what their lines can be narrowed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup

from catalog.results import SEVERITIES, WORST_FIRST
from lineage.pages.context import PageContext, alphabetical
from lineage.pages.usability import LEVELS

ORDERS: Mapping[str, Sequence[str]] = {
    "verdict": (*WORST_FIRST[:1], "waived", *WORST_FIRST[1:]),
    "severity": SEVERITIES,
    "level": LEVELS,
    "cluster": ("contradictory", "same"),
    "settled": ("open", "accept", "reject", "keep_apart"),
}
TITLES: Mapping[str, str] = {
    "team": "kind.team",
    "owner": "list.owner",
    "source": "kind.source",
    "entity": "kind.entity",
    "severity": "list.severity",
    "verdict": "page.result",
    "level": "list.today",
    "kind": "page.type",
    "cluster": "consolidation.verdict",
    "settled": "consolidation.decision",
}
Marks = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Head:
    """The heading of a column; numbers stand to the right."""

    text: Markup
    number: bool = False


@dataclass(frozen=True)
class Row:
    """One line: its cells, the first being its name, and what it is found by."""

    cells: tuple[Markup | str, ...]
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """One choice: its key in the address, its title, and the options with what they are called."""

    key: str
    title: Markup
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """One list page: its headings and rows, and what the rows can be narrowed by."""

    name: str
    title: Markup
    about: Markup
    empty: Markup
    heads: tuple[Head, ...]
    rows: Sequence[Row]
    note: Markup | None = None
    filters: tuple[Filter, ...] = ()


def heads(ctx: PageContext, *keys: str, numbers: Iterable[str] = ()) -> tuple[Head, ...]:
    """The headings with those texts; `numbers` are the columns that hold numbers."""
    return tuple(Head(ctx.words(key), key in numbers) for key in keys)


@dataclass(frozen=True)
class Filters:
    """What the lines of one list are found by: its keys, and how their values are called."""

    ctx: PageContext
    keys: tuple[str, ...]

    def of(self, urn: str, **more: str | tuple[str, ...]) -> Marks:
        """The values of one line: owner and team of a definition, and what else is known of it."""
        owner = self.ctx.catalog.owner_of(urn) or ""
        if owner and self._is_hidden(owner):
            owner = ""
        marks: dict[str, tuple[str, ...]] = {"owner": (owner,), "team": self._teams(urn, owner)}
        marks.update({k: v if isinstance(v, tuple) else (v,) for k, v in more.items()})
        return {key: tuple(v for v in marks.get(key, ()) if v) for key in self.keys}

    def shown(self, rows: Sequence[Row]) -> tuple[Filter, ...]:
        """The filters that divide these rows, each with the values that occur."""
        filters = []
        for key in self.keys:
            found = {value for row in rows for value in row.marks.get(key, ())}
            if len(found) > 1:
                options = tuple((v, self._name(key, v)) for v in self._sorted(key, found))
                filters.append(Filter(key, self.ctx.words(TITLES[key]), options))
        return tuple(filters)

    def _is_hidden(self, owner: str) -> bool:
        return any(self.ctx.is_hidden(f"{kind}:{owner}") for kind in ("role", "team"))

    def _teams(self, urn: str, owner: str) -> tuple[str, ...]:
        """The team a definition belongs to: that of its report, else that of its owner."""
        catalog = self.ctx.catalog
        kind, _, path = urn.partition(":")
        report = catalog.reports.get(path.partition("/")[0]) if kind in ("report", "cell") else None
        role = catalog.roles.get(owner)
        team = report.team if report else role.team if role else owner
        return (team,) if team and f"team:{team}" in self.ctx.visible else ()

    def _sorted(self, key: str, values: set[str]) -> list[str]:
        if key in ORDERS:
            return [value for value in ORDERS[key] if value in values]
        return sorted(values, key=lambda value: alphabetical(self._name(key, value)))

    def _name(self, key: str, value: str) -> str:
        known = self._names.get((key, value))
        return (
            known
            if known is not None
            else self._names.setdefault((key, value), self._call(key, value))
        )

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return {}

    def _call(self, key: str, value: str) -> str:
        ctx = self.ctx
        match key:
            case "owner":
                return ctx.contact(value).name
            case "team" | "source" | "entity":
                return ctx.title(ctx.visible[f"{key}:{value}"])
            case "level":
                return ctx.words.plain(f"use.{value}")
            case _:
                return ctx.words.plain(f"{key}.{value}")
