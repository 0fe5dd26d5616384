"""What a learned merge says of itself: whom it asks, whom not and why, and what that brought."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ChannelWorth:
    """One channel for one kind of people."""

    kind: str
    """Kind of people; "all" for those of whom the kind is not known."""
    channel: str
    snake: float
    """Items of its that stand in a list merged in turn, on average."""
    budget: int
    """Items asked of it now; 0: it is not asked."""
    worth: float
    """Recall of all channels less recall without this one, at the same total: at the moment when
    it was decided on, among those that were still there. NaN if nobody was there to measure."""
    low: float
    """95 % interval, paired over people."""
    high: float
    ms: float
    """What asking it costs for one person."""
    refused: str = ""
    """Why it is not asked; empty if it is."""


@dataclass(frozen=True)
class MergeGain:
    """One figure of the merged list, cross-fitted, beside the list merged in turn."""

    figure: str
    """`recall@1000`, `ndcg@10`, ..."""
    snake: float
    learned: float
    best_channel: str
    best: float
    """What the best channel has alone."""
    low: float
    """95 % interval of learned - snake, paired over people."""
    high: float
    p: float
    """Two-sided; not below 1 / draws."""
    over_best: tuple[float, float] = (float("nan"), float("nan"))
    """95 % interval of learned - best."""


@dataclass(frozen=True)
class MergeReport:
    """On the people of the validation days."""

    people: Mapping[str, int]
    """By kind"""
    channels: tuple[ChannelWorth, ...]
    gains: tuple[MergeGain, ...]

    @property
    def refused(self) -> Mapping[str, str]:
        """Channel -> why, of those that are asked for nobody."""
        asked = {row.channel for row in self.channels if row.budget}
        return {
            row.channel: row.refused
            for row in self.channels
            if row.channel not in asked and row.kind == "all"
        }

    def as_json(self) -> dict[str, Any]:
        """Plain values; `of_json` reads them."""
        return {
            "people": dict(self.people),
            "channels": [asdict(row) for row in self.channels],
            "gains": [asdict(row) for row in self.gains],
        }

    @staticmethod
    def of_json(told: Mapping[str, Any]) -> MergeReport:
        """From `as_json`."""
        return MergeReport(
            dict(told["people"]),
            tuple(ChannelWorth(**row) for row in told["channels"]),
            tuple(
                MergeGain(**{**row, "over_best": tuple(row["over_best"])}) for row in told["gains"]
            ),
        )
