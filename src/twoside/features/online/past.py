"""The past: everything that is kept up by what happens, day after day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.features.online.contexts import Contexts
from twoside.features.online.happenings import EXPOSE, Happenings
from twoside.features.online.keyed import Keyed
from twoside.features.online.plan import plan
from twoside.features.online.sequences import SequenceNeed, Sequences
from twoside.features.online.trails import Trails
from twoside.features.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twoside.features.definition import Feature
    from twoside.features.online.history import Timeline
    from twoside.features.online.parties import Party
    from twoside.schema.calendar import Calendar


@dataclass(frozen=True)
class Memory:
    """How much is remembered beyond what the features need."""

    recent: int = 50
    """Behaviours kept of each person, for recall."""
    shown_days: int = 7
    """Days of exposures kept, for the rule that nobody sees the same again and again."""
    behaved_days: int = 90
    """Days of behaviours kept, for rules such as "not what he rejected"."""
    context_days: int = 30
    """Days after which an event no longer finds the context of the exposure it answers."""


class Past:
    """Counters, sequences, trails and contexts that the features and the memory ask for."""

    def __init__(
        self,
        features: tuple[Feature, ...],
        kinds: tuple[str, ...],
        strength: np.ndarray,
        calendar: Calendar,
        memory: Memory,
    ) -> None:
        self._kinds, self._calendar, self._memory = kinds, calendar, memory
        needs = plan(features)
        self.keyed = [Keyed(need, kinds) for need in needs.counters]
        self._parts_of_keys = sorted({part for need in needs.counters for part in need.key})
        self.sequences = self._rings(needs.sequences, strength)
        self.recent = self.sequences[-1]
        """That of recall: all behaviours that say something of taste."""
        shown = np.array([kind == EXPOSE for kind in kinds])
        self.shown = Trails(memory.shown_days, shown)
        self.behaved = Trails(memory.behaved_days, ~shown)
        self.contexts = Contexts(needs.contexts, memory.context_days)
        self.today: int | None = None

    def _rings(self, asked: tuple[SequenceNeed, ...], strength: np.ndarray) -> list[Sequences]:
        """The sequences that features need; the last one is recall's."""
        strong = tuple(sorted(k for k, s in zip(self._kinds, strength, strict=True) if s))
        needs = {need.events: need for need in asked}
        mine = needs.pop(strong, SequenceNeed(strong, 0))
        length = max(self._memory.recent, mine.length, 1)
        recall = SequenceNeed(strong, length, mine.codes, mine.numbers)
        return [Sequences(need, self._kinds) for need in (*needs.values(), recall)]

    def columns_at_events(self, side: str) -> tuple[str, ...]:
        """Columns of the person or item that are remembered with every event."""
        keys = [part.partition(".") for part in self._parts_of_keys]
        columns = {column for owner, _, column in keys if owner == side and column}
        if side == "item":
            needs = [sequence.need for sequence in self.sequences]
            columns |= {name for need in needs for name in (*need.codes, *need.numbers)}
        return tuple(sorted(columns))

    def hold(self, people: int) -> None:
        """Have room for people 0 to people - 1."""
        for holder in (*self.sequences, self.shown, self.behaved):
            holder.hold(people)  # type: ignore[attr-defined]

    def advance(self, day: int) -> None:
        """Begin a day, if it has not begun."""
        if self.today is None:
            self.today = day
        if day <= self.today:
            return
        for keyed in self.keyed:
            keyed.advance(self.today, day)
        self.shown.forget(self._calendar.start_of(day - self._memory.shown_days))
        self.behaved.forget(self._calendar.start_of(day - self._memory.behaved_days))
        self.contexts.forget(day - self._memory.context_days)
        self.today = day

    def add(
        self, rows: Happenings, day: int, people: Party | Timeline, items: Party | Timeline
    ) -> None:
        """Take in what happened on one day, today or before, to known people and items."""
        today = day if self.today is None else self.today
        codes = self._codes(rows, day, people, items)
        for keyed in self.keyed:
            keyed.add(codes, rows.kind, rows.ts_ms, day, today)
        versions = items.at(rows.item, rows.ts_ms)
        for sequence in self.sequences:
            sequence.add(rows, versions, items)
        self.shown.add(rows)
        self.behaved.add(rows)

    def _codes(
        self, rows: Happenings, day: int, people: Party | Timeline, items: Party | Timeline
    ) -> dict[str, np.ndarray]:
        """int32 (n,) codes of every part of a key, as they were when the rows happened."""
        context = self._context_of(rows, day)
        person_at, item_at = people.at(rows.person, rows.ts_ms), items.at(rows.item, rows.ts_ms)
        codes = {}
        for part in self._parts_of_keys:
            side, _, column = part.partition(".")
            if side == "context":
                codes[part] = np.ascontiguousarray(context[:, self.contexts.columns.index(column)])
            elif side == "person":
                codes[part] = people.column(column)[person_at] if column else rows.person
            else:
                codes[part] = items.column(column)[item_at] if column else rows.item
        return codes

    def _context_of(self, rows: Happenings, day: int) -> np.ndarray:
        """Contexts of the exposures themselves, and of those that events answer."""
        if not self.contexts.columns:
            return rows.context
        shown = rows.kind == 0
        self.contexts.add(rows.exposure[shown], rows.context[shown], day)
        return np.where(rows.context == -1, self.contexts.of(rows.exposure, day), rows.context)

    def warm_up(self, people: Party, items: Party) -> None:
        """Compile every kernel by work on nothing."""
        none, stamps = np.empty(0, np.int32), np.empty(0, np.int64)
        contexts = np.empty((0, len(self.contexts.columns)), np.int32)
        rows = Happenings(none, people.known(none), items.known(none), stamps, stamps, contexts)
        self.add(rows, self.today or 0, people, items)
        for keyed in self.keyed:
            keyed.counters.warm_up()
        Slots().claim(np.arange(1024))  # enough to make the table grow

    def parts(self) -> Iterator[tuple[str, Keyed | Sequences | Trails | Contexts]]:
        """Everything that is held, by name."""
        for keyed in self.keyed:
            yield "counter:" + "*".join(keyed.need.key), keyed
        for sequence in self.sequences:
            yield "sequence:" + "+".join(sequence.need.events), sequence
        yield "shown", self.shown
        yield "behaved", self.behaved
        yield "contexts", self.contexts

    def arrays(self) -> dict[str, np.ndarray]:
        """Everything to store, by name."""
        return {f"{part}/{name}": a for part, held in self.parts() for name, a in held.arrays()}

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        for part, held in self.parts():
            lead = f"{part}/"
            held.restore({n.removeprefix(lead): a for n, a in arrays.items() if n.startswith(lead)})

    def describe(self) -> dict[str, object]:
        """What is held, as JSON values, to compare with what is stored."""
        return {
            "kinds": list(self._kinds),
            "contexts": list(self.contexts.columns),
            "counters": [
                [
                    list(n.key),
                    [[list(e), days] for e, days in n.sums],
                    [list(e) for e in n.lasts],
                    [[list(e), days] for e, days in n.active],
                ]
                for n in (keyed.need for keyed in self.keyed)
            ],
            "sequences": [
                [list(n.events), n.length, list(n.codes), list(n.numbers)]
                for n in (sequence.need for sequence in self.sequences)
            ],
        }
