"""Feature tables written by Spark are those of one machine."""

from __future__ import annotations

import numpy as np
import pyarrow.dataset as ds
import pytest
from unit.features.graph_engines import QUICK

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.wide import WIDE
from twoside.features.derived import Derived, with_sources
from twoside.features.engines import spark
from twoside.samples import on_spark
from twoside.samples.daily import FeatureTables
from twoside.schema.calendar import iso

pytestmark = pytest.mark.filterwarnings(
    # Spark leaves the sockets of its results to the garbage collector.
    "ignore:unclosed:ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
SCENE = "jobs_for_seeker"
FEATURES = with_sources([f.name for f in WIDE[SCENE][::160]], WIDE[SCENE])


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    world = WorldSettings(seekers=30, jobs=20, days=4, seed=3)
    return make(world, tmp_path_factory.mktemp("spark") / "lake")[0]


def read(folder):
    return (
        ds.dataset(folder, partitioning="hive", format="parquet").to_table().sort_by("exposure_id")
    )


def test_the_tables_of_spark_are_those_of_one_machine(lake, tmp_path):
    assert any(isinstance(f, Derived) for f in FEATURES)
    tables = FeatureTables.of(lake, DOMAIN, SCENE, FEATURES)
    days = lake.days("exposures")
    tables.build(days[-2], days[-1], lambda _: None)
    folder = tmp_path / "tables"
    session = spark.local_session(partitions=1, more=QUICK)
    with spark.engine(session) as engine:
        assert on_spark.write(engine, tables, days[-2], days[-2], str(folder)) == [days[-2]]
        # The next day leaves the one before as it is.
        assert on_spark.write(engine, tables, days[-1], days[-1] + 7, str(folder)) == [days[-1]]
    session.stop()
    whole, mine = read(folder), read(lake.layout.derived(f"features/{SCENE}"))
    assert whole.column_names == mine.column_names
    assert sorted(set(whole["dt"].to_pylist())) == [iso(day) for day in days[-2:]]
    assert whole.num_rows == mine.num_rows > 100
    for name in mine.column_names[:-1]:
        np.testing.assert_allclose(
            whole[name].to_numpy(), mine[name].to_numpy(), rtol=1e-9, atol=1e-9, err_msg=name
        )
