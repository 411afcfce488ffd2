"""Who must correct what: the owners of what holds or reads another value than the golden one."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.explanations import Correction, ExplainedAttribute, Said
from catalog.model.definition import Language
from expectations.golden.work import Job
from lineage.pages.contacts import find_contact


def corrections_of(job: Job, told: ExplainedAttribute, language: Language) -> Iterator[Correction]:
    """What must be corrected, in the order of the claims, then of the touchpoints that read a field
    nobody claims.

    Where there is no golden value, only what is invalid is known to be wrong.
    """
    wrong = {f"{said.dataset}.{said.field}": said for said in told.says if _is_wrong(said)}
    for field, said in wrong.items():
        held = said.cleansed if said.cleansed is not None else said.raw
        yield _owed(job, f"dataset:{said.dataset}", field, held, language)
    for read in told.reads:
        if read.agrees is False and read.field not in wrong:
            yield _owed(job, f"touchpoint:{read.touchpoint}", read.field, read.value, language)


def _is_wrong(said: Said) -> bool:
    """Whether a record holds another value that speaks now, or one that is none."""
    if said.reason in (None, "when", "agrees") or said.state == "deleted":
        return False
    return said.agrees is False or said.state == "invalid"


def _owed(job: Job, urn: str, field: str, value: str | None, language: Language) -> Correction:
    owner = job.catalog.owner_of(urn)
    what = job.catalog.definitions[urn]
    if owner is None:
        return Correction(
            what=urn, field=field, value=value, owner=None, name=what.named(language),
            ask=None, holder=None, deputy=None, left=None, phone=None,
        )  # fmt: skip
    contact = find_contact(job.catalog, owner, language, job.workspace.clock.today())
    return Correction(
        what=urn,
        field=field,
        value=value,
        owner=owner,
        name=contact.name,
        ask=contact.mail or contact.holder or contact.name,
        holder=contact.holder,
        deputy=contact.deputy,
        left=contact.left,
        phone=contact.phone,
    )
