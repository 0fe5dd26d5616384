"""A blend is the mean of log-odds of models that agree on what they predict from what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from twoside.errors import ConfigError
from twoside.funnel.rank.blend import Blend
from twoside.schema.samples import FeatureColumn


@dataclass(frozen=True)
class Fixed:
    """Gives one column to a power."""

    power: float
    targets: tuple[str, ...] = ("click",)
    columns: tuple[FeatureColumn, ...] = (FeatureColumn("x"),)

    def score(self, values: np.ndarray) -> np.ndarray:
        return (values**self.power).astype(np.float32)


VALUES = np.linspace(0.0, 1.0, 11, dtype=np.float32)[:, None]


def test_two_models_give_the_mean_of_their_log_odds() -> None:
    blend = Blend.of(("a", "b"), {"a": Fixed(1), "b": Fixed(2), "c": Fixed(3)})
    p, q = VALUES[1:-1], VALUES[1:-1] ** 2
    odds = (np.log(p / (1 - p)) + np.log(q / (1 - q))) / 2
    np.testing.assert_allclose(blend.score(VALUES[1:-1]), 1 / (1 + np.exp(-odds)), rtol=1e-5)


def test_one_model_alone_is_itself_and_certainty_stays_finite() -> None:
    found = Blend.of(("a",), {"a": Fixed(1)}).score(VALUES)
    np.testing.assert_allclose(found, VALUES, atol=2e-6)
    assert np.isfinite(found).all()


def test_an_unknown_member_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"no rank model 'xgbost'\. Did you mean 'xgboost'\?"):
        Blend.of(("xgbost",), {"xgboost": Fixed(1), "deepfm": Fixed(1)})


def test_members_must_agree() -> None:
    with pytest.raises(ConfigError, match="a, b differ in targets or features"):
        Blend.of(("a", "b"), {"a": Fixed(1), "b": Fixed(1, targets=("like",))})
