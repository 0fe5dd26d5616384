"""How alike the candidate is to what the person turned to lately, over several columns at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class RecentSimilarity:
    """The mean or the largest similarity of the candidate to the items of the person's last `last`
    behaviours among `events` (a sequence as in `sequence`, its items as they were then).

    Two items are as similar as the share of the category `columns` known of both in which they
    agree; a behaviour with which no column can be compared is left out. NaN when none is left.
    Source: Gower 1971, "A General Coefficient of Similarity and Some of Its Properties",
    Biometrics 27, for qualitative characters of equal weight.
    """

    name: str
    events: tuple[str, ...]
    last: int
    columns: tuple[str, ...]
    how: Literal["mean", "max"]
    meaning: str = ""
    unit: str = "share"
    days: int | None = None
