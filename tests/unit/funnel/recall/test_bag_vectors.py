"""Vectors of length 1, and what has none."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.funnel.recall.bag_vectors import normal


def test_vectors_come_to_length_1_and_zeros_stay() -> None:
    found = normal(np.array([[3, 4], [0, 0]], np.float32))
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0]])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_an_error_that_says_what_to_do(value: float) -> None:
    with pytest.raises(DataError, match=r"1 rows hold .* row 1\. .* smaller `learning_rate`"):
        normal(np.array([[1, 0], [value, 1]], np.float32))
