"""All that is told of a golden value after its contest: its state, its reason, who disagrees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from expectations.engine.contest import Contest
from expectations.engine.functions import quote
from expectations.engine.overriding import override_hash, unless_overridden
from expectations.engine.winning import is_spelled


@dataclass(frozen=True)
class Telling:
    """All that is said of one attribute's golden value, after its contest."""

    contest: Contest
    dropped: Sequence[tuple[str, Sequence[str], Sequence[str]]]
    alive: Sequence[str]

    def layers(self) -> Iterator[list[str]]:
        """The columns that are asked for, after those they rest on: `e{m}` the hash of what won,
        `e{m}_{n}` whether bid n says something else, and how many take part.
        """
        contest, m = self.contest, self.contest.m
        asked = contest.asked
        if not (asked.told or asked.contested or asked.weighed):
            return
        yield [f"{contest.picked(f'w{m}', 'h', 'UBIGINT')} AS e{m}"]
        yield [
            f"({one} AND {hashed} IS DISTINCT FROM e{m}) AS e{m}_{n}"
            for n, (one, hashed) in enumerate(zip(contest.all("i"), contest.all("h"), strict=True))
        ]
        yield [*self._told(), *self._lost_bids()]

    def _told(self) -> Iterator[str]:
        contest, m, w = self.contest, self.contest.m, f"w{self.contest.m}"
        if contest.asked.told:
            yield f"{self._state()} AS s{m}"
            until = contest.picked(w, "u", "DATE") if contest.can_end else "CAST(NULL AS DATE)"
            yield f"{unless_overridden(contest, until)} AS u{m}"
            if contest.is_recorded:
                record = contest.picked(w, "r", "VARCHAR")
                yield f"{unless_overridden(contest, record)} AS r{m}"
            yield f"{self._reason()} AS c{m}"
        if contest.asked.told or contest.asked.weighed:
            yield f"{self._voters(agree=None)} AS n{m}"
            yield f"{self._voters(agree=False)} AS d{m}"

    def _lost_bids(self) -> Iterator[str]:
        m = self.contest.m
        if self.contest.asked.contested:
            for n in range(len(self.alive)):
                yield f"{self._lost(n)} AS x{m}_{n}"
                yield f"{self._bid_state(n)} AS z{m}_{n}"

    def _state(self) -> str:
        contest, m = self.contest, self.contest.m
        deleted = contest.picked(f"w{m}", "x") if contest.can_be_deleted else "false"
        current = contest.picked(f"w{m}", "f") if contest.golden.survival.can_be_stale else "true"
        won = f"CASE WHEN {deleted} THEN 'deleted' WHEN {current} THEN 'current' ELSE 'stale' END"
        unusable = " OR ".join(self._unusable()) or "false"
        rest = f"WHEN w{m} IS NOT NULL THEN {won} WHEN {unusable} THEN 'invalid' ELSE 'missing'"
        override = f"CASE WHEN g{m} IS NULL THEN 'deleted' ELSE 'current' END"
        first = f"WHEN ov{m} THEN {override} " if contest.overridden else ""
        return f"CASE {first}{rest} END"

    def _unusable(self) -> list[str]:
        """Which bids hold something that cannot be used; of a group those of its row."""
        contest = self.contest
        if contest.golden.survival.is_manual:
            return []
        found = contest.all("z")
        if not contest.group:
            return found
        places = [contest.speakers.place(candidate) for candidate in contest.candidates]
        return [
            f"({one} AND coalesce(y{contest.m} = {place}, true))"
            for one, place in zip(found, places, strict=True)
        ]

    def _reason(self) -> str:
        """The criterion that decided against the best loser."""
        contest, m = self.contest, self.contest.m
        cases = [f"WHEN ov{m} THEN 'override'"] if contest.overridden else []
        cases.append(f"WHEN w{m} IS NULL THEN NULL")
        cases += [f"WHEN {led} THEN 'group'" for led in self._led()]
        votes = zip(contest.all("i"), contest.candidates, strict=True)
        taking = _counted([one for one, candidate in votes if candidate.voter])
        if any(candidate.guards.fallback for candidate in contest.candidates):
            cases.append("WHEN true THEN 'fallback'")
        cases.append(f"WHEN {taking} <= 1 THEN 'only_value'")
        if is_spelled(contest):
            cases.append(f"WHEN f{m} <> o{m} THEN 'spelling'")
        cases.append(f"WHEN NOT ({self._others(contest.all('i'))}) THEN 'all_agree'")
        if self.dropped:
            cases.append(f"WHEN {self._others(self.alive)} THEN {quote(self._end)}")
        for code, before, after in reversed(self.dropped):
            fell = [f"({b} AND NOT {a})" for b, a in zip(before, after, strict=True)]
            cases.append(f"WHEN {self._others(fell)} THEN {quote(code)}")
        return f"CASE {' '.join(cases)} ELSE {quote(self._end)} END"

    @property
    def _end(self) -> str:
        """What decides in the end: the order of the claims, by itself or after a chain."""
        last = self.contest.golden.survival.chain[-1].kind
        return last if last in ("priority", "all") else "claim_order"

    def _led(self) -> Iterator[str]:
        """Whether another attribute of the group, one before this, chose the row."""
        before = [m for m, _ in self.contest.group if m < self.contest.m]
        if before:
            yield f"coalesce({', '.join(f'o{m}' for m in before)}) IS NOT NULL"

    def _others(self, chosen: Sequence[str]) -> str:
        """Whether an independent bid among those chosen says something else than the winner."""
        contest = self.contest
        others = [
            f"e{contest.m}_{n}" if one == contest.bid(n, "i") else f"({one} AND e{contest.m}_{n})"
            for n, (one, candidate) in enumerate(zip(chosen, contest.candidates, strict=False))
            if candidate.voter
        ]
        return " OR ".join(others) or "false"

    def _voters(self, agree: bool | None) -> str:
        """How many independent datasets hold a usable value; with `agree` false, another one."""
        contest = self.contest
        voters: dict[str, list[int]] = {}
        for n, candidate in enumerate(contest.candidates):
            if candidate.voter is not None:
                voters.setdefault(candidate.voter, []).append(n)
        counted = []
        for group in voters.values():
            spoke = " OR ".join(self.holds(n) for n in group)
            sql = f"({spoke})" if agree is None else self._disagree(group, spoke)
            counted.append(f"CAST({sql} AS INTEGER)")
        return f"CAST({' + '.join(counted) or '0'} AS INTEGER)"

    def _disagree(self, group: Sequence[int], spoke: str) -> str:
        """Whether none of the claims of a dataset that spoke says what the golden record says."""
        contest = self.contest
        changed = contest.can_be_deleted or contest.overridden or contest.golden.survival.is_set
        if len(group) == 1 and not changed:
            return f"e{contest.m}_{group[0]}"
        same = " OR ".join(f"({self.holds(n)} AND {self.same(n)})" for n in group)
        return f"(({spoke}) AND NOT ({same}))"

    def holds(self, n: int) -> str:
        """Whether a bid is a usable value."""
        contest = self.contest
        value = contest.bid(n, "i")
        return f"({value} AND NOT {contest.bid(n, 'x')})" if contest.can_be_deleted else value

    def same(self, n: int) -> str:
        """Whether a bid says what the golden record says."""
        contest, m = self.contest, self.contest.m
        if contest.golden.survival.is_set:
            same = self.alive[n]
        else:
            same = f"coalesce({contest.bid(n, 'h')} = e{m}, false)"
            if contest.can_be_deleted:
                same = f"({same} AND NOT coalesce({contest.picked(f'w{m}', 'x')}, false))"
        if not contest.overridden:
            return same
        held = f"coalesce({contest.bid(n, 'h')} = {override_hash(contest)}, false)"
        return f"CASE WHEN ov{m} THEN {held} ELSE {same} END"

    def _lost(self, n: int) -> str:
        """Why a bid lost; NULL for the winner."""
        contest, m = self.contest, self.contest.m
        candidate = contest.candidates[n]
        cases = (
            [f"WHEN ov{m} THEN CASE WHEN {self.same(n)} THEN 'agrees' ELSE 'override' END"]
            if (contest.overridden)
            else []
        )
        cases.append(f"WHEN w{m} = {n} THEN NULL")
        cases.append(f"WHEN {contest.bid(n, 'z')} THEN 'invalid'")
        cases.append(f"WHEN NOT {contest.bid(n, 'i')} THEN {self._absent(n)}")
        if candidate.voter is None:
            cases.append("WHEN true THEN 'copy'")
        cases.append(f"WHEN {self.same(n)} THEN 'agrees'")
        if contest.golden.survival.is_manual:
            cases.append("WHEN true THEN 'manual'")
        cases += [f"WHEN {led} THEN 'group'" for led in self._led()]
        for code, before, after in self.dropped:
            word = "stale" if code == "current" else code
            cases.append(f"WHEN {before[n]} AND NOT {after[n]} THEN {quote(word)}")
        return f"CASE {' '.join(cases)} ELSE {quote(self._end)} END"

    def _bid_state(self, n: int) -> str:
        """What a bid is, as the golden value would be if it had won."""
        contest = self.contest
        current = contest.bid(n, "f") if contest.golden.survival.can_be_stale else "true"
        deleted = contest.bid(n, "x") if contest.can_be_deleted else "false"
        return (
            f"CASE WHEN {deleted} THEN 'deleted' WHEN {contest.bid(n, 'z')} THEN 'invalid' "
            f"WHEN {contest.bid(n, 'v')} IS NULL THEN 'missing' "
            f"WHEN {current} THEN 'current' ELSE 'stale' END"
        )

    def _absent(self, n: int) -> str:
        """Why a bid does not take part: its conditions, a time to come, or there is nothing."""
        value = self.contest.bid(n, "v")
        return f"CASE WHEN {value} IS NOT NULL THEN 'when' ELSE 'missing' END"


def _counted(flags: Sequence[str]) -> str:
    return f"({' + '.join(f'CAST({one} AS INTEGER)' for one in flags) or '0'})"
