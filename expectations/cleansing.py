"""Cleanses single values as the engine would, step by step, for stewards who try things out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.errors import TekdogruError
from catalog.model import Attribute
from catalog.model.cleansing import CLEANSE_STEPS, FOLD_STEPS
from catalog.model.sources import FieldType
from catalog.scratch import scratch_folder
from expectations.engine.projecting import Projecting
from expectations.engine.projection import Projection
from expectations.engine.reading import Reading
from expectations.engine.sandbox import Limits, Step, run_steps
from expectations.engine.wanted import Dialect, Wanted
from expectations.plan import Column, DatasetPlan, FieldPlan
from expectations.sources.port import Extract, text_literal

JUDGED: Final[dict[str, FieldType]] = {
    "phone": "phone",
    "email": "email",
    "national_id": "national_id",
    "tax_id": "tax_id",
    "iban": "iban",
    "date": "date",
    "number": "decimal",
}
"""The type that values are held to after a step that is made for it."""
PATH: Final = "given.values"


@dataclass(frozen=True)
class Chain:
    """The steps that values go through, and the type and codes they are held to afterwards.

    `folds` come after the value has been judged: they are for comparing alone.
    """

    steps: tuple[str, ...]
    folds: tuple[str, ...] = ()
    type: FieldType = "text"
    values: tuple[str, ...] | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """All steps in their order."""
        return (*self.steps, *self.folds)

    @property
    def judges(self) -> bool:
        """Whether a value can be wrong."""
        return self.type not in ("text", "code", "address") or self.values is not None


@dataclass(frozen=True)
class Cleansed:
    """What became of one value: after each step, and whether it is valid in the end.

    `after` has one text per step, None where nothing is left. `valid` is None where nothing is
    left, or where nothing is demanded.
    """

    given: str
    after: tuple[str | None, ...]
    valid: bool | None


def chain_of_steps(steps: Sequence[str]) -> Chain:
    """The steps as they are; values are held to the type of the last one that is made for one."""
    types = [JUDGED[step] for step in steps if step in JUDGED]
    first = next((i for i, step in enumerate(steps) if step in FOLD_STEPS), len(steps))
    return Chain(tuple(steps[:first]), tuple(steps[first:]), types[-1] if types else "text")


def chain_of_attribute(attribute: Attribute) -> Chain:
    """What an attribute does with its values."""
    codes = tuple(attribute.values) if attribute.values is not None else None
    return Chain(attribute.cleanse, attribute.compare, attribute.type, codes)


def unknown_steps(steps: Sequence[str]) -> list[str]:
    """Those that are no steps."""
    return [step for step in steps if step not in (*CLEANSE_STEPS, *FOLD_STEPS)]


def cleanse_values(
    values: Sequence[str], chain: Chain, limits: Limits, as_of: date
) -> list[Cleansed]:
    """Every value as the engine's own projection cleanses it, in its guarded process.

    Raises TekdogruError where the engine fails.
    """
    if not values:
        return []
    with scratch_folder("cleanse", limits.spill) as folder:
        extract = _written(values, folder / "values.parquet")
        projection = _projection(extract, chain, limits.zone)
        columns = [f"d{projection.index(c)}" for c in projection.columns[:-1]]
        last = projection.columns[-1]
        judged = [projection.told(projection.unfit(last))]
        judged += [projection.told(projection.unlisted(last))] if last.values is not None else []
        selected = ", ".join(["k", *columns, f"d{projection.index(last)}", *judged])
        order = f"SELECT {selected} FROM {projection.counted} ORDER BY k"
        steps = [
            *Projecting(projection, Dialect(as_of, limits.zone)).steps(),
            Step("cleansed", order, needs=(projection.ready,), fetch=True),
        ]
        outcome = run_steps(steps, readable=list(extract.files), limits=limits)["cleansed"]
    if outcome.failure:
        raise TekdogruError(f"the values could not be cleansed: {outcome.failure.message}")
    rows = zip(values, outcome.rows, strict=True)
    return [_cleansed(value, row[1:], chain, len(columns)) for value, row in rows]


def _cleansed(given: str, row: Sequence[Any], chain: Chain, steps: int) -> Cleansed:
    after, last, wrong = row[:steps], row[steps], row[steps + 1 :]
    valid = not any(wrong) if chain.judges and last is not None else None
    return Cleansed(given, tuple(after), valid)


def _written(values: Sequence[str], file: Path) -> Extract:
    """The values as a file that the engine reads."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = pa.array(range(len(values)), pa.int64())
    pq.write_table(pa.table({"n": numbers, "value": pa.array(values, pa.string())}), file)
    relation = f"read_parquet({text_literal(file)})"
    return Extract(relation, (file,), ("n", "value"), {"n": "BIGINT"})


def _projection(extract: Extract, chain: Chain, zone: str) -> Projection:
    """A column for the text after each step, and last the one that is judged."""
    fields = (FieldPlan("n", "n", "integer"), FieldPlan("value", "value", chain.type))
    reading = Reading(DatasetPlan(PATH, fields, id="n"), extract, zone)
    named = chain.named
    columns = (
        *(_column(str(n), "text", named[:n]) for n in range(1, len(named) + 1)),
        _column("judged", chain.type, chain.steps, chain.values),
    )
    bare = Projection(reading, columns, whole_keys=True)
    flags = [bare.unfit(columns[-1])]
    flags += [bare.unlisted(columns[-1])] if chain.values is not None else []
    told = tuple(flag for flag in flags if flag != "false")
    return Projection(
        reading, columns, wanted=Wanted(shown=frozenset(columns), flags=told), whole_keys=True
    )


def _column(
    name: str, kind: FieldType, steps: tuple[str, ...], values: tuple[str, ...] | None = None
) -> Column:
    return Column(PATH, "value", f"given.{name}", kind, steps, (), values)


def told_text(found: Sequence[Cleansed], chain: Chain) -> Iterator[str]:
    """Each value with a line per step and one that judges it."""
    width = max(map(len, (*chain.named, "valid")))
    for one in found:
        yield repr(one.given)[1:-1] if one.given.isprintable() is False else one.given
        for step, text in zip(chain.named, one.after, strict=True):
            yield f"  {step:<{width}}  {'(nothing left)' if text is None else text}"
        if one.valid is not None:
            yield f"  {'valid':<{width}}  {'yes' if one.valid else 'no'} ({chain.type})"


def told_json(found: Sequence[Cleansed], chain: Chain) -> list[dict[str, Any]]:
    """The same as a document: a list with an entry per value."""
    return [
        {
            "given": one.given,
            "steps": [
                {"step": step, "value": text}
                for step, text in zip(chain.named, one.after, strict=True)
            ],
            "value": one.after[len(chain.steps) - 1] if chain.steps else one.given,
            "compared": one.after[-1] if one.after else one.given,
            "type": chain.type,
            "valid": one.valid,
        }
        for one in found
    ]
