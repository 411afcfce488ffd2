"""Validation rules that need this room: expectations, kinds of source, evidence on sources."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.errors import TekdogruError
from catalog.model import Catalog, Claim
from catalog.validation.problems import Problem, nearest, problem_of
from catalog.validation.rules import Context


def connectors(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD012 for a kind of source that no connector reads."""
    from expectations.sources.registry import known_kinds

    kinds = known_kinds(context.settings.plugins)
    for source in catalog.sources.values():
        if source.connector not in kinds:
            said = f"{source.urn}: no connector for kind '{source.connector}'; "
            place = catalog.places.find(source.urn, "kind")
            yield Problem(
                "TD012", said + nearest(source.connector, kinds), place=place, urn=source.urn
            )


def expectations(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD022 for a native expectation that is not supported, or not with these arguments."""
    for attribute in catalog.attributes.values():
        for index, rule in enumerate(attribute.rules):
            if not rule.expect:
                continue
            from expectations.arguments import family
            from expectations.native import problems

            place = catalog.places.find(attribute.urn, "rules", index)
            for said in problems(rule.expect, rule.arguments, family(attribute.type)):
                yield Problem("TD022", f"{attribute.urn}: {said}", place=place, urn=attribute.urn)


def waivers(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD012 for a waiver that speaks of no check there is; asked once the rest can be compiled."""
    if not catalog.waivers or _is_unsound(catalog, context):
        return
    from expectations.compiler.whole import compile_plan

    plan = compile_plan(catalog, context.today, context.settings)
    known = [check.key for check in plan.checks]
    for waiver in catalog.waivers.values():
        if not any(waiver.covers(check.key, check.urn) for check in plan.checks):
            said = (
                f"{waiver.urn}: check '{waiver.check}' is no check and no definition with one; "
                f"{nearest(waiver.check, [*known, *{check.urn for check in plan.checks}])} "
                "(`tekdogru check --dry-run` lists all)"
            )
            place = catalog.places.find(waiver.urn, "check")
            yield Problem("TD012", said, place=place, urn=waiver.urn)


def evidence(catalog: Catalog, context: Context) -> Iterator[Problem]:
    """TD058 for an order of claims that evidence contradicts, TD059 for a measured trust without
    enough evidence; warnings, and only where the history is asked.
    """
    is_measured = any(c.trust and c.trust.measured for c in _claims(catalog))
    if not context.reads_history or not (context.history or is_measured):
        return
    from expectations.corrections.doubting import doubts

    try:
        for doubt in doubts(catalog, context.history, context.today, context.settings.trust):
            yield problem_of(
                catalog, doubt.code, doubt.urn, doubt.said, *doubt.part, level="warning"
            )
    except TekdogruError as error:
        yield Problem("TD058", f"no order is held against evidence: {error}", "warning")


def _claims(catalog: Catalog) -> Iterator[Claim]:
    for attribute in catalog.attributes.values():
        yield from attribute.all_claims


def _is_unsound(catalog: Catalog, context: Context) -> bool:
    """Whether names or statements are wrong, so that no plan could be made."""
    from catalog.validation.data import attributes, datasets
    from catalog.validation.references import references
    from catalog.validation.statements import statements

    rules = (references, datasets, attributes, statements, expectations)
    return any(p.level == "error" for rule in rules for p in rule(catalog, context))
