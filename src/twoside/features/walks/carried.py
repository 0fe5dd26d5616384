"""What is carried from day to day, so that a new day costs its own work and not its windows'.

    LAKE/derived/carried/<scene>/happened/dt=YYYY-MM-DD    a day's happenings, in order of time
    LAKE/derived/carried/<scene>/sums/dt=YYYY-MM-DD        its counts and last times by small key

Both are the same for every list of features, but for which keys are summed. A day is made anew
when one of the files that it was made from has changed; everything here may be deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.features.graph.happened import EXPOSE, codes
from twoside.features.walks.keys import NEVER, Small, Sum
from twoside.features.walks.log import Happened, Log
from twoside.features.walks.rows import Rows
from twoside.store.derived import Derived, Stamps
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.walks.rows import Versions
    from twoside.schema.domain import Domain, Scene
    from twoside.store.lake import Lake

_SUMS = pa.schema(
    [
        ("key", pa.string()),
        ("sizes", pa.list_(pa.int32())),
        ("counts", pa.list_(pa.int32())),
        ("last", pa.list_(pa.int32())),
    ]
)
"""`last` is ms since midnight, -1 where nothing happened."""
_FOREVER = 2**62


@dataclass(frozen=True)
class Carried:
    """The carried days of a scene."""

    lake: Lake
    scene: Scene
    kinds: tuple[str, ...]

    @staticmethod
    def of(lake: Lake, domain: Domain, scene: Scene) -> Carried:
        """All kinds of happenings of the domain are carried."""
        return Carried(lake, scene, (EXPOSE, *(event.name for event in domain.events)))

    @property
    def codes(self) -> dict[str, int]:
        """The number that stands for each kind."""
        return codes(self.kinds)

    def update(
        self, days: Sequence[int], keys: Sequence[Small], versions: Mapping[str, Versions]
    ) -> list[int]:
        """Bring days up to date, with the sums of these keys and of those that they have; the
        days that were made. `versions` are those that began until the last of the days."""
        log = Log(self.lake, self.scene, self.kinds, self.codes, self._context, versions, _FOREVER)
        stamps, mine = Stamps(self.lake), {_name(key): key for key in keys}
        stale = []
        for day in days:
            about = self._about(day, stamps)
            summed = about | self._versions_until(day, stamps)
            fresh = self._happened.about(day) == about
            known = self._keys(day) if fresh and self._sums.about(day) == summed else {}
            if not known.keys() >= mine.keys() or not fresh:
                stale.append((day, about, summed, fresh, [*(known | mine).values()]))
        if not stale:
            return []
        with self.lake.stage() as stage:
            for day, about, summed, fresh, both in stale:
                happened = self.happened(day, log) if fresh else log.read(day)
                if not fresh:
                    rows = self._rows(happened).replace_schema_metadata(about)
                    stage.derived_groups(self._happened.name, day, rows.schema, [rows])
                rows = self._summed(day, both, happened).replace_schema_metadata(summed)
                stage.derived_groups(self._sums.name, day, rows.schema, [rows])
            stage.commit()
        return [day for day, *_ in stale]

    def happened(self, day: int, log: Log) -> Happened:
        """A day that is up to date, of those kinds and columns that a log wants."""
        names = ["ts_ms", "kind", "person", "item", *log.context]
        rows = self._happened.day(day, names)
        at = self.codes
        wanted = np.full(len(at), -1, np.int8)
        for kind in log.kinds:
            wanted[at[kind]] = log.codes[kind]
        kind = wanted[rows["kind"].to_numpy()]
        found = Happened(
            Rows(
                rows["ts_ms"].to_numpy(),
                {side: rows[side].to_numpy() for side in ("person", "item")},
                {name: rows[name].to_numpy() for name in log.context},
                log.versions,
            ),
            kind,
        )
        kept = (kind >= 0) & (found.rows.ts < log.cutoff_ms)
        return found if kept.all() else found.take(np.flatnonzero(kept))

    def sums(self, day: int, keys: Sequence[Small]) -> dict[Small, Sum]:
        """Of a day that is up to date."""
        rows = self._sums.day(day, _SUMS.names)
        at = {name: n for n, name in enumerate(rows["key"].to_pylist())}
        midnight = self.lake.calendar.start_of(day)
        found = {}
        for key in keys:
            n = at[_name(key)]
            sizes = tuple(rows["sizes"][n].as_py())
            counts, since = (rows[name][n].values.to_numpy() for name in ("counts", "last"))
            last = np.where(since >= 0, since + np.int64(midnight), NEVER)
            found[key] = key.grown(Sum(counts, last), sizes)
        return found

    @property
    def _happened(self) -> Derived:
        return Derived(self.lake, f"carried/{self.scene.name}/happened")

    @property
    def _sums(self) -> Derived:
        return Derived(self.lake, f"carried/{self.scene.name}/sums")

    @property
    def _context(self) -> list[str]:
        return sorted(c.name for c in self.scene.context if c.type == "category")

    def _about(self, day: int, stamps: Stamps) -> dict[str, str]:
        first = ALWAYS if self._context else day
        reads = [("exposures", first, day), ("events", day, day)]
        return {"kinds": ",".join(self.kinds), "files": stamps.of(reads, [])}

    def _versions_until(self, day: int, stamps: Stamps) -> dict[str, str]:
        kinds = sorted({self.scene.person, self.scene.item})
        return {"versions": stamps.of([("events", day, day)], kinds)}

    def _keys(self, day: int) -> dict[str, Small]:
        rows = self._sums.day(day, ["key", "sizes"]).to_pylist()
        return {row["key"]: Small(tuple(row["key"].split()), tuple(row["sizes"])) for row in rows}

    def _rows(self, happened: Happened) -> pa.Table:
        rows = happened.rows
        columns = {"ts_ms": rows.ts, "kind": happened.kind, **rows.sides}
        return pa.table(columns | {name: rows.context[name] for name in self._context})

    def _summed(self, day: int, keys: Sequence[Small], happened: Happened) -> pa.Table:
        midnight = self.lake.calendar.start_of(day)
        rows = []
        for key in keys:
            found = key.sum(happened.rows, happened.kind, len(self.codes))
            since = np.where(found.last > NEVER, found.last - midnight, -1).astype(np.int32)
            rows.append((_name(key), list(key.sizes), found.counts, since))
        columns = zip(*rows, strict=True) if rows else ((), (), (), ())
        return pa.table(
            [pa.array(c, f.type) for c, f in zip(columns, _SUMS, strict=True)], schema=_SUMS
        )


def _name(key: Small) -> str:
    return " ".join(key.key)
