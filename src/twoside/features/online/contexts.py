"""The context of recent exposures, so that an event finds that of the exposure it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.features.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Contexts:
    """exposure_id -> context codes, for the last `days` days."""

    def __init__(self, columns: tuple[str, ...], days: int) -> None:
        self.columns = columns
        self.days = days
        self._slots = Slots()
        self._codes = np.empty((0, len(columns)), np.int32)
        self._day = np.empty(0, np.int32)

    def add(self, exposure: np.ndarray, codes: np.ndarray, day: int | np.ndarray) -> None:
        """n exposures: int64 ids, int32 (n, columns) codes, their day or days."""
        slots = self._slots.claim(exposure)
        more = self._slots.used - len(self._day)
        if more > 0:
            more = max(more, len(self._day) // 2)
            self._codes = np.concatenate([self._codes, np.empty((more, codes.shape[1]), np.int32)])
            self._day = np.concatenate([self._day, np.empty(more, np.int32)])
        keep = slots >= 0
        self._codes[slots[keep]] = codes[keep]
        self._day[slots[keep]] = day if isinstance(day, int) else day[keep]

    def of(self, exposure: np.ndarray, day: int) -> np.ndarray:
        """int32 (n, columns) for events of a day; -1 where the exposure is not known, or was
        more than `days` days before."""
        slots = self._slots.find(exposure)
        codes = np.full((len(exposure), len(self.columns)), -1, np.int32)
        found = np.flatnonzero(slots >= 0)
        found = found[self._day[slots[found]] >= day - self.days]
        codes[found] = self._codes[slots[found]]
        return codes

    def forget(self, before_day: int) -> None:
        """Drop exposures of earlier days, once they are half of all."""
        day = self._day[: self._slots.used]
        keep = day >= before_day
        if 2 * keep.sum() > len(day) or not len(day):
            return
        keys = self._slots.keys()[keep]
        codes, day = self._codes[: len(keep)][keep], day[keep]
        self._slots = Slots()
        self._codes, self._day = self._codes[:0], self._day[:0]
        self.add(keys, codes, day)

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Everything to store, by name."""
        used = self._slots.used
        yield "exposure", self._slots.keys()
        yield "codes", self._codes[:used]
        yield "day", self._day[:used]

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        self.add(arrays["exposure"], arrays["codes"], arrays["day"])

    def memory_bytes(self) -> int:
        """Bytes held."""
        return int(self._slots.memory_bytes() + self._codes.nbytes + self._day.nbytes)
