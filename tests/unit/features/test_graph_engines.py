"""Every feature of the whole catalogues by the graphs, on DuckDB and on Spark, and by the walks of
one machine: the same float32."""

from __future__ import annotations

import numpy as np
import pytest
from graph_engines import QUICK, asked_of, differing, local_values
from small_feed import make_feed
from small_market import DAYS, FIRST_DAY, SCENE, every_kind, make
from small_market import DOMAIN as SMALL

from twoside.domains.feed.domain import DOMAIN as FEEDS
from twoside.domains.feed.domain import VIDEOS_FOR_VIEWER
from twoside.domains.feed.wide import WIDE as FEED
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.keeping import make as make_world
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.wide import WIDE
from twoside.features.engines import duckdb, graphs, spark

pytestmark = pytest.mark.filterwarnings(
    # Spark leaves the sockets of its results to the garbage collector.
    "ignore:unclosed:ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.fixture(scope="module")
def spark_engine():
    session = spark.local_session(partitions=1, more=QUICK)
    with spark.engine(session) as engine:
        yield engine
    session.stop()


@pytest.fixture(scope="module")
def duckdb_engine():
    with duckdb.connection() as con:
        yield duckdb.DuckDB(con)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    world = WorldSettings(seekers=40, jobs=20, days=6, seed=3)
    return make_world(world, tmp_path_factory.mktemp("engines") / "lake")[0]


@pytest.mark.parametrize("engine", ["duckdb_engine", "spark_engine"])
@pytest.mark.parametrize("scene", sorted(WIDE))
def test_every_feature_of_recruiting_is_the_same(request, engine, lake, scene):
    features, found = WIDE[scene], DOMAIN.scene(scene)
    last = lake.days("exposures")[-1]
    asked, end = asked_of(lake, found, last - 1, last, 3), lake.calendar.start_of(last + 1)
    expected = local_values(lake, DOMAIN, found, features, asked, end)
    engine = request.getfixturevalue(engine)
    seen = graphs.feature_values(
        engine, lake, DOMAIN, found, features, engine.table(asked), end, lambda _: None
    )
    assert not differing(seen, expected, features)
    assert np.isnan(expected).mean() < 0.7
    assert len(np.unique(expected)) > 1_000


@pytest.mark.parametrize("engine", ["duckdb_engine", "spark_engine"])
def test_every_feature_of_the_feed_is_the_same(request, engine, tmp_path):
    feed, features = (
        make_feed(tmp_path / "feed", 5, days=6, lists_a_day=15),
        FEED["videos_for_viewer"],
    )
    last = feed.days("exposures")[-1]
    asked, end = asked_of(feed, VIDEOS_FOR_VIEWER, last - 1, last), feed.calendar.start_of(last + 1)
    expected = local_values(feed, FEEDS, VIDEOS_FOR_VIEWER, features, asked, end)
    engine = request.getfixturevalue(engine)
    question = engine.table(asked)
    seen = graphs.feature_values(
        engine, feed, FEEDS, VIDEOS_FOR_VIEWER, features, question, end, lambda _: None
    )
    assert not differing(seen, expected, features)
    assert np.isnan(expected).mean() < 0.7


@pytest.mark.parametrize(("seed", "offset"), [(1, 8.0), (2, -3.5)])
def test_every_kind_in_many_shapes_is_the_same(tmp_path, duckdb_engine, seed, offset):
    market = make(tmp_path, seed, offset)
    features = every_kind()
    lake, last = market.lake, FIRST_DAY + DAYS - 1
    asked, end = asked_of(lake, SCENE, FIRST_DAY + 1, last), lake.calendar.start_of(last + 1)
    expected = local_values(lake, SMALL, SCENE, features, asked, end)
    seen = graphs.feature_values(
        duckdb_engine, lake, SMALL, SCENE, features, duckdb_engine.table(asked), end, lambda _: None
    )
    assert not differing(seen, expected, features)
