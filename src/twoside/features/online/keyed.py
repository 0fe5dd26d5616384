"""The counters of one key, with the way from the parts of the key to a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.features.online.counters import Counters
from twoside.features.online.slots import Slots, pair_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twoside.features.online.batch import Batch
    from twoside.features.online.counters import CounterNeed
    from twoside.features.online.happenings import Happenings
    from twoside.features.online.parties import Party


class Keyed:
    """A key of one part: its code is the slot. More parts: chained hash tables of pairs."""

    def __init__(
        self, need: CounterNeed, kinds: tuple[str, ...], contexts: tuple[str, ...]
    ) -> None:
        self.need = need
        self.counters = Counters(need, kinds)
        self._contexts = contexts
        self._chain = [Slots() for _ in need.key[1:]]

    def add(self, rows: Happenings, people: Party, items: Party, day: int, today: int) -> None:
        """Count happenings of one day, with known persons and items."""
        slots = self._code_then(self.need.key[0], rows, people, items)
        for part, table in zip(self.need.key[1:], self._chain, strict=True):
            slots = table.claim(pair_keys(slots, self._code_then(part, rows, people, items)))
        self.counters.hold(self._chain[-1].used if self._chain else int(slots.max(initial=-1)) + 1)
        self.counters.add(slots, rows.kind, rows.ts_ms, day, today)

    def _code_then(self, part: str, rows: Happenings, people: Party, items: Party) -> np.ndarray:
        side, _, column = part.partition(".")
        if side == "context":
            return np.ascontiguousarray(rows.context[:, self._contexts.index(column)])
        if side == "person":
            return people.codes(column, rows.person)
        return items.codes(column, rows.item)

    def slots(self, batch: Batch) -> np.ndarray:
        """int32 (total,) slots of the candidates; -1 for what has no history."""
        slots, whole = batch.code(self.need.key[0])
        for part, table in zip(self.need.key[1:], self._chain, strict=True):
            codes, request_wide = batch.code(part)
            if whole and not request_wide:
                slots, whole = slots[batch.request], False
            elif request_wide and not whole:
                codes = codes[batch.request]
            slots = table.find(pair_keys(slots, codes))
        return slots[batch.request] if whole else slots

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Everything to store, by name."""
        for n, table in enumerate(self._chain):
            yield f"keys{n}", table.keys()
        yield from self.counters.arrays()

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        self._chain = [Slots.of(arrays[f"keys{n}"]) for n in range(len(self._chain))]
        self.counters.restore(arrays)

    def memory_bytes(self) -> int:
        """Bytes held."""
        return self.counters.memory_bytes() + sum(table.memory_bytes() for table in self._chain)
