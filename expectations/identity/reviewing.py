"""The queue as a steward sees it: values side by side, what each says, and the answers given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.matched import Evidence, OpenMatch
from catalog.model import Attribute, Catalog, Entity
from catalog.model.matching import Verb
from catalog.scratch import scratch_folder
from catalog.workspace import Workspace
from expectations.identity.keeping import Open
from expectations.identity.records import Question, read_records
from expectations.runner import PERSONAL_TYPES, Progress, mask

Values = Mapping[str, Mapping[str, str | None]]
ANSWERS = "[s]ame, [n]ot the same, s[k]ip, [b]ack, [q]uit"


def read_values(
    workspace: Workspace,
    catalog: Catalog,
    entity: Entity,
    records: Sequence[str],
    progress: Progress,
) -> Values:
    """The cleansed values of records, by record and attribute, read from the sources anew.

    The history keeps no values of persons, so that there is nothing to erase in it.
    """
    import duckdb

    question = Question(catalog, entity, workspace.clock.today())
    columns = ", ".join(f"v{i}" for i in range(len(question.attributes)))
    with scratch_folder("match", workspace.settings.engine.spill) as folder:
        file = folder / "records.parquet"
        read_records(workspace, question, file, progress)
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT dataset || '/' || record_id, {columns} FROM read_parquet($file) "
                "WHERE list_contains($records, dataset || '/' || record_id)",
                {"file": str(file), "records": list(records)},
            ).fetchall()
    names = [attribute.key for attribute in question.attributes]
    return {name: dict(zip(names, values, strict=True)) for name, *values in rows}


def show_open(
    catalog: Catalog, entity: Entity, asked: Open, values: Values, *, masked: bool
) -> OpenMatch:
    """A question with the values it is about; those of persons masked unless they may be seen."""

    def shown(record: str, attribute: Attribute) -> str | None:
        value = values.get(record, {}).get(attribute.key)
        return mask(value) if value and masked and is_personal(attribute) else value

    said = {reason.attribute: reason for reason in asked.reasons}
    match = entity.match
    evidence = []
    for name in match.attributes if match else ():
        attribute, reason = catalog.attributes[name], said.get(name)
        left, right = shown(asked.left, attribute), shown(asked.right, attribute)
        found = Evidence(
            attribute=name,
            said=reason.said if reason else _said(asked, values, name),
            weight=reason.weight if reason else 0.0,
            left=left,
            right=right,
        )
        evidence.append(found)
    return OpenMatch(
        entity=entity.key,
        left=asked.left,
        right=asked.right,
        score=asked.score,
        why=asked.why,
        pairs=asked.pairs,
        evidence=tuple(evidence),
    )


def _said(asked: Open, values: Values, name: str) -> str:
    left = values.get(asked.left, {}).get(name)
    right = values.get(asked.right, {}).get(name)
    if left is None or right is None:
        return "not known of both"
    return "the same" if left == right else "different"


def is_personal(attribute: Attribute) -> bool:
    """Whether an attribute's values are of persons."""
    return attribute.personal_data is not None or attribute.type in PERSONAL_TYPES


def told(catalog: Catalog, one: OpenMatch) -> Iterator[str]:
    """A question in lines: what is asked, and a table of what each attribute says."""
    chance = "" if one.score is None else f"probability {one.score:.4f}; "
    more = f"; settles {one.pairs} pairs" if one.pairs > 1 else ""
    yield f"{one.left}  |  {one.right}"
    yield f"  {chance}{one.why}{more}"
    rows = [
        (catalog.attributes[e.attribute].name, e.left or "–", e.right or "–", e.said, e.weight)
        for e in one.evidence
    ]
    wide = [max(len(" ".join(str(row[n]).split())) for row in rows) for n in range(4)]
    for row in rows:
        cells = [" ".join(str(row[n]).split()).ljust(wide[n]) for n in range(4)]
        weight = f"{row[4]:+.1f}" if row[4] else ""
        yield f"    {'  '.join(cells)}  {weight}".rstrip()


@dataclass
class Session:
    """The answers to a queue, one question after the other; nothing is written by it."""

    asked: Sequence[OpenMatch]
    answers: dict[int, Verb] = field(default_factory=dict)

    def run(self, show: Callable[[int], None], ask: Callable[[str], str]) -> None:
        """Ask until the end of the queue or of the steward's patience."""
        order: list[int] = []
        place = 0
        while place < len(self.asked):
            if self._is_settled(place):
                place += 1
                continue
            show(place)
            answer = ask(f"  {ANSWERS}: ").strip().casefold()[:1]
            if answer == "q":
                return
            if answer == "b" and order:
                place = order.pop()
                self.answers.pop(place, None)
            elif answer in VERBS or answer == "k":
                order.append(place)
                if answer in VERBS:
                    self.answers[place] = VERBS[answer]
                place += 1

    def _is_settled(self, place: int) -> bool:
        """Whether earlier answers leave nothing to ask: its records are one already."""
        one = self.asked[place]
        group = {one.left}
        same = [self.asked[n] for n, verb in self.answers.items() if verb == "same"]
        for _ in same:
            for other in same:
                if not group.isdisjoint((other.left, other.right)):
                    group |= {other.left, other.right}
        return one.right in group


VERBS: Mapping[str, Verb] = {"s": "same", "n": "different"}


def records_of(asked: Sequence[Open]) -> list[str]:
    """Every record that questions speak of, each once."""
    return list(dict.fromkeys(name for one in asked for name in (one.left, one.right)))
