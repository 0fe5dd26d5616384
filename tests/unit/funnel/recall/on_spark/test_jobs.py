"""What Spark learns is what one machine learns. One session, for it takes seconds to start, so the
other files of the folder are tested here too."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from unit.features.graph_engines import QUICK
from unit.funnel.recall.little_market import NOW_MS, empty, likes, market, question
from unit.funnel.recall.planted import blocks, share_of_own_block

from twoside.errors import ConfigError, DataError, MissingExtra
from twoside.features.engines.spark import local_session
from twoside.funnel.recall import on_spark
from twoside.funnel.recall.als import ALS, Factors
from twoside.funnel.recall.channels.als_simitem import ALSSimItem
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.channels.swing import Swing
from twoside.funnel.recall.channels.usercf import UserCF
from twoside.funnel.recall.on_spark import als, neighbours, usercf
from twoside.funnel.recall.on_spark.jobs import fit_on_spark, neighbours_on_spark
from twoside.funnel.recall.on_spark.log import Log
from twoside.funnel.recall.seeds import Seeds
from twoside.metrics.topn import recall_at
from twoside.schema.entities import EntityTable

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.neighbours import ItemNeighbours

pytestmark = pytest.mark.filterwarnings(
    # Spark leaves the sockets of its results to the garbage collector.
    "ignore:unclosed:ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
SPREAD = 7


@pytest.fixture(scope="module")
def session():
    found = local_session(partitions=1, more=QUICK)
    yield found
    found.stop()


def rough() -> RecallData:
    """With repeats, refusals, NaN, equal moments, items without likes and beyond the table; items
    are far apart, so that they are of two blocks."""
    data = market(people=40, items=60, rows=700)
    log, rng = data.behaviours, np.random.default_rng(5)
    strength = np.where(rng.random(len(log)) < 0.05, np.nan, log.strength).astype(np.float32)
    item = np.where(rng.random(len(log)) < 0.05, 999, log.item * SPREAD).astype(np.int32)
    ts_ms = log.ts_ms // 86_400_000 * 86_400_000
    log = replace(log, strength=strength, item=item, ts_ms=ts_ms)
    people = EntityTable("a", data.people.size, {})
    items = EntityTable("b", data.items.size * SPREAD, {})
    return replace(data, behaviours=log, people=people, items=items, matches=(), places=None)


def assert_same(one: ItemNeighbours, two: ItemNeighbours) -> None:
    assert np.array_equal(one.start, two.start)
    assert one.item.dtype == two.item.dtype == np.int32
    assert one.near.dtype == two.near.dtype == np.float32
    for i in range(len(one.start) - 1):
        mine = slice(one.start[i], one.start[i + 1])
        left, right = np.argsort(one.item[mine]), np.argsort(two.item[mine])
        assert np.array_equal(one.item[mine][left], two.item[mine][right])
        np.testing.assert_allclose(one.near[mine][left], two.near[mine][right], rtol=1e-5)
        order = np.lexsort((one.item[mine], -one.near[mine]))
        assert np.array_equal(order, np.arange(len(order)))
    assert (one.settings, one.last, one.decay) == (two.settings, two.last, two.decay)


@pytest.mark.parametrize(
    ("use", "settings"),
    [
        ("itemcf", ItemCF()),
        ("itemcf", ItemCF(latest=6, neighbours=12, damp=False, window=2, fame=0.5)),
        ("itemcf", ItemCF(latest=6, neighbours=12, kept="candidate", shrink=0.0)),
        ("swing", Swing()),
        ("swing", Swing(max_people=7, latest=9, neighbours=12, damping=0.3)),
        ("swing", Swing(max_people=7, neighbours=12, fame=0.8)),
    ],
)
def test_lists_are_those_of_one_machine(session, use, settings) -> None:
    data = rough()
    found = neighbours.fit(use, settings, Log.of(data, session), 7)
    assert_same(found, settings.fit(data, 7))
    assert len(found.item) > 300


@pytest.mark.parametrize(("use", "settings"), [("itemcf", ItemCF()), ("swing", Swing())])
def test_written_lists_are_read_as_they_were(session, tmp_path, use, settings) -> None:
    data = rough()
    for _ in range(2):  # what the folder held is replaced
        neighbours_on_spark(use, settings, Log.of(data, session), str(tmp_path), 7)
    found = neighbours.read(settings, str(tmp_path), data.items.size, session)
    assert_same(found, settings.fit(data, 7))
    written = session.read.parquet(str(tmp_path)).toArrow()
    assert written.schema.names == ["item", "near_item", "near"]


def test_without_row_numbers_the_higher_item_of_a_moment_came_later(session) -> None:
    data = likes([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], 2, 3)
    log = replace(data.behaviours, ts_ms=np.full(6, NOW_MS - 1))
    data = replace(data, behaviours=log)
    whole = Log.of(data, session)
    shuffled = replace(whole, frame=whole.frame.drop("row").orderBy("strength", "item"))
    assert_same(neighbours.fit("itemcf", ItemCF(), shuffled, 0), ItemCF().fit(data, 0))


def test_an_empty_past_and_one_person_have_no_neighbours(session, tmp_path) -> None:
    none = Log.of(empty(rough()), session)
    for use, settings in (("itemcf", ItemCF()), ("swing", Swing())):
        found = neighbours.fit(use, settings, none, 0)
        assert found.start.tolist() == [0] * (none.items + 1)
        assert found.item.dtype == np.int32
    assert usercf.fit(UserCF(), none).start.tolist() == [0] * (none.people + 1)
    assert not als.learn(ALS(dim=2), none, str(tmp_path), 0).known.any()
    alone = Log.of(likes([0, 0], [1, 0], 1, 2), session)
    assert not len(neighbours.fit("swing", Swing(), alone, 0).item)


USERCF = [
    UserCF(),
    UserCF(max_people=5, latest=7, last=4, neighbours=6, order=0.5, repeat=True),
    UserCF(rarity=0.5),
]


@pytest.mark.parametrize("settings", USERCF)
def test_the_index_of_usercf_is_that_of_one_machine(session, settings) -> None:
    data = rough()
    one, two = usercf.fit(settings, Log.of(data, session)), settings.fit(data, 7)
    assert one.settings == two.settings
    for name, array in two.pack().arrays.items():
        mine = one.pack().arrays[name]
        assert mine.dtype == array.dtype
        np.testing.assert_allclose(mine, array, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("settings", USERCF)
def test_everybody_is_told_what_usercf_tells_each(session, settings, tmp_path) -> None:
    data = rough()
    shown = np.arange(0, data.items.size, 2, dtype=np.int32)
    asking = replace(question(data), is_open=np.arange(data.items.size) % 2 == 0)
    told = settings.fit(data, 7).recall(asking, 10)
    open_items = session.createDataFrame(pa.table({"item": shown}))
    usercf.write_lists(settings, Log.of(data, session), 10, open_items, str(tmp_path))
    rows = session.read.parquet(str(tmp_path)).orderBy("person", "score").toArrow()
    person, item, score = (rows[name].to_numpy() for name in ("person", "item", "score"))
    for p in range(data.people.size):
        there = told.items[p] >= 0
        assert set(item[person == p]) == set(told.items[p][there])
        np.testing.assert_allclose(score[person == p], told.scores[p][there][::-1], rtol=1e-5)
    assert len(person) > 200


def loss(settings: ALS, data: RecallData, factors: Factors) -> float:
    """Of the vectors with each person's best answer to them."""
    start, item, extra = settings._liked(data)
    c = 1 + extra.astype(np.float64)
    worth = (extra / np.float32(settings.alpha)).astype(np.float32)
    x = factors.fold_in(Seeds(start, item, worth, np.ones_like(worth))).astype(np.float64)
    y = factors.vector.astype(np.float64)
    told = x @ y.T
    owner = np.repeat(np.arange(len(x)), np.diff(start))
    liked = c * (1 - told[owner, item]) ** 2 - told[owner, item] ** 2
    return (told**2).sum() + liked.sum() + factors.ridge * ((x**2).sum() + (y**2).sum())


def test_factors_of_spark_find_nearly_what_those_of_one_machine_find(session, tmp_path) -> None:
    data, asking, truth = blocks()
    settings = ALSSimItem(als=ALS(dim=8, iterations=10, penalty=0.4, nu=0.0))
    one, log = settings.fit(data, 3), Log.of(data, session)
    mine = als.learn(settings.als, log, str(tmp_path), 3, blocks=2)
    nothing = replace(mine, vector=np.zeros_like(mine.vector))
    least, reached = (loss(settings.als, data, factors) for factors in (one.factors, mine))
    assert reached < 1.2 * least
    assert reached < 0.3 * loss(settings.als, data, nothing)
    longer, shorter = (replace(mine, vector=mine.vector * np.float32(by)) for by in (1.2, 0.8))
    assert reached < min(loss(settings.als, data, other) for other in (longer, shorter))
    found, expected = (f.recall(asking, 10).items for f in (settings.of(mine, 3), one))
    both = [len(np.intersect1d(a, b)) for a, b in zip(found, expected, strict=True)]
    assert np.mean(both) > 8.5
    assert share_of_own_block(found) > 0.98
    assert recall_at(found, truth, 10) > 0.95 * recall_at(expected, truth, 10)


def test_vectors_are_written_as_they_are_fitted(session, tmp_path) -> None:
    data, _, _ = blocks()
    settings, log = ALS(dim=4, iterations=2), Log.of(data, session)
    out, folder = str(tmp_path / "out"), str(tmp_path / "kept")
    als.write_vectors(settings, log, out, folder, 3, blocks=1)
    rows = session.read.parquet(out).toArrow()
    vector = np.array(rows["vector"].to_pylist())
    found = als.learn(settings, log, folder, 3, blocks=1)
    np.testing.assert_allclose(vector, found.vector[rows["item"].to_numpy()], rtol=1e-3, atol=1e-5)
    assert found.known.sum() == len(rows)
    with pytest.raises(DataError, match="nobody liked anything"):
        als.write_vectors(settings, Log.of(empty(data), session), out, folder, 3)


@pytest.mark.parametrize(
    ("use", "settings"),
    [
        ("itemcf", ItemCF()),
        ("swing", Swing()),
        ("usercf", UserCF()),
        ("als_simitem", ALSSimItem(als=ALS(dim=2, iterations=1))),
        ("als_simitem", ALSSimItem(als=ALS(dim=2, iterations=1), by="items")),
    ],
)
def test_a_channel_fitted_on_spark_packs_and_answers(session, tmp_path, use, settings) -> None:
    data = rough()
    fitted = fit_on_spark(use, settings, Log.of(data, session), str(tmp_path), 1)
    asking = question(data)
    told, again = (f.recall(asking, 5) for f in (fitted, settings.unpack(fitted.pack())))
    assert (told.items >= 0).any(axis=1).sum() > 30
    assert np.array_equal(told.items, again.items)


@pytest.mark.parametrize(
    ("use", "settings", "message"),
    [
        ("swign", Swing(), r"no job for 'swign'\. Did you mean 'swing'\?"),
        ("usercf", UserCF(), r"no job for 'usercf'\. Known: itemcf, swing"),
        ("swing", ItemCF(), r"settings of 'swing' are ItemCF: expected Swing\."),
        ("itemcf", ItemCF(words=0.5), r"itemcf\.words = 0\.5: expected 0 on Spark"),
    ],
)
def test_what_spark_does_not_do_is_said(session, tmp_path, use, settings, message) -> None:
    with pytest.raises(ConfigError, match=message):
        neighbours_on_spark(use, settings, Log.of(rough(), session), str(tmp_path), 0)


def test_a_frame_without_a_column_is_named(session) -> None:
    frame = session.createDataFrame(pa.table({"persons": [1], "item": [1]}))
    with pytest.raises(DataError, match=r"no column 'person'\. Did you mean 'persons'\?"):
        Log(frame, 2, 2, NOW_MS)


def test_without_pyspark_the_error_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtra, match=r"pip install 'twoside\[spark\]'"):
        importlib.reload(on_spark)
