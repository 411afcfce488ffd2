"""Fingerprints: of what datasets hold, and of all that a check reads and means.

While a check's fingerprint stays, counting it again would give the same figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from importlib.metadata import version
from typing import Any, get_args

from pydantic import BaseModel

from catalog.errors import SourceUnreadable
from catalog.model import Catalog, Definition
from catalog.results import Fingerprint
from catalog.settings import Settings
from catalog.workspace import Workspace
from expectations.plan import (
    AgreementFigure,
    BoundsFigure,
    Check,
    ComputesFigure,
    ConfirmedFigure,
    FreshFigure,
    GoldenColumn,
    GoldenFigure,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    MeasurePlan,
    NativeFigure,
    Pairs,
    Plan,
    PopulationFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    asked_calculations,
    calculations_of,
)
from expectations.sources.port import Fingerprinting
from expectations.sources.registry import connector_for

CARRIED = (
    AgreementFigure,
    BoundsFigure,
    ComputesFigure,
    ConfirmedFigure,
    FreshFigure,
    IdFigure,
    IdPresentFigure,
    KnownFigure,
    NativeFigure,
    PopulationFigure,
    SqlFigure,
    TypeFigure,
    UniqueFigure,
    ValuesFigure,
    *get_args(GoldenFigure),
)
"""Figures made of datasets alone. Others look at the history or at what was published."""
ENGINES = (
    "tekdogru", "duckdb", "great-expectations", "phonenumbers", "python-stdnum", "email-validator"
)  # fmt: skip
PARAMETERS = (":as_of", ":period_start", ":period_end")
NOT_READ = frozenset(Definition.model_fields) - {"key"}


def look_at(
    workspace: Workspace,
    catalog: Catalog,
    paths: Iterable[str],
    last: Mapping[str, Fingerprint],
) -> dict[str, Fingerprint]:
    """The present fingerprint of each dataset whose connector can tell one.

    `last` are those of an earlier look, by which a connector may know the data again.
    """
    found: dict[str, Fingerprint] = {}
    for path in paths:
        dataset = catalog.datasets[path]
        source = catalog.sources[dataset.source]
        try:
            connector = connector_for(source.connector, workspace.settings.plugins)
            if isinstance(connector, Fingerprinting):
                one = connector.fingerprint(
                    source, dataset, root=workspace.root, last=last.get(path)
                )
                found |= {path: one} if one else {}
        except (SourceUnreadable, OSError):
            continue  # reading it will say why
    return found


class Meanings:
    """What the checks of one plan mean, apart from the data and from how they are presented."""

    def __init__(self, plan: Plan, catalog: Catalog, settings: Settings, known: str = "") -> None:
        """`known` is a digest of what is known of entities beside the datasets."""
        self._plan, self._catalog, self._settings = plan, catalog, settings
        self._known = known
        self._stated: dict[str, str] = {}

    def inputs(self, check: Check, held: Mapping[str, Fingerprint]) -> str | None:
        """One fingerprint for all that a check reads and means; None where it cannot be told."""
        if not isinstance(check.figure, CARRIED) or not set(check.reads) <= held.keys():
            return None
        meant = [
            check.key,
            _stated(check.figure),
            check.expectation,
            check.target.target,
            [[self._dataset(path), held[path].content] for path in check.reads],
            [self._entity(key) for key in self._entities(check)],
            self._common,
        ]
        text = json.dumps(meant, ensure_ascii=False)
        if self._looks_at_the_day(check) or _names_the_day(text):
            text += self._plan.as_of.isoformat()
        text += json.dumps([self._measure(measure) for measure in self._measures(check)])
        text += self._known
        return hashlib.sha256(text.encode()).hexdigest()

    def _looks_at_the_day(self, check: Check) -> bool:
        """Whether time alone may change a figure: of what was confirmed after the day nothing is
        known on it, neither for golden records nor for which of several rows speaks.
        """
        if isinstance(check.figure, FreshFigure):
            return True
        if isinstance(check.figure, GoldenFigure) and check.figure.golden.survival.can_be_stale:
            return True
        if isinstance(check.figure, AgreementFigure | GoldenFigure):
            return self._has_times(check)
        return bool(self._entities(check) or _is_golden(check)) and self._has_times(check)

    def _has_times(self, check: Check) -> bool:
        read = (one for one in self._plan.datasets if one.path in check.reads)
        own = (c.column.confirmed_by for g in self._plan.golden for c in g.candidates)
        return any(one.confirmed_by for one in read) or any(own)

    @cached_property
    def _common(self) -> list[Any]:
        """What every figure depends on: the programs that count, zone, samples and masking."""
        settings = self._settings
        versions = [version(name) for name in ENGINES]
        return [versions, settings.timezone, settings.engine.samples, settings.privacy.mask]

    def _dataset(self, path: str) -> str:
        """How a dataset is read: its plan, and what only its connector looks at."""
        if path not in self._stated:
            plan = next(one for one in self._plan.datasets if one.path == path)
            dataset = self._catalog.datasets[path]
            source = self._catalog.sources[dataset.source]
            read = {"fields", "known_to", "refresh", "severity"}
            kept = {"owner", "refresh", "datasets"}
            self._stated[path] = json.dumps(
                [
                    _stated(plan),
                    dataset.model_dump(mode="json", exclude=set(NOT_READ | read)),
                    source.model_dump(mode="json", exclude=set(NOT_READ | kept)),
                ]
            )
        return self._stated[path]

    def _entities(self, check: Check) -> list[str]:
        """The entities whose golden records a check looks at by conditions or calculations."""
        figure = check.figure
        found = {entity for measure in self._measures(check) for entity in measure.golden}
        if isinstance(figure, SqlFigure) and isinstance(figure.on, GoldenColumn):
            found.add(figure.on.entity)
        if isinstance(figure, GoldenFigure) and self._rests_on_others(figure.golden):
            found.add(figure.golden.entity)
        if isinstance(figure, UniqueFigure) and figure.subtype:
            found.add(figure.entity)
        return sorted(found)

    def _rests_on_others(self, golden: GoldenColumn) -> bool:
        """Whether other attributes have a say in a golden value, or in whom it belongs to."""
        survival = golden.survival
        asked = any(one.kind == "same_as" for one in survival.chain)
        guarded = any(one.guards.where for one in golden.candidates)
        return bool(golden.subtype or survival.group or asked or guarded)

    def _entity(self, key: str) -> str:
        """All golden columns of an entity, any of which a condition may name."""
        name = f"entity {key}"
        if name not in self._stated:
            entity = next(one for one in self._plan.entities if one.key == key)
            golden = [one for one in self._plan.golden if one.entity == key]
            ahead = [g for one in self._plan.outlooks for g in one.golden if g.entity == key]
            self._stated[name] = json.dumps([_stated(entity), _stated(golden), _stated(ahead)])
        return self._stated[name]

    def _measures(self, check: Check) -> list[MeasurePlan]:
        """The calculations of a check with those they rest on."""
        if not calculations_of(check.figure):
            return []
        asked = asked_calculations(replace(self._plan, checks=(check,)))
        return [self._plan.measure(key) for key in sorted(asked)]

    def _measure(self, measure: MeasurePlan) -> Any:
        """A calculation; the day it is computed for matters only where it names it."""
        named = _names_the_day(measure.calculation)
        return _stated(measure if named else replace(measure, as_of=None))


def _is_golden(check: Check) -> bool:
    """Whether a rule speaks of golden values."""
    figure = check.figure
    return isinstance(figure, SqlFigure | NativeFigure) and isinstance(figure.on, GoldenColumn)


def _names_the_day(text: str) -> bool:
    return any(name in text.casefold() for name in PARAMETERS)


def _stated(value: Any) -> Any:
    """A part of a plan as JSON, every kind of value apart from every other."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case date() | Decimal():
            return [type(value).__name__, str(value)]
        case BaseModel():
            return [type(value).__name__, value.model_dump(mode="json")]
        case Mapping():
            return ["mapping", [[_stated(k), _stated(v)] for k, v in value.items()]]
        case tuple() | list():
            name = "pairs" if isinstance(value, Pairs) else "list"
            return [name, [_stated(one) for one in value]]
        case _ if is_dataclass(value):
            held = [[one.name, _stated(getattr(value, one.name))] for one in fields(value)]
            return [type(value).__name__, held]
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a fingerprint")
