"""A logged day through a funnel, every request at its own moment, beside what was really shown."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.features.online import replay
from twoside.funnel.live import live_funnel
from twoside.schema.calendar import iso
from twoside.schema.progress import Tick, quiet
from twoside.schema.request import Request

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.funnel.learn import Declared
    from twoside.funnel.learned import Learned
    from twoside.funnel.pipeline import Funnel
    from twoside.funnel.settings import FunnelSettings


@dataclass(frozen=True)
class ReplayedDay:
    """What the funnel would have done. Shares are over requests unless said."""

    requests: int
    full_lists: float
    """Share of lists of the asked length."""
    failed_channels: int
    """Requests times channels that raised."""
    liked_in_candidates: float
    """Share of the really liked exposures whose item was among the merged candidates."""
    liked_in_list: float
    """Share of them whose item was in the funnel's list."""
    shown_in_list: float
    """Share of all really shown items that were in the funnel's list: compare with the above."""
    milliseconds_p50: float
    milliseconds_p99: float


def replay_day(
    declared: Declared,
    settings: FunnelSettings,
    learned: Learned,
    day: int,
    most: int,
    seed: int,
    tick: Tick = quiet,
) -> ReplayedDay:
    """The requests of a day (at most `most`, drawn by the seed) in order of time."""
    lake, scene = declared.lake, declared.scene.name
    exposures = lake.read("exposures", day, day, scene=scene)
    if not exposures.num_rows:
        raise DataError(f"{declared.name}: no exposures on {iso(day)} in {lake.root}.")
    requests = _requests(lake.read("requests", day, day, scene=scene), settings.length, most, seed)
    funnel = live_funnel(
        declared, settings, learned, lake.calendar.start_of(day), lambda done: tick(done / 2)
    )
    shown = _items_by_request(exposures, None)
    liked_ids = _liked(declared, day)
    liked = _items_by_request(exposures, liked_ids)
    events = lake.read("events", day, day, scene=scene)
    tallies, times = [], []
    for n, request in enumerate(replay(funnel.states, requests, exposures, events)):
        begin = perf_counter()
        none = np.empty(0, np.int32)
        number = request.request_id
        tallies.append(_tally(funnel, request, shown.get(number, none), liked.get(number, none)))
        times.append(1000 * (perf_counter() - begin))
        tick(0.5 + 0.5 * (n + 1) / len(requests))
    totals = np.sum(tallies, axis=0)
    return ReplayedDay(
        requests=len(requests),
        full_lists=float(totals[0] / len(requests)),
        failed_channels=int(totals[1]),
        liked_in_candidates=float(totals[2] / max(totals[4], 1)),
        liked_in_list=float(totals[3] / max(totals[4], 1)),
        shown_in_list=float(totals[5] / max(totals[6], 1)),
        milliseconds_p50=float(np.quantile(times, 0.5)),
        milliseconds_p99=float(np.quantile(times, 0.99)),
    )


def _tally(
    funnel: Funnel, request: Request, shown: np.ndarray, liked: np.ndarray
) -> tuple[int, ...]:
    trace = funnel.trace([request])
    merged = np.empty(0, np.int32) if trace.merged is None else trace.merged.items[0]
    slate = trace.slates[0]
    return (
        int(len(slate.items) == request.length),
        len(slate.failed),
        int(np.isin(liked, merged).sum()),
        int(np.isin(liked, slate.items).sum()),
        len(liked),
        int(np.isin(shown, slate.items).sum()),
        len(shown),
    )


def _requests(rows: pa.Table, length: int, most: int, seed: int) -> list[Request]:
    """Of the requests that the table has, at most so many."""
    chosen = np.arange(rows.num_rows)
    if len(chosen) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, most, replace=False))
    columns = [rows[name].to_numpy()[chosen].tolist() for name in ("person", "ts_ms", "request_id")]
    return [
        Request(person, ts_ms, length, request_id=number)
        for person, ts_ms, number in zip(*columns, strict=True)
    ]


def _liked(declared: Declared, day: int) -> np.ndarray:
    """int64: exposures of the day that a positive event of that day or the next answered."""
    good = {kind.name for kind in declared.domain.events if kind.sign > 0}
    rows = declared.lake.read("events", day, day + 1, ["kind", "exposure_id"], declared.scene.name)
    keep = np.isin(np.array(rows["kind"].to_pylist(), dtype=object).astype(str), sorted(good))
    return np.unique(rows["exposure_id"].to_numpy()[keep])


def _items_by_request(exposures: pa.Table, only: np.ndarray | None) -> dict[int, np.ndarray]:
    number, item = (exposures[name].to_numpy() for name in ("request_id", "item"))
    if only is not None:
        keep = np.isin(exposures["exposure_id"].to_numpy(), only)
        number, item = number[keep], item[keep]
    order = np.argsort(number, kind="stable")
    number, item = number[order], item[order]
    cuts = np.flatnonzero(np.diff(number)) + 1
    first = np.concatenate([[0], cuts]) if len(number) else np.empty(0, int)
    return (
        dict(zip(number[first].tolist(), np.split(item, cuts), strict=True)) if len(first) else {}
    )
