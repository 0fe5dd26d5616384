"""Every feature of the whole recruiting catalogue against plain loops over raw rows."""

import numpy as np
import pytest
from feature_reference import Asked, Version, reference_cells

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.wide import WIDE
from twoside.features.derived import with_sources
from twoside.samples.join import build_samples
from twoside.schema.calendar import DAY_MS

ROWS = 8
"""Exposures that are asked about; each feature is looked at on two of them."""


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    world = WorldSettings(seekers=60, jobs=30, days=9, seed=3)
    return make(world, tmp_path_factory.mktemp("wide") / "lake")[0]


def versions_of(lake, kind):
    """What entities were, and from when."""
    table = lake.versions(kind, [column.name for column in DOMAIN.entity(kind).columns])
    names = [name for name in table.column_names if name not in ("row", "valid_from_ms")]
    return [
        Version(row["row"], row["valid_from_ms"], {name: row[name] for name in names})
        for row in table.to_pylist()
    ]


def words_of(lake, domain, scene):
    """The words of all columns that have codes."""
    return {
        (side, column.name): lake.words(kind, column.name)
        for side, kind in (("person", scene.person), ("item", scene.item))
        for column in domain.entity(kind).columns
        if column.type in ("category", "categories")
    }


@pytest.mark.parametrize("scene", sorted(WIDE))
def test_every_feature_is_what_plain_loops_say(lake, scene):
    features, last = WIDE[scene], lake.days("exposures")[-1]
    cutoff = lake.calendar.start_of(last + 1)
    samples = build_samples(lake, DOMAIN, scene, features, last - 1, last, cutoff)
    rng = np.random.default_rng(0)
    told = np.flatnonzero(np.any([label == 1 for label in samples.labels.values()], axis=0))
    rows = np.append(rng.choice(len(samples), ROWS // 2), rng.choice(told, ROWS // 2))
    asks = [
        Asked(int(samples.person[row]), int(samples.item[row]), int(samples.ts_ms[row]))
        for row in rows
    ]
    places = [(n, (n + shift) % ROWS) for n in range(len(features)) for shift in (0, ROWS // 2)]
    found = DOMAIN.scene(scene)
    expected = reference_cells(
        [(features[n], asks[at]) for n, at in places],
        found,
        DOMAIN,
        lake.calendar,
        lake.read("exposures"),
        lake.read("events"),
        {kind: versions_of(lake, kind) for kind in (found.person, found.item)},
        features,
        words_of(lake, DOMAIN, found),
    )
    seen = np.array([samples.values[rows[at], n] for n, at in places])
    wrong = ~np.isclose(seen, expected, rtol=1e-5, atol=1e-5, equal_nan=True)
    names = sorted({features[places[n][0]].name for n in np.flatnonzero(wrong)})
    assert not names
    known = seen[~np.isnan(seen)]
    assert len(np.unique(known)) > 100  # not all of them empty


def test_a_day_of_later_events_changes_nothing(lake):
    scene = "jobs_for_seeker"
    some = with_sources([f.name for f in WIDE[scene][::40]], WIDE[scene])
    last = lake.days("exposures")[-1]
    cutoff = lake.calendar.start_of(last)
    before = build_samples(lake, DOMAIN, scene, some, last - 1, last - 1, cutoff)
    after = build_samples(lake, DOMAIN, scene, some, last - 1, last - 1, cutoff + DAY_MS)
    common = np.isin(after.exposure_id, before.exposure_id)
    assert common.sum() == len(before) > 0
    np.testing.assert_array_equal(after.values[common], before.values)
