"""The counters of one key, with the way from the parts of the key to a slot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.online.counters import Counters
from twoside.features.slots import Slots, pair_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twoside.features.online.batch import Batch
    from twoside.features.online.counters import CounterNeed


@njit(cache=True, nogil=True)
def _top(slots: np.ndarray) -> int:
    top = -1
    for i in range(slots.size):
        top = max(top, slots[i])
    return top


class Keyed:
    """A key of one part: its code is the slot. More parts: chained hash tables of pairs."""

    def __init__(self, need: CounterNeed, kinds: tuple[str, ...]) -> None:
        self.need = need
        self.counters = Counters(need, kinds)
        self._chain = [Slots() for _ in need.key[1:]]

    def add(
        self,
        codes: Mapping[str, np.ndarray],
        kinds: np.ndarray,
        ts_ms: np.ndarray,
        day: int,
        today: int,
    ) -> None:
        """Count n happenings of one day; `codes` has int32 (n,) for every part of the key."""
        slots = codes[self.need.key[0]]
        for part, table in zip(self.need.key[1:], self._chain, strict=True):
            slots = table.claim(pair_keys(slots, codes[part]))
        self.counters.hold(self._chain[-1].used if self._chain else _top(slots) + 1)
        self.counters.add(slots, kinds, ts_ms, day, today)

    def advance(self, today: int, to_day: int) -> None:
        """Begin a new day. Pairs whose windows are all empty are forgotten, once they are most."""
        self.counters.advance(today, to_day)
        if not self._chain or not self.counters.forgets:
            return
        alive = self.counters.alive()
        if 2 * np.count_nonzero(alive) < len(alive):
            self._chain[-1] = Slots.of(self._chain[-1].keys()[alive])
            self.counters.keep(alive)

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
