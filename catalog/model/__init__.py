"""The nouns of a catalog; every other room speaks in these."""

from __future__ import annotations

from catalog.model.attributes import Attribute, Rule
from catalog.model.consolidations import ConsolidationDecision
from catalog.model.definition import Definition, Governed, Imported, Renewal
from catalog.model.matching import Comparison, Match, MatchDecision, MatchKey
from catalog.model.parties import Role, Team
from catalog.model.reports import Cell, Measure, Report
from catalog.model.sources import Confirmation, Dataset, Field, SourceSystem
from catalog.model.subjects import Entity, Purpose, Touchpoint
from catalog.model.survival import Claim, Downgrade, Ranking, SameAs, Trust
from catalog.model.targets import Target
from catalog.model.waivers import Waiver
from catalog.model.whole import BaselineEntry, Catalog, Place

__all__ = [
    "Attribute",
    "BaselineEntry",
    "Catalog",
    "Cell",
    "Claim",
    "Comparison",
    "Confirmation",
    "ConsolidationDecision",
    "Dataset",
    "Definition",
    "Downgrade",
    "Entity",
    "Field",
    "Governed",
    "Imported",
    "Match",
    "MatchDecision",
    "MatchKey",
    "Measure",
    "Place",
    "Purpose",
    "Ranking",
    "Renewal",
    "Report",
    "Role",
    "Rule",
    "SameAs",
    "SourceSystem",
    "Target",
    "Team",
    "Touchpoint",
    "Trust",
    "Waiver",
]
