"""Plain Python of a stream worker: its values are those of the offline engine, event by event."""

from __future__ import annotations

import subprocess
import sys
from math import isnan

import numpy as np
import pytest
from small_feed import make_feed

from twoside.domains import catalogue
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.features.graph.happened import EXPOSE, codes
from twoside.features.graph.needs import Needs
from twoside.features.graph.party import Parties
from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.stream import Event, Keep, Past, State, keeps_of, read, update
from twoside.features.walks.log import Log
from twoside.features.walks.rows import Rows, Versions
from twoside.samples.join import build_samples
from twoside.schema.calendar import HOUR_MS, Calendar

FOREVER = 2**62


def lake_of(domain, root):
    if domain == "feed":
        return make_feed(root / "feed", 5)
    return make(WorldSettings(seekers=60, jobs=40, days=6, seed=3), root / "recruiting")[0]


def said_by(rows, keys, n):
    """What the parties say in the n-th row."""
    return {part: rows.part(part)[n].item() for part in keys}


@pytest.mark.parametrize(
    "scene", ["recruiting/jobs_for_seeker", "recruiting/seekers_for_boss", "feed/videos_for_viewer"]
)
def test_a_stream_of_events_gives_the_values_of_the_offline_engine(tmp_path, scene):
    domain, short = catalogue.split(scene)
    found, features = domain.scene(short), catalogue.wide(scene)
    lake = lake_of(domain.name, tmp_path)
    days = lake.days("exposures")
    last, end = days[-1], lake.calendar.start_of(days[-1] + 1)
    samples = build_samples(lake, domain, short, features, last, last, end)
    place = {f.name: n for n, f in enumerate(features)}

    needs, past = Needs.of(features), keeps_of(features)
    keeps = list(dict.fromkeys(past.values()))
    assert {type(f) for f in past} >= {Count, Rate, Since, ActiveDays, RecentShare, RecentGap} - (
        {Since} if domain.name == "feed" else set()
    )
    parties = Parties.of(lake, domain, found, needs, end).sides()
    versions = {side: Versions.of(party) for side, party in parties.items()}
    parts = sorted(
        {part for keep in keeps for part in keep.key}
        | {c if c == "item" else f"item.{c}" for keep in keeps for c in keep.columns}
    )
    context = sorted(needs.context)
    kinds = [*needs.days]
    log = Log(lake, found, kinds, codes(kinds), context, versions, end)
    names = {code: kind for kind, code in codes(kinds).items()}

    asked_context = dict.fromkeys(context, np.empty(0, np.int32))
    if context:
        shown = lake.read("exposures", last, last + 1, ["exposure_id", *context], short)
        at = np.searchsorted(shown["exposure_id"].to_numpy(), samples.exposure_id)
        asked_context = {name: shown[name].to_numpy()[at] for name in context}
    asked = Rows(
        samples.ts_ms, {"person": samples.person, "item": samples.item}, asked_context, versions
    )
    rng = np.random.default_rng(0)
    chosen = np.sort(rng.permutation(len(samples))[:60])
    turns = chosen[np.argsort(samples.ts_ms[chosen], kind="stable")].tolist()

    states: dict[tuple[Keep, tuple[int, ...]], State] = {}
    compared = 0

    def answer(row: int) -> None:
        nonlocal compared
        said, now = said_by(asked, parts, row), int(samples.ts_ms[row])
        for f, keep in past.items():
            key = keep.key_of(said)
            state = State() if key is None else states.get((keep, key), State())
            value = np.float32(read(f, state, said, now, lake.calendar))
            np.testing.assert_equal(value, samples.values[row, place[f.name]], err_msg=f.name)
            compared += 1

    for day in range(days[0], last + 1):
        happened = log.day(day)
        for n, ts in enumerate(happened.rows.ts.tolist()):
            while day == last and turns and samples.ts_ms[turns[0]] < ts:
                answer(turns.pop(0))
            kind = names[int(happened.kind[n])]
            said = said_by(happened.rows, parts, n)
            event = Event(ts, kind, n, said, later=kind != EXPOSE)
            for keep in keeps:
                key = keep.key_of(said)
                if key is not None and kind in keep.events:
                    update(states.setdefault((keep, key), State()), event, keep, lake.calendar)
    for row in turns:
        answer(row)
    assert compared == len(past) * len(chosen) > 5_000


CALENDAR = Calendar(8.0)
NOON = CALENDAR.start_of(100) + 12 * HOUR_MS


def state_of(features, events):
    (keep,) = set(keeps_of(features).values())
    state = State()
    for event in events:
        update(state, event, keep, CALENDAR)
    return state


def test_a_moment_is_not_before_itself_and_a_request_changes_nothing():
    f = Count("n", ("person",), ("view",), 0)
    view = Event(NOON, "view", 1, {"person": 3})
    (keep,) = keeps_of([f]).values()
    state = state_of([f], [view, view])
    for _ in range(2):
        assert read(f, state, {}, NOON, CALENDAR) == 0
        assert read(f, state, {}, NOON + 1, CALENDAR) == 2
    update(state, Event(NOON + 5, "view", 2, {"person": 3}), keep, CALENDAR)
    assert read(f, state, {}, NOON + 5, CALENDAR) == 2
    assert read(f, state, {}, NOON + 6, CALENDAR) == 3


def test_a_late_event_counts_where_its_time_belongs():
    day = 24 * HOUR_MS
    features = (
        Count("three", ("person",), ("view",), 3),
        Count("always", ("person",), ("view",), None),
        Since("since", ("person",), ("view",)),
        ActiveDays("active", ("person",), ("view",), 3),
    )
    times = [NOON - 9 * day, NOON - 2 * day, NOON - 1, NOON - 3 * day, NOON - 20 * day, NOON - day]
    state = state_of(features, [Event(ts, "view", n, {}) for n, ts in enumerate(times)])
    found = [read(f, state, {}, NOON, CALENDAR) for f in features]
    assert found == [4.0, 6.0, 1 / HOUR_MS, 4.0]
    assert len(state.days) <= 4, "days that no window reaches are one number"
    steps = (RecentValue("last", ("view",), 1, "item"), RecentValue("third", ("view",), 3, "item"))
    state = state_of(
        steps, [Event(ts, "view", n, {"item": n}) for n, ts in enumerate(times) if n != 1]
    )
    assert [read(f, state, {}, NOON, CALENDAR) for f in steps] == [2.0, 3.0]


def test_an_unknown_key_and_an_empty_state():
    features = (
        Count("n", ("person",), ("view",), 3),
        Rate("r", ("person",), ("view",), ("expose",), 3, 0.25, 4.0),
        Since("s", ("person",), ("view",), 3),
        RecentShare("share", ("view",), 3, "item"),
        RecentValue("value", ("view",), 1, "item"),
    )
    values = [read(f, State(), {"item": 1}, NOON, CALENDAR) for f in features]
    assert values[:2] == [0.0, 0.25]
    assert isnan(values[2]) and isnan(values[3])
    assert values[4] == -1.0
    keep = keeps_of(features)[features[0]]
    assert keep.key_of({"person": -1}) is None
    assert keep.key_of({}) is None
    assert keep.key_of({"person": 5}) == (5,)
    assert all(isinstance(f, Past) for f in keeps_of(features))


def test_it_needs_nothing_but_the_standard_library():
    code = (
        "import sys; before = set(sys.modules); import twoside.features.stream;"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'twoside'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
