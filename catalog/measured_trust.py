"""Measures how often each source was right about each attribute, and how sure that is.

Facts are verified corrections and evidence from outside: what a source held when it was found out
what is right. That a source agrees with the golden record is no fact, for that may rest on the
source itself; copies have no say. A fact counts less the older it is (`trust.half_life`), so that
what nobody has looked at for long becomes unsure by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from math import sqrt

from catalog.corrections import Trust, Vote
from catalog.settings import TrustSettings

Z95 = 1.959963984540054
"""Standard deviations to both sides that hold 95 % of a normal distribution."""


def wilson(right: float, compared: float) -> tuple[float, float]:
    """Wilson's 95 % interval for the share `right` of `compared`, either of which may be weighed.

    Without anything compared nothing is known: 0 to 1.
    """
    if compared <= 0:
        return 0.0, 1.0
    share, square = right / compared, Z95 * Z95
    middle = share + square / (2 * compared)
    spread = Z95 * sqrt(share * (1 - share) / compared + square / (4 * compared * compared))
    below = 1 + square / compared
    low, high = (middle - spread) / below, (middle + spread) / below
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def measure_trust(votes: Iterable[Vote], today: date, settings: TrustSettings) -> list[Trust]:
    """What is known of each source and attribute that was ever found right or wrong, in order.

    Counts are of all facts until today; share and interval of what they weigh today. Where that is
    less than `trust.minimum` facts there is not enough evidence, and no share.
    """
    by_pair: dict[tuple[str, str], list[Vote]] = {}
    for vote in votes:
        if vote.on <= today:
            by_pair.setdefault((vote.attribute, vote.source), []).append(vote)
    return [_trust(by_pair[pair], today, settings) for pair in sorted(by_pair)]


def _trust(votes: list[Vote], today: date, settings: TrustSettings) -> Trust:
    weights = [_weight(vote.on, today, settings) for vote in votes]
    compared = sum(weights)
    good = sum(weight for vote, weight in zip(votes, weights, strict=True) if vote.right)
    right = sum(vote.right for vote in votes)
    known = compared >= settings.minimum
    low, high = wilson(good, compared)
    return Trust(
        source=votes[0].source,
        attribute=votes[0].attribute,
        right=right,
        wrong=len(votes) - right,
        share=round(good / compared, 6) if known else None,
        low=round(low, 6) if known else None,
        high=round(high, 6) if known else None,
    )


def _weight(on: date, today: date, settings: TrustSettings) -> float:
    half = max(1, (settings.half_life.after(today) - today).days)
    return float(0.5 ** ((today - on).days / half))
