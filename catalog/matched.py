"""What matching found and what it asks, as written to JSON: nouns other programs may build on."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MATCH_VERSION = "1.0"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MappedRecord(_Document):
    """One line of the Parquet file that `tekdogru match --output` writes."""

    source: str
    dataset: str = Field(description="The dataset's path: crm.customers")
    record_id: str
    entity_id: str
    merged_by: Literal["key", "model", "steward"] | None = Field(
        description="What joined the record to others; none where it is alone."
    )
    score: float | None = Field(description="The model's probability; none but by the model.")


class ReadDataset(_Document):
    """How many records a dataset gave, and the rows that gave none of their own."""

    dataset: str
    records: int
    without_id: int = Field(description="Rows without a record id; they take no part.")
    repeated: int = Field(description="Rows whose record id stands there before.")


class MovedId(_Document):
    """An id that became another: merged into it, or split off from it."""

    how: Literal["merge", "split"]
    former: str
    entity_id: str
    records: int


class MatchedEntity(_Document):
    """What matching found of one entity."""

    entity: str
    records: int
    entities: int
    joined_by: dict[str, int] = Field(description="Records joined by key, model and steward.")
    to_review: int
    moved: tuple[MovedId, ...] = ()
    datasets: tuple[ReadDataset, ...] = ()
    unheard: tuple[str, ...] = Field(
        (), description="Records that decisions name and no source holds any more."
    )


class MatchDocument(_Document):
    """The document `tekdogru match --format json` prints."""

    schema_version: str = MATCH_VERSION
    as_of: date
    kept: bool = Field(description="False after --dry-run: nothing was saved.")
    matched: tuple[MatchedEntity, ...]


class Evidence(_Document):
    """What one attribute says on two records: in words, and in bits for (+) or against (-)."""

    attribute: str
    said: str
    weight: float
    left: str | None = Field(description="The value of the left record, masked where personal.")
    right: str | None


class OpenMatch(_Document):
    """Two records of which a steward is asked whether they are one entity."""

    entity: str
    left: str = Field(description="dataset/record_id")
    right: str
    score: float | None = Field(description="The model's probability; none where a key asks.")
    why: str
    pairs: int = Field(description="Pairs of records that the answer settles.")
    evidence: tuple[Evidence, ...]


class QueueDocument(_Document):
    """The document `tekdogru match review --format json` prints."""

    schema_version: str = MATCH_VERSION
    open: tuple[OpenMatch, ...]
