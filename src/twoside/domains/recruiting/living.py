"""A day under the market's own recommender: what the logs of a world hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting import logging_policy, logs
from twoside.domains.recruiting.answers import CHAT, VIEW
from twoside.domains.recruiting.logs import SCENES, DayTables, EventRows
from twoside.domains.recruiting.words import words
from twoside.schema.calendar import DAY_MS
from twoside.schema.slates import Slates

if TYPE_CHECKING:
    from twoside.domains.recruiting.world import RecruitingWorld
    from twoside.simulate.world import Visits

_PARTS_OF_DAY = 8
"""The logging policy looks at the market anew so often a day."""


def live_day(world: RecruitingWorld) -> DayTables:
    """One whole day under the market's own recommender, both scenes; the clock moves to the
    next midnight."""
    day, calendar = world.day, world.settings.calendar
    start = calendar.start_of(day)
    visits = [world.visits(scene, day) for scene in SCENES]
    requests, exposures, events = [], [], [world.pending]
    for part in range(_PARTS_OF_DAY):
        until = start + (part + 1) * DAY_MS // _PARTS_OF_DAY
        for turned in (0, 1):
            slates = _lists(world, turned, visits[turned], until)
            shown, rows = world.respond_rows(turned, slates)
            _count(world, turned, rows)
            requests.append(logs.requests(turned, slates))
            exposures.append(shown)
            events.append(rows)
        world.now_ms = until if part + 1 < _PARTS_OF_DAY else until - 1
    entities = world.take_versions()
    happened = logs.in_order(*events)
    now = happened.ts_ms < start + DAY_MS
    world.pending = happened.where(~now)
    world.advance(start + DAY_MS)
    return DayTables(
        day=day,
        requests=pa.concat_tables(requests).combine_chunks(),
        exposures=pa.concat_tables(exposures).combine_chunks(),
        events=happened.where(now).table(),
        entities=entities,
    )


def _lists(world: RecruitingWorld, turned: int, visits: Visits, until_ms: int) -> Slates:
    """The logging policy's lists for visits from now until a moment. Bosses of filled jobs
    ask for none."""
    first, last = np.searchsorted(visits.ts_ms, [world.now_ms, until_ms])
    chosen = np.arange(first, last)
    if turned:
        chosen = chosen[world.state.openings[visits.person[chosen]] > 0]
    rates, spoken = world.settings.rates, words()
    _, items = world.parties(turned)
    popularity = np.log1p(world.popular[turned].sum(axis=0))
    age = (world.now_ms - items.hidden.created_ms) / (DAY_MS * rates.fresh_days)
    liked = rates.log_popular * popularity + rates.log_fresh * np.exp(-np.maximum(age, 0))
    sizes = (len(spoken.titles), len(spoken.groups), len(spoken.cities))
    lists = logging_policy.lists(
        world.settings.seed,
        bool(turned),
        visits.request_id[chosen],
        visits.person[chosen],
        liked.astype(np.float32),
        world.seekers.rows,
        world.jobs.rows,
        logging_policy.pools(items.hidden, world.open_rows(items), popularity, sizes),
        len(spoken.cities),
        rates.as_record(),
    )
    return Slates(visits.request_id[chosen], visits.person[chosen], visits.ts_ms[chosen], lists)


def _count(world: RecruitingWorld, turned: int, events: EventRows) -> None:
    """Remember what was popular today: views, and chats five times."""
    by_day = world.popular[turned]
    counts = by_day[world.day % len(by_day)]
    for kind, weight in ((VIEW, 1.0), (CHAT, 5.0)):
        rows = events.item[events.kind == kind]
        counts += weight * np.bincount(rows, minlength=len(counts)).astype(np.float32)
