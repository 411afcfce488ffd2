"""How the model is taught where Splink itself gives up."""

from __future__ import annotations

from typing import Any

from splink.internals.exceptions import EMTrainingException, SplinkException

from expectations.identity.model import learn


class Training:
    """Stands for Splink's: one rule whose pairs all match, one that has no pairs, one as usual."""

    def __init__(self) -> None:
        self.learnt: list[tuple[str, bool]] = []

    def estimate_u_using_random_sampling(self, max_pairs: float, seed: int) -> None:
        self.seed = seed

    def estimate_parameters_using_expectation_maximisation(
        self, rule: str, max_pairs: float, **held: Any
    ) -> None:
        if rule == "nothing":
            raise EMTrainingException("no pairs")
        if rule == "all match" and not held:
            raise SplinkException("Referenced column inf not found")
        self.learnt.append((rule, bool(held)))


def test_a_block_of_matches_alone_is_learnt_from_with_its_share_held() -> None:
    training = Training()
    learn(training, ["nothing", "all match", "usual"], 7)
    assert training.learnt == [("all match", True), ("usual", False)]
    assert training.seed == 7
