"""Day-to-day retention: of those who first came on a day, who comes again N days later?

The cohort of a day is who came then and on no earlier day of the cube. On the first days of a log
nearly everybody is new, so early cohorts hold old friends too: read the later ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.bi.cells import group_key, visits

if TYPE_CHECKING:
    from twoside.bi.ask import Cube

AFTER = (1, 3, 7)
"""Days after the first."""


@dataclass(frozen=True)
class Retention:
    """Cohorts in order of their first day. Arrays are int64."""

    days: tuple[int, ...]
    """First day of each cohort"""
    sizes: np.ndarray
    """(cohorts,) people"""
    after: tuple[int, ...]
    back: np.ndarray
    """(cohorts, after) people who came on exactly that day; -1 if the cube has no such day"""

    def share(self, n: int) -> float:
        """Of all cohorts whose n-th day after has come, the share who came back then; NaN if
        there is none."""
        column = self.back[:, self.after.index(n)]
        known = column >= 0
        size = int(self.sizes[known].sum())
        return float(column[known].sum() / size) if size else float("nan")


def retention(
    cube: Cube,
    first_day: int,
    last_day: int,
    after: tuple[int, ...] = AFTER,
    until: int | None = None,
) -> Retention:
    """The cohorts of a range of days; who came before is looked up in the whole cube. With
    `until`, nothing after that day is known yet: a report of a day stays as it was."""
    built = [day for day in cube.days() if until is None or day <= until]
    key = visits(cube.book)
    rows = cube.source.read("members", built[0], built[-1], group_key(()), [key])
    lists = rows["members"].combine_chunks()
    came = dict(zip(rows["day"].to_pylist(), lists, strict=True))
    people = {day: _members(came, day) for day in built}
    known = np.zeros(1 + max((p.max(initial=-1) for p in people.values()), default=-1), bool)
    days, sizes, back = [], [], []
    for day in built:
        new = people[day][~known[people[day]]]
        known[people[day]] = True
        if not first_day <= day <= last_day:
            continue
        days.append(day)
        sizes.append(len(new))
        back.append(
            [len(np.intersect1d(new, people[day + n])) if day + n in people else -1 for n in after]
        )
    counts = np.array(back, np.int64).reshape(-1, len(after))
    return Retention(tuple(days), np.array(sizes, np.int64), after, counts)


def _members(came: dict[int, object], day: int) -> np.ndarray:
    found = came.get(day)
    return np.array(found.as_py() if found is not None else [], np.int64)  # type: ignore[attr-defined]
