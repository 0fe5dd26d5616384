"""Labels against plain loops over raw rows, on markets where moments tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from twoside.domains import catalogue
from twoside.domains.recruiting.domain import DOMAIN as RECRUITING
from twoside.errors import DataError
from twoside.features.kinds.time import Hour
from twoside.samples.join import build_samples
from twoside.schema.calendar import DAY_MS, HOUR_MS, Calendar
from twoside.schema.domain import Domain, EventKind, Scene, Target
from twoside.schema.entities import Column, Entity
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

TARGETS = (
    Target("look", ("look",), within_hours=3),
    Target("take", ("take", "keep"), within_hours=30),
    Target("keep_once", ("keep",), within_hours=30, once_per="pair_day"),
)
SCENE = Scene("things", "buyer", "thing", TARGETS)
DOMAIN = Domain(
    "market",
    (Entity("buyer", (Column("x", "number"),)), Entity("thing", (Column("x", "number"),))),
    tuple(EventKind(name, 1) for name in ("look", "take", "keep")),
    (SCENE,),
)
CALENDAR = Calendar(8.0)
FIRST = 20_000
FEATURES = (Hour("hour"),)


def ms(day: int, hour: float) -> int:
    """A moment of a day, counted from the first."""
    return CALENDAR.start_of(FIRST + day) + int(hour * HOUR_MS)


def write(root: Path, requests: list[tuple], exposures: list[tuple], events: list[tuple]) -> Lake:
    """requests: (id, ts, person) · exposures: (id, request, ts, person, item, position) ·
    events: (ts, kind, person, item, exposure), all of one scene."""
    lake = Lake.create(root / "lake", "market", CALENDAR)
    tables = {
        "requests": pa.table(
            [list(c) for c in zip(*((i, ts, "things", p) for i, ts, p in requests), strict=True)],
            schema=REQUESTS,
        ),
        "exposures": pa.table(
            [
                list(c)
                for c in zip(
                    *((e, r, ts, "things", p, i, at) for e, r, ts, p, i, at in exposures),
                    strict=True,
                )
            ],
            schema=EXPOSURES,
        ),
    }
    if events:
        rows = [
            (n, ts, "things", kind, p, i, "person", e, np.nan)
            for n, (ts, kind, p, i, e) in enumerate(events)
        ]
        tables["events"] = pa.table([list(c) for c in zip(*rows, strict=True)], schema=EVENTS)
    with lake.stage() as stage:
        for name, table in tables.items():
            local = (table["ts_ms"].to_numpy() + CALENDAR.offset_ms) // DAY_MS
            for day in np.unique(local).tolist():
                stage.day(name, day, table.filter(pa.array(local == day)))
        stage.commit()
    return lake


def label_of(exposure: tuple, target: Target, exposures: list, events: list, cutoff: int) -> float:
    """The definition, one exposure at a time."""
    eid, shown = exposure[0], exposure[2]
    window = int(target.within_hours * HOUR_MS)
    if shown + window > cutoff:
        return float("nan")
    for n, (ts, kind, p, i, named) in enumerate(events):
        if target.once_per == "pair_day" and any(
            (other[1], other[2], other[3]) == (kind, p, i)
            and CALENDAR.day_of(other[0]) == CALENDAR.day_of(ts)
            and (other[0], m) < (ts, n)
            for m, other in enumerate(events)
        ):
            continue
        if kind not in target.events or ts >= cutoff or not shown <= ts < shown + window:
            continue
        if named >= 0:
            mine = named == eid
        else:
            before = [e for e in exposures if (e[3], e[4]) == (p, i) and e[2] <= ts < cutoff]
            mine = bool(before) and max(before, key=lambda e: (e[2], e[0]))[0] == eid
        if mine:
            return 1.0
    return 0.0


@pytest.mark.parametrize("seed", range(3))
def test_labels_are_what_the_definition_says(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    requests, exposures = [], []
    for n in range(120):
        # Also on the days around the sampled ones, and shown after midnight of the request.
        ts, person = ms(0, int(rng.integers(0, 24 * 6))), int(rng.integers(0, 4))
        requests.append((n, ts, person))
        for position in range(3):
            shown = ts + int(rng.integers(0, 3)) * HOUR_MS
            item = int(rng.integers(0, 5))
            exposures.append((int(len(exposures) * 7 % 361), n, shown, person, item, position))
    events = []
    for _ in range(400):
        eid, _, shown, person, item, _ = exposures[rng.integers(len(exposures))]
        kind = str(rng.choice(["look", "take", "keep"]))
        ts = shown + int(rng.integers(0, 40)) * HOUR_MS
        events.append((ts, kind, person, item, eid if rng.random() < 0.5 else -1))
    lake = write(tmp_path, requests, exposures, events)
    cutoff = ms(4, 7)
    samples = build_samples(lake, DOMAIN, "things", FEATURES, FIRST + 1, FIRST + 4, cutoff)
    by_id = {e[0]: e for e in exposures}
    asked_at = {r[0]: r[1] for r in requests}
    wanted_ids = [
        e[0]
        for e in sorted(exposures, key=lambda e: (e[1], e[5], e[0]))
        if ms(1, 0) <= asked_at[e[1]] < ms(5, 0) and asked_at[e[1]] < cutoff and e[2] < cutoff
    ]
    assert samples.exposure_id.tolist() == wanted_ids
    for target in TARGETS:
        wanted = [label_of(by_id[e], target, exposures, events, cutoff) for e in wanted_ids]
        np.testing.assert_array_equal(samples.labels[target.name], np.array(wanted, np.float32))
        assert {"0.0", "1.0", "nan"} == {str(v) for v in samples.labels[target.name]}


def one_list(tmp_path: Path, events: list[tuple], cutoff: int) -> dict[str, float]:
    """The labels of one exposure at noon of the first day."""
    lake = write(tmp_path, [(1, ms(0, 12), 0)], [(5, 1, ms(0, 12), 0, 0, 0)], events)
    samples = build_samples(lake, DOMAIN, "things", FEATURES, FIRST, FIRST, cutoff)
    return {name: float(label[0]) for name, label in samples.labels.items()}


@pytest.mark.parametrize(
    ("hour", "wanted"), [(12.0, 1.0), (14.999, 1.0), (15.0, 0.0), (11.999, 0.0)]
)
def test_a_window_begins_with_the_exposure_and_is_open_at_its_end(
    tmp_path: Path, hour: float, wanted: float
) -> None:
    assert one_list(tmp_path, [(ms(0, hour), "look", 0, 0, 5)], ms(3, 0))["look"] == wanted


def test_an_event_at_the_cut_off_is_not_known(tmp_path: Path) -> None:
    labels = one_list(tmp_path, [(ms(0, 14), "look", 0, 0, 5)], cutoff=ms(0, 14))
    assert np.isnan(labels["look"])


def test_a_label_is_final_when_its_window_has_passed(tmp_path: Path) -> None:
    labels = one_list(tmp_path, [], cutoff=ms(0, 15))
    assert labels["look"] == 0.0
    assert np.isnan(labels["take"])


def test_what_has_happened_already_is_masked_too_while_the_window_is_open(tmp_path: Path) -> None:
    labels = one_list(tmp_path, [(ms(0, 13), "keep", 0, 0, 5)], cutoff=ms(0, 14))
    assert np.isnan(labels["take"])
    assert np.isnan(labels["look"])


def test_an_event_of_a_later_exposure_outside_the_days_does_not_count(tmp_path: Path) -> None:
    requests = [(1, ms(0, 12), 0), (2, ms(1, 10), 0)]
    exposures = [(5, 1, ms(0, 12), 0, 0, 0), (6, 2, ms(1, 10), 0, 0, 0)]
    lake = write(tmp_path, requests, exposures, [(ms(1, 11), "take", 0, 0, -1)])
    samples = build_samples(lake, DOMAIN, "things", FEATURES, FIRST, FIRST, ms(5, 0))
    assert samples.exposure_id.tolist() == [5]
    assert samples.labels["take"].tolist() == [0.0]


def test_an_exposure_without_its_request_is_refused(tmp_path: Path) -> None:
    lake = write(tmp_path, [(1, ms(0, 1), 0)], [(5, 9, ms(0, 12), 0, 0, 0)], [])
    with pytest.raises(DataError) as error:
        build_samples(lake, DOMAIN, "things", FEATURES, FIRST, FIRST, ms(5, 0))
    assert str(error.value) == (
        "exposures of things, 2024-10-04 to 2024-10-04: 1 belong to no request of the lake, for "
        "example request_id=9. Import the requests too."
    )


def test_days_without_exposures_give_no_rows(tmp_path: Path) -> None:
    lake = Lake.create(tmp_path / "lake", "recruiting", CALENDAR)
    features = (Hour("hour"),)
    samples = build_samples(
        lake, RECRUITING, "jobs_for_seeker", features, FIRST, FIRST + 3, ms(5, 0)
    )
    assert len(samples) == 0
    assert samples.values.shape == (0, 1)
    assert set(samples.labels) == {"view", "chat", "read", "reply", "reach", "reject"}


def test_positions_beyond_the_limit_are_left_out(tmp_path: Path) -> None:
    exposures = [(n, 1, ms(0, 12), 0, n, n) for n in range(6)]
    lake = write(tmp_path, [(1, ms(0, 12), 0)], exposures, [])
    samples = build_samples(
        lake, DOMAIN, "things", FEATURES, FIRST, FIRST, ms(5, 0), max_position=2
    )
    assert samples.position.tolist() == [0, 1, 2]


def test_what_counts_once_a_day_is_the_first_event_of_the_pair(tmp_path: Path) -> None:
    requests = [(n, ms(0, 10 + n), 0) for n in range(2)]
    exposures = [(n, n, ms(0, 10 + n), 0, 0, 0) for n in range(2)]
    events = [(ms(0, 12), "keep", 0, 0, 1), (ms(0, 10.5), "keep", 0, 0, 0)]
    lake = write(tmp_path, requests, exposures, events)
    samples = build_samples(lake, DOMAIN, "things", FEATURES, FIRST, FIRST, ms(5, 0))
    assert samples.labels["take"].tolist() == [1, 1]
    assert samples.labels["keep_once"].tolist() == [1, 0]


def test_every_behaviour_of_every_domain_is_a_label() -> None:
    for name in catalogue.names():
        domain = catalogue.domain(name)
        for scene in domain.scenes:
            sign_of = {kind: t.sign for t in scene.targets for kind in t.events}
            assert sign_of == {event.name: event.sign for event in domain.events}
