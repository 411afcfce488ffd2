"""Rules on survivorship: what is stated can decide, and nothing that is stated is never asked."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Attribute, Catalog, Claim
from catalog.validation.problems import Problem, problem_of
from catalog.validation.rules import Context

SETS = frozenset({"text", "code", "address", "email", "phone", "national_id", "tax_id", "iban"})
Said = tuple[tuple[str | int, ...], str]


def survivorship(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD051 for survivorship that cannot decide as it is stated."""
    for attribute in catalog.attributes.values():
        found = [*_of_chain(catalog, attribute), *_of_claims(attribute)]
        for part, said in found:
            yield problem_of(catalog, "TD051", attribute.urn, said, *part)


def _of_chain(catalog: Catalog, attribute: Attribute) -> Iterator[Said]:
    chain = attribute.survive
    if "all" in chain and attribute.type not in SETS:
        yield (
            ("survive",),
            f"`all` joins texts into one, but the type is {attribute.type}; choose one value, or "
            "make the attribute a text",
        )
    if attribute.valid_for and attribute.valid_for.unit == "bd":
        said = "values age on every day; write days, weeks, months or years, as in 7d"
        yield ("valid_for",), f"valid_for {attribute.valid_for}: {said}"
    if attribute.group and ("all" in chain or "manual" in chain):
        said = f"`{chain[0]}` takes its value from no single record, as the group needs"
        yield ("group",), f"group `{attribute.group}`: {said}"
    for name in ("most_recent", "oldest"):
        if name in chain and not any(_has_time(catalog, one) for one in attribute.all_claims):
            yield (
                ("survive",),
                f"`{name}` needs to know when values were confirmed, but none of the claimed "
                "datasets says so; state `confirmed_at` (of a load it does not count)",
            )
    if "most_trusted" in chain:
        for part, claim in _numbered(attribute):
            if claim.trust is None:
                yield (
                    part,
                    f"claim {claim.field}: `most_trusted` needs its `trust`, as in trust: 80",
                )


def _of_claims(attribute: Attribute) -> Iterator[Said]:
    for part, claim in _numbered(attribute):
        if claim.downgrade and claim.trust is None:
            yield (
                (*part, "downgrade"),
                f"claim {claim.field}: `downgrade` lowers a `trust`; state it",
            )
        if claim.trust and "most_trusted" not in attribute.survive:
            said = "`trust` is asked by the strategy `most_trusted` alone; add it to `survive`"
            yield (*part, "trust"), f"claim {claim.field}: {said}"
    ends = any(claim.from_ or claim.until for claim in attribute.claims)
    if attribute.fallback and not all(c.from_ or c.until for c in attribute.claims):
        said = "is never asked, for " + (
            "one of the claims is always in force" if ends else "the claims are always in force"
        )
        yield ("fallback",), f"`fallback` {said}; give each claim its `from` or `until`"


def _has_time(catalog: Catalog, claim: Claim) -> bool:
    field = catalog.fields.get(claim.field)
    if field is None:
        return True  # told as an unknown name
    confirmed = field.confirmed_at or catalog.datasets[field.dataset].confirmed_at
    return confirmed is not None and confirmed.means != "loaded"


def _numbered(attribute: Attribute) -> Iterator[tuple[tuple[str | int, ...], Claim]]:
    for part in ("claims", "fallback"):
        for index, claim in enumerate(getattr(attribute, part)):
            yield (part, index), claim
