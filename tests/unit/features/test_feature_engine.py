"""The DuckDB engine against plain loops over raw rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from feature_reference import reference_values
from small_market import DAYS, DOMAIN, FIRST_DAY, SCENE, every_kind, make

from twoside.samples.join import build_samples

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("seed", "offset"), [(1, 8.0), (2, 0.0), (3, -3.5)])
def test_every_kind_is_what_the_raw_rows_before_the_request_say(
    tmp_path: Path, seed: int, offset: float
) -> None:
    market = make(tmp_path, seed, offset)
    features = every_kind()
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    samples = build_samples(
        market.lake, DOMAIN, "things", features, FIRST_DAY + 1, FIRST_DAY + DAYS - 1, end
    )
    asked = market.asked(samples.exposure_id)
    assert len(asked) > 100
    wanted = reference_values(
        features,
        SCENE,
        DOMAIN,
        market.lake.calendar,
        market.exposures,
        market.events,
        market.versions,
        asked,
        market.translate,
    )
    for name, values in wanted.items():
        np.testing.assert_allclose(
            samples.column(name), np.array(values), rtol=2e-6, atol=1e-5, err_msg=name
        )
