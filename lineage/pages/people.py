"""What the pages of teams, roles and entities show: reports, duties, attributes, datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from catalog.model import Definition, Entity, Role, Team
from lineage.pages.conditions import say_condition
from lineage.pages.context import PageContext
from lineage.pages.identities import identity_of
from lineage.pages.numbers import completeness


@dataclass(frozen=True)
class People:
    """Gathers what stands on those pages for one catalog."""

    ctx: PageContext

    def of_team(self, team: Team) -> dict[str, object]:
        """The reports and roles of a team, and what it answers for itself."""
        ctx = self.ctx
        reports = [r for r in ctx.catalog.reports.values() if r.team == team.key]
        roles = [r for r in ctx.catalog.roles.values() if r.team == team.key]
        shown = [role for role in roles if role.urn in ctx.visible]
        return {
            "reports": [r for r in reports if r.urn in ctx.visible],
            "roles": [(role, ctx.contact(role.key)) for role in shown],
            **self._answering(team.key, tuple(role.key for role in shown)),
        }

    def of_role(self, role: Role) -> dict[str, object]:
        """What a role answers for."""
        return self._answering(role.key)

    def of_entity(self, entity: Entity) -> dict[str, object]:
        """What is known about an entity, which kinds of it there are, and where it is held."""
        ctx = self.ctx
        attributes = [
            (attribute, self._complete(attribute))
            for attribute in ctx.catalog.attributes_of(entity.key)
            if attribute.urn in ctx.visible
        ]
        datasets = [
            (
                dataset,
                ctx.link(f"field:{dataset.path}.{dataset.id}")
                if dataset.id
                else ctx.words("identity.by_match"),
            )
            for dataset in ctx.catalog.datasets_of(entity.key)
            if dataset.urn in ctx.visible
        ]
        subtypes = [
            (ctx.subtype_name(entity, key), say_condition(sql, ctx.words))
            for key, sql in entity.subtypes.items()
        ]
        return {
            "attributes": attributes,
            "datasets": datasets,
            "subtypes": subtypes,
            "identity": identity_of(entity, ctx),
            "records": ctx.truth.portraits.get(entity.key),
        }

    def _complete(self, attribute: Definition) -> str:
        result = completeness(self.ctx.results_of(attribute.urn))
        if result is None:
            return "–"
        return self.ctx.privacy.rest(attribute.urn, result.violations, result.rows_compared)

    def _answering(self, *keys: str | tuple[str, ...]) -> dict[str, object]:
        own, others = keys[0], keys[1] if len(keys) > 1 else ()
        duties = [d for key in (own, *others) for d in self._duties.get(str(key), ())]
        failing = sum(self._failing.get(d.urn, 0) for d in duties)
        return {
            "duties": duties,
            "failing": failing,
            "failing_href": f"../../all/checks/index.html?owner={quote(str(own))}&verdict=fail"
            if not others
            else f"../../all/checks/index.html?team={quote(str(own))}&verdict=fail",
        }

    @cached_property
    def _failing(self) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for result in self.ctx.results:
            if result.verdict == "fail":
                counts[result.urn] = counts.get(result.urn, 0) + 1
        return counts

    @cached_property
    def _duties(self) -> Mapping[str, list[Definition]]:
        """The definitions each owner's key answers for by name."""
        duties: dict[str, list[Definition]] = {}
        for definition in self.ctx.visible.values():
            if definition.owner:
                duties.setdefault(definition.owner, []).append(definition)
        return duties
