"""Laws of samples: a day rebuilt gives the same bytes, and late outcomes correct the past."""

from __future__ import annotations

import shutil
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twoside.domains import catalogue
from twoside.samples.join import build_samples
from twoside.schema.calendar import HOUR_MS

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Market

    from twoside.funnel.learn import Declared
    from twoside.schema.samples import Samples

SCENES = ("recruiting/jobs_for_seeker", "recruiting/seekers_for_boss")
WAYS = [
    {"delayed": delayed, "negatives": negatives, "plain_share": share}
    for delayed, negatives, share in product(
        ("mask", "weigh"), ("exposed", "skip_above"), (1.0, 0.3)
    )
]


def built(declared: Declared, first: int, last: int, cutoff_ms: int, **way: object) -> Samples:
    """With some features of the scene: of many kinds, quickly."""
    parts = (declared.lake, declared.domain, declared.scene.name, declared.features[::20])
    return build_samples(*parts, first, last, cutoff_ms, seed=1, **way)


def arrays(samples: Samples) -> dict[str, bytes]:
    found = {}
    for name, value in vars(samples).items():
        if isinstance(value, np.ndarray):
            found[name] = value.tobytes()
        elif isinstance(value, dict):
            found |= {f"{name}.{key}": part.tobytes() for key, part in value.items()}
    return found


@pytest.mark.parametrize("scene", SCENES)
def test_any_day_rebuilt_gives_the_same_bytes(market: Market, tmp_path: Path, scene: str) -> None:
    """Also from files whose rows lie in another order, and with another number of threads."""
    shutil.copytree(market.root, tmp_path / "lake")
    for table in ("requests", "exposures", "events"):
        for file in (tmp_path / "lake" / table).rglob("*.parquet"):
            rows = pq.read_table(file)
            order = np.random.default_rng(len(rows)).permutation(len(rows))
            pq.write_table(rows.take(pa.array(order)), file)
    mixed = catalogue.declared(scene, tmp_path / "lake")
    declared = market.declared[scene]
    for day in declared.lake.days("exposures")[1::4]:
        cutoff = declared.lake.calendar.start_of(day + 3)
        once = arrays(built(declared, day, day, cutoff))
        assert len(once) > 10
        assert once == arrays(built(declared, day, day, cutoff))
        assert once == arrays(built(mixed, day, day, cutoff, threads=1))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way.values())))
def test_every_way_to_sample_gives_the_same_bytes(market: Market, way: dict) -> None:
    declared = market.declared[SCENES[0]]
    first = declared.lake.days("exposures")[2]
    cutoff = declared.lake.calendar.start_of(first + 4)
    samples = built(declared, first, first + 3, cutoff, **way)
    assert arrays(samples) == arrays(built(declared, first, first + 3, cutoff, **way))
    whole = built(declared, first, first + 3, cutoff, delayed=way["delayed"])
    assert len(samples) == len(whole) or way["plain_share"] < 1 or way["negatives"] != "exposed"
    place = np.searchsorted(np.sort(whole.exposure_id), samples.exposure_id)
    same = np.argsort(whole.exposure_id)[place]
    for target, label in samples.labels.items():
        np.testing.assert_array_equal(label, whole.labels[target][same])
    np.testing.assert_array_equal(samples.values, whole.values[same])


@pytest.mark.parametrize("scene", SCENES)
def test_a_later_cut_off_only_fills_in_what_was_not_known(market: Market, scene: str) -> None:
    declared, start = market.declared[scene], market.declared[scene].lake.calendar.start_of
    filled = corrected = 0
    for day in declared.lake.days("exposures")[1:-3:2]:
        early, late = (built(declared, day, day, start(day + 1 + n)) for n in (0, 2))
        # An item may be shown after midnight to a request of the day.
        late = late.where(np.isin(late.exposure_id, early.exposure_id))
        np.testing.assert_array_equal(late.exposure_id, early.exposure_id)
        assert late.values.tobytes() == early.values.tobytes()
        for target, label in early.labels.items():
            known = ~np.isnan(label)
            np.testing.assert_array_equal(late.labels[target][known], label[known])
            assert not np.isnan(late.labels[target]).any()
            filled += int((~known).sum())
            corrected += int((late.labels[target][~known] == 1).sum())
    assert filled > 1000
    assert corrected > 10


def test_an_outcome_that_is_logged_late_corrects_its_row_alone(
    market: Market, tmp_path: Path
) -> None:
    shutil.copytree(market.root, tmp_path / "lake")
    declared = catalogue.declared(SCENES[0], tmp_path / "lake")
    lake = declared.lake
    day = lake.days("exposures")[4]
    cutoff = lake.calendar.start_of(day + 3)
    before = built(declared, day, day, cutoff)
    row = int(np.flatnonzero(before.labels["reply"] == 0)[-1])
    at = int(before.ts_ms[row]) + 23 * HOUR_MS
    events = lake.read("events", lake.calendar.day_of(at), lake.calendar.day_of(at))
    late = {
        "event_id": 2**50, "ts_ms": at, "scene": declared.scene.name, "kind": "reply",
        "person": before.person[row], "item": before.item[row], "by": "item",
        "exposure_id": before.exposure_id[row], "value": np.nan,
    }  # fmt: skip
    more = pa.Table.from_pylist([late], schema=events.schema)
    with lake.stage() as stage:
        stage.day("events", lake.calendar.day_of(at), pa.concat_tables([events, more]))
        stage.commit()
    after = built(declared, day, day, cutoff)
    assert after.labels["reply"][row] == 1
    wanted = arrays(before)
    changed = before.labels["reply"].copy()
    changed[row] = 1
    assert arrays(after) == wanted | {"labels.reply": changed.tobytes()}
