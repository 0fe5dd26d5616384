"""Features on one machine: from the files of a lake to a float32 matrix.

DuckDB says what the parties declare (`graph.declared`), walks through time say what happened
(`walks`). The memory is that of the result, of the counters of what is asked, and of one day's
happenings (of the longest window's, where several days are asked together); DuckDB spills to a
temporary folder past `memory_limit`.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import ibis
import numpy as np

from twoside.features.derived import fill
from twoside.features.engines import graphs
from twoside.features.graph.declared import DECLARED, declared
from twoside.features.graph.happened import codes
from twoside.features.graph.needs import Needs
from twoside.features.graph.party import Parties
from twoside.features.graph.recent import RecentSet
from twoside.features.graph.spans import as_of, column_of, spans
from twoside.features.kinds.content import TextSimilarity
from twoside.features.walks.carried import Carried
from twoside.features.walks.log import Log, first_day
from twoside.features.walks.questions import Questions
from twoside.features.walks.recents import RecentWalk
from twoside.features.walks.rows import Rows, Versions
from twoside.features.walks.texts import texts
from twoside.features.walks.walk import walk
from twoside.features.walks.windows import KeyWalk
from twoside.store.parquet import broken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from twoside.features.definition import Feature
    from twoside.features.walks.walk import Walker
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake

_DECLARED = 0.05
"""Part of the work, for the progress, that needs no walk."""


@contextmanager
def connection(threads: int = 2, memory_limit: str = "2GB") -> Iterator[Backend]:
    """An empty DuckDB in memory that keeps to its threads and memory; closed at the end."""
    with tempfile.TemporaryDirectory(prefix="twoside-") as spill:
        con = ibis.duckdb.connect(threads=threads, memory_limit=memory_limit, temp_directory=spill)
        con.raw_sql("SET preserve_insertion_order = false")
        con.raw_sql("SET enable_progress_bar = false")
        try:
            yield con
        finally:
            con.disconnect()


@dataclass
class DuckDB:
    """A connection as an `engines.graphs.Engine`."""

    con: Backend
    _made: int = 0

    def table(self, rows: pa.Table) -> ir.Table:
        """In memory."""
        return ibis.memtable(rows)

    def files(self, paths: Sequence[str]) -> ir.Table:
        """One view over all of them; a file that cannot be read is a `LakeError`."""
        try:
            return self.con.read_parquet(paths, union_by_name=True, hive_partitioning=False)
        except duckdb.Error as error:
            raise broken(Path(paths[0]).parent.parent, error) from None

    def kept(self, graph: ir.Table) -> ir.Table:
        """As a table, which spills past the memory limit."""
        self._made += 1
        return self.con.create_table(f"kept_{self._made}", graph)

    def rows(self, graph: ir.Table) -> pa.Table:
        """As Arrow."""
        return self.con.to_pyarrow(graph)


def logs(
    con: Backend, lake: Lake, table: str, scene: Scene, first_day: int, last_day: int
) -> ir.Table:
    """The rows of one scene of a day table, as `engines.graphs.logs` has them."""
    return graphs.logs(DuckDB(con), lake, table, scene, first_day, last_day)


def feature_values(
    con: Backend,
    lake: Lake,
    domain: Domain,
    scene: Scene,
    features: Sequence[Feature],
    asked: ir.Table,
    cutoff_ms: int,
    tick: Tick,
    *,
    carry: bool = False,
) -> np.ndarray:
    """float32 (n, len(features)) of the n pairs of `asked`; a column lies together.

    `asked` has row (0 to n - 1), ts (the request's, before `cutoff_ms`), day, person, item, and
    `context__<column>` for each context column of the scene. Only what happened before a row's
    own `ts` is known to it. With `carry`, what days leave behind is kept in the lake
    (`walks.carried`), for which `cutoff_ms` must be the end of a day.
    """
    return _Run(con, lake, domain, scene, features, cutoff_ms, carry).values(asked, tick)


class _Run:
    """One computation: the tables that several graphs read are made once."""

    def __init__(
        self,
        con: Backend,
        lake: Lake,
        domain: Domain,
        scene: Scene,
        features: Sequence[Feature],
        cutoff_ms: int,
        carry: bool,
    ) -> None:
        self.con, self.lake, self.scene = con, lake, scene
        self.features, self.cutoff_ms = features, cutoff_ms
        self.needs = Needs.of(features)
        self.carried = Carried.of(lake, domain, scene) if carry else None
        self.codes = self.carried.codes if self.carried else codes([*self.needs.days])
        self.parties = Parties.of(lake, domain, scene, self.needs, cutoff_ms)
        self.versions = {side: Versions.of(p) for side, p in self.parties.sides().items()}

    def values(self, asked: ir.Table, tick: Tick) -> np.ndarray:
        rows = int(self.con.to_pyarrow(asked.count()).as_py())
        # A column lies together: the walks fill column by column, and files keep it so.
        values = np.full((len(self.features), rows), np.nan, np.float32).T
        if not rows:
            return values
        place = {f.name: n for n, f in enumerate(self.features)}
        told = [f for f in self.features if isinstance(f, DECLARED)]
        if told:
            self._declared(asked, told, place, values)
        tick(_DECLARED)
        self._walked(asked, place, values, lambda done: tick(_DECLARED + (1 - _DECLARED) * done))
        fill(values, self.features)
        return values

    def _walked(
        self, asked: ir.Table, place: Mapping[str, int], values: np.ndarray, tick: Tick
    ) -> None:
        read = [f for f in self.features if isinstance(f, TextSimilarity)]
        if not read and not self.needs.days:
            return
        questions = self._questions(asked)
        for f in read:
            texts(questions, f, self.parties.texts, values, place[f.name])
        if not self.needs.days:
            return
        log = Log(
            self.lake,
            self.scene,
            [*self.needs.days],
            self.codes,
            sorted(self.needs.context),
            self.versions,
            self.cutoff_ms,
            self.carried,
        )

        def places(features: Sequence[Feature]) -> list[int]:
            return [place[f.name] for f in features]

        keys = [
            KeyWalk(questions, key, found, log, values, places(found))
            for key, found in self.needs.by_key.items()
        ]
        recent = [
            RecentWalk(questions, one, log, values, places(one.features))
            for one in RecentSet.of(self.needs.recent)
        ]
        walkers: list[Walker] = [*keys, *recent]
        if self.carried:
            first = first_day(self.lake, questions.first, max(w.reach for w in walkers))
            small = [key.small for key in keys if key.small]
            self.carried.update(range(first, questions.last + 1), small, self.versions)
        walk(questions, log, walkers, tick)

    def _declared(
        self,
        asked: ir.Table,
        features: Sequence[Feature],
        place: Mapping[str, int],
        values: np.ndarray,
    ) -> None:
        for side, party in self.parties.sides().items():
            held = self.con.create_table(f"{side}_versions", spans(ibis.memtable(party.versions)))
            asked = as_of(asked, side, held, party.types)
        graph = declared(asked, features, self.parties.translated, self.lake.calendar)
        for batch in self.con.to_pyarrow(graph).to_batches():
            rows = batch.column("row").to_numpy()
            for name in batch.schema.names:
                if name != "row":
                    column = batch.column(name).to_numpy(zero_copy_only=False)
                    values[rows, place[name]] = column

    def _questions(self, asked: ir.Table) -> Questions:
        context = {column_of("context", name): name for name in sorted(self.needs.context)}
        found = self.con.to_pyarrow(asked.select("row", "ts", "person", "item", *context))
        ts = found["ts"].to_numpy()
        order = np.argsort(ts, kind="stable")
        sides = {side: found[side].to_numpy()[order] for side in ("person", "item")}
        said = {name: found[column].to_numpy()[order] for column, name in context.items()}
        rows = Rows(ts[order], sides, said, self.versions)
        return Questions(rows, found["row"].to_numpy()[order], self.lake.calendar)
