"""One scene as the server holds it: the funnel with its live state, ids, and its logs summed up."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ArtefactError, DataError
from twoside.funnel.learned import published
from twoside.funnel.live import live_states
from twoside.funnel.pipeline import Funnel
from twoside.funnel.summary import summed_up
from twoside.schema.calendar import DAY_MS
from twoside.schema.request import Request
from twoside.server.attributes import Attributes
from twoside.server.service import Served
from twoside.server.taken_in import TakenIn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twoside.features.online import OnlineStates
    from twoside.funnel.learn import Declared
    from twoside.funnel.learned import Learned
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.explanation import Explanation
    from twoside.schema.item_map import ItemMap
    from twoside.schema.progress import Steps
    from twoside.schema.reasons import RecallReasons
    from twoside.schema.request import Candidates
    from twoside.server.service import ExternalId
    from twoside.store.artefacts import Artefacts
    from twoside.store.numbering import Numbering


class LiveScene:
    """A published funnel that lives on. All its methods may be called from any thread."""

    def __init__(
        self, declared: Declared, artefacts: Artefacts, wall_ms: int, ranker: str, steps: Steps
    ) -> None:
        """Loads all; a missing or corrupt artefact is an `ArtefactError` that names it.

        `wall_ms` is now; `ranker` names the rank model that serves, the first one if empty.
        """
        self.declared, self._artefacts, self._ranker = declared, artefacts, ranker
        self._lock = Lock()
        self._taken_in = TakenIn(declared.lake.root, declared.scene)
        settings, learned, self.version = published(declared.name, artefacts)
        days = declared.lake.days("exposures")
        self._end_ms = declared.lake.calendar.start_of(days[-1] + 1) if days else wall_ms
        # A log that ended long ago goes on from its end; see `Service.now_ms`.
        self._behind_ms = max(0, wall_ms - self._end_ms) if _is_old(self._end_ms, wall_ms) else 0
        now_ms = self.now_ms(wall_ms)
        with steps(f"{declared.name}: live state") as tick:
            states = live_states(declared, self._end_ms, tick)
            states.update(*self._taken_in.read(self._end_ms))
        with steps(f"{declared.name}: logs"):
            self.log = summed_up(declared)
        with steps(f"{declared.name}: warm up"):
            self._funnel = self._ready(settings, learned, self.version, states, now_ms)
        self._read_ids(now_ms)

    def now_ms(self, wall_ms: int) -> int:
        """The moment in which this scene lives."""
        return wall_ms - self._behind_ms

    def is_stale(self) -> bool:
        """Has another version been made current?"""
        return self._artefacts.current(self.declared.name) != self.version

    def reload(self, wall_ms: int) -> None:
        """Load what is current, then swap it in. The live state goes on: it knows events that
        no file has. On error nothing has changed."""
        settings, learned, version = published(self.declared.name, self._artefacts)
        now_ms = self.now_ms(wall_ms)
        with self._lock:
            funnel = self._ready(settings, learned, version, self._funnel.states, now_ms)
            self._funnel, self.version = funnel, version
        self._read_ids(now_ms)

    def _ready(
        self,
        settings: FunnelSettings,
        learned: Learned,
        version: str,
        states: OnlineStates,
        now_ms: int,
    ) -> Funnel:
        """A funnel that has made its first lists: kernels are compiled, memory is touched."""
        lake, scene = self.declared.lake, self.declared.scene
        people, items = (lake.entity_table(kind, now_ms) for kind in (scene.person, scene.item))
        known = int(people.open_rows().argmax()) if people.size else -1
        try:
            funnel = Funnel(learned, settings, states, people, items, self._ranker)
            for person in (known, -1):
                request = Request(person, now_ms, settings.length)
                for number in (1, 2):
                    funnel.serve([request] * number)
        except (DataError, KeyError) as error:
            raise ArtefactError(
                f"artefact {self.declared.name} {version}: it does not fit what is declared now. "
                f"Train it again, or roll back. {error}"
            ) from None
        return funnel

    def _read_ids(self, now_ms: int) -> None:
        lake, scene = self.declared.lake, self.declared.scene
        kinds = {scene.person, scene.item}
        self._rows: dict[str, Numbering] = {kind: lake.rows(kind) for kind in kinds}
        # A plain list and dictionary: a few ids are 50 times faster than through Arrow.
        self._ids = {kind: numbering.words.to_pylist() for kind, numbering in self._rows.items()}
        self._row_of = {
            kind: {word: row for row, word in enumerate(ids)} for kind, ids in self._ids.items()
        }
        self._words = {
            column.name: lake.vocabulary(column.name)
            for column in scene.context
            if column.type == "category"
        }
        self._attributes = {
            kind: Attributes(lake, self.declared.domain, kind, now_ms) for kind in kinds
        }
        for attributes in self._attributes.values():
            attributes.of([0], "en")  # reads the words now, not for the first visitor

    def row(self, kind: str, external: ExternalId) -> int:
        """-1 for one that the lake does not know."""
        return self._row_of[kind].get(str(external), -1)

    def externals(self, kind: str, rows: np.ndarray) -> Sequence[str]:
        """Ids of rows."""
        words = self._ids[kind]
        return [words[row] for row in rows.tolist()]

    def context(self, given: Mapping[str, float | str]) -> dict[str, float]:
        """Numbers as they are, words as codes; a whole number may be a word too (tab 1)."""
        found = {}
        for name, value in given.items():
            words = self._words.get(name)
            if words is None:
                found[name] = float(value)
                continue
            whole = isinstance(value, float) and value.is_integer()
            found[name] = float(words.of([str(int(value)) if whole else str(value)])[0])
        return found

    def serve(self, requests: Sequence[Request]) -> Served:
        """Lists for a batch."""
        with self._lock:
            trace = self._funnel.trace(requests)
            return Served(trace.slates, self.version, trace.milliseconds)

    def explain(self, request: Request) -> Explanation:
        """One list with its story."""
        with self._lock:
            return self._funnel.explain(request)

    def reasons(self, request: Request) -> RecallReasons:
        """What recall finds for one request, and why."""
        with self._lock:
            return self._funnel.reasons(request)

    def near(self, item: int, most: int) -> Mapping[str, Candidates]:
        """What each channel holds near to an item. Learned arrays do not change: no list waits."""
        return self._funnel.near(item, most)

    def maps(self, most: int) -> Mapping[str, ItemMap]:
        """Items by their vectors."""
        return self._funnel.maps(most)

    def record(self, exposures: pa.Table, events: pa.Table) -> None:
        """Keep, then let the live state know."""
        self._taken_in.write(exposures, events)
        with self._lock:
            self._funnel.update(exposures, events)

    def attributes(self, kind: str) -> Attributes:
        """Entities of a kind in words."""
        return self._attributes[kind]

    def people(self, limit: int) -> list[str]:
        """Those who did something last, one of them each, then some who never did."""
        lake, scene = self.declared.lake, self.declared.scene
        days = lake.days("events")
        rows: list[int] = []
        if days:
            last = lake.read("events", days[-1], days[-1], ["person"], scene.name)
            rows = list(dict.fromkeys(reversed(last["person"].to_pylist())))[: limit - 1]
        silent = np.setdiff1d(np.arange(min(len(self._rows[scene.person]), 5_000)), rows)
        rows += silent[: limit - len(rows)].tolist()
        return list(self.externals(scene.person, np.array(rows, np.int32)))


def _is_old(end_ms: int, wall_ms: int) -> bool:
    """More than two days without a log: this is no market that goes on."""
    return wall_ms - end_ms > 2 * DAY_MS
