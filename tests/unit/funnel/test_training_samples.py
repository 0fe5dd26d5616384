"""What `[training]` says reaches the rows that models learn from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twoside.domains import catalogue
from twoside.errors import DataError
from twoside.funnel.learn import learn_models, training_samples
from twoside.samples.negatives import down_to_last_positive
from twoside.schema.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Market

    from twoside.funnel.learn import Declared
    from twoside.schema.samples import Samples

SCENE = "recruiting/jobs_for_seeker"


def taken(market: Market, declared: Declared | None = None, **training: object) -> Samples:
    settings = market.settings[SCENE]
    settings = replace(settings, training=replace(settings.training, **training))
    found = replace(
        declared or market.declared[SCENE], features=market.declared[SCENE].features[:9]
    )
    return training_samples(found, settings, market.until_day, 3, silent)


def test_open_windows_are_masked_or_weighed(market: Market) -> None:
    mask, weigh = taken(market), taken(market, delayed="weigh")
    assert np.isnan(mask.labels["reply"]).sum() > 5 * np.isnan(weigh.labels["reply"]).sum()
    assert weigh.weight_of("reply")[weigh.labels["reply"] == 1].max() > 1


def test_models_learn_from_weighed_rows(market: Market) -> None:
    settings, declared = market.settings[SCENE], market.declared[SCENE]
    training = replace(settings.training, delayed="weigh", positives={"chat": 2.0})
    settings = replace(settings, training=training)
    samples = training_samples(declared, settings, market.until_day, 3, silent)
    _, rankers = learn_models(declared, settings, samples, ("view", "chat"), 3, silent)
    score = rankers["xgboost"].score(samples.values)
    chats = np.average(score[:, 1], weights=samples.weight)
    plain = samples.labels["chat"]
    known = ~np.isnan(plain)
    rate = np.average(plain[known], weights=samples.weight[known])
    assert 1.5 < chats / rate < 2.5


def test_rows_below_the_last_positive_are_left_out(market: Market) -> None:
    given = {"rows": 10**9, "plain_share": 1.0}
    every, above = taken(market, **given), taken(market, **given, negatives="skip_above")
    positive = np.any([every.labels[t] == 1 for t in ("view", "chat", "read", "reply", "reach")], 0)
    kept = down_to_last_positive(every.request_id, every.position, positive)
    assert 0.05 < kept.mean() < 0.9
    np.testing.assert_array_equal(above.exposure_id, every.exposure_id[kept])


def test_a_day_that_fails_a_gate_is_learned_from_unless_gates_are_on(
    market: Market, tmp_path: Path
) -> None:
    shutil.copytree(market.root, tmp_path / "lake")
    declared = catalogue.declared(SCENE, tmp_path / "lake")
    assert len(taken(market, declared, gates=True)) > 0
    (file,) = declared.lake.files("events", market.until_day, market.until_day)
    rows = pq.read_table(file)
    pq.write_table(pa.concat_tables([rows, rows]), file)
    assert len(taken(market, declared)) > 0
    with pytest.raises(
        DataError, match=r"duplicates of events\.event_id = 0\.5: allowed 0 to 0\.0"
    ):
        taken(market, declared, gates=True)
