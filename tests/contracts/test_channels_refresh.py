"""Laws of bringing a channel up to date, for every recall channel in the folder."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, market, question

from twoside import components
from twoside.funnel.recall.channel import LearnsOn, RecallData, Recalled
from twoside.funnel.recall.refresh import refreshed
from twoside.schema.artefact import Packed
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import Codes, EntityTable

FOLDER = "twoside.funnel.recall.channels"
CHANNELS = components.names(FOLDER)
SINCE_MS = NOW_MS - 4 * DAY_MS
OLD, NEW, LIMIT = 40, 5, 12
"""Items before, and those that came and were liked since."""

each = pytest.mark.parametrize("name", CHANNELS)


def settings(name: str) -> Any:
    return components.load(FOLDER, name)()


def head(table: EntityTable, size: int) -> EntityTable:
    """The table when it had fewer rows."""
    lists = {
        name: Codes(codes.values[: codes.start[size]], codes.start[: size + 1])
        for name, codes in table.lists.items()
    }
    columns = {name: column[:size] for name, column in table.columns.items()}
    return replace(table, size=size, columns=columns, lists=lists)


def grown() -> RecallData:
    """A market in which the last `NEW` items came after `SINCE_MS`; many liked them since."""
    data = market(items=OLD + NEW, rows=1400, seed=2)
    log = data.behaviours
    known = log.where((log.item < OLD) | (log.ts_ms >= SINCE_MS))
    rng = np.random.default_rng(4)
    more = Behaviours(
        rng.integers(0, data.people.size, 150).astype(np.int32),
        (OLD + rng.integers(0, NEW, 150)).astype(np.int32),
        rng.integers(SINCE_MS, NOW_MS, 150),
        np.ones(150, np.float32),
    )
    names = ("person", "item", "ts_ms", "strength")
    parts = [np.concatenate([getattr(known, n), getattr(more, n)]) for n in names]
    log = Behaviours(*parts)
    born = data.items.columns["born"].copy()
    born[:OLD], born[OLD:] = np.minimum(born[:OLD], SINCE_MS), SINCE_MS
    shown = data.items.columns["is_open"].copy()
    shown[OLD:] = 1
    items = replace(data.items, columns={**data.items.columns, "born": born, "is_open": shown})
    return replace(data, behaviours=log.where(np.argsort(log.ts_ms, kind="stable")), items=items)


def before(data: RecallData) -> RecallData:
    """What was there at `SINCE_MS`."""
    log = data.behaviours.before(SINCE_MS)
    return replace(data, behaviours=log, items=head(data.items, OLD), now_ms=SINCE_MS)


def same(a: Recalled, b: Recalled) -> bool:
    return np.array_equal(a.items, b.items) and np.array_equal(a.scores, b.scores)


def agreement(a: Recalled, b: Recalled) -> float:
    """Mean share of each list of b that is in the list of a; 1 of lists without items."""
    shares = []
    for mine, theirs in zip(a.items.tolist(), b.items.tolist(), strict=True):
        wanted = {item for item in theirs if item >= 0}
        if wanted:
            shares.append(len(wanted & set(mine)) / len(wanted))
    return float(np.mean(shares)) if shares else 1.0


@each
def test_with_nothing_new_it_answers_as_before(name: str) -> None:
    data, channel = grown(), settings(name)
    fitted = channel.fit(data, 1)
    again = refreshed(channel, fitted, data, data.now_ms, 1)
    first, second = (f.recall(question(data), LIMIT) for f in (fitted, again))
    if isinstance(channel, LearnsOn):
        assert agreement(second, first) > 0.8
    else:
        assert same(first, second)


@each
def test_what_happened_since_brings_it_near_to_a_new_fit(name: str) -> None:
    data, channel = grown(), settings(name)
    fitted = channel.fit(before(data), 1)
    again = refreshed(channel, fitted, data, SINCE_MS, 1)
    stale, updated, anew = (
        f.recall(question(data), LIMIT) for f in (fitted, again, channel.fit(data, 1))
    )
    if not isinstance(channel, LearnsOn):
        assert same(updated, anew)
    else:
        assert agreement(updated, anew) > agreement(stale, anew)


@each
def test_items_that_came_and_were_liked_since_are_found(name: str) -> None:
    data, channel = grown(), settings(name)
    again = refreshed(channel, channel.fit(before(data), 1), data, SINCE_MS, 1)
    found = set(again.recall(question(data), LIMIT).items.ravel().tolist())
    anew = set(channel.fit(data, 1).recall(question(data), LIMIT).items.ravel().tolist())
    came = set(range(OLD, OLD + NEW))
    assert found & came >= anew & came


@each
def test_the_former_channel_stays_as_it_was(name: str) -> None:
    data, channel = grown(), settings(name)
    fitted = channel.fit(before(data), 1)
    asking = question(before(data))
    packed = {key: np.copy(array) for key, array in fitted.pack().arrays.items()}
    answer = fitted.recall(asking, LIMIT)
    refreshed(channel, fitted, data, SINCE_MS, 1)
    assert same(fitted.recall(asking, LIMIT), answer)
    for key, array in fitted.pack().arrays.items():
        assert np.array_equal(array, packed[key], equal_nan=array.dtype.kind == "f")


@each
def test_the_same_seed_gives_the_same_update_also_of_a_stored_channel(name: str) -> None:
    data, channel = grown(), settings(name)
    fitted = channel.fit(before(data), 1)
    packed = fitted.pack()
    stored = Packed(json.loads(json.dumps(dict(packed.meta))), dict(packed.arrays))
    first = refreshed(channel, fitted, data, SINCE_MS, 3)
    second = refreshed(channel, channel.unpack(stored), data, SINCE_MS, 3)
    asking = question(data)
    answer = first.recall(asking, LIMIT)
    assert same(answer, second.recall(asking, LIMIT))
    again = channel.unpack(first.pack())
    assert same(answer, again.recall(asking, LIMIT))


@each
def test_a_former_fit_of_nothing_is_a_beginning_too(name: str) -> None:
    data, channel = grown(), settings(name)
    nothing = before(data).behaviours.before(0)
    fitted = channel.fit(replace(before(data), behaviours=nothing), 1)
    again = refreshed(channel, fitted, data, SINCE_MS, 1)
    assert (again.recall(question(data), LIMIT).items >= 0).any()


@pytest.mark.parametrize("name", [n for n in CHANNELS if isinstance(settings(n), LearnsOn)])
def test_what_other_settings_learned_is_no_beginning(name: str) -> None:
    data, channel = grown(), settings(name)
    other = replace(channel, last=channel.last + 1)
    again = refreshed(channel, other.fit(before(data), 1), data, SINCE_MS, 1)
    asking = question(data)
    assert same(again.recall(asking, LIMIT), channel.fit(data, 1).recall(asking, LIMIT))


def test_those_that_learn_in_passes_go_on() -> None:
    learned = {name for name in CHANNELS if isinstance(settings(name), LearnsOn)}
    assert learned >= {"als_simitem", "item2vec", "u2i2i", "u2u2i"}
