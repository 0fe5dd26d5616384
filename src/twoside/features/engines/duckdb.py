"""The feature graphs on DuckDB: from the files of a lake to a float32 matrix.

Every graph is run by itself and its result copied into the matrix at once, so the memory is that
of the happenings, of one key and of the result. DuckDB spills to a temporary folder past
`memory_limit`.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import ibis
import numpy as np

from twoside.features.derived import fill
from twoside.features.graph.content import text_similarity
from twoside.features.graph.declared import DECLARED, declared
from twoside.features.graph.happened import EXPOSE, codes, happened, with_parties
from twoside.features.graph.needs import Needs
from twoside.features.graph.party import party_spans
from twoside.features.graph.recent import RecentSet, recent
from twoside.features.graph.spans import as_of, column_of
from twoside.features.graph.statistic import statistic
from twoside.features.kinds.content import TextSimilarity
from twoside.schema.tables import DAY_TABLES
from twoside.store.lake import ALWAYS
from twoside.store.parquet import broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import ColumnType
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake


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


def logs(
    con: Backend, lake: Lake, table: str, scene: Scene, first_day: int, last_day: int
) -> ir.Table:
    """The rows of one scene of a day table, `first_day` to `last_day`; exposures have all context
    columns of the scene, null where a day lacks them."""
    files = lake.files(table, first_day, last_day)
    if not files:
        rows = ibis.memtable(DAY_TABLES[table].empty_table())
    else:
        try:
            rows = con.read_parquet(files, union_by_name=True, hive_partitioning=False)
        except duckdb.Error as error:
            raise broken(lake.root / table, error) from None
    rows = rows.filter(rows.scene == scene.name)
    if table != "exposures":
        return rows
    types = {"number": "float64", "category": "int32"}
    return rows.mutate(
        **{c.name: ibis.null(types[c.type]) for c in scene.context if c.name not in rows.columns}
    )


def feature_values(
    con: Backend,
    lake: Lake,
    domain: Domain,
    scene: Scene,
    features: Sequence[Feature],
    asked: ir.Table,
    cutoff_ms: int,
    tick: Tick,
) -> np.ndarray:
    """float32 (n, len(features)) of the n pairs of `asked`.

    `asked` has row (0 to n - 1), ts (the request's, before `cutoff_ms`), day, person, item, and
    `context__<column>` for each context column of the scene. Only what happened before a row's
    own `ts` is known to it.
    """
    return _Run(con, lake, domain, scene, features, cutoff_ms).values(asked, tick)


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
    ) -> None:
        self.con, self.lake, self.scene = con, lake, scene
        self.features, self.cutoff_ms = features, cutoff_ms
        self.needs = Needs.of(features)
        self.codes = codes([*self.needs.days])
        needs = self.needs
        mine = needs.person_asked | needs.person_then | {column for column, _ in needs.matched}
        its = needs.item_asked | needs.item_then
        said, shown = ({c for at, c in needs.texts if at == side} for side in ("person", "item"))
        people = party_spans(lake, domain, scene.person, mine | said, cutoff_ms)
        items = party_spans(lake, domain, scene.item, its | shown, cutoff_ms)
        self.translated = people.translate(lake, scene.item, needs.matched)
        self.texts = {("person", c): t for c, t in people.number_texts(lake, said).items()}
        self.texts |= {("item", c): t for c, t in items.number_texts(lake, shown).items()}
        self.person_types, self.item_types = people.types, items.types
        self.people = con.create_table("people", people.spans())
        self.items = con.create_table("items", items.spans())

    def values(self, asked: ir.Table, tick: Tick) -> np.ndarray:
        rows, first_day, last_day = (
            self.con.to_pyarrow(
                asked.agg(n=asked.count(), first=asked.day.min(), last=asked.day.max())
            )
            .to_pylist()[0]
            .values()
        )
        values = np.full((rows, len(self.features)), np.nan, np.float32)
        if not rows:
            return values
        asked = self.con.create_table("asked_with_parties", self._with_parties(asked))
        graphs = self._graphs(asked, first_day, last_day)
        for done, graph in enumerate(graphs, start=1):
            self._copy(graph(), values)
            tick(done / len(graphs))
        fill(values, self.features)
        return values

    def _with_parties(self, asked: ir.Table) -> ir.Table:
        asked = as_of(asked, "person", self.people, self.person_types)
        return as_of(asked, "item", self.items, self.item_types)

    def _graphs(
        self, asked: ir.Table, first_day: int, last_day: int
    ) -> list[Callable[[], ir.Table]]:
        graphs: list[Callable[[], ir.Table]] = []
        told = [f for f in self.features if isinstance(f, DECLARED)]
        if told:
            graphs.append(lambda: declared(asked, told, self.translated, self.lake.calendar))
        for f in self.features:
            if isinstance(f, TextSimilarity):
                graphs.append(lambda f=f: text_similarity(asked, f, self.texts))  # type: ignore[misc]
        if not self.needs.days:
            return graphs
        past = self._happened(first_day, last_day)
        counted = self.con.to_pyarrow(past.group_by("kind").agg(n=past.count()))
        by_code = dict(zip(counted["kind"].to_pylist(), counted["n"].to_pylist(), strict=True))
        totals = {kind: by_code.get(code, 0) for kind, code in self.codes.items()}
        for key, found in self.needs.by_key.items():
            graphs.append(
                lambda key=key, found=found: statistic(  # type: ignore[misc]
                    asked, past, key, found, self.codes, totals, first_day
                )
            )
        for one in RecentSet.of(self.needs.recent):
            graphs.append(
                lambda one=one: recent(asked, past, one.features, self.codes)  # type: ignore[misc]
            )
        return graphs

    def _happened(self, first_day: int, last_day: int) -> ir.Table:
        """All happenings that any feature reads, as a table of the engine."""
        needs = self.needs

        def read(table: str, kinds: Sequence[str]) -> ir.Table:
            reach = needs.reach(kinds)
            first = ALWAYS if reach is None else first_day - reach
            rows = logs(self.con, self.lake, table, self.scene, first, last_day)
            return rows.filter(rows.ts_ms < self.cutoff_ms)

        exposures = read("exposures", [EXPOSE]) if EXPOSE in needs.days else None
        events = read("events", needs.events) if needs.events else None
        context = None
        if needs.context:
            shown = logs(self.con, self.lake, "exposures", self.scene, ALWAYS, last_day)
            context = shown.select("exposure_id", *sorted(needs.context))
        rows = with_parties(
            happened(exposures, events, self.codes, context, self.lake.calendar),
            self.people,
            self.items,
            _chosen(self.person_types, needs.person_then),
            _chosen(self.item_types, needs.item_then),
        )
        return self.con.create_table("happened", rows)

    def _copy(self, graph: ir.Table, values: np.ndarray) -> None:
        """Run one graph and put its columns where they belong."""
        where = {f.name: n for n, f in enumerate(self.features)}
        for batch in self.con.to_pyarrow(graph).to_batches():
            rows = batch.column("row").to_numpy()
            for name in batch.schema.names:
                if name != "row":
                    column = batch.column(name).to_numpy(zero_copy_only=False)
                    values[rows, where[name]] = column


def _chosen(types: Mapping[str, ColumnType], names: set[str]) -> dict[str, ColumnType]:
    return {name: types[name] for name in sorted(names)}


def asked_context(exposures: ir.Table, scene: Scene) -> dict[str, ir.Value]:
    """The context columns of exposures as `asked` names them; unknown is NaN or -1."""
    nan = ibis.literal(float("nan"), "float64")
    return {
        column_of("context", c.name): ibis.coalesce(
            exposures[c.name], nan if c.type == "number" else ibis.literal(-1, "int32")
        )
        for c in scene.context
    }
