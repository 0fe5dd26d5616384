"""The past of a key in plain Python: what a stream processor keeps, one state a key.

    keeps = keeps_of(features)
    for keep in keeps:                              # an event counts for one key of each
        key = keep.key_of(event)
        if key is not None:
            update(states.setdefault((keep, key), State()), event, keep, calendar)
    value = read(feature, state, keep, now, calendar)

Only the standard library: the same file runs in a Flink or Kafka worker that has no numpy. A state
is dicts, lists and numbers, so any store can hold it. What needs no past (attributes, distances,
matches, texts) is a function of the request and not here; `features.online` has everything, for
one process at speed, and the offline engines the same definitions. Derived features are quotients
of two others (`features.derived`).

Events of a key come in order of time, or late; a request is not earlier than the events before it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from math import isnan, nan
from typing import TYPE_CHECKING, Any, TypeAlias

from twoside.features.definition import Recent, recent_columns
from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twoside.features.definition import Feature
    from twoside.schema.calendar import Calendar

Statistic: TypeAlias = Count | Rate | Since | ActiveDays
Past: TypeAlias = Statistic | Recent
"""The kinds that read a past."""


@dataclass(frozen=True)
class Event:
    """An exposure or a behaviour, with what the two parties said then."""

    ts_ms: int
    kind: str
    id: int
    said: Mapping[str, float]
    """The parts of keys and the item's columns: "person" and "item" are rows, "item.title",
    "person.city", "context.tab" codes or numbers. A code that is not known is -1 or missing, a
    number NaN"""
    later: bool = True
    """Behaviours come after exposures of the same moment."""


@dataclass(frozen=True)
class Keep:
    """What is kept of each value of a key."""

    key: tuple[str, ...]
    events: frozenset[str]
    """The kinds that count for it"""
    days: int
    """How many whole days are kept one by one: the longest window"""
    ever: bool = False
    """Whether what is older is kept as one number"""
    steps: int = 0
    """How many of the last behaviours are kept; 0: counts and last times instead"""
    columns: tuple[str, ...] = ()
    """Of the items of those behaviours"""

    def key_of(self, said: Mapping[str, float]) -> tuple[int, ...] | None:
        """The key that something counts for or asks about; None if a part is not known."""
        parts = tuple(int(said.get(part, -1)) for part in self.key)
        return None if min(parts) < 0 else parts


@dataclass
class State:
    """Of one key. Empty is right for a key that was never seen."""

    days: dict[int, dict[str, int]] = field(default_factory=dict)
    """Day -> kind -> count, of moments that have passed"""
    ever: dict[str, int] = field(default_factory=dict)
    """Kind -> count, of days that are kept no more"""
    last: dict[str, int] = field(default_factory=dict)
    """Kind -> ms"""
    now: list[tuple[int, str]] = field(default_factory=list)
    """(ms, kind) of the newest moment, which is not before a request of that moment"""
    steps: list[tuple[int, bool, int, dict[str, float]]] = field(default_factory=list)
    """(ms, later, id, columns of the item) of the last behaviours, in order"""


def keeps_of(features: Iterable[Feature]) -> dict[Past, Keep]:
    """What has to be kept for each of those features that read a past; features share it."""
    past = [f for f in features if isinstance(f, Past)]
    groups: dict[Any, list[Past]] = {}
    for f in past:
        groups.setdefault(_group(f), []).append(f)
    found: dict[Past, Keep] = {}
    for group, members in groups.items():
        days = max((f.days for f in members if f.days is not None), default=0)
        ever = any(f.days is None for f in members)
        if group[0] == "steps":
            back = [f.back if isinstance(f, RecentValue) else f.last for f in members]  # type: ignore[union-attr]
            columns = {c for f in members for c in recent_columns(f)}  # type: ignore[arg-type]
            names = tuple(sorted(columns))
            keep = Keep(("person",), frozenset(group[1]), days, ever, max(back), names)
        else:
            keep = Keep(group[1], frozenset(k for f in members for k in _kinds(f)), days, ever)
        found |= dict.fromkeys(members, keep)
    return found


def update(state: State, event: Event, keep: Keep, calendar: Calendar) -> None:
    """Take an event into the state of its key."""
    if event.kind not in keep.events:
        return
    if keep.steps:
        _push(state, event, keep)
        return
    _pass(state, event.ts_ms, keep, calendar)
    state.now.append((event.ts_ms, event.kind))


def read(
    f: Past, state: State, said: Mapping[str, float], now_ms: int, calendar: Calendar
) -> float:
    """A feature at a moment, out of the state of its key; `said` is as in `Event`, of the pair
    that is asked. What happened at that moment or after it is not in it."""
    if isinstance(f, Recent):
        return _recent(f, _last_steps(f, state, now_ms, calendar), said)
    today = calendar.day_of(now_ms)
    first = today - f.days if f.days is not None else None
    passed = [(calendar.day_of(ts), ts, kind) for ts, kind in state.now if ts < now_ms]
    waiting = [(day, ts, kind) for day, ts, kind in passed if first is None or day >= first]
    match f:
        case Count():
            return float(_count(state, waiting, f.events, first, today))
        case Rate():
            above = _count(state, waiting, f.events, first, today) + f.weight * f.prior
            return above / (_count(state, waiting, f.over, first, today) + f.weight)
        case ActiveDays():
            days = {day for day, _, kind in waiting if kind in f.events}
            for day, counts in state.days.items():
                if today - f.days <= day <= today and any(kind in counts for kind in f.events):
                    days.add(day)
            return float(len(days))
        case Since():
            known = [state.last[kind] for kind in f.events if kind in state.last]
            known += [ts for _, ts, kind in waiting if kind in f.events]
            last = max(known, default=None)
            if last is None or (first is not None and last < calendar.start_of(first)):
                return nan
            return (now_ms - last) / HOUR_MS


def _group(f: Past) -> tuple[Any, ...]:
    if isinstance(f, Recent):
        return "steps", tuple(sorted(set(f.events)))
    return "counts", tuple(sorted(set(f.key)))


def _kinds(f: Past) -> tuple[str, ...]:
    return (*f.events, *f.over) if isinstance(f, Rate) else f.events


def _pass(state: State, ts_ms: int, keep: Keep, calendar: Calendar) -> None:
    """Count what came before a moment, and let go of days that no window reaches any more."""
    waiting = []
    for ts, kind in state.now:
        if ts >= ts_ms:
            waiting.append((ts, kind))
            continue
        day = calendar.day_of(ts)
        if day not in state.days:
            state.days[day] = {}
            _let_go(state, max(state.days), keep)
        if day in state.days:
            state.days[day][kind] = state.days[day].get(kind, 0) + 1
        elif keep.ever:
            state.ever[kind] = state.ever.get(kind, 0) + 1
        state.last[kind] = max(state.last.get(kind, ts), ts)
    state.now = waiting


def _let_go(state: State, newest: int, keep: Keep) -> None:
    for day in [day for day in state.days if day < newest - keep.days]:
        counts = state.days.pop(day)
        if keep.ever:
            for kind, n in counts.items():
                state.ever[kind] = state.ever.get(kind, 0) + n


def _count(
    state: State,
    waiting: Sequence[tuple[int, int, str]],
    events: Sequence[str],
    first: int | None,
    today: int,
) -> int:
    kinds = set(events)
    total = sum(kind in kinds for _, _, kind in waiting)
    if first is None:
        total += sum(state.ever.get(kind, 0) for kind in kinds)
    for day, counts in state.days.items():
        if (first is None or day >= first) and day <= today:
            total += sum(counts.get(kind, 0) for kind in kinds)
    return total


def _push(state: State, event: Event, keep: Keep) -> None:
    columns = {
        column: event.said.get(column if column == "item" else f"item.{column}", -1)
        for column in keep.columns
    }
    insort(state.steps, (event.ts_ms, event.later, event.id, columns), key=lambda step: step[:3])
    # Requests of the newest moment see only what came before it.
    before = bisect_left(state.steps, state.steps[-1][0], key=lambda step: step[0])
    del state.steps[: max(0, before - keep.steps)]


def _last_steps(f: Recent, state: State, now_ms: int, calendar: Calendar) -> list[dict[str, float]]:
    """The columns of the items of the last behaviours, the oldest first."""
    end = bisect_left(state.steps, now_ms, key=lambda step: step[0])
    first = 0
    if f.days is not None:
        since = calendar.start_of(calendar.day_of(now_ms)) - f.days * DAY_MS
        first = bisect_left(state.steps, since, key=lambda step: step[0])
    steps = f.back if isinstance(f, RecentValue) else f.last
    return [step[3] for step in state.steps[max(first, end - steps) : max(first, end)]]


def _recent(f: Recent, past: Sequence[Mapping[str, float]], said: Mapping[str, float]) -> float:
    def mine(column: str) -> float:
        return said.get(column if column == "item" else f"item.{column}", -1)

    match f:
        case RecentValue():
            return float(past[0][f.column]) if len(past) == f.back else -1.0
        case RecentShare():
            same = sum(step[f.column] == mine(f.column) != -1 for step in past)
            return same / len(past) if past else nan
        case RecentGap():
            known = [step[f.column] for step in past if not isnan(step[f.column])]
            return mine(f.column) - sum(known) / len(known) if known else nan
        case RecentSimilarity():
            shares = []
            for step in past:
                pairs = [(step[column], mine(column)) for column in f.columns]
                both = [one == other for one, other in pairs if one >= 0 and other >= 0]
                if both:
                    shares.append(sum(both) / len(both))
            if not shares:
                return nan
            return max(shares) if f.how == "max" else sum(shares) / len(shares)
