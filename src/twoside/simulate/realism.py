"""How a log looks from outside, so that a world's log can be laid beside a real one.

All figures come from the lake's own tables, so the same function reads a real log and a made one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from twoside.metrics.gini import gini
from twoside.metrics.sessions import session_starts
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Realism:
    """Figures of one scene over some days."""

    exposures: int
    people: int
    items: int
    positive_rate: float
    """Share of exposures that were followed by the positive behaviour."""
    item_gini: float
    """Of positive behaviours over the items that were shown: 0 all alike, 1 one has all."""
    top_items: float
    """Share of positive behaviours that the most popular 1 % of shown items have."""
    activity_spread: float
    """Deviation of the log of exposures a person."""
    top_people: float
    """Share of exposures that the most active 10 % of people have."""
    sessions_a_day: float
    """Sessions of a person on a day on which there is one."""
    session_items: float
    """Exposures in a session, mean."""
    repeats: float
    """Share of exposures whose pair was shown before."""
    rate_by_position: tuple[float, ...]
    """Positive rate of positions 0, 1, 2 ...; NaN where nothing was shown."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def realism(
    exposures: pa.Table, events: pa.Table, scene: str, positive: str, positions: int = 20
) -> Realism:
    """Figures of a scene from the lake's day tables; `positive` is an event kind (view, click)."""
    shown = exposures.filter(pc.equal(exposures["scene"], scene))
    wanted = pc.and_(pc.equal(events["scene"], scene), pc.equal(events["kind"], positive))
    liked = events.filter(wanted)
    person, item = shown["person"].to_numpy(), shown["item"].to_numpy()
    ts_ms = shown["ts_ms"].to_numpy()
    good = np.isin(shown["exposure_id"].to_numpy(), liked["exposure_id"].to_numpy())
    by_item = _counts(liked["item"].to_numpy(), np.unique(item))
    by_person = np.unique(person, return_counts=True)[1]
    sessions, person_days = count_sessions(person, ts_ms)
    return Realism(
        exposures=len(person),
        people=len(by_person),
        items=len(by_item),
        positive_rate=float(good.mean()) if len(good) else float("nan"),
        item_gini=gini(by_item),
        top_items=top_share(by_item, 0.01),
        activity_spread=float(np.log(by_person).std()) if len(by_person) else float("nan"),
        top_people=top_share(by_person, 0.10),
        sessions_a_day=sessions / max(person_days, 1),
        session_items=len(person) / max(sessions, 1),
        repeats=repeat_share(person, item),
        rate_by_position=rate_by_position(shown["position"].to_numpy(), good, positions),
    )


def top_share(counts: np.ndarray, part: float) -> float:
    """Share of the total that the largest `part` of counts (at least one of them) has."""
    ordered = np.sort(np.asarray(counts, np.float64))[::-1]
    if not len(ordered) or ordered.sum() == 0:
        return float("nan")
    return float(ordered[: max(1, round(part * len(ordered)))].sum() / ordered.sum())


def count_sessions(person: np.ndarray, ts_ms: np.ndarray) -> tuple[int, int]:
    """(sessions, pairs of a person and a UTC day with at least one start of a session)."""
    who, when = session_starts(person, ts_ms)
    days = np.stack([who.astype(np.int64), when // DAY_MS])
    return len(who), np.unique(days, axis=1).shape[1]


def repeat_share(person: np.ndarray, item: np.ndarray) -> float:
    """Share of exposures whose pair had been shown before."""
    if not len(person):
        return float("nan")
    pairs = person.astype(np.int64) << 32 | item.astype(np.int64)
    return 1.0 - len(np.unique(pairs)) / len(pairs)


def rate_by_position(position: np.ndarray, good: np.ndarray, positions: int) -> tuple[float, ...]:
    """Share of `good` (bool) at each of the first positions; NaN where nothing was shown."""
    inside = (position >= 0) & (position < positions)
    shown = np.bincount(position[inside], minlength=positions)
    liked = np.bincount(position[inside], weights=good[inside], minlength=positions)
    return tuple(float(a / b) if b else float("nan") for a, b in zip(liked, shown, strict=True))


def _counts(values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """How often each of `among` (sorted, unique) occurs in `values`, zeros too."""
    at = np.searchsorted(among, values)
    known = at < len(among)
    known[known] = among[at[known]] == values[known]
    return np.bincount(at[known], minlength=len(among))
