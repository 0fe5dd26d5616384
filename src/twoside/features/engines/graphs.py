"""The feature graphs on any engine that ibis speaks: what a cluster runs.

Nothing here names an engine. Every graph is run by itself; tables that several graphs read are
kept by the engine once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import ibis
import numpy as np

from twoside.features.derived import fill
from twoside.features.graph.content import text_similarity
from twoside.features.graph.declared import DECLARED, declared
from twoside.features.graph.happened import EXPOSE, codes, happened, with_parties
from twoside.features.graph.needs import Needs
from twoside.features.graph.party import Parties
from twoside.features.graph.recent import RecentSet, recent
from twoside.features.graph.spans import as_of, column_of, spans
from twoside.features.graph.statistic import statistics
from twoside.features.kinds.content import TextSimilarity
from twoside.schema.tables import DAY_TABLES
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ibis.expr.types as ir
    import pyarrow as pa

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import ColumnType
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake


class Engine(Protocol):
    """What a graph needs of the engine that runs it."""

    def table(self, rows: pa.Table) -> ir.Table:
        """Rows of this process as a table of the engine."""

    def files(self, paths: Sequence[str]) -> ir.Table:
        """Parquet files as one table; a column that a file lacks is null there."""

    def kept(self, graph: ir.Table) -> ir.Table:
        """The result of a graph, computed once."""

    def rows(self, graph: ir.Table) -> pa.Table:
        """The result of a graph, in this process."""


def logs(
    engine: Engine, lake: Lake, table: str, scene: Scene, first_day: int, last_day: int
) -> ir.Table:
    """The rows of one scene of a day table, `first_day` to `last_day`; exposures have all context
    columns of the scene, null where a day lacks them."""
    files = lake.files(table, first_day, last_day)
    rows = engine.files(files) if files else engine.table(DAY_TABLES[table].empty_table())
    rows = rows.filter(rows.scene == scene.name)
    if table != "exposures":
        return rows
    types = {"number": "float64", "category": "int32"}
    return rows.mutate(
        **{c.name: ibis.null(types[c.type]) for c in scene.context if c.name not in rows.columns}
    )


def asked_context(exposures: ir.Table, scene: Scene) -> dict[str, ir.Value]:
    """The context columns of exposures as `asked` names them; unknown is NaN or -1."""
    nan = ibis.literal(float("nan"), "float64")
    return {
        column_of("context", c.name): ibis.coalesce(
            exposures[c.name], nan if c.type == "number" else ibis.literal(-1, "int32")
        )
        for c in scene.context
    }


def feature_tables(
    engine: Engine,
    lake: Lake,
    domain: Domain,
    scene: Scene,
    features: Sequence[Feature],
    asked: ir.Table,
    cutoff_ms: int,
) -> Iterator[ir.Table]:
    """Graphs (row, float32 features ...) that together have every feature of every row once, but
    for the derived ones (`features.derived`), which are computed from the others.

    `asked` is as `engines.duckdb.feature_values` has it.
    """
    return _Graphs(engine, lake, domain, scene, features, cutoff_ms).of(asked)


def feature_values(
    engine: Engine,
    lake: Lake,
    domain: Domain,
    scene: Scene,
    features: Sequence[Feature],
    asked: ir.Table,
    cutoff_ms: int,
    tick: Tick,
) -> np.ndarray:
    """float32 (n, len(features)) of the n pairs of `asked`, in this process."""
    place = {f.name: n for n, f in enumerate(features)}
    size = int(engine.rows(asked.agg(n=asked.count()))["n"][0].as_py())
    values = np.full((size, len(features)), np.nan, np.float32)
    done = 0
    for graph in feature_tables(engine, lake, domain, scene, features, asked, cutoff_ms):
        found = engine.rows(graph)
        row = found["row"].to_numpy()
        for name in found.column_names:
            if name != "row":
                values[row, place[name]] = found[name].to_numpy()
                done += 1
        tick(done / len(features))
    fill(values, features)
    return values


class _Graphs:
    def __init__(
        self,
        engine: Engine,
        lake: Lake,
        domain: Domain,
        scene: Scene,
        features: Sequence[Feature],
        cutoff_ms: int,
    ) -> None:
        self.engine, self.lake, self.scene = engine, lake, scene
        self.features, self.cutoff_ms = features, cutoff_ms
        self.needs = Needs.of(features)
        self.codes = codes([*self.needs.days])
        self.parties = Parties.of(lake, domain, scene, self.needs, cutoff_ms)
        self.held = {
            side: engine.kept(spans(engine.table(party.versions)))
            for side, party in self.parties.sides().items()
        }

    def of(self, asked: ir.Table) -> Iterator[ir.Table]:
        told = [f for f in self.features if isinstance(f, DECLARED)]
        for side, party in self.parties.sides().items():
            asked = as_of(asked, side, self.held[side], party.types)
        asked = self.engine.kept(asked)
        if told:
            yield declared(asked, told, self.parties.translated, self.lake.calendar)
        for f in self.features:
            if isinstance(f, TextSimilarity):
                yield text_similarity(asked, f, self.parties.texts, self.engine.table)
        if not self.needs.days:
            return
        days = self.engine.rows(asked.agg(first=asked.day.min(), last=asked.day.max()))
        first_day, last_day = (days[name][0].as_py() for name in ("first", "last"))
        if first_day is None:
            return
        past = self._happened(first_day, last_day)
        counted = self.engine.rows(past.group_by("kind").agg(n=past.count()))
        by_code = dict(zip(counted["kind"].to_pylist(), counted["n"].to_pylist(), strict=True))
        totals = {kind: by_code.get(code, 0) for kind, code in self.codes.items()}
        calendar = self.lake.calendar
        yield from statistics(
            asked,
            past,
            self.needs.by_key,
            self.codes,
            totals,
            first_day,
            calendar,
            self.engine.kept,
        )
        for one in RecentSet.of(self.needs.recent):
            yield recent(asked, past, one, self.codes)

    def _happened(self, first_day: int, last_day: int) -> ir.Table:
        """All happenings that any feature reads."""
        needs = self.needs

        def read(table: str, kinds: Sequence[str]) -> ir.Table:
            reach = needs.reach(kinds)
            first = ALWAYS if reach is None else first_day - reach
            rows = logs(self.engine, self.lake, table, self.scene, first, last_day)
            return rows.filter(rows.ts_ms < self.cutoff_ms)

        exposures = read("exposures", [EXPOSE]) if EXPOSE in needs.days else None
        events = read("events", needs.events) if needs.events else None
        context = None
        if needs.context:
            shown = logs(self.engine, self.lake, "exposures", self.scene, ALWAYS, last_day)
            context = shown.select("exposure_id", *sorted(needs.context))
        rows = with_parties(
            happened(exposures, events, self.codes, context, self.lake.calendar),
            self.held["person"],
            self.held["item"],
            _chosen(self.parties.person.types, needs.person_then),
            _chosen(self.parties.item.types, needs.item_then),
        )
        return self.engine.kept(rows)


def _chosen(types: Mapping[str, ColumnType], names: set[str]) -> dict[str, ColumnType]:
    return {name: types[name] for name in sorted(names)}
