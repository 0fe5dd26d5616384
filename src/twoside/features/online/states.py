"""OnlineStates: everything the declared features need to know, now, in arrays.

`update` takes rows in the order in which they happened, one or millions at a time; `read` gives
the feature matrix of requests and their candidates as of now. Reading a request of a later day
than the last event begins that day: requests go forward in time, like events. A request or event
of an earlier day (it came late) is welcome: the event counts where its time belongs, the request
is answered with today's windows.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ArtefactError, ConfigError, DataError, RequestError, did_you_mean
from twoside.features.catalogue import check
from twoside.features.derived import with_sources
from twoside.features.kinds.content import TextSimilarity
from twoside.features.online.batch import Batch
from twoside.features.online.happenings import EXPOSE, Happenings, happenings, kinds_of
from twoside.features.online.parties import Party
from twoside.features.online.past import Memory, Past
from twoside.features.online.plan import columns_of
from twoside.features.online.writers.build import writers_of
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twoside.features.definition import Feature
    from twoside.features.online.history import Timeline
    from twoside.features.online.writers import Writer
    from twoside.features.text import Vectors
    from twoside.schema.calendar import Calendar
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import EntityTable
    from twoside.schema.request import Request
    from twoside.schema.samples import FeatureColumn


class OnlineStates:
    """The live state of one scene. Made by `start` or `unpack`."""

    def __init__(
        self,
        features: tuple[Feature, ...],
        scene: Scene,
        domain: Domain,
        calendar: Calendar,
        people: Party,
        items: Party,
        translate: Mapping[tuple[str, str], np.ndarray],
        context_sizes: Mapping[str, int],
        memory: Memory,
        texts: Mapping[tuple[str, str], Vectors],
    ) -> None:
        check(features, domain, scene)
        _refuse_missing(features, texts)
        self.features, self.scene, self.domain, self.calendar = features, scene, domain, calendar
        self.memory = memory
        self._people, self._items = people, items
        self._translate, self._context_sizes, self._texts = translate, context_sizes, texts
        self._kinds = kinds_of(domain)
        self._strength = np.array([_strength(domain, kind) for kind in self._kinds], np.float32)
        self.past = Past(features, self._kinds, self._strength, calendar, memory)
        self.past.hold(people.size)
        self._writers: dict[tuple[str, ...], tuple[int, list[Writer]]] = {}

    @staticmethod
    def start(
        features: tuple[Feature, ...],
        scene: Scene,
        domain: Domain,
        calendar: Calendar,
        people: EntityTable,
        items: EntityTable,
        translate: Mapping[tuple[str, str], np.ndarray] | None = None,
        context_sizes: Mapping[str, int] | None = None,
        memory: Memory | None = None,
        texts: Mapping[tuple[str, str], Vectors] | None = None,
    ) -> OnlineStates:
        """States in which nothing has happened yet.

        Columns of the same name share one vocabulary in a lake, as do columns that refer to the
        same kind. For an Equal or Overlap of two others, `translate[(person column, item
        column)]` gives the item's code of each code of the person (-1: there is no such word).
        `context_sizes` are the vocabulary sizes of the scene's category contexts, `texts[(side,
        column)]` the n-grams of the words of a column that a TextSimilarity reads.
        """
        return OnlineStates(
            features,
            scene,
            domain,
            calendar,
            Party(people, domain),
            Party(items, domain),
            translate or {},
            context_sizes or {},
            memory or Memory(),
            texts or {},
        )

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """What the columns of `read` are, with vocabularies as they are now."""
        return columns_of(self.features, self.scene, self._people, self._items, self._context_sizes)

    def tables(self, people: EntityTable, items: EntityTable) -> None:
        """New versions of the entities: what happens from now on counts under them."""
        self._people.renew(people)
        self._items.renew(items)
        self.past.hold(people.size)

    def update(self, exposures: pa.Table | None, events: pa.Table | None) -> None:
        """Take in rows of the lake's tables; rows of other scenes are left out."""
        self.apply(self.happenings(exposures, events))

    def happenings(self, exposures: pa.Table | None, events: pa.Table | None) -> Happenings:
        """Rows of the lake's tables, ready for `apply`, in order of time."""
        return happenings(exposures, events, self.scene, self._kinds, self.past.contexts.columns)

    def apply(
        self,
        rows: Happenings,
        people: Party | Timeline | None = None,
        items: Party | Timeline | None = None,
    ) -> None:
        """Take in what happened, to entities as they are now, or as a timeline says they were."""
        if not len(rows):
            return
        known = Happenings(
            rows.kind,
            self._people.known(rows.person),
            self._items.known(rows.item),
            rows.ts_ms,
            rows.exposure,
            rows.context,
        )
        days = (rows.ts_ms + self.calendar.offset_ms) // DAY_MS
        cuts = [0, len(rows)]
        if days[0] != days[-1]:
            cuts[1:1] = (np.flatnonzero(np.diff(days)) + 1).tolist()
        for first, end in pairwise(cuts):
            day = int(days[first])
            self.past.advance(day)
            self.past.add(
                known.between(first, end), day, people or self._people, items or self._items
            )

    def read(
        self,
        requests: Sequence[Request],
        start: np.ndarray,
        items: np.ndarray,
        names: tuple[str, ...] | None = None,
    ) -> np.ndarray:
        """float32 (total, features): the candidates of request i are `items[start[i]:start[i+1]]`.

        `names` asks for some of the features, in that order. Numbers that are unknown are NaN,
        categories -1.
        """
        if len(start) != len(requests) + 1 or start[-1] != len(items):
            raise RequestError(
                f"read: start has {len(start)} entries up to {start[-1]}, expected "
                f"{len(requests) + 1} up to {len(items)}. Give one more entry than requests."
            )
        columns, writers = self._writers_for(names)
        out = np.empty((len(items), columns), np.float32)
        ts_ms = np.array([request.ts_ms for request in requests], np.int64)
        days = (ts_ms + self.calendar.offset_ms) // DAY_MS
        for day in sorted(set(days.tolist())):
            self.past.advance(day)
            if days[0] == days[-1] and np.all(days == day):
                self._write(requests, ts_ms, start, items, writers, out)
                break
            of_day = np.flatnonzero(days == day)
            rows = np.concatenate([np.arange(start[i], start[i + 1]) for i in of_day])
            begin = np.concatenate([[0], np.cumsum(np.diff(start)[of_day])])
            part = np.empty((len(rows), out.shape[1]), np.float32)
            asked = [requests[i] for i in of_day.tolist()]
            self._write(asked, ts_ms[of_day], begin, items[rows], writers, part)
            out[rows] = part
        return out if names is None or len(names) == columns else out[:, : len(names)].copy()

    def recent(self, persons: np.ndarray) -> tuple[np.ndarray, ...]:
        """The last behaviours of n people, for recall, oldest first: int64 start (n + 1,), int32
        item, int64 ts_ms, float32 strength. Person i owns `start[i]:start[i + 1]`."""
        rows = self._people.known(np.asarray(persons, np.int32))
        start = self.past.recent.newest(rows, self.memory.recent)
        item, ts_ms, kind = (
            self.past.recent.values(name, rows, start) for name in ("item", "ts_ms", "kind")
        )
        return start, item, ts_ms, self._strength[kind]

    def behaviours(self, person: int) -> dict[int, str]:
        """Item row -> the kind of event that says most of it (of equal ones the latest), over
        what `recent` gives of one person, where any speaks for it."""
        rows = self._people.known(np.array([person], np.int32))
        start = self.past.recent.newest(rows, self.memory.recent)
        item, kind = (self.past.recent.values(name, rows, start) for name in ("item", "kind"))
        best: dict[int, int] = {}
        for row, number in zip(item.tolist(), kind.tolist(), strict=True):
            least = self._strength[best[row]] if row in best else 0.0
            if self._strength[number] > 0 and self._strength[number] >= least:
                best[row] = number
        return {row: self._kinds[number] for row, number in best.items()}

    def shown(self, person: int, since_ms: int) -> tuple[np.ndarray, np.ndarray]:
        """int32 items and int64 ts_ms of what lists showed to the person, oldest first."""
        item, ts_ms, _ = self.past.shown.rows(person, since_ms)
        return item, ts_ms

    def done(self, person: int, since_ms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """int32 items, int64 ts_ms and float32 strengths of the person's pairs, oldest first."""
        item, ts_ms, kind = self.past.behaved.rows(person, since_ms)
        return item, ts_ms, self._strength[kind]

    def shown_recently(self, person: int, since_ms: int) -> np.ndarray:
        """int32 items that the person was shown since then (at most `memory.shown_days`)."""
        return self.past.shown.items(person, since_ms, np.ones(len(self._kinds), bool))

    def behaved(
        self, person: int, kinds: tuple[str, ...], since_ms: int | None = None
    ) -> np.ndarray:
        """int32 items that had one of these events with the person (in `memory.behaved_days`)."""
        for kind in kinds:
            if kind not in self._kinds:
                known = did_you_mean(kind, self._kinds)
                raise ConfigError(f"behaved: there is no event kind '{kind}'. {known}")
        taken = np.array([kind in kinds for kind in self._kinds])
        return self.past.behaved.items(person, -(2**62) if since_ms is None else since_ms, taken)

    def warm_up(self) -> None:
        """Compile every kernel now, by work on nothing, so that the first request is fast."""
        none, stamps = np.empty(0, np.int32), np.empty(0, np.int64)
        self.past.warm_up(self._people, self._items)
        columns, writers = self._writers_for(None)
        out = np.empty((0, columns), np.float32)
        self._write([], stamps, np.zeros(1, np.int64), none, writers, out)
        self.recent(none)
        self.shown(-1, 0)

    def pack(self) -> Packed:
        """All of it as plain arrays, so that a server starts without replaying a month."""
        about = {"scene": self.scene.name, "today": self.past.today, "holds": self.past.describe()}
        return Packed(about, self.past.arrays())

    @staticmethod
    def unpack(
        packed: Packed,
        features: tuple[Feature, ...],
        scene: Scene,
        domain: Domain,
        calendar: Calendar,
        people: EntityTable,
        items: EntityTable,
        translate: Mapping[tuple[str, str], np.ndarray] | None = None,
        context_sizes: Mapping[str, int] | None = None,
        memory: Memory | None = None,
        texts: Mapping[tuple[str, str], Vectors] | None = None,
    ) -> OnlineStates:
        """The states that `pack` described, for the same features."""
        states = OnlineStates.start(
            features,
            scene,
            domain,
            calendar,
            people,
            items,
            translate,
            context_sizes,
            memory,
            texts,
        )
        mine = {"scene": scene.name, "holds": states.past.describe()}
        if {name: packed.meta.get(name) for name in mine} != mine:
            raise ArtefactError(
                f"online states of {scene.name}: they were kept for other features, events or "
                "memory than are declared now. Replay the log to build them anew."
            )
        states.past.restore(packed.arrays)
        states.past.today = packed.meta["today"]
        states.past.hold(people.size)
        return states

    def memory_bytes(self) -> int:
        """Bytes held, without the entity tables that were given."""
        return sum(self.memory_by_part().values())

    def memory_by_part(self) -> dict[str, int]:
        """Bytes held by each counter, sequence and so on."""
        held = {part: holder.memory_bytes() for part, holder in self.past.parts()}
        held["parties"] = self._people.memory_bytes() + self._items.memory_bytes()
        return held

    def _writers_for(self, names: tuple[str, ...] | None) -> tuple[int, list[Writer]]:
        """How many columns there are, and who writes them: those asked for, then what else
        derived ones are computed from."""
        wanted = tuple(f.name for f in self.features) if names is None else names
        if wanted not in self._writers:
            by_name = {f.name: f for f in self.features}
            for name in wanted:
                if name not in by_name:
                    known = did_you_mean(name, by_name)
                    raise DataError(f"read: there is no feature '{name}'. {known}")
            needed = with_sources(wanted, self.features)
            features = [by_name[name] for name in wanted]
            features += [f for f in needed if f.name not in wanted]
            self._writers[wanted] = (
                len(features),
                writers_of(
                    features,
                    self.scene,
                    self.past.keyed,
                    self.past.sequences,
                    self._translate,
                    self._texts,
                ),
            )
        return self._writers[wanted]

    def _write(
        self,
        requests: Sequence[Request],
        ts_ms: np.ndarray,
        start: np.ndarray,
        items: np.ndarray,
        writers: list[Writer],
        out: np.ndarray,
    ) -> None:
        start = np.asarray(start, np.int64)
        batch = Batch(
            person=self._people.known(np.array([r.person for r in requests], np.int32)),
            ts_ms=ts_ms,
            start=start,
            request=np.repeat(np.arange(len(requests), dtype=np.int32), np.diff(start)),
            item=self._items.known(np.ascontiguousarray(items, np.int32)),
            context={
                c.name: np.array([r.context.get(c.name, np.nan) for r in requests], np.float64)
                for c in self.scene.context
            },
            people=self._people,
            items=self._items,
            calendar=self.calendar,
        )
        for writer in writers:
            writer.write(batch, out)


def _strength(domain: Domain, kind: str) -> float:
    return 0.0 if kind == EXPOSE else domain.event(kind).strength


def _refuse_missing(
    features: tuple[Feature, ...], texts: Mapping[tuple[str, str], Vectors]
) -> None:
    for f in features:
        if isinstance(f, TextSimilarity):
            for place in (("person", f.person_column), ("item", f.item_column)):
                if place not in texts:
                    raise ConfigError(
                        f"feature '{f.name}': the words of {'.'.join(place)} are not given. "
                        "Start the states with texts=online.texts(features, scene, lake)."
                    )
