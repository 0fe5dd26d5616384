"""Feature tables by day: what was known of every exposure, computed once and kept in the lake.

    LAKE/derived/features/<scene>/dt=YYYY-MM-DD/part.parquet

A day's table has a row an exposure of that day, in order of its id: `exposure_id`, the columns
`coverage_<w>d` (which share of the w days before its request the lake has; of what is missing the
windows know nothing) and float32 features. The file's metadata say what it was made of: the
features, the files that were read, the missing days.

A build computes only days whose files have changed or that are new, each committed by itself, so
a killed one goes on where it was. Days next to each other are walked together: the second costs
its own happenings, not those of its windows again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.features.catalogue import check
from twoside.features.engines import duckdb, graphs
from twoside.features.graph.happened import EXPOSE, day_of
from twoside.features.graph.needs import Needs
from twoside.samples.join import with_requests
from twoside.schema.calendar import iso
from twoside.store import parquet
from twoside.store.derived import Derived, Stamps
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from twoside.features.definition import Feature
    from twoside.features.engines.graphs import Engine
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake

_MOST_BYTES = 1_500_000_000
"""Of the values of days that are walked together"""
_GROUP = 16_384
"""Rows that are written together"""


@dataclass(frozen=True)
class FeatureTables:
    """The tables of one list of features of a scene."""

    lake: Lake
    domain: Domain
    scene: Scene
    features: tuple[Feature, ...]

    @staticmethod
    def of(lake: Lake, domain: Domain, scene: str, features: Sequence[Feature]) -> FeatureTables:
        """Checked; features that cannot be computed are a `ConfigError`."""
        found = domain.scene(scene)
        check(features, domain, found)
        return FeatureTables(lake, domain, found, tuple(features))

    @property
    def table(self) -> Derived:
        """Where they are read from."""
        return Derived(self.lake, f"features/{self.scene.name}")

    @property
    def windows(self) -> tuple[int, ...]:
        """The finite windows of the features, in days."""
        found = {getattr(f, "days", None) for f in self.features}
        return tuple(sorted(days for days in found if days))

    def missing(self, day: int) -> list[int]:
        """The days of the longest window before a day, and the day itself, that the lake lacks."""
        known = set(self.lake.days("exposures"))
        reach = max(self.windows, default=0)
        return [d for d in range(day - reach, day + 1) if d not in known]

    def about(self, day: int, stamps: Stamps) -> dict[str, str]:
        """What a day's table is made from, as its metadata say it."""
        needs = Needs.of(self.features)
        first = {"exposures": needs.reach([EXPOSE]), "events": needs.reach(needs.events)}
        reads = [
            (table, ALWAYS if reach is None or needs.context else day - 1 - reach, day)
            for table, reach in first.items()
        ]
        kinds = sorted({self.scene.person, self.scene.item})
        told = hashlib.sha256("\n".join(map(repr, self.features)).encode()).hexdigest()
        return {
            "features": told[:16],
            "files": stamps.of([*reads, ("requests", day - 1, day)], kinds),
            "missing": ",".join(iso(d) for d in self.missing(day)),
        }

    def days(self, first_day: int, last_day: int) -> list[int]:
        """The days of a range that the lake has; none is a `DataError`."""
        known = self.lake.days("exposures")
        found = [day for day in known if first_day <= day <= last_day]
        if not found:
            has = f"{iso(known[0])} to {iso(known[-1])}" if known else "no exposures"
            raise DataError(
                f"{self.lake.root}: no exposures from {iso(first_day)} to {iso(last_day)}; "
                f"it has {has}."
            )
        return found

    def _stale(self, days: Sequence[int]) -> list[int]:
        """Those whose table is missing or was made from other files."""
        stamps = Stamps(self.lake)
        return [day for day in days if self.table.about(day) != self.about(day, stamps)]

    def build(
        self,
        first_day: int,
        last_day: int,
        tick: Tick,
        *,
        threads: int = 2,
        memory_limit: str = "2GB",
    ) -> list[int]:
        """Bring the days of a range up to date; the days that were computed."""
        stale = self._stale(self.days(first_day, last_day))
        done = 0
        for days in self._blocks(stale):

            def part(share: float, before: int = done, size: int = len(days)) -> None:
                tick((before + share * size) / len(stale))

            with duckdb.connection(threads, memory_limit) as con:
                self._build(con, days, part)
            done += len(days)
        return stale

    def _blocks(self, days: list[int]) -> Iterator[list[int]]:
        """Days next to each other whose values fit in the memory together."""
        runs = groupby(enumerate(days), key=lambda numbered: numbered[1] - numbered[0])
        for _, run in runs:
            block: list[int] = []
            held = 0
            for _, day in run:
                files = self.lake.files("exposures", day, day)
                size = sum(parquet.rows(file) for file in files) * len(self.features) * 4
                if block and held + size > _MOST_BYTES:
                    yield block
                    block, held = [], 0
                block.append(day)
                held += size
            if block:
                yield block

    def _build(self, con: Backend, days: list[int], tick: Tick) -> None:
        first, last = days[0], days[-1]
        stamps = Stamps(self.lake)
        about = {day: self.about(day, stamps) for day in days}
        rows = self.asked(duckdb.DuckDB(con), first, last)
        order = ibis.window(order_by=[rows.shown_day, rows.exposure_id])
        numbered = rows.mutate(row=ibis.row_number().over(order).cast("int64"))
        asked = con.create_table("asked", numbered)
        cutoff = self.lake.calendar.start_of(last + 1)
        values = duckdb.feature_values(
            con,
            self.lake,
            self.domain,
            self.scene,
            self.features,
            asked,
            cutoff,
            tick,
            carry=True,
        )
        told = con.to_pyarrow(
            asked.select("row", "exposure_id", "day", "shown_day").order_by("row")
        )
        shown, asked_on = told["shown_day"].to_numpy(), told["day"].to_numpy()
        # Columns lie together in what the engine returns: nothing is copied.
        columns = [told["exposure_id"].to_numpy(), *self.coverage(asked_on).values(), *values.T]
        with self.lake.stage() as stage:
            for day in days:
                at, end = np.searchsorted(shown, [day, day + 1])
                schema = self.schema().with_metadata(about[day])
                groups = (
                    pa.table([pa.array(column[part]) for column in columns], schema=schema)
                    for part in (slice(n, min(n + _GROUP, end)) for n in range(at, end, _GROUP))
                )
                stage.derived_groups(self.table.name, day, schema, groups)
            stage.commit()

    def asked(self, engine: Engine, first: int, last: int) -> ir.Table:
        """The exposures of some days, with the moment of their request and its day, as engines
        are asked, and the day that they were shown; not numbered yet."""
        exposures = graphs.logs(engine, self.lake, "exposures", self.scene, first, last)
        requests = graphs.logs(engine, self.lake, "requests", self.scene, first - 1, last)
        rows = with_requests(engine, self.lake, self.scene, exposures, requests, (first, last))
        rows = rows.mutate(shown_day=day_of(rows.ts_ms, self.lake.calendar))
        context = [name for name in rows.columns if name.startswith("context__")]
        return rows.select("exposure_id", "ts", "day", "shown_day", "person", "item", *context)

    def coverage(self, asked_on: np.ndarray) -> dict[str, np.ndarray]:
        """Column -> float32 (n,): which share of the days of each window, before the days of the
        requests, the lake has."""
        known = np.array(self.lake.days("exposures"))
        return {
            f"coverage_{days}d": (
                (np.searchsorted(known, asked_on) - np.searchsorted(known, asked_on - days)) / days
            ).astype(np.float32)
            for days in self.windows
        }

    def schema(self) -> pa.Schema:
        """The columns of a table."""
        return pa.schema(
            [
                ("exposure_id", pa.int64()),
                *((f"coverage_{days}d", pa.float32()) for days in self.windows),
                *((f.name, pa.float32()) for f in self.features),
            ]
        )

    def read(
        self, days: Sequence[int], exposure_id: np.ndarray, features: Sequence[Feature]
    ) -> np.ndarray:
        """float32 (n, features): the values of n exposures of these days, out of the tables."""
        where = f"feature tables of {self.scene.name}"
        scene = f"{self.domain.name}/{self.scene.name}"
        build = f"Run: twoside features build {scene} --lake {self.lake.root}"
        known = set(self.features)
        for f in features:
            if f not in known:
                hint = did_you_mean(f.name, [other.name for other in self.features])
                raise ConfigError(f"{where} have no '{f.name}' as it is declared now. {hint}")
        stale = self._stale(days)
        if stale:
            raise DataError(
                f"{where}: {len(stale)} of {len(days)} days are not built or out of date, for "
                f"example {iso(stale[0])}. {build}"
            )
        values = np.full((len(exposure_id), len(features)), np.nan, np.float32)
        order = np.argsort(exposure_id)
        wanted = exposure_id[order]
        names = ["exposure_id", *(f.name for f in features)]
        found = 0
        for day in days:
            for group in self.table.groups(day, names):
                ids = group["exposure_id"].to_numpy()
                at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
                here = np.flatnonzero(ids[at] == wanted)
                for n, name in enumerate(names[1:]):
                    values[order[here], n] = group[name].to_numpy()[at[here]]
                found += len(here)
        if found != len(exposure_id):
            raise DataError(
                f"{where}: {len(exposure_id) - found} of {len(exposure_id)} exposures are in "
                f"none. {build}"
            )
        return values
