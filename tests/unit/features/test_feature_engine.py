"""The DuckDB engine against plain loops over raw rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from feature_reference import reference_values
from small_market import DAYS, DOMAIN, FIRST_DAY, SCENE, Market, every_kind, make

from twoside.errors import LakeError
from twoside.features.catalogue import feature_columns
from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Equal
from twoside.features.kinds.sequence import RecentGap, RecentShare
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour
from twoside.samples.join import build_samples
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.definition import Feature
    from twoside.schema.samples import Samples


def reference(
    market: Market, features: Sequence[Feature], samples: Samples
) -> dict[str, list[float]]:
    """What the raw rows say of the same exposures."""
    return reference_values(
        features,
        SCENE,
        DOMAIN,
        market.lake.calendar,
        market.exposures,
        market.events,
        market.versions,
        market.asked(samples.exposure_id),
        market.translate,
        market.words,
    )


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
    assert len(samples) > 200
    samples = samples.where(np.random.default_rng(seed).permutation(len(samples))[:60])
    wanted = reference(market, features, samples)
    for name, values in wanted.items():
        np.testing.assert_allclose(
            samples.column(name), np.array(values), rtol=2e-6, atol=1e-5, err_msg=name
        )


ALONE = (
    Count("today", ("item",), ("look", "take"), 0),
    Count("one_day", ("item.city",), ("look", "take"), 1),
    Rate("three_days", ("person",), ("take",), ("expose",), 3, 0.2, 2.0),
    Count("always", ("person", "item"), ("expose",), None),
    Since("since", ("item.trade",), ("drop",)),
    ActiveDays("active", ("item.trade",), ("drop",), 2),
    RecentShare("share", ("look", "drop"), 6, "trade"),
    RecentGap("gap", ("take",), 6, "pay"),
    RecentSimilarity("like", ("take",), 6, ("city", "trade"), "mean"),
    TextSimilarity("text", "has", "trade"),
    Equal("same_city", "city", "city"),
    Hour("hour"),
)


@pytest.mark.parametrize("feature", ALONE, ids=lambda f: f.name)
def test_a_feature_alone_reads_as_far_back_as_it_needs(tmp_path: Path, feature: Feature) -> None:
    """In a list of many the widest window decides what is read; alone, its own does."""
    market = make(tmp_path, 4)
    last = FIRST_DAY + DAYS - 1
    end = market.lake.calendar.start_of(last + 1)
    samples = build_samples(market.lake, DOMAIN, "things", (feature,), last - 2, last, end)
    samples = samples.where(np.arange(0, len(samples), 3))
    np.testing.assert_allclose(
        samples.column(feature.name), reference(market, (feature,), samples)[feature.name], 2e-6
    )


def test_rows_of_a_share_are_those_of_the_whole(tmp_path: Path) -> None:
    """Which other requests are asked about changes nothing."""
    market = make(tmp_path, 5)
    features = (ALONE[1], ALONE[2], ALONE[5])
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    days = FIRST_DAY + 2, FIRST_DAY + DAYS - 1
    whole = build_samples(market.lake, DOMAIN, "things", features, *days, end)
    some = build_samples(
        market.lake, DOMAIN, "things", features, *days, end, request_share=0.4, seed=1
    )
    assert 0 < len(some) < len(whole)
    assert len(np.unique(some.request_id)) * 4 == len(some), "requests are kept whole"
    at = {exposure: n for n, exposure in enumerate(whole.exposure_id.tolist())}
    rows = np.array([at[exposure] for exposure in some.exposure_id.tolist()])
    np.testing.assert_array_equal(some.values, whole.values[rows])
    for target, label in some.labels.items():
        np.testing.assert_array_equal(label, whole.labels[target][rows])


def test_rows_that_nothing_followed_are_thinned_and_count_for_those_left_out(
    tmp_path: Path,
) -> None:
    market = make(tmp_path, 8)
    features = (ALONE[1], ALONE[5])
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    days = FIRST_DAY + 1, FIRST_DAY + DAYS - 1
    whole = build_samples(market.lake, DOMAIN, "things", features, *days, end)
    some = build_samples(market.lake, DOMAIN, "things", features, *days, end, plain_share=0.25)
    followed = np.any([label == 1 for label in whole.labels.values()], axis=0)
    taken = np.isin(whole.exposure_id, some.exposure_id)
    assert taken[followed].all(), "what something followed stays"
    plain, share = int((~followed).sum()), float(taken[~followed].mean())
    assert abs(share - 0.25) < 5 * np.sqrt(0.25 * 0.75 / plain)
    np.testing.assert_array_equal(some.weight, np.where(followed[taken], 1, 4))
    np.testing.assert_array_equal(some.exposure_id, whole.exposure_id[taken])
    np.testing.assert_array_equal(some.values, whole.values[taken])
    for target, label in some.labels.items():
        np.testing.assert_array_equal(label, whole.labels[target][taken])
        assert some.rate(target) == pytest.approx(whole.rate(target), rel=0.15)


def test_what_comes_later_changes_nothing(tmp_path: Path) -> None:
    """A lake that ends at the cut-off gives the features of one that goes on."""
    market = make(tmp_path, 6)
    features = every_kind()
    calendar = market.lake.calendar
    days = FIRST_DAY + 2, FIRST_DAY + 4
    early = build_samples(
        market.lake, DOMAIN, "things", features, *days, calendar.start_of(FIRST_DAY + 5)
    )
    late = build_samples(
        market.lake, DOMAIN, "things", features, *days, calendar.start_of(FIRST_DAY + DAYS)
    )
    at = {exposure: n for n, exposure in enumerate(late.exposure_id.tolist())}
    rows = np.array([at[exposure] for exposure in early.exposure_id.tolist()])
    np.testing.assert_array_equal(early.values, late.values[rows])


def test_columns_say_what_a_model_needs_to_know(tmp_path: Path) -> None:
    market = make(tmp_path, 7)
    columns = {c.name: c for c in feature_columns(every_kind(), market.lake, DOMAIN, SCENE)}
    assert columns["who"] == FeatureColumn("who", "category", 12, "person")
    assert columns["what"] == FeatureColumn("what", "category", 15, "item")
    assert columns["thing_trade"] == FeatureColumn("thing_trade", "category", 3, "item")
    assert columns["tab"] == FeatureColumn("tab", "category", 3, "request")
    assert columns["price"] == FeatureColumn("price", "number", 0, "request")
    assert columns["hour"].cardinality == 24
    assert columns["last_item_drop"] == FeatureColumn("last_item_drop", "category", 15, "person")
    assert columns["third_city_drop"].cardinality == 3
    assert columns["count_0_1"] == FeatureColumn("count_0_1", "number", 0, "item")
    assert columns["count_4_1"].about == "pair"


def test_a_broken_day_is_named(tmp_path: Path) -> None:
    market = make(tmp_path, 8)
    broken = Path(market.lake.files("exposures")[0])
    broken.write_bytes(b"half a day")
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    days = FIRST_DAY, FIRST_DAY + DAYS - 1
    with pytest.raises(LakeError, match="exposures: not a readable Parquet file"):
        build_samples(market.lake, DOMAIN, "things", ALONE[:1], *days, end)


def test_progress_rises_to_one(tmp_path: Path) -> None:
    market = make(tmp_path, 9)
    told: list[float] = []
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    days = FIRST_DAY, FIRST_DAY + DAYS - 1
    build_samples(market.lake, DOMAIN, "things", ALONE[:3], *days, end, tick=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
