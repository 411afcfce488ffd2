"""Entities, the touchpoints that meet them, and the purposes data may serve."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from catalog.durations import Duration
from catalog.model.definition import Definition


class Entity(Definition):
    """What attributes describe: a customer, an account, a branch."""

    kind: ClassVar[str] = "entity"

    subtypes: dict[str, str] = Field({}, description="Name: SQL condition on the golden record.")


class Touchpoint(Definition):
    """Where the institution meets a customer, and the fields it reads there."""

    kind: ClassVar[str] = "touchpoint"

    reads: dict[str, str] = Field({}, description="attribute: the field it really reads.")
    purpose: str | None = None


class Purpose(Definition):
    """Why a fact may be used, on which legal basis and for how long."""

    kind: ClassVar[str] = "purpose"

    legal_basis: str | None = None
    retention: Duration | None = None
    accepts: tuple[Literal["current", "stale"], ...] = ("current",)
