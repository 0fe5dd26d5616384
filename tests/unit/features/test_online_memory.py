"""What online states remember for recall and the rules of rerank, and how they refuse."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numba.core.dispatcher import Dispatcher
from online_play import empty_states, read_all, unpacked
from online_world import CALENDAR, DOMAIN, FIRST_DAY, SCENE, TEXTS, Log, random_log

from twoside.errors import ArtefactError, ConfigError, DataError, RequestError
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference
from twoside.features.kinds.statistic import Count
from twoside.features.online import Memory, OnlineStates
from twoside.features.slots import Slots
from twoside.schema.calendar import DAY_MS
from twoside.schema.request import Request
from twoside.store.artefacts import Artefacts

END_MS = CALENDAR.start_of(FIRST_DAY + 8)
STRENGTH = {kind.name: kind.strength for kind in DOMAIN.events}


def filled(log: Log, memory: Memory | None = None) -> OnlineStates:
    states = empty_states(log, memory)
    states.update(log.exposures, log.events)
    return states


def of_person(table: pa.Table, person: int) -> list[dict]:
    rows = [r for r in table.to_pylist() if r["person"] == person and r["scene"] == SCENE.name]
    id_name = "event_id" if "event_id" in table.column_names else "exposure_id"
    return sorted(rows, key=lambda r: (r["ts_ms"], r[id_name]))


def test_recent_is_the_end_of_each_persons_strong_behaviours_oldest_first() -> None:
    log = random_log(41)
    states = filled(log, Memory(recent=6))
    persons = np.array([3, -1, 0, 5, 99], np.int32)
    start, item, ts_ms, strength = states.recent(persons)
    assert start[2] == start[1] and start[5] == start[4]
    for n, person in enumerate(persons):
        strong = [r for r in of_person(log.events, person) if STRENGTH[r["kind"]] != 0][-6:]
        mine = slice(start[n], start[n + 1])
        assert item[mine].tolist() == [r["item"] for r in strong]
        assert ts_ms[mine].tolist() == [r["ts_ms"] for r in strong]
        assert strength[mine].tolist() == [STRENGTH[r["kind"]] for r in strong]


def test_shown_recently_is_every_item_shown_since_then() -> None:
    log = random_log(42)
    states = filled(log)
    since = CALENDAR.start_of(FIRST_DAY + 3) + 5
    for person in range(6):
        shown = {r["item"] for r in of_person(log.exposures, person) if r["ts_ms"] >= since}
        assert states.shown_recently(person, since).tolist() == sorted(shown)
    assert states.shown_recently(-1, since).tolist() == []
    assert states.shown_recently(99, since).tolist() == []


def test_behaved_is_every_item_that_had_one_of_the_kinds() -> None:
    log = random_log(43)
    states = filled(log)
    since = CALENDAR.start_of(FIRST_DAY + 3)
    for person in range(6):
        rows = [r for r in of_person(log.events, person) if r["kind"] in ("reject", "chat")]
        assert states.behaved(person, ("reject", "chat")).tolist() == sorted(
            {r["item"] for r in rows}
        )
        assert states.behaved(person, ("reject", "chat"), since).tolist() == sorted(
            {r["item"] for r in rows if r["ts_ms"] >= since}
        )


def test_shown_and_done_tell_when_and_how_strongly_oldest_first() -> None:
    log = random_log(55)
    states = filled(log)
    since = CALENDAR.start_of(FIRST_DAY + 2)
    for person in range(6):
        item, ts_ms = states.shown(person, since)
        rows = [r for r in of_person(log.exposures, person) if r["ts_ms"] >= since]
        assert item.tolist() == [r["item"] for r in rows]
        assert ts_ms.tolist() == [r["ts_ms"] for r in rows]
        item, ts_ms, strength = states.done(person, since)
        rows = [r for r in of_person(log.events, person) if r["ts_ms"] >= since]
        assert item.tolist() == [r["item"] for r in rows]
        assert strength.tolist() == [STRENGTH[r["kind"]] for r in rows]


def test_states_survive_the_store(tmp_path: Path) -> None:
    log = random_log(56)
    store = Artefacts(tmp_path)
    store.publish("states", {"online": filled(log).pack()}, {})
    again = unpacked(log, store.load("states").parts["online"], 0)
    found, wanted = (read_all(log, states) for states in (again, filled(log)))
    np.testing.assert_array_equal(found, wanted)


def test_what_is_older_than_the_days_kept_is_forgotten_and_gives_its_memory_back() -> None:
    log = random_log(44)
    states = filled(log, Memory(shown_days=2, behaved_days=3))
    held = states.memory_by_part()
    states.past.advance(FIRST_DAY + 8)
    kept = CALENDAR.start_of(FIRST_DAY + 6)
    for person in range(6):
        shown = {r["item"] for r in of_person(log.exposures, person) if r["ts_ms"] >= kept}
        assert states.shown_recently(person, 0).tolist() == sorted(shown)
    states.past.advance(FIRST_DAY + 20)
    assert states.behaved(2, ("view", "chat", "reject", "mark")).tolist() == []
    assert states.memory_by_part()["shown"] < held["shown"]
    assert states.memory_bytes() == sum(states.memory_by_part().values())


def test_what_is_remembered_survives_packing() -> None:
    log = random_log(45)
    memory = Memory(recent=5)
    states = filled(log, memory)
    again = unpacked(log, states.pack(), 0, memory)
    again.update(log.exposures, log.events)
    states.update(log.exposures, log.events)
    persons = np.arange(6, dtype=np.int32)
    for mine, its in zip(states.recent(persons), again.recent(persons), strict=True):
        np.testing.assert_array_equal(mine, its)
    for person in range(6):
        assert states.shown_recently(person, 0).tolist() == again.shown_recently(person, 0).tolist()


def test_packed_states_are_numbers_and_json_only() -> None:
    import json

    packed = filled(random_log(46)).pack()
    assert json.loads(json.dumps(packed.meta)) == packed.meta
    assert all(array.dtype.kind in "iufb" for array in packed.arrays.values())


def test_people_who_come_later_have_a_history_from_then_on() -> None:
    log = random_log(47)
    states = empty_states(log)
    more = {kind: size + 3 for kind, size in log.sizes.items()}
    grown = replace(log, sizes=more)
    new = log.events.slice(0, 1).to_pylist()[0] | {
        "person": 8,
        "item": 6,
        "scene": SCENE.name,
        "kind": "view",
        "ts_ms": END_MS,
    }
    event = pa.Table.from_pylist([new], log.events.schema)
    states.update(None, event)
    assert states.recent(np.array([8], np.int32))[0].tolist() == [0, 0]
    states.tables(grown.table("seeker", END_MS), grown.table("job", END_MS))
    states.update(None, event)
    start, item, _, _ = states.recent(np.array([8], np.int32))
    assert item[start[0] :].tolist() == [6]
    request = Request(8, END_MS + 1)
    found = states.read([request], np.array([0, 1]), np.array([6], np.int32), ("p_act_3",))
    assert found.tolist() == [[1.0]]


def test_a_person_never_seen_gets_the_values_of_no_history() -> None:
    states = filled(random_log(48))
    names = (
        "p_act_3",
        "p_ctr",
        "p_last",
        "pi_last",
        "share_title",
        "last_title",
        "who",
        "same_title",
    )
    found = states.read([Request(-1, END_MS)], np.array([0, 2]), np.array([0, 1], np.int32), names)
    nan = np.nan
    np.testing.assert_allclose(found, [[0, 0.2, nan, nan, nan, -1, -1, nan]] * 2, rtol=1e-6)


def test_a_request_without_candidates_or_no_request_gives_no_rows() -> None:
    states = filled(random_log(49))
    none = np.empty(0, np.int32)
    assert states.read([], np.array([0]), none).shape == (0, len(states.features))
    assert states.read([Request(0, END_MS)], np.array([0, 0]), none).shape[0] == 0


def test_columns_say_what_a_model_needs_to_know() -> None:
    columns = {c.name: c for c in empty_states(random_log(50)).columns}
    assert (columns["i_title"].type, columns["i_title"].cardinality) == ("category", 4)
    assert (columns["who"].cardinality, columns["what"].cardinality) == (6, 5)
    assert (columns["tab"].type, columns["tab"].cardinality) == ("category", 3)
    assert columns["third_item"].cardinality == 5
    assert (columns["hour"].cardinality, columns["weekday"].cardinality) == (24, 7)
    assert columns["depth"].type == columns["same_title"].type == "number"
    assert columns["pt_view_2"].about == "pair"


def test_slots_give_each_key_one_number_however_often_it_comes() -> None:
    rng = np.random.default_rng(3)
    slots, mine = Slots(), {}
    for _ in range(20):
        keys = rng.integers(-1, 4000, 997) * 7_000_000_001
        wanted = [mine.setdefault(int(k), len(mine)) if k >= 0 else -1 for k in keys]
        assert slots.claim(keys).tolist() == wanted
    asked = np.arange(-5, 5000) * 7_000_000_001
    assert slots.find(asked).tolist() == [mine.get(int(k), -1) for k in asked]
    assert Slots.of(slots.keys()).find(asked).tolist() == slots.find(asked).tolist()


def started_with(feature: object) -> OnlineStates:
    log = random_log(51)
    return OnlineStates.start(
        (feature,), SCENE, DOMAIN, CALENDAR, log.table("seeker", 0), log.table("job", 0)
    )


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (Count("n", ("item",), ("vieww",), 1), "no event 'vieww'"),
        (Count("n", ("item.pay",), ("view",), 1), "'pay' of job"),
        (Count("n", ("thing",), ("view",), 1), "'thing'"),
        (Difference("n", "pay", "title"), "'title' of job"),
    ],
)
def test_a_feature_that_cannot_be_computed_is_refused_at_the_start(
    feature: object, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        started_with(feature)


def test_states_of_other_features_are_not_taken_over() -> None:
    packed = started_with(Count("n", ("item",), ("view",), 1)).pack()
    with pytest.raises(ArtefactError, match="other features, events or memory"):
        unpacked(random_log(51), packed, 0)


def test_a_wrong_question_is_answered_with_what_is_wrong() -> None:
    log = random_log(52)
    states = filled(log)
    with pytest.raises(RequestError, match="start has 2 entries up to 3, expected 2 up to 2"):
        states.read([Request(0, END_MS)], np.array([0, 3]), np.array([0, 1], np.int32))
    with pytest.raises(DataError, match=r"no feature 'p_pey'\. Did you mean 'p_pay'?"):
        states.read([Request(0, END_MS)], np.array([0, 0]), np.empty(0, np.int32), ("p_pey",))
    with pytest.raises(ConfigError, match=r"no event kind 'rejects'\. Did you mean 'reject'?"):
        states.behaved(0, ("rejects",))
    with pytest.raises(DataError, match="expected entities of kind 'seeker', got 'job'"):
        states.tables(log.table("job", 0), log.table("seeker", 0))
    rows = log.events.slice(0, 1).to_pylist()
    rows[0] |= {"kind": "wink", "scene": SCENE.name}
    with pytest.raises(DataError, match="kind 'wink'"):
        states.update(None, pa.Table.from_pylist(rows, log.events.schema))


def test_a_day_has_the_length_of_the_calendar() -> None:
    """Midnight in China, not in Greenwich."""
    states = started_with(Count("n", ("item",), ("view",), 0))
    midnight = CALENDAR.start_of(FIRST_DAY)
    assert midnight % DAY_MS == DAY_MS - 8 * 3_600_000
    row = random_log(53).events.slice(0, 1).to_pylist()[0]
    row |= {"kind": "view", "scene": SCENE.name, "item": 1, "ts_ms": midnight - 1}
    states.update(None, pa.Table.from_pylist([row], random_log(53).events.schema))
    start, item = np.array([0, 1]), np.array([1], np.int32)
    assert states.read([Request(0, midnight - 1)], start, item).tolist() == [[1.0]]
    assert states.read([Request(0, midnight)], start, item).tolist() == [[0.0]]


def compiled() -> dict[str, int]:
    """Kernel -> number of its compiled forms."""
    watched = ("twoside.features.online", "twoside.features.slots")
    modules = [m for name, m in sys.modules.items() if name.startswith(watched)]
    return {
        f"{module.__name__}.{name}": len(value.signatures)
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
    }


WARM = """
import sys
sys.path.insert(0, {folder!r})
import numpy as np
from online_world import random_log, CALENDAR, FIRST_DAY
from online_play import empty_states
from test_online_memory import compiled, END_MS
from twoside.schema.request import Request
from twoside.store.artefacts import Artefacts
log = random_log(54, people=50, items=40, rows=4000)
states = empty_states(log)
states.warm_up()
warm = compiled()
cold = {{name.rpartition(".")[2] for name, forms in warm.items() if not forms}}
assert cold == {{"_place", "_at", "_bits"}}, cold  # inlined; of `remember` alone
states.update(log.exposures, log.events)
states.update(log.exposures.slice(0, 1), log.events.slice(7, 1))
one = Request(0, END_MS, context={{"tab": 1.0}})
states.read([one, Request(-1, END_MS)], np.array([0, 2, 3]), np.array([0, 1, 4]))
states.read([one], np.array([0, 1]), np.array([0], np.int32), ("pay_gap", "who"))
states.recent(np.array([0, 3]))
states.shown(0, 0), states.done(0, 0), states.shown_recently(0, 0)
states.past.advance(FIRST_DAY + 40)
changed = {{k: v for k, v in compiled().items() if v != warm[k]}}
assert not changed, changed
"""


def test_after_warming_up_nothing_is_compiled_any_more() -> None:
    """In a process of its own, in which nothing was compiled before."""
    script = WARM.format(folder=str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_states_that_lack_the_words_of_a_text_are_refused() -> None:
    log = random_log(55)
    feature = TextSimilarity("alike", "title", "tags")
    tables = log.table("seeker", END_MS), log.table("job", END_MS)
    some = {("person", "title"): TEXTS["person", "title"]}
    with pytest.raises(ConfigError) as error:
        OnlineStates.start((feature,), SCENE, DOMAIN, CALENDAR, *tables, texts=some)
    assert str(error.value) == (
        "feature 'alike': the words of item.tags are not given. Start the states with "
        "texts=online.texts(features, scene, lake)."
    )
