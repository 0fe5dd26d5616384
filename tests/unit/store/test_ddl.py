"""The statements of a lake, carried out by Spark with an embedded metastore."""

from __future__ import annotations

import subprocess
import sys

import pytest

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.features import FEATURES
from twoside.domains.recruiting.keeping import make
from twoside.domains.recruiting.settings import WorldSettings
from twoside.errors import LakeError
from twoside.features.engines import spark
from twoside.samples.daily import FeatureTables
from twoside.schema.calendar import iso
from twoside.store import ddl

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
SCENE = "jobs_for_seeker"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    settings = WorldSettings(seekers=40, jobs=20, days=4, seed=3)
    found = make(settings, tmp_path_factory.mktemp("ddl") / "lake")[0]
    days = found.days("exposures")
    features = FEATURES[SCENE][:12]
    FeatureTables.of(found, DOMAIN, SCENE, features).build(days[0], days[-1], lambda _: None)
    return found


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    folder = tmp_path_factory.mktemp("metastore")
    found = spark.local_session(
        partitions=1,
        more={
            "spark.sql.catalogImplementation": "hive",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                f"jdbc:derby:;databaseName={folder}/metastore;create=true"
            ),
        },
    )
    # Not by settings: the JVM may run since another test. Derby looks when it is first used.
    for name, place in (("system.home", folder), ("stream.error.file", folder / "derby.log")):
        found._jvm.java.lang.System.setProperty(f"derby.{name}", str(place))
    yield found
    found.stop()


def test_spark_counts_and_reads_what_the_lake_has(lake, session):
    for statement in ddl.statements(lake, "market"):
        session.sql(statement)
    found = ddl.tables(lake)
    assert {"exposures", "entities_job", f"features_{SCENE}"} <= set(found)
    for name in ("requests", "exposures", "events"):
        rows = lake.read(name)
        assert session.sql(f"SELECT count(*) FROM market.{name}").first()[0] == rows.num_rows > 0
    jobs = lake.versions("job")
    assert session.sql("SELECT count(*) FROM market.entities_job").first()[0] == jobs.num_rows
    day = lake.days("exposures")[1]
    of_day = f"FROM market.exposures WHERE dt = '{iso(day)}' AND scene = '{SCENE}'"
    shown = lake.read("exposures", day, day, scene=SCENE).num_rows
    assert session.sql(f"SELECT count(*) {of_day}").first()[0] == shown > 0
    joined = f"market.features_{SCENE} f JOIN market.exposures e ON f.exposure_id = e.exposure_id"
    both = session.sql(f"SELECT count(*), avg(f.hour) FROM {joined}").first()
    assert both[0] == lake.read("exposures", scene=SCENE).num_rows
    assert 0 < both[1] < 24
    skills = session.sql("SELECT sum(size(skills)) FROM market.entities_seeker").first()[0]
    assert skills == sum(map(len, lake.versions("seeker")["skills"].to_pylist()))


def test_the_command_prints_the_statements_with_the_location_it_is_given(lake):
    command = [sys.executable, "-m", "twoside.cli.app", "lake", "ddl", str(lake.root)]
    told = subprocess.run(
        [*command, "--database", "m", "--location", "hdfs:///lake/"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.startswith("CREATE DATABASE IF NOT EXISTS `m`;\n")
    assert "LOCATION 'hdfs:///lake/entities/job';" in told
    assert "`skills` ARRAY<INT>" in told
    assert told.count("MSCK REPAIR TABLE") == len(ddl.tables(lake))


def test_a_folder_that_is_no_lake_is_an_error(tmp_path):
    command = [sys.executable, "-m", "twoside.cli.app", "lake", "ddl", str(tmp_path / "none")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "there is no such folder" in found.stderr


def test_a_column_that_hive_cannot_name_is_an_error(lake, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from twoside.schema.calendar import Calendar
    from twoside.store.lake import Lake

    other = Lake.create(tmp_path / "lake", "recruiting", Calendar(8.0))
    path = other.layout.day("events", 20_000)
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"when": pa.array([0], pa.timestamp("ms"))}), path)
    with pytest.raises(LakeError, match=r"column 'when' is of type timestamp\[ms\]"):
        list(ddl.statements(other, "m"))
