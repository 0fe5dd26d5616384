"""What a day will like: people who behave positively on a later day, asked for at its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.metrics.topn import Truth
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared


@dataclass(frozen=True)
class Questions:
    """n questions in order of (day, person): who asks at the start of which day, and what he
    will like on it."""

    person: np.ndarray
    """int32 (n,)"""
    day: np.ndarray
    """int32 (n,)"""
    now_ms: np.ndarray
    """int64 (n,): the start of the day"""
    truth: Truth
    """The items of each question: those that were open when training ended."""

    def __len__(self) -> int:
        return len(self.person)

    def right(self, n: int) -> np.ndarray:
        """int32: the items of the n-th question."""
        return self.truth.item[self.truth.start[n] : self.truth.start[n + 1]]

    def some(self, most: int, seed: int) -> Questions:
        """At most so many of them, drawn by the seed."""
        if len(self) <= most:
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), most, replace=False))
        right = [self.right(n) for n in chosen.tolist()]
        rows = np.repeat(np.arange(most), [len(items) for items in right])
        truth = Truth.of(rows, np.concatenate(right), most)
        return Questions(self.person[chosen], self.day[chosen], self.now_ms[chosen], truth)


def questions(declared: Declared, is_open: np.ndarray, days: list[int], enough: int) -> Questions:
    """Of the first of `days`; of further days too until there are `enough` questions.

    A busy log answers with its next day alone; one with few people a day needs a week.
    """
    found: list[tuple[np.ndarray, np.ndarray]] = []
    used: list[int] = []
    for day in days:
        if sum(len(np.unique(person)) for person, _ in found) >= enough:
            break
        found.append(_liked(declared, is_open, day))
        used.append(day)
    person = np.concatenate([person for person, _ in found])
    if not len(person):
        raise DataError(
            f"{declared.name}: nobody liked anything on {iso(days[0])} to {iso(used[-1])} in "
            f"{declared.lake.root}. Train until another day."
        )
    days_of = np.repeat(np.array(used, np.int64), [len(person) for person, _ in found])
    asked, row = np.unique(days_of << 32 | person, return_inverse=True)
    start_of = np.array([declared.lake.calendar.start_of(d) for d in (asked >> 32).tolist()])
    item = np.concatenate([item for _, item in found])
    return Questions(
        person=(asked & 0xFFFFFFFF).astype(np.int32),
        day=(asked >> 32).astype(np.int32),
        now_ms=start_of.astype(np.int64),
        truth=Truth.of(row, item, len(asked)),
    )


def _liked(declared: Declared, is_open: np.ndarray, day: int) -> tuple[np.ndarray, np.ndarray]:
    """int64 people and int32 items of the positive behaviours of a day."""
    lake = declared.lake
    end = lake.calendar.start_of(day + 1)
    rows = lake.behaviours(declared.domain, declared.scene.name, day, end)
    rows = rows.where((rows.strength > 0) & (rows.item < len(is_open)))
    rows = rows.where(is_open[rows.item])
    return rows.person.astype(np.int64), rows.item


def strengths(declared: Declared, asked: Questions) -> np.ndarray:
    """float64 (total,): the strongest behaviour towards each right item on the day asked."""
    lake, found = declared.lake, np.zeros(len(asked.truth.item))
    owner = np.repeat(np.arange(len(asked)), np.diff(asked.truth.start))
    for day in np.unique(asked.day).tolist():
        end = lake.calendar.start_of(day + 1)
        log = lake.behaviours(declared.domain, declared.scene.name, day, end)
        log = log.where(log.strength > 0)
        rows = np.flatnonzero(asked.day[owner] == day)
        pairs = asked.person[owner[rows]].astype(np.int64) << 32 | asked.truth.item[rows]
        order = np.argsort(pairs)
        done = log.person.astype(np.int64) << 32 | log.item
        at = np.minimum(np.searchsorted(pairs[order], done), max(len(rows) - 1, 0))
        known = pairs[order][at] == done if len(rows) else np.zeros(len(done), bool)
        np.maximum.at(found, rows[order][at[known]], log.strength[known])
    return found
