"""The golden value beside what its claims say, as SQL, for checks that compare the two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations.engine.contest import Contest
from expectations.engine.overriding import override_hash
from expectations.engine.telling import Telling


@dataclass(frozen=True)
class Comparing:
    """What is compared of one attribute m, after its contest.

    It adds `i{m}` whether there is a winner, even one that says there is no value on purpose, and
    `k{m}` the hash of the golden value (of a set the list of them). Of a weighed one `a{m}` whether
    there is something to compare it with, and `j{m}_{n}` whether bid n says the same, NULL where
    it says nothing or there is no winner; of a spread one `q{m}` the hashes of the golden value and
    of all that is said.
    """

    telling: Telling

    @property
    def contest(self) -> Contest:
        """The attribute's contest."""
        return self.telling.contest

    def columns(self) -> Iterator[str]:
        """The columns that are asked for."""
        m, asked = self.contest.m, self.contest.asked
        if asked.decided or asked.weighed:
            yield f"{self._decided} AS i{m}"
        if asked.weighed:
            yield f"{self._comparable} AS a{m}"
            for n in range(len(self.telling.alive)):
                said = f"{self.telling.holds(n)} AND {self._decided}"
                yield f"CASE WHEN {said} THEN {self.telling.same(n)} END AS j{m}_{n}"
        if asked.is_compared:
            yield f"{self._golden} AS k{m}"
        if asked.spread:
            yield f"{self._spread} AS q{m}"

    @property
    def _decided(self) -> str:
        m = self.contest.m
        return f"(ov{m} OR w{m} IS NOT NULL)" if self.contest.overridden else f"(w{m} IS NOT NULL)"

    @property
    def _comparable(self) -> str:
        """Whether two speak, or one where a steward has spoken or there is no value on purpose."""
        m = self.contest.m
        alone = [f"g{m} IS NULL", *([f"ov{m}"] if self.contest.overridden else [])]
        against = f"n{m} > 0 AND ({' OR '.join(alone)})"
        return f"({self._decided} AND (n{m} > 1 OR d{m} > 0 OR ({against})))"

    @property
    def _golden(self) -> str:
        contest, m = self.contest, self.contest.m
        is_set = contest.golden.survival.is_set
        own = contest.picked(f"w{m}", "h", "UBIGINT")
        if is_set:
            own = self._listed(self.telling.alive)
        if contest.overridden:
            stated = f"[{override_hash(contest)}]" if is_set else override_hash(contest)
            own = f"CASE WHEN ov{m} THEN {stated} ELSE {own} END"
        return f"CASE WHEN g{m} IS NOT NULL THEN {own} END"

    @property
    def _spread(self) -> str:
        said = self._listed([self.telling.holds(n) for n in range(len(self.telling.alive))])
        golden = self._golden
        if not self.contest.golden.survival.is_set:
            golden = f"CASE WHEN g{self.contest.m} IS NOT NULL THEN [{golden}] END"
        return f"list_distinct(list_concat(coalesce({golden}, []), {said}))"

    def _listed(self, chosen: Sequence[str]) -> str:
        """The hashes of some bids, each once."""
        hashes = zip(chosen, self.contest.all("h"), strict=True)
        listed = ", ".join(f"CASE WHEN {one} THEN {hashed} END" for one, hashed in hashes)
        if not listed:
            return "CAST([] AS UBIGINT[])"
        return f"list_distinct(list_filter([{listed}], lambda x: x IS NOT NULL))"
