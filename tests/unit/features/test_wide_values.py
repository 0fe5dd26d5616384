"""Every feature of every whole catalogue: against plain loops over raw rows, and online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from feature_reference import Asked, Version, reference_cells
from online_lake import changes, started
from small_feed import make_feed

from twoside.domains import catalogue
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.features.derived import with_sources
from twoside.features.online import remember, replay
from twoside.samples.join import build_samples
from twoside.schema.calendar import DAY_MS
from twoside.schema.request import Request

if TYPE_CHECKING:
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.samples import Samples
    from twoside.store.lake import Lake

ROWS = 8
"""Exposures that are asked about; each feature is looked at on two of them."""
KINDS = {
    *("activity", "attribute", "behaviour", "content", "cross", "distance", "sequence"),
    *("similarity", "statistic", "time"),
}


class Wide:
    """A small lake of a domain, with the samples of its last two days by scene."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self.last = lake.days("exposures")[-1]
        self.end_ms = lake.calendar.start_of(self.last + 1)
        self._samples: dict[str, Samples] = {}

    def samples(self, scene: str) -> Samples:
        """With the whole catalogue of a scene, by its full name."""
        if scene not in self._samples:
            domain, short = catalogue.split(scene)
            self._samples[scene] = build_samples(
                self.lake,
                domain,
                short,
                catalogue.wide(scene),
                self.last - 1,
                self.last,
                self.end_ms,
            )
        return self._samples[scene]

    def contexts(self, scene: Scene, samples: Samples) -> list[dict[str, float]]:
        """Of each row, as a request would have given it."""
        shown = self.lake.read("exposures", scene=scene.name).to_pylist()
        names = [column.name for column in scene.context]
        of = {row["exposure_id"]: {name: row[name] for name in names} for row in shown}
        return [of[exposure] for exposure in samples.exposure_id.tolist()]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Wide]:
    root = tmp_path_factory.mktemp("wide")
    world = WorldSettings(seekers=120, jobs=70, days=9, seed=3)
    return {
        "recruiting": Wide(make(world, root / "recruiting")[0]),
        "feed": Wide(make_feed(root / "feed", 5)),
    }


def versions_of(lake: Lake, domain: Domain, kind: str) -> list[Version]:
    """What entities were, and from when."""
    table = lake.versions(kind, [column.name for column in domain.entity(kind).columns])
    names = [name for name in table.column_names if name not in ("row", "valid_from_ms")]
    return [
        Version(row["row"], row["valid_from_ms"], {name: row[name] for name in names})
        for row in table.to_pylist()
    ]


def words_of(lake: Lake, domain: Domain, scene: Scene) -> dict[tuple[str, str], Any]:
    """The words of all columns that have codes."""
    return {
        (side, column.name): lake.words(kind, column.name)
        for side, kind in (("person", scene.person), ("item", scene.item))
        for column in domain.entity(kind).columns
        if column.type in ("category", "categories")
    }


def test_all_ten_kinds_are_declared() -> None:
    features = [f for scene in catalogue.scenes() for f in catalogue.wide(scene)]
    assert {type(f).__module__.rpartition(".")[2] for f in features} == KINDS


@pytest.mark.parametrize("name", catalogue.scenes())
def test_every_feature_is_what_plain_loops_say(wide: dict[str, Wide], name: str) -> None:
    domain, short = catalogue.split(name)
    lake, scene = wide[domain.name].lake, domain.scene(short)
    features, samples = catalogue.wide(name), wide[domain.name].samples(name)
    rng = np.random.default_rng(0)
    told = np.flatnonzero(np.any([label == 1 for label in samples.labels.values()], axis=0))
    rows = np.append(rng.choice(len(samples), ROWS // 2), rng.choice(told, ROWS // 2))
    contexts = wide[domain.name].contexts(scene, samples)
    asks = [
        Asked(
            int(samples.person[row]),
            int(samples.item[row]),
            int(samples.ts_ms[row]),
            contexts[row],
        )
        for row in rows
    ]
    places = [(n, (n + shift) % ROWS) for n in range(len(features)) for shift in (0, ROWS // 2)]
    expected = reference_cells(
        [(features[n], asks[at]) for n, at in places],
        scene,
        domain,
        lake.calendar,
        lake.read("exposures"),
        lake.read("events"),
        {kind: versions_of(lake, domain, kind) for kind in (scene.person, scene.item)},
        features,
        words_of(lake, domain, scene),
    )
    seen = np.array([samples.values[rows[at], n] for n, at in places])
    wrong = ~np.isclose(seen, expected, rtol=1e-5, atol=1e-5, equal_nan=True)
    assert not sorted({features[places[n][0]].name for n in np.flatnonzero(wrong)})
    known = seen[~np.isnan(seen)]
    assert len(np.unique(known)) > 100  # not all of them empty


@pytest.mark.parametrize("name", catalogue.scenes())
def test_every_feature_is_the_same_online(wide: dict[str, Wide], name: str) -> None:
    """The last two days event by event; every request is read in its turn."""
    domain, short = catalogue.split(name)
    lake, scene = wide[domain.name].lake, domain.scene(short)
    first_day = wide[domain.name].last - 1
    features, samples = catalogue.wide(name), wide[domain.name].samples(name)
    begin = lake.calendar.start_of(first_day)
    states = started(lake, domain, scene, features, begin)
    remember(states, lake, begin)
    contexts = wide[domain.name].contexts(scene, samples)
    numbers, first = np.unique(samples.request_id, return_index=True)
    requests = [
        Request(int(samples.person[i]), int(samples.ts_ms[i]), 20, contexts[i], int(number))
        for number, i in zip(numbers, first, strict=True)
    ]
    exposures, events = (
        lake.read(table, first_day=first_day, scene=short) for table in ("exposures", "events")
    )
    turns = [turn for turn in changes(lake, scene) if turn[0] > begin]
    found = np.empty_like(samples.values)
    for request in replay(states, requests, exposures, events, turns):
        mine = np.flatnonzero(samples.request_id == request.request_id)
        found[mine] = states.read([request], np.array([0, len(mine)]), samples.item[mine])
    assert len(samples) > 100
    assert len(requests) >= 30
    different = (found != samples.values) & ~(np.isnan(found) & np.isnan(samples.values))
    near = np.isclose(found, samples.values, rtol=1e-6, atol=1e-5, equal_nan=True)
    assert not sorted({features[n].name for n in np.flatnonzero((~near).any(axis=0))})
    alive = [len(np.unique(column[~np.isnan(column)])) > 1 for column in found.T]
    assert np.mean(alive) > 0.75  # else equal values would prove little
    # Of what is no mean and no sine, nothing may differ at all.
    forms = {type(features[n]).__name__ for n in np.flatnonzero(different.any(axis=0))}
    assert forms <= {"Distance", "RecentGap", "RecentSimilarity"}


def test_a_day_of_later_events_changes_nothing(wide: dict[str, Wide]) -> None:
    name = "recruiting/jobs_for_seeker"
    domain, scene = catalogue.split(name)
    lake, last = wide["recruiting"].lake, wide["recruiting"].last
    features = catalogue.wide(name)
    others = [f.name for f in features if type(f).__module__.endswith(("content", "similarity"))]
    some = with_sources([*(f.name for f in features[::40]), *others], features)
    cutoff = lake.calendar.start_of(last)
    before = build_samples(lake, domain, scene, some, last - 1, last - 1, cutoff)
    after = build_samples(lake, domain, scene, some, last - 1, last - 1, cutoff + DAY_MS)
    common = np.isin(after.exposure_id, before.exposure_id)
    assert common.sum() == len(before) > 0
    np.testing.assert_array_equal(after.values[common], before.values)
