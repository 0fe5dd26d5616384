"""Some days of one scene as cells: ibis graphs on DuckDB over the days' Parquet files.

A row gets the codes of its dimensions (an entity is as it was at the end of the row's day), then
every set of dimensions is one `group by` with the day and all quantities in it. Making a graph
costs more than a day's sums, so days are counted together, as many as memory allows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.bi.cells import CELLS, MEMBERS, NO_DIMENSION, group_key, words_of
from twoside.bi.terms import EXPOSURES, OPEN, REQUESTS
from twoside.schema.calendar import DAY_MS
from twoside.schema.tables import DAY_TABLES
from twoside.store import versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from twoside.bi.book import Book
    from twoside.bi.terms import Condition, Term
    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake

SESSION_GAP_MS = 30 * 60_000
"""As in `metrics.sessions`."""
_NO_WORD = -2
"""The code of a word that the lake does not know: equal to nothing."""
_COMPARED = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def cells_of_days(
    con: Backend, lake: Lake, book: Book, scene: Scene, first: int, last: int
) -> tuple[pa.Table, pa.Table]:
    """The cells and the members (schemas of `cells`) of the days `first` to `last` of one scene,
    each day as if it were counted alone."""
    return _Days(con, lake, book, scene, first, last).cells()


class _Days:
    def __init__(
        self, con: Backend, lake: Lake, book: Book, scene: Scene, first: int, last: int
    ) -> None:
        self.con, self.lake, self.book, self.scene = con, lake, book, scene
        self.first, self.last = first, last
        self.dimensions = book.dimensions(scene.name)
        self.told: dict[str, np.ndarray] = {}
        self.parts: tuple[list[pa.Table], list[pa.Table]] = ([], [])

    def cells(self) -> tuple[pa.Table, pa.Table]:
        parties = {side: self._party(side) for side in ("person", "item")}
        shown = self._exposures(self.first - self.book.settings.context_days, self.last)
        shown = self.con.create_table("shown", shown)
        self.told = self._told(shown)
        rows = self._with_parties(shown, "exposures_day", parties, sessions=True)
        rows = self.con.create_table("labelled", self._labelled(rows))
        self._sum(rows, EXPOSURES)
        self._sum(self._with_parties(self._asked(), "requests_day", parties), REQUESTS)
        self._sum(self._with_parties(self._events(shown), "events_day", parties), "")
        for side, party in parties.items():
            there = party.filter(party.open).mutate(**{side: party.row})
            self._sum(there, OPEN, side)
        cells, members = (
            pa.concat_tables([schema.empty_table(), *found])
            for found, schema in zip(self.parts, (CELLS, MEMBERS), strict=True)
        )
        order = [(name, "ascending") for name in ("day", "group", "quantity", "first", "second")]
        return cells.sort_by(order), members.sort_by(order)

    def _told(self, shown: ir.Table) -> dict[str, np.ndarray]:
        """Origin dimension -> the days whose lists tell it. On other days it has no cells, so a
        log without it has the cube that it always had."""
        found = {}
        for one in self.dimensions.values():
            if one.is_origin:
                days = shown.filter(shown[_own(one.name)] >= 0).select("day").distinct()
                found[one.name] = self.con.to_pyarrow(days)["day"].to_numpy()
        return found

    # The rows of the days --------------------------------------------------------------------

    def _read(self, table: str, first: int, last: int) -> ir.Table:
        """The scene's rows of some days, with their day (int32)."""
        files = self.lake.files(table, first, last)
        if not files:
            rows = ibis.memtable(DAY_TABLES[table].empty_table())
        else:
            rows = self.con.read_parquet(files, union_by_name=True, hive_partitioning=False)
        day = (rows.ts_ms + self.lake.calendar.offset_ms) // DAY_MS
        return rows.filter(rows.scene == self.scene.name).mutate(day=day.cast("int32"))

    def _exposures(self, first: int, last: int) -> ir.Table:
        rows = self._read("exposures", first, last)
        own = [d for d in self.dimensions.values() if d.side == "exposure"]
        codes = {}
        for one in own:
            column = one.dimension.column
            value = rows[column] if column in rows.columns else ibis.literal(-1)
            codes[_own(one.name)] = ibis.coalesce(value.cast("int32"), ibis.literal(-1, "int32"))
        names = ("day", "exposure_id", "ts_ms", "person", "item", "position")
        return rows.select(*names, **codes)

    def _asked(self) -> ir.Table:
        return self._read("requests", self.first, self.last).select("day", "ts_ms", "person")

    def _events(self, shown: ir.Table) -> ir.Table:
        """The events, with position and context of their exposure if that is not too old."""
        rows = self._read("events", self.first, self.last)
        rows = rows.select("day", "kind", "by", "value", "ts_ms", "person", "item", "exposure_id")
        own = [_own(d.name) for d in self.dimensions.values() if d.side == "exposure"]
        there = shown.select(
            shown_id=shown.exposure_id,
            shown_day=shown.day,
            position=shown.position,
            **{name: shown[name] for name in own},
        )
        near = [
            rows.exposure_id == there.shown_id,
            there.shown_day <= rows.day,
            there.shown_day >= rows.day - self.book.settings.context_days,
        ]
        joined = rows.left_join(there, near).drop("shown_id", "shown_day")
        unknown = {n: ibis.coalesce(joined[n], ibis.literal(-1, "int32")) for n in own}
        return joined.mutate(**unknown)

    def _labelled(self, rows: ir.Table) -> ir.Table:
        """The place, in `Book.labels`, of the last label that followed each exposure in time."""
        within = self.book.settings.label_days
        events = self._read("events", self.first, self.last + within)
        place = events.kind.cases(
            *((kind, n) for n, kind in enumerate(self.book.labels) if n), else_=0
        )
        found = events.select("exposure_id", event_day=events.day, place=place)
        found = found.filter(found.place > 0).distinct()
        mine = rows.select(labelled_id=rows.exposure_id, shown_day=rows.day)
        near = [
            found.exposure_id == mine.labelled_id,
            found.event_day >= mine.shown_day,
            found.event_day <= mine.shown_day + within,
        ]
        last = (
            found.inner_join(mine, near).group_by("labelled_id").agg(label=lambda t: t.place.max())
        )
        joined = rows.left_join(last, [rows.exposure_id == last.labelled_id])
        return joined.drop("labelled_id").mutate(label=ibis.coalesce(joined.label, 0))

    def _with_parties(
        self, rows: ir.Table, name: str, parties: Mapping[str, ir.Table], *, sessions: bool = False
    ) -> ir.Table:
        """The rows of the days themselves with the dimensions of their parties, as a table."""
        rows = rows.filter(rows.day >= self.first)
        if sessions:
            order = ["ts_ms", "exposure_id"]
            before = rows.ts_ms.lag().over(group_by=["day", "person"], order_by=order)
            begins = before.isnull() | (rows.ts_ms - before > SESSION_GAP_MS)
            rows = rows.mutate(begins=begins)
        for side, party in parties.items():
            if side not in rows.columns:
                continue
            names = [_own(d.name) for d in self.dimensions.values() if d.side == side]
            there = party.select(
                party_row=party.row, party_day=party.day, **{n: party[n] for n in names}
            )
            same = [rows[side] == there.party_row, rows.day == there.party_day]
            rows = rows.left_join(there, same).drop("party_row", "party_day")
            rows = rows.mutate(
                **{n: ibis.coalesce(rows[n], ibis.literal(-1, "int32")) for n in names}
            )
        return self.con.create_table(name, rows)

    def _party(self, side: str) -> ir.Table:
        """day, row, open, and a code for each dimension of one side, at the end of every day."""
        kind = getattr(self.scene, side)
        mine = {
            _own(d.name): d.dimension.column for d in self.dimensions.values() if d.side == side
        }
        entity = self.book.domain.entity(kind)
        has_open = any(column.name == "is_open" for column in entity.columns)
        names = list(dict.fromkeys([*mine.values(), *(["is_open"] if has_open else [])]))
        found = self.lake.versions(kind, names, self.last)
        size = len(self.lake.rows(kind))
        days = []
        for day in range(self.first, self.last + 1):
            latest = versions.latest(found, size, self.lake.calendar.start_of(day + 1) - 1)
            there = np.flatnonzero(latest >= 0)
            at = pa.array(latest[there])
            columns = {
                "day": pa.array(np.full(len(there), day, np.int32)),
                "row": pa.array(there.astype(np.int32)),
            }
            for name, column in mine.items():
                columns[name] = _at(found, column, at, -1, pa.int32())
            is_open = np.ones(len(there), bool)
            if has_open:
                is_open = _at(found, "is_open", at, 0.0, pa.float64()).to_numpy() > 0
            columns["open"] = pa.array(is_open)
            days.append(pa.table(columns))
        return self.con.create_table(f"party_{side}", ibis.memtable(pa.concat_tables(days)))

    # The sums --------------------------------------------------------------------------------

    def _sum(self, rows: ir.Table, source: str, side: str = "") -> None:
        """Every quantity of a source ('' is all kinds of events), for every set of dimensions."""
        terms = [t for t in self.book.terms() if _is_of(t, source) and side in ("", t.of)]
        # A set has its own size: who is in it is asked once, and counted only where no one asks.
        sets = {_who(t): self._set(rows, t) for t in terms if t.is_set}
        sums = {_who(t): self._different(rows, t) for t in terms if t.of and _who(t) not in sets}
        sums |= {str(t): self._amount(rows, t) for t in terms if not t.of}
        amounts = {str(t): _who(t) if t.of else str(t) for t in terms}
        if source == EXPOSURES:
            for n, label in enumerate(self.book.labels):
                sums[f"label({label})"] = rows.count(where=rows.label == n).cast("float64")
                amounts[f"label({label})"] = f"label({label})"
        if not amounts:
            return
        for group in self.book.groups(self.scene.name):
            columns = [_own(name) for name in group]
            if not set(columns) <= set(rows.columns):
                continue
            grouped = rows.group_by(["day", *columns]).agg(**sums, **sets)
            found = self.con.to_pyarrow(grouped)
            for name in set(group) & set(self.told):
                told = np.isin(found["day"].to_numpy(), self.told[name])
                found = found.filter(pa.array(told))
            for quantity, column in amounts.items():
                amount = found[column]
                if column in sets:
                    amount = pc.list_value_length(amount).cast(pa.float64())
                self._keep(CELLS, found, group, quantity, amount, pc.not_equal(amount, 0.0))
            for t in terms:
                if t.is_set:
                    members = found[_who(t)]
                    there = pc.greater(pc.list_value_length(members), 0)
                    self._keep(MEMBERS, found, group, str(t), members, there)

    def _different(self, rows: ir.Table, t: Term) -> ir.Value:
        return rows[t.of].nunique(where=self._kept(rows, t)).cast("float64")

    def _set(self, rows: ir.Table, t: Term) -> ir.Value:
        return rows[t.of].collect(where=self._kept(rows, t), distinct=True).sort()

    def _amount(self, rows: ir.Table, t: Term) -> ir.Value:
        keep = self._kept(rows, t)
        if t.what == "sessions":
            starts = rows.begins if keep is None else rows.begins & keep
            return rows.count(where=starts).cast("float64")
        if t.what == "count":
            return rows.count(where=keep).cast("float64")
        # Whole thousandths: the sum does not depend on the order of the rows.
        value = rows[t.column].cast("float64")
        known = value.notnull() & ~value.isnan()
        whole = ibis.ifelse(known, (value * 1000).round(), 0.0).cast("int64")
        return ibis.coalesce(whole.sum(where=keep), 0).cast("float64") / 1000

    def _kept(self, rows: ir.Table, t: Term) -> Any:
        keep = rows.kind == t.source if "kind" in rows.columns else None
        for condition in t.conditions:
            here = self._holds(rows, condition)
            keep = here if keep is None else keep & here
        return keep

    def _holds(self, rows: ir.Table, one: Condition) -> Any:
        if one.column in ("position", "value"):
            return _COMPARED[one.sign](rows[one.column], float(one.value))
        if one.column == "by":
            return _COMPARED[one.sign](rows.by, one.value)
        words = words_of(self.lake, self.dimensions[one.column])
        code = words.index(one.value) if one.value in words else _NO_WORD
        return _COMPARED[one.sign](rows[_own(one.column)], code)

    def _keep(
        self,
        schema: pa.Schema,
        found: pa.Table,
        group: Sequence[str],
        quantity: str,
        values: pa.ChunkedArray,
        there: pa.ChunkedArray,
    ) -> None:
        """Append one quantity of a wide result as rows of cells, or of members."""
        none = pa.array(np.full(found.num_rows, NO_DIMENSION, np.int32))
        codes = [found[_own(name)] for name in group]
        first, second = [*codes, none, none][:2]
        same = (pa.repeat(w, found.num_rows) for w in (self.scene.name, group_key(group), quantity))
        scene, key, named = same
        columns = [found["day"], scene, key, first, second, named, values]
        rows = pa.table(columns, names=schema.names).cast(schema)
        self.parts[schema is MEMBERS].append(rows.filter(pc.fill_null(there, False)))


def _who(t: Term) -> str:
    """The same for terms that ask for the same different people, or items."""
    return str(replace(t, what=f"different {t.of}"))


def _own(dimension: str) -> str:
    """The column of a dimension beside the rows' own columns."""
    return f"by__{dimension}"


def _is_of(t: Term, source: str) -> bool:
    return t.source == source if source else t.source not in (EXPOSURES, REQUESTS, OPEN)


def _at(found: pa.Table, column: str, at: pa.Array, missing: float, kind: pa.DataType) -> pa.Array:
    """A column of the versions at some places; what a file did not have is `missing`."""
    if column not in found.column_names:
        return pa.array([missing] * len(at), kind)
    taken = found[column].combine_chunks().take(at)
    return pc.fill_null(taken, pa.scalar(missing, taken.type)).cast(kind)
