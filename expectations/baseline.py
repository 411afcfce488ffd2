"""Records today's failing shares as the floor that later runs may not fall below."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from catalog.errors import UsageError
from catalog.model import BaselineEntry, Catalog
from catalog.results import DARK, RunRecord
from catalog.workspace import Workspace
from catalog.writing import write_whole
from expectations.plan import Plan

HEADING = (
    "# Recorded by `tekdogru baseline`: the level of each failing share with `floor: baseline`.\n"
    "# A check fails only when worse than this, and warns until its target is met.\n"
)


@dataclass(frozen=True)
class Recorded:
    """What `baseline` wrote: the file, today's shares, and the checks whose entry stayed as it was
    because nothing could be learned of them today. `before` are the entries as they were.
    """

    file: str
    entries: tuple[BaselineEntry, ...]
    kept: tuple[str, ...]
    before: Mapping[str, BaselineEntry]

    def lines(self) -> Iterator[str]:
        """What to tell the person who asked: each floor, and how it differs from the last one."""
        yield f"{self.file}: {len(self.entries)} share(s) recorded"
        for entry in self.entries:
            yield f"  {entry.share:.2%}  {entry.check}{self._moved(entry)}"
        for check in self.kept:
            yield f"  kept as it was, nothing is known of it today: {check}"
        recorded = {entry.check for entry in self.entries}
        for check, old in self.before.items():
            if check not in recorded and check not in self.kept:
                yield f"  taken out, no floor is needed any more: {check} (was {old.share:.2%})"
        if lowered := sum(self._is_lower(entry) for entry in self.entries):
            yield f"{lowered} floor(s) were lowered: what got worse passes from now on"

    def _is_lower(self, entry: BaselineEntry) -> bool:
        old = self.before.get(entry.check)
        return old is not None and entry.share < old.share

    def _moved(self, entry: BaselineEntry) -> str:
        old = self.before.get(entry.check)
        if old is None:
            return "  (new)" if self.before else ""
        if old.share == entry.share:
            return "  (as before)"
        return f"  ({'lowered' if self._is_lower(entry) else 'raised'} from {old.share:.2%})"


def record_baseline(
    workspace: Workspace, catalog: Catalog, plan: Plan, record: RunRecord
) -> Recorded:
    """Write today's failing shares to `baseline.yml` beside the definitions.

    Entries of checks that meet their target now are dropped; those of checks that are unknown or
    an error today stay. Comments that people wrote in the file stay. Raises UsageError when other
    files hold entries, which would then stand twice.
    """
    file = f"{workspace.settings.catalog}/baseline.yml"
    _refuse_elsewhere(catalog, file)
    targets = {check.key: check.target for check in plan.checks}
    entries = tuple(
        BaselineEntry(
            check=result.check,
            share=(result.rows_compared - result.violations) / result.rows_compared,
            recorded_on=record.as_of,
        )
        for result in record.results
        if targets[result.check].floor == "baseline"
        and result.verdict in ("fail", "warn")
        and result.rows_compared
    )
    dark = {result.check for result in record.results if result.verdict in DARK}
    kept = tuple(check for check in catalog.baseline if check in dark)
    _write(workspace.root / file, entries, kept)
    return Recorded(file, entries, kept, catalog.baseline)


def _refuse_elsewhere(catalog: Catalog, file: str) -> None:
    places = [catalog.places.find(f"baseline:{check}") for check in catalog.baseline]
    others = sorted({str(place) for place in places if place and place.file != file})
    if others:
        raise UsageError(
            f"baseline entries stand at {', '.join(others)}; move them to {file}, where "
            "`tekdogru baseline` keeps them"
        )


def _write(path: Path, entries: Sequence[BaselineEntry], kept: Collection[str]) -> None:
    yaml = YAML()
    yaml.width = 1000
    yaml.representer.ignore_aliases = lambda data: True  # the day stands in each entry, in full
    text = path.read_text(encoding="utf-8") if path.exists() else HEADING
    document = yaml.load(text)
    if document is None:  # nothing but comments
        text = text.rstrip() + "\nbaseline: []\n"
        document = yaml.load(text)
    document["baseline"] = _merged(document.get("baseline"), entries, kept)
    stream = StringIO()
    yaml.dump(document, stream)
    write_whole(path, stream.getvalue())


def _merged(
    listed: CommentedSeq | None, entries: Sequence[BaselineEntry], kept: Collection[str]
) -> CommentedSeq:
    """The list as people left it, its entries renewed in place so that their comments stay."""
    listed = listed or CommentedSeq()
    new = {entry.check: entry.model_dump() for entry in entries}
    for index in reversed(range(len(listed))):
        check = listed[index]["check"]
        if check in new:
            listed[index].update(new.pop(check))
        elif check not in kept:
            del listed[index]
    listed.extend(new.values())
    return listed
