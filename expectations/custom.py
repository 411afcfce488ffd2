"""Our own expectations: each judges one figure that was counted before, and never the data.

Without our engine there is nothing that could answer their metric, so under stock GX each of them
shows an exception, never a pass. Importing this module registers them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

FIGURE_METRIC = "tekdogru.figure"


class FigureExpectation(BatchExpectation):
    """Succeeds when something was compared and a large enough share of it was good.

    ``check`` is the key of the check, ``at_least`` the share of the compared that must be good.
    """

    check: str
    at_least: float = pydantic.Field(default=1.0, ge=0, le=1)

    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id",)
    success_keys: ClassVar[tuple[str, ...]] = ("check", "at_least")
    args_keys: ClassVar[tuple[str, ...]] = ("check", "at_least")

    @classmethod
    def is_abstract(cls) -> bool:
        """Only its subclasses are registered with GX."""
        return cls.__name__ == "FigureExpectation"

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        """The one metric it needs: the figure of its check."""
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        figure = MetricConfiguration(FIGURE_METRIC, {}, {"check": self.check})
        needed.set_metric_configuration(FIGURE_METRIC, figure)
        return needed

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        figure = metrics[FIGURE_METRIC]
        good = (figure.compared - figure.violations) / figure.compared if figure.compared else None
        return {
            "success": good is not None and good >= self.at_least,
            "result": {
                "observed_value": good,
                "element_count": figure.rows,
                "unexpected_count": figure.violations,
            },
        }


class ExpectIdsNotToRepeat(FigureExpectation):
    """No id stands on more than one row."""


class ExpectIdsToBePresent(FigureExpectation):
    """Every row has an id."""


class ExpectPopulationToBeDecided(FigureExpectation):
    """Of every row it is known whether it counts."""


class ExpectTimesToBeReadable(FigureExpectation):
    """Every time of confirmation that is there can be read as one."""


class ExpectValuesNotToRepeat(FigureExpectation):
    """No value stands on the rows of more than one entity of the subtype."""


class ExpectEntitiesToBeKnown(FigureExpectation):
    """The other dataset knows the entities of this one."""


class ExpectDatasetToBeFresh(FigureExpectation):
    """The dataset was refreshed as promised."""


class ExpectValuesToFitType(FigureExpectation):
    """Every value fits the declared type."""


class ExpectSourcesToAgree(FigureExpectation):
    """Two sources hold the same value for an entity that both hold a value for."""


class ExpectGoldenValueToBePresent(FigureExpectation):
    """Every entity has a golden value."""


class ExpectValuesToBeCurrent(FigureExpectation):
    """Golden values were confirmed recently enough."""


class ExpectGoldenValuesNotToBeContested(FigureExpectation):
    """No independent source says something else than the golden record."""


class ExpectGoldenValuesToBeBorneByFew(FigureExpectation):
    """No golden value is borne by more entities than are allowed to share it."""


class ExpectSourceToHoldGoldenValues(FigureExpectation):
    """The usable values of a source are the golden ones."""


class ExpectTouchpointToReadGoldenValues(FigureExpectation):
    """What a touchpoint reads is the golden value, and one that its purpose accepts."""


class ExpectRuleToHold(FigureExpectation):
    """The steward's SQL rule holds."""


class ExpectMeasureToCompute(FigureExpectation):
    """The measure yields a number."""


class ExpectMeasureWithinBounds(FigureExpectation):
    """Every value of the measure lies within its bounds."""


class ExpectMeasureChangeWithinBounds(FigureExpectation):
    """No value of the measure has moved further than allowed since an earlier run or period."""


class ExpectPublishedFiguresToBeReadable(FigureExpectation):
    """Every line of a report's published figures can be read."""


class ExpectReportToBePublishedOnTime(FigureExpectation):
    """The report's last issue due was published by its day."""


class ExpectPublishedValueToBeTrue(FigureExpectation):
    """What a cell published is the true number of the same period, within tolerance."""


class ExpectPublishedValuesToBeTheSame(FigureExpectation):
    """Two cells of one measure published the same number for the same period."""


class ExpectWorkbookToShowWhatWasPublished(FigureExpectation):
    """A cell's workbook shows the number that was stated as published for the same period."""


class ExpectCorrectionsToArrive(FigureExpectation):
    """Every verified correction has reached all systems and touchpoints by its due day."""


class ExpectDefinitionToBeCurrent(FigureExpectation):
    """The definition is not past its review date."""
