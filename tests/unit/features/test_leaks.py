from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from made_samples import samples_of
from small_market import DOMAIN, SCENE

from twoside.errors import LeakError
from twoside.features.kinds.attribute import Attribute
from twoside.features.leaks import LeakCheck
from twoside.schema.samples import FeatureColumn, Samples


def some_samples(n: int = 4000, seed: int = 0) -> Samples:
    """Honest columns: one that helps, one that does not, one of many codes."""
    rng = np.random.default_rng(seed)
    helps = rng.normal(size=n)
    look = (rng.random(n) < 1 / (1 + np.exp(2 - 2 * helps))).astype(np.float32)
    take = np.where(rng.random(n) < 0.1, np.nan, (rng.random(n) < 0.05) * look).astype(np.float32)
    return samples_of(
        (
            FeatureColumn("helps"),
            FeatureColumn("noise"),
            FeatureColumn("many_codes", "category", n),
        ),
        np.stack([helps, rng.normal(size=n), rng.integers(0, n, n)], 1),
        {"look": look, "take": take, "drop": np.zeros(n, np.float32)},
        request_id=np.arange(n) // 4,
        person=rng.integers(0, 50, n).astype(np.int32),
        item=rng.integers(0, 50, n).astype(np.int32),
    )


def plus(samples: Samples, column: FeatureColumn, values: np.ndarray) -> Samples:
    return replace(
        samples,
        columns=(*samples.columns, column),
        values=np.column_stack([samples.values, values.astype(np.float32)]),
    )


def test_honest_columns_pass_even_those_with_a_code_for_every_row() -> None:
    LeakCheck().refuse(some_samples(), DOMAIN, SCENE)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_label_among_the_features_is_refused_by_its_values(sign: float) -> None:
    samples = some_samples()
    leaking = plus(samples, FeatureColumn("dwell"), sign * (samples.labels["look"] * 30 + 1))
    with pytest.raises(LeakError) as error:
        LeakCheck().refuse(leaking, DOMAIN, SCENE)
    assert str(error.value) == (
        "feature 'dwell' tells 'look' by itself (AUC 1.0000 over 4000 rows): it is an outcome of "
        "its own row. Leave it out, or take its value from before the request."
    )


def test_a_column_known_only_where_it_happened_is_refused() -> None:
    samples = some_samples()
    noise = np.random.default_rng(1).normal(size=len(samples))
    known = np.where(samples.labels["look"] > 0, noise, np.nan)
    with pytest.raises(LeakError, match="feature 'seconds' tells 'look'"):
        LeakCheck().refuse(plus(samples, FeatureColumn("seconds"), known), DOMAIN, SCENE)


def test_a_category_that_is_the_outcome_is_refused() -> None:
    samples = some_samples()
    code = np.where(samples.labels["look"] > 0, 3, 1)
    column = FeatureColumn("state", "category", 5)
    with pytest.raises(LeakError, match="feature 'state' tells 'look'"):
        LeakCheck().refuse(plus(samples, column, code), DOMAIN, SCENE)


@pytest.mark.parametrize("name", ["look", "is_look", "keep", "label_take", "Drop"])
def test_a_column_named_as_an_outcome_is_refused(name: str) -> None:
    samples = some_samples()
    column = plus(samples, FeatureColumn(name), np.arange(len(samples)))
    with pytest.raises(LeakError, match=f"feature '{name}' is named like the outcome"):
        LeakCheck().refuse(column, DOMAIN, SCENE)
    declared = (Attribute(name, "item", "pay"),)
    LeakCheck().refuse(column, DOMAIN, SCENE, declared)


def test_few_positives_prove_nothing() -> None:
    samples = some_samples(40)
    LeakCheck().refuse(plus(samples, FeatureColumn("x"), samples.labels["look"]), DOMAIN, SCENE)


@pytest.mark.parametrize("kind", ["number", "category"])
def test_thinned_rows_count_as_many_as_they_stand_for(kind: Literal["number", "category"]) -> None:
    """A sign that a twenty-fifth of the rows without an outcome have too: of all rows its AUC is
    .98; of rows thinned where it is set it would be .998 without their weights."""
    rng = np.random.default_rng(5)
    n = 60_000
    look = (rng.random(n) < 0.05).astype(np.float32)
    sign = ((look > 0) | (rng.random(n) < 0.04)).astype(np.float32)
    column = FeatureColumn("sign", kind, 2 if kind == "category" else 0)
    whole = samples_of((column,), sign[:, None], {"look": look})
    share = np.where(look > 0, 1.0, np.where(sign > 0, 0.05, 0.5))
    some = replace(whole, weight=(1 / share).astype(np.float32)).where(rng.random(n) < share)
    LeakCheck().refuse_values(whole)
    LeakCheck().refuse_values(some)
    with pytest.raises(LeakError, match=r"AUC 0\.99"):
        LeakCheck().refuse_values(replace(some, weight=np.ones(len(some), np.float32)))
