"""Likeness of items: lists against brute force, reasons that sum, weights worth learning."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, START_MS, likes, market, question, table

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.content_simitem import ContentSimItem, FittedContentSimItem
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import Codes, EntityTable

ALL = ContentSimItem(neighbours=1000, work=1000)


def words(items: EntityTable, row: int, column: str) -> set[int]:
    if column in items.lists:
        of = items.lists[column]
        return {int(c) for c in of.values[of.start[row] : of.start[row + 1]] if c >= 0}
    return {int(c) for c in items.columns[column][[row]] if c >= 0}


def cosine(items: EntityTable, a: int, b: int, column: str) -> float:
    rows = [words(items, row, column) for row in range(items.size)]

    def idf(word: int) -> float:
        return max(float(np.log((items.size + 1) / (sum(word in r for r in rows) + 0.5))), 0.0)

    length = [np.sqrt(sum(idf(w) ** 2 for w in rows[row])) for row in (a, b)]
    common = sum(idf(w) ** 2 for w in rows[a] & rows[b])
    return float(common / (length[0] * length[1])) if common > 0 else 0.0


def km(items: EntityTable, a: int, b: int) -> float:
    lat, lon = (np.radians(items.columns[c]) for c in ("latitude", "longitude"))
    part = np.sin((lat[a] - lat[b]) / 2) ** 2
    part += np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[a] - lon[b]) / 2) ** 2
    return float(2 * 6371.0088 * np.arcsin(np.sqrt(part)))


def near(fitted: FittedContentSimItem, data: RecallData, a: int, b: int) -> float:
    items, weight = data.items, dict(zip(fitted.names, fitted.weights, strict=True))
    total = sum(weight[c] * cosine(items, a, b, c) for c in ("city", "skills", "title"))
    gap = abs(items.columns["pay"][a] - items.columns["pay"][b]) / fitted.by.scale[0]
    far = km(items, a, b) / fitted.by.scale_km
    total += weight["near pay"] * (0 if np.isnan(gap) else np.exp(-gap))
    total += weight["place"] * (0 if np.isnan(far) else np.exp(-far))
    good = [s > 0 for s in data.behaviours.strength]
    assert all(good)
    liked = len(set(data.behaviours.person[data.behaviours.item == b].tolist()))
    return float(total + weight["liked"] * np.log1p(liked))


def only_likes(data: RecallData) -> RecallData:
    return replace(data, behaviours=data.behaviours.where(data.behaviours.strength > 0))


def test_lists_are_those_of_brute_force() -> None:
    data = only_likes(market(people=30, items=25, rows=400))
    fitted = ALL.fit(data, 0)
    start, item, value = fitted.lists
    columns = ("city", "skills", "title")
    for a in range(data.items.size):
        share = [
            b
            for b in range(data.items.size)
            if b != a and any(words(data.items, a, c) & words(data.items, b, c) for c in columns)
        ]
        right = {b: near(fitted, data, a, b) for b in share}
        right = {b: total for b, total in right.items() if total > 0}
        mine = dict(
            zip(item[start[a] : start[a + 1]].tolist(), value[start[a] : start[a + 1]], strict=True)
        )
        assert mine == pytest.approx(right, rel=1e-5)
        assert (np.diff(value[start[a] : start[a + 1]]) <= 0).all()


def test_reasons_sum_to_what_the_lists_say() -> None:
    data = market(people=30, items=60, rows=500)
    fitted = ContentSimItem().fit(data, 0)
    start, item, value = fitted.lists
    first = np.repeat(np.arange(data.items.size), np.diff(start))
    reasons = fitted.reasons(data.items, first, item)
    np.testing.assert_allclose(np.sum(list(reasons.values()), axis=0), value, rtol=1e-5)
    assert list(reasons) == ["city", "skills", "title", "near pay", "place", "liked"]


def by_title(rows: int) -> RecallData:
    """A market in which a person likes items of one title, wherever these are."""
    rng = np.random.default_rng(0)
    items = table("b", 200, rng)
    title = items.columns["title"]
    person = rng.integers(0, 80, rows).astype(np.int32)
    item = np.array([rng.choice(np.flatnonzero(title == p % 6)) for p in person], np.int32)
    ts_ms = np.sort(rng.integers(START_MS, NOW_MS, rows))
    log = Behaviours(person, item, ts_ms, np.ones(rows, np.float32))
    return RecallData(log, EntityTable("p", 80, {}), items, NOW_MS)


def test_what_decides_is_learned() -> None:
    data = by_title(1000)
    fitted = ContentSimItem().fit(data, 0)
    weight = dict(zip(fitted.names, fitted.weights, strict=True))
    assert weight["title"] > 3 * max(weight["city"], weight["skills"], weight["near pay"])
    found = fitted.recall(question(data), 8).items
    assert (data.items.columns["title"][found] == np.arange(80)[:, None] % 6).mean() > 0.95


def test_a_rare_column_of_ids_can_be_told_to_decide() -> None:
    data = by_title(1000)
    fitted = ContentSimItem(weights={"city": 2.0}).fit(data, 0)
    start, item, _ = fitted.lists
    first = np.repeat(np.arange(data.items.size), np.diff(start))
    city = data.items.columns["city"]
    assert len(first)
    assert (city[first] == city[item]).all()


def grown(data: RecallData, more: int) -> EntityTable:
    """The same items and more: copies of the first ones."""
    old, rows = data.items, np.concatenate([np.arange(data.items.size), np.arange(more)])
    columns = {name: values[rows] for name, values in old.columns.items()}
    lists = {}
    for name, of in old.lists.items():
        parts = [of.values[of.start[r] : of.start[r + 1]] for r in rows]
        start = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
        lists[name] = Codes(np.concatenate(parts), start.astype(np.int64))
    return EntityTable(old.kind, len(rows), columns, lists, None, old.sizes)


def test_lists_with_new_items_are_those_of_all_items() -> None:
    data = only_likes(market(people=30, items=40, rows=400))
    settings = replace(ALL, weights={"city": 1.0, "title": 2.0, "skills": 0.3, "near pay": 0.5})
    fitted = settings.fit(data, 0)
    items = grown(data, 12)
    got = fitted._listed(items)
    start, item, _ = fitted.all_lists(items, fitted._liked(items.size))
    # the idf of a word moves with the table: lists that were kept have that of the fit
    assert np.array_equal(np.diff(got.start), np.diff(start))
    for b in range(40, 52):
        mine = got.item[got.start[b] : got.start[b + 1]]
        assert np.array_equal(mine, item[start[b] : start[b + 1]])
    for a in range(40):
        mine = set(got.item[got.start[a] : got.start[a + 1]].tolist())
        assert mine == set(item[start[a] : start[a + 1]].tolist())


def test_a_new_item_is_found_by_what_it_is() -> None:
    data = by_title(1000)
    fitted = ContentSimItem().fit(data, 0)
    items = grown(data, 100)
    only_new = np.arange(300) >= 200
    found = fitted.recall(replace(question(data), items=items, is_open=only_new), 3).items
    there = found >= 0
    right = items.columns["title"][found] == np.arange(80)[:, None] % 6
    assert there.any(axis=1).mean() > 0.9
    assert right[there].mean() > 0.95


def test_little_work_compares_the_rarest_words_and_the_most_liked() -> None:
    size = 30
    items = EntityTable(
        "i",
        size,
        {"common": np.zeros(size, np.int32), "rare": np.arange(size, dtype=np.int32) // 2},
        sizes={"common": 1, "rare": size},
    )
    data = replace(likes([0, 1, 2, 0], [20, 20, 20, 21], 3, size), items=items)
    plain = ContentSimItem(work=2, weights={"rare": 1.0, "liked": 1.0})
    start, item, _ = plain.fit(data, 0).lists
    assert set(item[start[4] : start[5]].tolist()) == {5, 20}


def test_nothing_is_said_of_items_without_words_or_people_without_likes() -> None:
    data = likes([0, 0, 1], [0, 1, 1], 3, 5)
    assert (ContentSimItem().fit(data, 0).recall(question(data), 4).items == -1).all()
    known = market()
    stranger = ContentSimItem().fit(known, 0).recall(question(known, np.array([-1])), 4)
    assert (stranger.items == -1).all()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("steps", 0, "1 or more"),
        ("work", 0, "1 or more"),
        ("fame", -1.0, "0 or more"),
        ("decay", 1.5, "0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float, expected: str) -> None:
    place = rf"^content_simitem\.{name} = {value}: expected {expected}\.$"
    with pytest.raises(ConfigError, match=place):
        ContentSimItem(**{name: value})


def test_a_weight_of_no_piece_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"there is no piece 'titel'\. Did you mean 'title'\?"):
        ContentSimItem(weights={"titel": 1.0}).fit(market(), 0)
    with pytest.raises(ConfigError, match=r"weights\.title = -1\.0: expected 0 or more\."):
        ContentSimItem(weights={"title": -1.0})
