"""The nouns of a catalog; every other room speaks in these."""

from __future__ import annotations

from catalog.model.attributes import Attribute, Claim, Rule, Target
from catalog.model.definition import Definition, Governed, Renewal
from catalog.model.parties import Role, Team
from catalog.model.reports import Cell, Measure, Report
from catalog.model.sources import Confirmation, Dataset, Field, SourceSystem
from catalog.model.subjects import Entity, Purpose, Touchpoint
from catalog.model.waivers import Waiver
from catalog.model.whole import BaselineEntry, Catalog, Place

__all__ = [
    "Attribute",
    "BaselineEntry",
    "Catalog",
    "Cell",
    "Claim",
    "Confirmation",
    "Dataset",
    "Definition",
    "Entity",
    "Field",
    "Governed",
    "Measure",
    "Place",
    "Purpose",
    "Renewal",
    "Report",
    "Role",
    "Rule",
    "SourceSystem",
    "Target",
    "Team",
    "Touchpoint",
    "Waiver",
]
