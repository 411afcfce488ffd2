"""What each kind of check means and what to do when it fails, for those who meet it in a review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.validation.problems import CODES


@dataclass(frozen=True)
class Kind:
    """A kind of check: its name, what it demands, what to do when that is not met."""

    name: str
    demands: str
    remedy: str

    @property
    def help(self) -> str:
        """All of it as one text."""
        return f"{self.demands} {self.remedy}"


KINDS: Mapping[str, Kind] = {
    "id": Kind(
        "IdRepeats",
        "In a dataset of one row per entity no id may occur twice.",
        "Mend the export, or say `rows: many` if there are several rows for one entity.",
    ),
    "id_present": Kind(
        "IdMissing",
        "Every row must have an id.",
        "Rows without one belong to nobody; have the source fill or remove them.",
    ),
    "population": Kind(
        "PopulationUndecided",
        "The population condition must tell of every row whether it counts.",
        "It is undecided where a field it looks at is empty; say what is meant then.",
    ),
    "confirmed_at": Kind(
        "TimeUnread",
        "A time of confirmation that is there must be one that can be read.",
        "State how the source writes it as the field's `format`, or mend the export.",
    ),
    "known_to": Kind(
        "EntityUnknown",
        "A share of the dataset's entities must be known to another dataset.",
        "Register what is missing there, or lower the promise in `known_to`.",
    ),
    "fresh": Kind(
        "SourceStale",
        "A source must be refreshed as often as its `refresh` promises.",
        "Ask the source's owner for the delivery that is missing.",
    ),
    "type": Kind(
        "TypeBroken",
        "Every value, cleansed, must fit the type of its attribute.",
        "Correct the values at the source, or the cleansing if it is to blame.",
    ),
    "values": Kind(
        "ValueNotAllowed",
        "Every value, cleansed, must be among those listed in `values`.",
        "Correct the values, or add the new one to the list if it is meant.",
    ),
    "unique": Kind(
        "ValueShared",
        "A value may belong to one entity only.",
        "One of them holds somebody else's value, or two records are one entity.",
    ),
    "agree": Kind(
        "SourcesDisagree",
        "Two sources that both hold a value for an entity must say the same.",
        "Find out which is right and correct the other; `tekdogru baseline` records today's level.",
    ),
    "required": Kind(
        "ValueMissing",
        "Entities must have a value of this attribute.",
        "Collect what is missing, or state the share that can be expected.",
    ),
    "current": Kind(
        "ValueOutdated",
        "A value counts as current only for `valid_for` since it was last confirmed.",
        "Have the values confirmed.",
    ),
    "current_in": Kind(
        "ValueExpiring",
        "So many golden values must still be current by then if nothing is confirmed until then.",
        "Have those confirmed that end first; those listed will be out of date.",
    ),
    "contested": Kind(
        "GoldenContested",
        "Independent sources must not contradict the golden record of too many entities.",
        "`tekdogru conflicts` lists them with the reason why each value lost; correct the sources.",
    ),
    "shared": Kind(
        "GoldenShared",
        "One golden value may be borne by so many entities only.",
        "Beyond a household somebody bears another's value, or a placeholder was typed in.",
    ),
    "against_golden": Kind(
        "SourceNotGolden",
        "The values of a source must be those of the golden record.",
        "The source needs the golden values; `tekdogru corrections` lists those that are verified.",
    ),
    "reads": Kind(
        "TouchpointMisreads",
        "A touchpoint must read the golden values, and only such as its purpose accepts.",
        "Let it read the golden record, or correct the field that it reads.",
    ),
    "corrections": Kind(
        "CorrectionsLate",
        "Verified corrections must reach every system and touchpoint by their due day.",
        "`tekdogru corrections` names who has not taken them over; ask them.",
    ),
    "rule": Kind(
        "RuleBroken",
        "A rule that the steward wrote must hold.",
        "The rule stands at the line shown; mend the values or the rule.",
    ),
    "computes": Kind(
        "MeasureNotComputed",
        "The calculation of a measure must give a number.",
        "The message says where it stops.",
    ),
    "bounds": Kind(
        "MeasureOutOfBounds",
        "A measure must lie within its bounds.",
        "Look for what moved it; widen the bounds only if it is right.",
    ),
    "change": Kind(
        "MeasureJumped",
        "A measure may move only so far from one run or period to the next.",
        "A jump is a question before it is a fault: find out what moved it.",
    ),
    "published": Kind(
        "PublishedNotTrue",
        "What a report published must be the truth of the same period.",
        "Publish a corrected version, or mend the calculation if that is wrong.",
    ),
    "same": Kind(
        "PublishedContradicts",
        "Cells that show the same measure must publish the same number for the same period.",
        "Publish the number once, or let both take it from one place.",
    ),
    "workbook": Kind(
        "WorkbookDiffers",
        "The workbook of a report must show the numbers that were stated as published.",
        "Publish what the workbook shows as a higher version, or put the workbook right.",
    ),
    "late": Kind(
        "ReportLate",
        "A report must be published by its due day.",
        "Ask the team for the issue that is missing.",
    ),
    "feed": Kind(
        "PublishedUnreadable",
        "The file of published figures must be readable and complete.",
        "The message names the lines; mend the file.",
    ),
    "expiry": Kind(
        "ReviewOverdue",
        "A definition must be reviewed by its review date.",
        "Review it and state the next date.",
    ),
}


def kind_of(rule: str) -> Kind:
    """The kind of a check or of a problem's code; one that is not described here by its name."""
    if rule in KINDS:
        return KINDS[rule]
    if rule in CODES:
        said = CODES[rule]
        return Kind(f"{rule}", f"The definitions must be valid: {said}.", "The message says how.")
    words = rule.replace("_", " ")
    name = "".join(word.capitalize() for word in words.split())
    return Kind(name, f"The check '{words}' must hold.", "The message says what was found.")
