"""The feature graphs on Spark: for logs that one machine cannot hold.

    with spark.engine() as engine:
        tables = graphs.feature_tables(engine, lake, domain, scene, features, asked, cutoff_ms)

Needs `pip install 'twoside[spark]'` and Java 17. `engine()` takes the session of the job that
spark-submit started, or else a local one; a notebook passes its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pyarrow.parquet as pq

from twoside.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.pyspark import Backend
    from pyspark.sql import SparkSession


def local_session(
    cores: int = 2, memory: str = "2g", partitions: int = 8, more: Mapping[str, str] | None = None
) -> SparkSession:
    """Spark in this process, with nothing on the network but its own loopback; `more` are
    settings by Spark's own names."""
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtra(
            "Spark is not installed. Install it with: pip install 'twoside[spark]'"
        ) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.driver.memory": memory,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master(f"local[{cores}]").appName("twoside")
    for name, value in (settings | dict(more or {})).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _submitted() -> SparkSession | None:
    if "PYSPARK_GATEWAY_PORT" not in os.environ:
        return None
    from pyspark.sql import SparkSession

    return SparkSession.builder.appName("twoside").getOrCreate()


@contextmanager
def engine(session: SparkSession | None = None, exchange: Path | None = None) -> Iterator[Spark]:
    """The engine of a session, or of one that ends with the block: spark-submit's, or a local one.
    `exchange` is a folder that driver and workers share; rows of this process go through it as
    Parquet."""
    own = session is None
    session = session or _submitted() or local_session()
    with tempfile.TemporaryDirectory(prefix="twoside-") as folder:
        try:
            yield Spark(session, ibis.pyspark.connect(session), exchange or Path(folder))
        finally:
            session.catalog.clearCache()
            if own:
                session.stop()


@dataclass
class Spark:
    """An `engines.graphs.Engine`."""

    session: SparkSession
    con: Backend
    exchange: Path
    _made: int = 0

    def table(self, rows: pa.Table) -> ir.Table:
        """Through a Parquet file: Spark reads a memtable with a null as all null."""
        self._made += 1
        path = self.exchange / f"rows-{self._made}.parquet"
        pq.write_table(rows, path)
        return self.files([str(path)])

    def files(self, paths: Sequence[str]) -> ir.Table:
        """One view over all of them."""
        read = self.session.read.option("mergeSchema", "true").parquet(*paths)
        return self._view(read)

    def kept(self, graph: ir.Table) -> ir.Table:
        """Kept in the memory and on the disks of the workers."""
        return self._view(self.session.sql(self.con.compile(graph)).persist())

    def rows(self, graph: ir.Table) -> pa.Table:
        """Collected to the driver."""
        return self.session.sql(self.con.compile(graph)).toArrow()

    def joined(self, graphs: Iterable[ir.Table], by: str) -> ir.Table:
        """The first with the columns of all others, by a column that each has once. Each is
        computed by itself and kept as files in `exchange`: a single plan of a hundred graphs
        takes Spark longer than their work, and more memory than it has."""
        frames = []
        for graph in graphs:
            self._made += 1
            path = str(self.exchange / f"kept-{self._made}")
            self.session.sql(self.con.compile(graph)).write.parquet(path)
            frames.append(self.session.read.parquet(path))
        joined = frames[0]
        for frame in frames[1:]:
            joined = joined.join(frame, by, "left")
        return self._view(joined)

    def write(self, graph: ir.Table, folder: str, by: str) -> None:
        """As Parquet, a partition a value of the column `by`. Partitions of the folder that the
        graph has not are left alone; `folder` is a path or an address such as `hdfs:///tables`."""
        frame = self.session.sql(self.con.compile(graph)).repartition(by)
        writer = frame.write.mode("overwrite").option("partitionOverwriteMode", "dynamic")
        writer.partitionBy(by).parquet(folder)

    def _view(self, frame: object) -> ir.Table:
        self._made += 1
        name = f"twoside_{self._made}"
        frame.createOrReplaceTempView(name)  # type: ignore[attr-defined]
        return self.con.table(name)
