"""How the model is taught where Splink itself gives up."""

from __future__ import annotations

from splink.internals.exceptions import EMTrainingException, SplinkException

from expectations.identity.model import learn


class Model:
    """Stands for Splink's settings, which a training that fails leaves in pieces."""

    def __init__(self, comparisons: list[str]) -> None:
        self.comparisons = comparisons

    def copy(self) -> Model:
        return Model(list(self.comparisons))


class Linker:
    """Stands for Splink's: one rule whose pairs all match, one that has no pairs, one as usual."""

    def __init__(self) -> None:
        self.learnt: list[tuple[str, bool]] = []
        self.core_model_settings = Model(["given", "phone"])
        self._settings_obj = self.training = self

    def estimate_u_using_random_sampling(self, max_pairs: float, seed: int) -> None:
        self.seed = seed

    def estimate_parameters_using_expectation_maximisation(
        self, rule: str, max_pairs: float, *, fix_probability_two_random_records_match: bool
    ) -> None:
        self.core_model_settings.comparisons.pop()
        if rule == "nothing":
            raise EMTrainingException("no pairs")
        if rule == "all match" and not fix_probability_two_random_records_match:
            raise SplinkException("Referenced column inf not found")
        self.core_model_settings.comparisons.append("phone")
        self.learnt.append((rule, fix_probability_two_random_records_match))


def test_a_block_of_matches_alone_is_learnt_from_with_its_share_held() -> None:
    linker = Linker()
    learn(linker, ["nothing", "all match", "usual"], 7)
    assert linker.learnt == [("all match", True), ("usual", False)]
    assert linker.core_model_settings.comparisons == ["given", "phone"]
    assert linker.seed == 7
