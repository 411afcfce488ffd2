"""Rules on data: datasets that can be read, attributes that can be compared, cells that count."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PureWindowsPath

from catalog.functions import format_problem
from catalog.model import Attribute, Catalog, Claim, Dataset, SourceSystem
from catalog.model.targets import target_of
from catalog.plurals import plural
from catalog.validation.claims import always_speaks, ranks_apart
from catalog.validation.problems import Level, Problem, problem_of
from catalog.validation.rules import Context

PASSWORD = re.compile(
    r"://[^/@:]*:(?P<secret>[^@]+)@|(?i:\b(?:password|pwd)\s*=\s*(?P<other>[^\s;]+))"
)
IN_A_FILE = ("duckdb", "sqlite")
ON_A_SERVER = {
    "postgres": "${CRM_URL}",
    "odbc": "Driver={PostgreSQL Unicode};Server=crm.example;Pwd=${CRM_PASSWORD}",
}


def datasets(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD023 for a dataset that cannot be read as described, TD043 for an empty promise."""
    for dataset in catalog.datasets.values():
        source = catalog.sources[dataset.source]
        for part, said in _unreadable(dataset, source.connector):
            yield problem_of(catalog, "TD023", dataset.urn, said, part)
        if dataset.known_to:
            yield from _known_to(catalog, dataset)
        yield from _times(catalog, dataset)
        if (dataset.refresh or source.refresh) and not dataset.confirmed_at:
            said = "promises to be refreshed, but no `confirmed_at` field could show it"
            yield problem_of(catalog, "TD043", dataset.urn, said, "refresh", level="warning")


def sources(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD045 for a password in a `url`: files are copied, sent and kept for ever; TD023 for a
    source that does not say where it is.
    """
    for source in catalog.sources.values():
        part, missing = _whereabouts(source)
        if missing:
            yield problem_of(catalog, "TD023", source.urn, missing, part)
        password = PASSWORD.search(source.url or "")
        if password and not (password["secret"] or password["other"]).startswith("${"):
            said = "the `url` holds a password; write ${NAME} for it and set that variable"
            yield problem_of(catalog, "TD045", source.urn, said, "url")


def _times(catalog: Catalog, dataset: Dataset) -> Iterator[Problem]:
    """TD023 for confirmations that are no times, and for formats that engines read differently."""
    keys = [(dataset.urn, dataset.confirmed_at), *((f.urn, f.confirmed_at) for f in dataset.fields)]
    for urn, confirmation in keys:
        field = dataset.field(confirmation.field) if confirmation else None
        if field and field.type not in ("date", "timestamp"):
            said = f"confirmed_at: '{field.key}' is a {field.type}; make it a date or timestamp"
            yield problem_of(catalog, "TD023", urn, said, "confirmed_at")
    for field in dataset.fields:
        problem = format_problem(field.format) if field.format else None
        if problem:
            yield problem_of(catalog, "TD023", field.urn, problem, "format")


def _whereabouts(source: SourceSystem) -> tuple[str, str | None]:
    """Which key says where a source is, and what is wrong with it, if something is."""
    kind = source.connector
    if kind in ON_A_SERVER and not source.url:
        return "url", f"a source of kind `{kind}` needs a `url`, such as {ON_A_SERVER[kind]}"
    if kind in IN_A_FILE and source.url:
        return "url", f"a `{kind}` source is a file; name it as `location`, not as `url`"
    if kind in IN_A_FILE and source.location == ".":
        return "location", f"a `{kind}` source needs a `location`: the database's file"
    return "kind", None


def _unreadable(dataset: Dataset, connector: str) -> Iterator[tuple[str, str]]:
    if connector == "files" and not dataset.path_:
        yield "path", "a dataset of a `files` source needs a `path`"
    if connector in (*ON_A_SERVER, *IN_A_FILE):
        if not dataset.table:
            yield "table", f"a dataset of a `{connector}` source needs a `table`"
        elif dataset.path_:
            yield "path", f"a dataset of a `{connector}` source has a `table`, not a `path`"
    if dataset.path_ and _leaves(dataset.path_):
        yield "path", f"path '{dataset.path_}' leaves the source's location; name a file below it"
    try:
        codecs.lookup(dataset.encoding)
    except LookupError:
        yield "encoding", f"encoding '{dataset.encoding}' is not known; try utf-8 or windows-1254"
    repeated = [key for key, n in Counter(f.key for f in dataset.fields).items() if n > 1]
    for key in repeated:
        yield "fields", f"field '{key}' is defined twice; keep one"
    if dataset.id and not dataset.entity:
        yield "id", "`id` identifies an entity, but `entity` is missing"
    if dataset.record and not dataset.entity:
        yield "record", "`record` identifies a row of an entity, but `entity` is missing"


def _leaves(path: str) -> bool:
    """Whether a path is absolute or climbs, as Unix or as Windows writes it."""
    windows = PureWindowsPath(path)
    return bool(windows.drive or windows.root) or ".." in windows.parts


def _known_to(catalog: Catalog, dataset: Dataset) -> Iterator[Problem]:
    if not (dataset.entity and dataset.id):
        said = "`known_to` counts entities, so `entity` and `id` are needed"
        yield problem_of(catalog, "TD023", dataset.urn, said, "known_to")
        return
    for path in dataset.known_to:
        other = catalog.datasets.get(path)
        if other and (other.entity != dataset.entity or not other.id):
            things = plural(dataset.entity)
            said = f"known_to {path}: that dataset does not identify {things} by an `id`"
            yield problem_of(catalog, "TD023", dataset.urn, said, "known_to", path)


def attributes(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD024 for claims that can never be used, TD022 for rules that cannot be told apart,
    TD043 for promises that nothing can show.
    """
    for attribute in catalog.attributes.values():
        for part in ("claims", "fallback"):
            claims = getattr(attribute, part)
            for index, claim in enumerate(claims):
                said = _unusable(catalog, attribute, claim, claims[:index])
                if said:
                    yield problem_of(catalog, "TD024", attribute.urn, said, part, index)
        counted = Counter(rule.name for rule in attribute.rules)
        for index, rule in enumerate(attribute.rules):
            if counted[rule.name] > 1:
                said = f"two rules are called '{rule.name}'; give each its own `key`"
                yield problem_of(catalog, "TD022", attribute.urn, said, "rules", index)
        if attribute.current and not attribute.can_be_stale:
            said = "`current` needs `valid_for`: how long is a confirmed value current?"
            yield problem_of(catalog, "TD043", attribute.urn, said, "current")
        if attribute.agree and len(_independent_datasets(catalog, attribute)) < 2:
            said = "`agree` compares independent sources, but only one is claimed"
            yield problem_of(catalog, "TD043", attribute.urn, said, "agree", level="warning")
        if attribute.contested and len(_independent_datasets(catalog, attribute)) < 2:
            said = "`contested` needs independent sources, but only one is claimed"
            yield problem_of(catalog, "TD043", attribute.urn, said, "contested", level="warning")
    yield from _touchpoints(catalog)


def _touchpoints(catalog: Catalog) -> Iterator[Problem]:
    """TD043 for what touchpoints read of other entities, which no golden value can be held to."""
    for touchpoint in catalog.touchpoints.values():
        for key, path in touchpoint.reads.items():
            attribute, dataset = catalog.attributes.get(key), catalog.dataset_of(path)
            if not (target_of(touchpoint.against_golden, key) and attribute and dataset):
                continue
            if dataset.entity != attribute.entity or not (dataset.id or dataset.record):
                said = (
                    f"`against_golden` compares {key} with what is read in {path}, but "
                    f"{dataset.path} does not say which {attribute.entity} a row is about"
                )
                yield problem_of(catalog, "TD043", touchpoint.urn, said, "reads", key)


def _independent_datasets(catalog: Catalog, attribute: Attribute) -> set[str]:
    """The datasets whose claimed fields are no copies of others that are claimed."""
    claimed = {claim.field for claim in attribute.claims}
    fields = (catalog.fields[path] for path in claimed if path in catalog.fields)
    return {field.dataset for field in fields if field.copy_of not in claimed}


def _unusable(
    catalog: Catalog, attribute: Attribute, claim: Claim, before: Sequence[Claim]
) -> str | None:
    dataset = catalog.dataset_of(claim.field)
    if dataset is None or claim.field not in catalog.fields:
        return None
    if not (dataset.id or dataset.record):
        return f"claim {claim.field}: {dataset.path} has no `id`, so its rows belong to nobody"
    if dataset.entity != attribute.entity:
        found, wanted = dataset.entity, attribute.entity
        return f"claim {claim.field}: {dataset.path} describes {found}, not {wanted}"
    if claim.row and dataset.rows == "one":
        return f"claim {claim.field}: `row` picks one of many, but {dataset.path} has `rows: one`"
    if claim in before:
        return f"claim {claim.field} stands twice; the second can never be reached"
    earlier = [c for c in before if (c.field, c.row) == (claim.field, claim.row)]
    if any(always_speaks(c) and not ranks_apart(attribute, claim, c) for c in earlier):
        return f"claim {claim.field}: an earlier claim takes the same field without condition"
    return None


def reports(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD021 for a cell that says nothing, or two things."""
    for cell in catalog.cells.values():
        if not cell.measure and not cell.calculation and cell.status != "retired":
            said = "shows neither a `measure` nor a `calculation`; say which number it is, "
            said += "or take it out"
            level: Level = "warning" if cell.unsure else "error"
            yield problem_of(catalog, "TD021", cell.urn, said, level=level)
        if cell.measure and cell.calculation:
            said = "has both a `measure` and a `calculation`; a cell is one or the other"
            yield problem_of(catalog, "TD021", cell.urn, said, "calculation")
        measure = catalog.measures.get(cell.measure or "")
        for name in cell.where if measure else ():
            if measure and name not in measure.dimensions:
                known = ", ".join(measure.dimensions) or "none"
                said = (
                    f"where {name}: measure '{measure.key}' has no such dimension (it has {known})"
                )
                yield problem_of(catalog, "TD021", cell.urn, said, "where")
