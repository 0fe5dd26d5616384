"""What days leave behind: each is made once, and reads as the tables of the lake do."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow.parquet as pq
import pytest

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.features.graph.needs import Needs
from twoside.features.graph.party import Parties
from twoside.features.kinds.statistic import Count
from twoside.features.walks.carried import Carried
from twoside.features.walks.keys import NEVER, Small
from twoside.features.walks.log import Log
from twoside.features.walks.rows import Rows, Versions
from twoside.store.lake import Lake

SCENE = DOMAIN.scene("jobs_for_seeker")
KEYS = ("item.title",), ("item.degree", "person.city")
FOREVER = 2**62


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("carried") / "lake"
    make(WorldSettings(seekers=60, jobs=30, days=4, seed=5), root)
    return root


@pytest.fixture
def lake(world, tmp_path):
    shutil.copytree(world, tmp_path / "lake")
    return Lake.open(tmp_path / "lake")


def versions_of(lake):
    needs = Needs.of([Count(f"count_{n}", key, ("view",), 3) for n, key in enumerate(KEYS)])
    parties = Parties.of(lake, DOMAIN, SCENE, needs, FOREVER)
    return {side: Versions.of(party) for side, party in parties.sides().items()}


def smalls_of(lake, keys=KEYS):
    versions = versions_of(lake)
    return [Small.of(key, versions, lake) for key in keys]


def log_of(lake, kinds, codes, carried=None, cutoff=FOREVER):
    return Log(lake, SCENE, kinds, codes, [], versions_of(lake), cutoff, carried)


def test_a_carried_day_is_the_day_of_the_tables(lake):
    carried = Carried.of(lake, DOMAIN, SCENE)
    days = lake.days("exposures")
    assert carried.update(days, smalls_of(lake), versions_of(lake)) == days
    # Some kinds, by other numbers, until an hour of the last day.
    codes = {"expose": 0, "reply": 1, "view": 2}
    cutoff = lake.calendar.start_of(days[-1]) + 14 * 3_600_000
    kept = log_of(lake, codes, codes, carried, cutoff)
    fresh = log_of(lake, codes, codes, None, cutoff)
    for day in days:
        one, other = kept.day(day), fresh.day(day)
        assert len(other.rows) > 50
        np.testing.assert_array_equal(one.kind, other.kind)
        np.testing.assert_array_equal(one.rows.ts, other.rows.ts)
        for side in ("person", "item"):
            np.testing.assert_array_equal(one.rows.sides[side], other.rows.sides[side])
            np.testing.assert_array_equal(one.rows.held(side), other.rows.held(side))
    assert kept.day(days[-1]).rows.ts.max() < cutoff


def test_a_sum_counts_every_happening_of_its_day(lake):
    carried = Carried.of(lake, DOMAIN, SCENE)
    days, smalls = lake.days("exposures"), smalls_of(lake)
    carried.update(days, smalls, versions_of(lake))
    log = log_of(lake, carried.kinds, carried.codes)
    for day in days:
        happened = log.day(day)
        found = carried.sums(day, smalls)
        for small in smalls:
            counts = np.zeros((small.size + 1, len(carried.codes)), np.int64)
            last = np.full_like(counts, NEVER)
            parts = [happened.rows.part(part) for part in small.key]
            for n, said in enumerate(zip(*(part.tolist() for part in parts), strict=True)):
                code = small.size
                if min(said) >= 0:
                    code = int(np.ravel_multi_index(said, small.sizes))
                counts[code, happened.kind[n]] += 1
                last[code, happened.kind[n]] = happened.rows.ts[n]
            np.testing.assert_array_equal(found[small].counts, counts.reshape(-1))
            np.testing.assert_array_equal(found[small].last, last.reshape(-1))


def test_only_what_changed_is_made_again(lake):
    carried, versions = Carried.of(lake, DOMAIN, SCENE), versions_of(lake)
    days, smalls = lake.days("exposures"), smalls_of(lake)
    assert carried.update(days[:-1], smalls, versions) == days[:-1]
    assert carried.update(days, smalls, versions) == days[-1:], "a new day is one day's work"
    assert carried.update(days, smalls, versions) == []
    events = lake.layout.day("events", days[1])
    told = pq.read_table(events)
    pq.write_table(told.slice(0, told.num_rows - 3), events)
    assert carried.update(days, smalls, versions) == [days[1]]
    assert carried.update(days, smalls[:1], versions) == [], "the sums of other keys stay"
    more = smalls_of(lake, (("item.title", "person.city"),))
    assert carried.update(days, more, versions) == days
    assert carried.update(days, [*smalls, *more], versions) == []


def test_a_sum_of_fewer_words_is_grown_to_those_of_today():
    rng = np.random.default_rng(0)
    n, kinds = 200, 3
    codes = {"item.a": rng.integers(-1, 4, n), "person.b": rng.integers(-1, 3, n)}
    ts = np.sort(rng.integers(0, 1000, n))
    rows = Rows(ts, {}, {}, {})
    rows._parts.update(codes)
    kind = rng.integers(0, kinds, n).astype(np.int8)
    key = tuple(codes)
    then, now = Small(key, (4, 3)), Small(key, (6, 5))
    grown = now.grown(then.sum(rows, kind, kinds), then.sizes)
    whole = now.sum(rows, kind, kinds)
    np.testing.assert_array_equal(grown.counts, whole.counts)
    np.testing.assert_array_equal(grown.last, whole.last)
    same = then.sum(rows, kind, kinds)
    assert then.grown(same, then.sizes) is same
