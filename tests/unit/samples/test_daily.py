"""Feature tables by day: the same as all at once, whatever was built before and in what order."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.wide import WIDE
from twoside.errors import ConfigError, DataError
from twoside.features.derived import with_sources
from twoside.samples import daily
from twoside.samples.daily import FeatureTables
from twoside.samples.join import build_samples
from twoside.schema.calendar import iso
from twoside.store import journal
from twoside.store.lake import Lake

SCENE = "jobs_for_seeker"
FEATURES = with_sources([f.name for f in WIDE[SCENE][::9]], WIDE[SCENE])
FEW = with_sources([f.name for f in FEATURES[::3]], FEATURES)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    settings = WorldSettings(seekers=60, jobs=30, days=9, seed=3)
    root = tmp_path_factory.mktemp("daily") / "lake"
    make(settings, root)
    return root


@pytest.fixture
def lake(world, tmp_path):
    shutil.copytree(world, tmp_path / "lake")
    return Lake.open(tmp_path / "lake")


def tables_of(lake, features=FEATURES):
    return FeatureTables.of(lake, DOMAIN, SCENE, features)


def files_of(lake):
    folder = lake.layout.derived(f"features/{SCENE}")
    return {path.parent.name: path.read_bytes() for path in sorted(folder.glob("dt=*/*.parquet"))}


def quiet(_):
    pass


def test_samples_out_of_tables_are_samples_computed_at_once(lake):
    days = lake.days("exposures")
    first, last = days[-4], days[-2]  # a list of the last of them may be shown after midnight
    tables = tables_of(lake)
    tables.build(first, last + 1, quiet)
    cutoff = lake.calendar.start_of(last + 1)
    kept = build_samples(lake, DOMAIN, SCENE, FEW, first, last, cutoff, tables=tables)
    fresh = build_samples(lake, DOMAIN, SCENE, FEW, first, last, cutoff)
    assert len(fresh) > 500
    np.testing.assert_array_equal(kept.values, fresh.values)
    np.testing.assert_array_equal(kept.exposure_id, fresh.exposure_id)


def test_day_by_day_is_all_days_together_byte_for_byte(lake, monkeypatch):
    days = lake.days("exposures")[-5:]
    tables_of(lake).build(days[0], days[-1], quiet)
    together = files_of(lake)
    shutil.rmtree(lake.root / "derived")
    for day in reversed(days):  # back-fill: the newest first
        assert tables_of(lake).build(day, day, quiet) == [day]
    assert files_of(lake) == together
    assert len(together) == 5
    shutil.rmtree(lake.root / "derived")
    monkeypatch.setattr(daily, "_MOST_BYTES", 1)
    tables_of(lake).build(days[0], days[-1], quiet)
    assert files_of(lake) == together


@pytest.mark.parametrize("commits", [0, 1, 2, 3, 5])
def test_a_killed_build_goes_on_and_ends_with_the_same_bytes(lake, monkeypatch, commits):
    """A day is two commits: what it leaves to others, and its table."""
    days = lake.days("exposures")[-4:]
    monkeypatch.setattr(daily, "_MOST_BYTES", 1)
    tables_of(lake).build(days[0], days[-1], quiet)
    whole = files_of(lake)
    shutil.rmtree(lake.root / "derived")
    commit, done = journal.commit, []

    def killed(*args):
        if len(done) == commits:
            raise KeyboardInterrupt
        done.append(1)
        commit(*args)

    with monkeypatch.context() as broken:
        broken.setattr(journal, "commit", killed)
        with pytest.raises(KeyboardInterrupt):
            tables_of(lake).build(days[0], days[-1], quiet)
    assert len(files_of(lake)) == commits // 2
    assert tables_of(lake).build(days[0], days[-1], quiet) == days[commits // 2 :]
    assert files_of(lake) == whole


def test_only_what_changed_is_built_again(lake):
    days = lake.days("exposures")[-4:]
    tables = tables_of(lake)
    assert tables.build(days[0], days[-1], quiet) == days
    assert tables.build(days[0], days[-1], quiet) == []
    events = lake.layout.day("events", days[2])
    told = pq.read_table(events)
    pq.write_table(told.slice(0, told.num_rows - 3), events)
    assert tables.build(days[0], days[-1], quiet) == days[2:]
    again = files_of(lake)
    shutil.rmtree(lake.root / "derived")
    tables.build(days[0], days[-1], quiet)
    assert files_of(lake) == again


def test_missing_days_are_said_and_lower_the_coverage(lake):
    days = lake.days("exposures")
    gone = days[-3]
    for table in ("exposures", "events", "requests"):
        shutil.rmtree(lake.layout.day(table, gone).parent)
    tables = tables_of(lake)
    tables.build(days[-1], days[-1], quiet)
    path = lake.layout.derived(f"features/{SCENE}") / f"dt={iso(days[-1])}" / "part.parquet"
    about = pq.read_schema(path).metadata
    assert iso(gone) in about[b"missing"].decode().split(",")
    rows = pq.read_table(path)
    asked = build_samples(
        lake, DOMAIN, SCENE, (), days[-1] - 1, days[-1], lake.calendar.start_of(days[-1] + 1)
    )
    day_of = dict(zip(asked.exposure_id.tolist(), asked.day.tolist(), strict=True))
    known = set(days) - {gone}
    for window in (1, 3, 7, 30):
        for exposure, share in zip(
            rows["exposure_id"].to_pylist(), rows[f"coverage_{window}d"].to_pylist(), strict=True
        ):
            day = day_of[exposure]
            wanted = sum(d in known for d in range(day - window, day)) / window
            assert share == pytest.approx(wanted)


def test_tables_that_are_not_there_or_out_of_date_are_refused(lake):
    days = lake.days("exposures")
    tables = tables_of(lake)
    ids = np.array([1])
    with pytest.raises(DataError, match="1 of 1 days are not built or out of date"):
        tables.read(days[-1:], ids, FEATURES[:1])
    tables.build(days[-1], days[-1], quiet)
    with pytest.raises(DataError, match="1 of 1 exposures are in none"):
        tables.read(days[-1:], np.array([-5]), FEATURES[:1])
    with pytest.raises(ConfigError, match="have no 'hour' as it is declared now"):
        FeatureTables.of(lake, DOMAIN, SCENE, WIDE[SCENE][1:2]).read(days[-1:], ids, FEATURES[:1])
    versions = sorted(lake.layout.entities("job").glob("dt=*/*.parquet"))[0]
    os.utime(versions)
    with pytest.raises(DataError, match="out of date"):
        tables.read(days[-1:], ids, FEATURES[:1])


def test_a_day_that_the_log_lacks_is_an_error(lake):
    days = lake.days("exposures")
    with pytest.raises(DataError, match=f"no exposures from .* it has {iso(days[0])}"):
        tables_of(lake).build(days[-1] + 5, days[-1] + 9, quiet)


def test_an_exposure_without_a_request_is_an_error(lake):
    day = lake.days("exposures")[-1]
    path = lake.layout.day("requests", day)
    told = pq.read_table(path)
    pq.write_table(told.filter(pc.not_equal(told["scene"], SCENE)), path)
    with pytest.raises(DataError, match="belong to no request"):
        tables_of(lake).build(day, day, quiet)
