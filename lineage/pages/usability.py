"""Whether a definition can be used today, and why, from its checks, its dates and its origin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from catalog.expiry import review_of
from catalog.model import Attribute, Catalog, Cell, Dataset, Definition, Field, Report, Touchpoint
from catalog.results import SEVERITIES, WORST_FIRST, Comparison, Result, worst_first
from catalog.settings import Settings
from lineage.pages.links import Links

Level = Literal["use", "care", "dont"]
LEVELS: tuple[Level, ...] = ("dont", "care", "use")
JUDGED = frozenset(
    ("source", "dataset", "field", "entity", "attribute", "measure", "report", "cell", "touchpoint")
)
OF_NO_FIELD = ("current_in", "reads")
"""Checks whose key ends in a span of time or in the attribute that a touchpoint reads."""
OF_FIELDS = ("type", "values", "unique", "rule")
MOST_INHERITED = 5
# Checks run daily; a run a week old has been missed on every working day of one.
FRESH_FOR = timedelta(days=7)
OF_ITSELF = ("not_run", "no_check", "old_run")


@dataclass(frozen=True)
class Reason:
    """One cause: `code` names its sentence, `about` the definition it lies in.

    `level` is what it means for the definition asked about, `grave` whether the place it lies in
    must not be used. `count` and `of` are the cells of a report that must not be used, and all.
    `readers` are the touchpoints that read a field although another source is believed first.
    """

    level: Level
    code: str
    about: str
    result: Result | None = None
    day: date | None = None
    count: int = 0
    of: int = 0
    grave: bool = False
    readers: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two reasons one: the check that found it, else where it lies."""
        return (self.code, "", self.result.check) if self.result else (self.code, self.about, "")


@dataclass(frozen=True)
class Usability:
    """The answer for one definition with its reasons, the gravest first.

    `checked` tells whether any check speaks of it or of what it rests on, `disputed` whether a
    field's values are not those of another source.
    """

    level: Level
    reasons: tuple[Reason, ...] = ()
    checked: bool = False
    disputed: bool = False


@dataclass(frozen=True)
class Circumstances:
    """What the answers depend on beside the catalog; `today` is the institution's day.

    `results` are those of the last run, `checked_on` is its day; None when there was none.
    `in_the_right` are the checks of `cells_in_the_right`.
    """

    today: date
    settings: Settings
    results: Sequence[Result] = ()
    checked_on: date | None = None
    in_the_right: Set[str] = frozenset()


def judge(catalog: Catalog, links: Links, now: Circumstances) -> Mapping[str, Usability]:
    """The answer for every definition that can be used at all, by URN.

    A source is as usable as its datasets, a cell as the measure it shows. Elsewhere, what must
    not be used or is not known upstream asks for care; a mere warning there does not, else
    everything would always be marked.
    Of an attribute's sources only the one taken first counts: which one that is was decided
    exactly because they are not all right.
    """
    results: dict[str, list[Result]] = {}
    for result in now.results:
        results.setdefault(result.urn, []).append(result)
        looked_at = fields_of(result)
        if result.kind in OF_FIELDS and len(looked_at) == 1:
            results.setdefault(f"field:{looked_at[0]}", []).append(result)
    reading, disputed = _read_instead(catalog, now.results), _disputed(now.results)
    answers: dict[str, Usability] = {}
    for urn in links.foundations_first(catalog.definitions):
        definition = catalog.definitions.get(urn)
        if definition is not None and definition.kind in JUDGED:
            below = {up: answers[up] for up in links.up.get(urn, ()) if up in answers}
            spoken_of = [urn, *(part.urn for part in getattr(definition, "datasets", ()))]
            own = [result for one in spoken_of for result in results.get(one, [])]
            answer = _answer(definition, own, below, now, reading.get(urn, ()))
            answers[urn] = replace(answer, disputed=True) if urn in disputed else answer
    return answers


def cells_in_the_right(
    results: Iterable[Result], published: Iterable[Comparison]
) -> frozenset[str]:
    """The failed checks that two cells published the same, whose own cell published the truth for
    every period in which the two differ, so that it is the other that is wrong.

    Where the truth is not known, neither is in the right.
    """
    true = {(f"cell:{one.cell}", one.period) for one in published if one.verdict == "pass"}
    apart = (one for one in results if one.kind == "same" and one.verdict == "fail")
    return frozenset(
        one.check
        for one in apart
        if one.samples and all((one.urn, period) in true for period in one.samples)
    )


def _disputed(results: Iterable[Result]) -> Set[str]:
    """The fields whose values are not those of another source."""
    apart = (one for one in results if one.kind == "agree" and one.verdict in ("fail", "warn"))
    return {f"field:{path}" for one in apart for path in fields_of(one)}


def _read_instead(catalog: Catalog, results: Iterable[Result]) -> Mapping[str, tuple[Reason, ...]]:
    """By field: that a touchpoint reads it for an attribute that takes its value elsewhere first,
    and the two were compared and differ.
    """
    compared = {
        (result.urn, frozenset(fields_of(result))): result
        for result in results
        if result.kind == "agree" and result.violations
    }
    found: dict[tuple[str, str], Reason] = {}
    for touchpoint in catalog.definitions.values():
        for key, path in touchpoint.reads.items() if isinstance(touchpoint, Touchpoint) else ():
            attribute = catalog.attributes.get(key)
            first = attribute.claims[0].field if attribute and attribute.claims else path
            result = compared.get((f"attribute:{key}", frozenset((path, first))))
            if path == first or result is None:
                continue
            field = f"field:{path}"
            known = found.get((field, result.check))
            readers = (*(known.readers if known else ()), touchpoint.urn)
            reason = Reason("care", "read_instead", field, result, readers=readers)
            found[field, result.check] = reason
    by_field: dict[str, tuple[Reason, ...]] = {}
    for (field, _), reason in found.items():
        by_field[field] = (*by_field.get(field, ()), reason)
    return by_field


def fields_of(result: Result) -> tuple[str, ...]:
    """The paths of the fields a check looks at, from its key: two for an agreement."""
    kind, _, looked_at = result.check.removeprefix(f"{result.urn}/").partition(":")
    if kind in OF_NO_FIELD:
        return ()
    if kind == "rule":
        looked_at = looked_at.partition(":")[2]
    return tuple(path for path in looked_at.split("~") if path)


def read_by(result: Result) -> str:
    """The key of the attribute that a touchpoint reads, from the key of the check on it."""
    return result.check.rpartition("/reads:")[2]


def gravest_first(results: Iterable[Result]) -> list[Result]:
    """Sorted by verdict and severity, then the largest share of violations first."""
    ranked = worst_first(results)
    shares = {r.check: r.violations / r.rows_compared if r.rows_compared else 0 for r in ranked}
    return sorted(
        ranked,
        key=lambda r: (
            WORST_FIRST.index(r.verdict),
            SEVERITIES.index(r.severity),
            -shares[r.check],
        ),
    )


def _answer(
    definition: Definition,
    results: list[Result],
    below: Mapping[str, Usability],
    now: Circumstances,
    own: Sequence[Reason] = (),
) -> Usability:
    reasons: dict[tuple[str, str, str], Reason] = {}
    for reason in (
        *_of_status(definition),
        *_of_dates(definition, now),
        *_of_results(results, definition, now.in_the_right),
        *own,
        *_of_cells(definition, below),
        *_inherited(definition, below),
    ):
        reasons.setdefault(reason.key, reason)
    checked = bool(results) or any(answer.checked for answer in below.values())
    for last in _of_run(definition, checked, bool(reasons), now):
        reasons[last.key] = last
    ordered = sorted(reasons.values(), key=lambda reason: _gravity(reason, definition.urn))
    return Usability(ordered[0].level if ordered else "use", tuple(ordered), checked)


def _gravity(reason: Reason, urn: str) -> tuple[int, bool, bool, bool]:
    """The worst first, then the definition's own; what the run lacks is said last."""
    nothing = reason.code in OF_ITSELF
    return LEVELS.index(reason.level), nothing, reason.about != urn, not reason.grave


def _of_run(
    definition: Definition, checked: bool, reasoned: bool, now: Circumstances
) -> Iterator[Reason]:
    if now.checked_on is None:
        yield Reason("care", "not_run", definition.urn)
    elif checked and now.today - now.checked_on > FRESH_FOR:
        yield Reason("care", "old_run", definition.urn, day=now.checked_on)
    elif not (checked or reasoned):
        yield Reason("care", "no_check", definition.urn)


def _of_status(definition: Definition) -> Iterator[Reason]:
    if definition.status in ("deprecated", "retired"):
        yield Reason("dont", definition.status, definition.urn, grave=True)
    elif definition.status in ("draft", "in_review"):
        yield Reason("care", definition.status, definition.urn)


def _of_dates(definition: Definition, now: Circumstances) -> Iterator[Reason]:
    review = review_of(definition, now.settings)
    standing = review.standing(now.today) if review else "current"
    if review is None or standing == "current":
        return
    if standing == "due":
        yield Reason("care", "expires", definition.urn, day=review.on)
        return
    grave = standing == "lapsed"
    level: Level = "dont" if grave else "care"
    yield Reason(level, "expired", definition.urn, day=review.on, grave=grave)


def _of_results(
    results: list[Result], definition: Definition, in_the_right: Set[str]
) -> Iterator[Reason]:
    """What checks found; of a field also what the checks of an attribute found in it.

    A cell that published the truth is not condemned for what another report published.
    """
    for result in gravest_first(results):
        if result.verdict == "pass" or result.severity == "info" or result.kind == "expiry":
            continue
        failed = result.verdict == "fail" and not result.is_waived
        right = result.check in in_the_right
        grave = failed and result.severity == "critical" and not right
        level: Level = "dont" if grave else "care"
        about = definition.urn if isinstance(definition, Field) else result.urn
        yield Reason(level, result.verdict, about, result, grave=grave)


def _of_cells(definition: Definition, below: Mapping[str, Usability]) -> Iterator[Reason]:
    if isinstance(definition, Report):
        levels = [below[cell.urn].level for cell in definition.cells if cell.urn in below]
        bad = levels.count("dont")
        if bad:
            level: Level = "dont" if bad == len(levels) else "care"
            yield Reason(level, "of_its_cells", definition.urn, count=bad, of=len(levels))


def _inherited(definition: Definition, below: Mapping[str, Usability]) -> Iterable[Reason]:
    for urn, answer in below.items():
        if isinstance(definition, Attribute) and not _leads(definition, urn):
            continue
        same_number = isinstance(definition, Cell) and urn == f"measure:{definition.measure}"
        for reason in _passed_on(answer):
            if isinstance(definition, Dataset) and reason.about != urn:
                continue  # what the source has from its other datasets
            if same_number:
                yield reason
            elif reason.grave or reason.code in ("expired", "unknown", "error"):
                yield replace(reason, level="care")


def _passed_on(answer: Usability) -> Iterable[Reason]:
    """What an answer tells those that rest on it: the gravest reasons, and always what expired."""
    told = [r for r in answer.reasons if r.code not in (*OF_ITSELF, "expires", "of_its_cells")]
    return [*told[:MOST_INHERITED], *(r for r in told[MOST_INHERITED:] if r.code == "expired")]


def _leads(attribute: Attribute, urn: str) -> bool:
    """Whether a definition is, or lies in, the dataset whose value is taken first."""
    dataset = attribute.claims[0].field.rpartition(".")[0]
    return not urn.startswith("field:") or urn.startswith(f"field:{dataset}.")
