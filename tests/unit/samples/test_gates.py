"""Planted faults of each kind are caught; a calm month raises no alarm."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twoside.domains import catalogue
from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.settings import WorldSettings
from twoside.errors import DataError
from twoside.samples.figures import Figure
from twoside.samples.gates import Gate, Gates, accept, accepted, check, judged, refuse_failed
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DOMAIN = catalogue.domain("recruiting")
SCENE = DOMAIN.scenes[0]
FULL = "recruiting/jobs_for_seeker"


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Thirty quiet days of a small market."""
    root = tmp_path_factory.mktemp("month") / "lake"
    return keeping.make(WorldSettings(seekers=250, jobs=125, days=30, seed=5), root)[0]


def spoiled(month: Lake, to: Path, table: str, fault: Callable[[pa.Table], pa.Table]) -> Lake:
    """A copy whose last day of a table has a fault."""
    shutil.copytree(month.root, to / "lake")
    lake = Lake.open(to / "lake")
    day = lake.days("exposures")[-1]
    (file,) = lake.files(table, day, day)
    pq.write_table(fault(pq.read_table(file)), file)
    return lake


def failed(lake: Lake) -> list[Gate]:
    return [g for g in check(lake, SCENE, lake.days("exposures")[-1]) if not g.passed]


def some(share: float) -> Callable[[pa.Table], pa.Table]:
    def kept(rows: pa.Table) -> pa.Table:
        return rows.filter(pa.array(np.random.default_rng(0).random(len(rows)) < share))

    return kept


def without_views(rows: pa.Table) -> pa.Table:
    kind = np.array(rows["kind"].to_pylist())
    return rows.filter(
        pa.array((kind != "view") | (np.random.default_rng(0).random(len(kind)) < 0.1))
    )


def unnamed(rows: pa.Table) -> pa.Table:
    named = rows["exposure_id"].to_numpy().copy()
    named[: len(named) // 4] = -1
    place = rows.schema.get_field_index("exposure_id")
    return rows.set_column(place, "exposure_id", pa.array(named))


def twice(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows, rows.slice(0, len(rows) // 20)])


def fivefold(rows: pa.Table) -> pa.Table:
    return pa.concat_tables([rows] * 5)


def said_again(rows: pa.Table) -> pa.Table:
    more = rows.slice(0, len(rows) // 10)
    place = rows.schema.get_field_index("event_id")
    ids = pa.array(np.arange(len(more)) + 2**50)
    return pa.concat_tables([rows, more.set_column(place, "event_id", ids)])


def as_text(rows: pa.Table) -> pa.Table:
    place = rows.schema.get_field_index("item")
    return rows.set_column(place, "item", rows["item"].cast(pa.string()))


FAULTS = {
    "volume of exposures": ("exposures", some(0.2)),
    "volume of requests": ("requests", fivefold),
    "volume of events": ("events", lambda rows: rows.slice(0, 0)),
    "rate of view": ("events", without_views),
    "nulls of events.exposure_id": ("events", unnamed),
    "duplicates of exposures.exposure_id": ("exposures", twice),
    "duplicates of events by person, item, kind, ts_ms, exposure_id": ("events", said_again),
    "schema of exposures": ("exposures", as_text),
    "schema of events": ("events", lambda rows: rows.drop_columns(["by"])),
    "schema of requests": (
        "requests",
        lambda rows: rows.append_column("extra", pa.array(np.zeros(len(rows)))),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(month: Lake, tmp_path: Path, name: str) -> None:
    lake = spoiled(month, tmp_path, *FAULTS[name])
    assert name in [gate.name for gate in failed(lake)]


def test_a_calm_month_raises_no_alarm(month: Lake) -> None:
    for scene in DOMAIN.scenes:
        known: dict = {}
        for day in month.days("exposures"):
            found = check(month, scene, day, known=known)
            assert [gate.said() for gate in found if not gate.passed] == []
        assert len(found) > 30


def test_a_failed_day_is_refused_until_somebody_accepts_its_figures(
    month: Lake, tmp_path: Path
) -> None:
    lake = spoiled(month, tmp_path, "events", without_views)
    day = lake.days("exposures")[-1]
    refuse_failed(lake, DOMAIN, SCENE, day - 5, day - 1)
    with pytest.raises(
        DataError, match=r"fails 1 gate.*\n  rate of view = 0\.00\d+: allowed 0\.0\d+ to 0\.1"
    ):
        refuse_failed(lake, DOMAIN, SCENE, day - 5, day)
    wrong = failed(lake)
    accept(lake, FULL, day, wrong, "Li Lei", 1000)
    assert all(accepted(lake, FULL, day, gate) for gate in wrong)
    refuse_failed(lake, DOMAIN, SCENE, day - 5, day)
    (file,) = lake.files("events", day, day)
    pq.write_table(some(0.5)(pq.read_table(file)), file)  # rebuilt: other figures
    with pytest.raises(DataError, match="or let it pass: twoside samples check --day"):
        refuse_failed(lake, DOMAIN, SCENE, day, day)


def test_a_name_is_needed_to_accept(month: Lake) -> None:
    with pytest.raises(DataError) as error:
        accept(month, FULL, 1, (), " ", 1)
    assert str(error.value) == "gates: --accept needs the name of the person who answers for it."


def test_a_day_of_no_lake_is_refused(month: Lake) -> None:
    with pytest.raises(DataError, match=r"no exposures on 1970-01-02 or before it\. Choose a day"):
        check(month, SCENE, 1)


def test_thresholds_are_the_median_and_its_absolute_deviation() -> None:
    past = [{"rate of view": Figure("labels", v, 10**9)} for v in (0.1, 0.2, 0.3, 0.4, 0.9)]
    gates = Gates(labels=0.0)
    (gate,) = judged({"rate of view": Figure("labels", 0.5, 10**9)}, past, gates)
    assert gate.high == pytest.approx(0.3 + 5 * 1.4826 * 0.1)
    assert gate.low == 0
    assert gate.passed
    assert judged({"rate of view": past[0]["rate of view"]}, past[:2], gates) == ()
