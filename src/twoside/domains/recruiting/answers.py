"""How people answer lists: the one place where behaviour is made.

Lists are answered in order of time, because every chat burdens the one who must reply and every
hire takes an opening. Each draw is keyed by (seed, request, item), so the same list at the same
moment meets the same luck in every copy of the world.
"""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from twoside.domains.recruiting.pair import sigmoid, wishes
from twoside.simulate.attention import examined, rows_shown, tiredness
from twoside.simulate.congestion import burden, decayed
from twoside.simulate.delay import wait_ms
from twoside.simulate.draws import key, uniform
from twoside.simulate.memory import (
    SETTLED,
    forget_left,
    forget_right,
    recall_left,
    recall_right,
    remember,
)

VIEW, CHAT, READ, REPLY, REACH, REJECT = 0, 1, 2, 3, 4, 5
KINDS = ("view", "chat", "read", "reply", "reach", "reject")
PERSON, ITEM = 0, 1
PARTIES = ("person", "item")
MOST_EVENTS = 5
"""Of one exposure: view, chat, read, reply, reach."""
HOUR_MS = 3_600_000.0


class Outbox(NamedTuple):
    """Where events are written, and hires beside them."""

    written: np.ndarray
    """int64 (2,): events, hires"""
    kind: np.ndarray
    """int8"""
    by: np.ndarray
    """int8"""
    ts_ms: np.ndarray
    """int64"""
    slate: np.ndarray
    """int32: which list"""
    place: np.ndarray
    """int16: which of its places"""
    value: np.ndarray
    """float32"""
    hired_job: np.ndarray
    """int32"""
    hired_ms: np.ndarray
    """int64"""
    hired_left: np.ndarray
    """int32: openings left after it"""


def outbox(exposures: int) -> Outbox:
    """Room for all that can follow so many exposures."""
    room = exposures * MOST_EVENTS
    return Outbox(
        np.zeros(2, np.int64),
        np.empty(room, np.int8),
        np.empty(room, np.int8),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int16),
        np.empty(room, np.float32),
        np.empty(exposures, np.int32),
        np.empty(exposures, np.int64),
        np.empty(exposures, np.int32),
    )


@njit(cache=True, nogil=True)
def _note(
    out: Any, kind: int, by: int, ts_ms: int, slate: int, place: int, value: float = np.nan
) -> None:
    """Write down one event."""
    n = out.written[0]
    out.kind[n] = kind
    out.by[n] = by
    out.ts_ms[n] = ts_ms
    out.slate[n] = slate
    out.place[n] = place
    out.value[n] = value
    out.written[0] = n + 1


@njit(cache=True, nogil=True)
def _hire(out: Any, state: Any, job: int, now: int) -> None:
    """One opening less."""
    n = out.written[1]
    state.openings[job] -= 1
    out.hired_job[n] = job
    out.hired_ms[n] = now
    out.hired_left[n] = state.openings[job]
    out.written[1] = n + 1


@njit(cache=True, nogil=True)
def _talk(
    out: Any,
    luck: np.uint64,
    chatted_ms: int,
    slate: int,
    place: int,
    reply: float,
    reach: float,
    slowness: float,
    r: Any,
) -> bool:
    """What follows a chat: read, then reply or refusal, then reach. True if they reach."""
    replies = uniform(luck, 7) < reply
    if not replies and uniform(luck, 8) > r.read_share:
        return False
    at = chatted_ms + wait_ms(
        uniform(luck, 9),
        uniform(luck, 10),
        r.read_minutes * slowness,
        r.delay_spread,
        r.read_most_hours,
    )
    _note(out, READ, ITEM, at, slate, place)
    if not replies and uniform(luck, 11) > r.refuse_share:
        return False
    at += wait_ms(
        uniform(luck, 12), uniform(luck, 13), r.reply_minutes, r.delay_spread, r.reply_most_hours
    )
    _note(out, REPLY if replies else REJECT, ITEM, at, slate, place)
    if not replies or uniform(luck, 14) > reach:
        return False
    at += wait_ms(
        uniform(luck, 15), uniform(luck, 16), r.reach_minutes, r.delay_spread, r.reach_most_hours
    )
    _note(out, REACH, ITEM, at, slate, place)
    return True


@njit(cache=True, nogil=True)
def _fading(created_ms: int, now: int, size: float, days: float) -> float:
    """What freshness adds, in logits."""
    return size * np.exp(-(now - created_ms) / (24.0 * HOUR_MS * days))


@njit(cache=True, nogil=True)
def _meet(
    out: Any,
    luck: np.uint64,
    turned: bool,
    s: int,
    j: int,
    entry: int,
    now: int,
    clock: int,
    slate: int,
    place: int,
    seekers: Any,
    jobs: Any,
    state: Any,
    memory: Any,
    r: Any,
) -> tuple[int, int]:
    """Somebody looks at a shown item: (memory entry of the pair, clock when done with it)."""
    side = 1 if turned else 0
    wish, like = wishes(s, j, seekers, jobs, r)
    own, other = (like, wish) if turned else (wish, like)
    created = seekers[s].created_ms if turned else jobs[j].created_ms
    fresh = _fading(created, now, r.like_fresh if turned else r.wish_fresh, r.fresh_days)
    settled = False
    if entry >= 0:
        settled = memory.state[entry] == SETTLED
        fresh -= r.view_satiation * (3.0 if settled else float(memory.state[entry]))
    if uniform(luck, 2) > sigmoid(r.view_start[side] + r.view_weight[side] * own + fresh):
        return entry, clock
    look = wait_ms(uniform(luck, 3), uniform(luck, 4), r.look_seconds / 60.0, 1.0, 0.25)
    _note(out, VIEW, PERSON, clock + 500, slate, place, look / 1000.0)
    clock += look
    if settled:
        return entry, clock
    if entry < 0:
        entry = remember(memory, s, j)
    memory.state[entry] = min(memory.state[entry] + 1, SETTLED - 1)
    if uniform(luck, 5) > sigmoid(r.chat_start[side] + r.chat_weight[side] * own):
        if uniform(luck, 6) < sigmoid(r.dislike_start - np.float32(0.5) * own):
            memory.state[entry] = SETTLED
            _note(out, REJECT, PERSON, clock + 1000, slate, place)
        return entry, clock
    memory.state[entry] = SETTLED
    _note(out, CHAT, PERSON, clock + 1000, slate, place)
    load, load_ms, host = state.boss_load, state.boss_load_ms, jobs[j].boss
    ready, bears = jobs[j].ready, r.boss_bears
    if turned:
        load, load_ms, host = state.seeker_load, state.seeker_load_ms, np.int32(s)
        ready, bears = seekers[s].ready, r.seeker_bears
    waiting = decayed(load[host], load_ms[host], now, r.burden_half_life_hours * HOUR_MS)
    load[host] = waiting + 1.0
    load_ms[host] = max(now, load_ms[host])
    ready -= r.burden_weight * burden(waiting, bears)
    reply = sigmoid(r.reply_start[side] + r.reply_weight[side] * other + ready)
    reach = sigmoid(r.reach_start[side] + r.reach_weight[side] * np.float32(0.5) * (own + other))
    slowness = 1.0 + waiting / bears
    reached = _talk(out, luck, clock + 1000, slate, place, reply, reach, slowness, r)
    if reached and uniform(luck, 17) < r.fill_share:
        _hire(out, state, j, now)
    return entry, clock


@njit(cache=True, nogil=True)
def answer(
    seed: int,
    turned: bool,
    order: np.ndarray,
    request: np.ndarray,
    person: np.ndarray,
    ts_ms: np.ndarray,
    items: np.ndarray,
    alive: np.ndarray,
    person_alive: np.ndarray,
    seekers: Any,
    jobs: Any,
    state: Any,
    memory: Any,
    rates: np.ndarray,
    shown: np.ndarray,
    shown_ms: np.ndarray,
    out: Any,
) -> None:
    """Answer n lists.

    turned: the person is a job, the items are seekers · order: int64 (n,) lists by time · items:
    int32 (n, L), -1 at the end of short ones · alive, person_alive: bool by row, who has not left
    (filled jobs are known by `state.openings`). Written: shown int16 (n,), rows shown of each
    list; shown_ms int64 (n, L); events and hires into `out`.
    """
    r = rates[0]
    length = items.shape[1]
    entry_of = np.full(len(alive), -1, np.int32)
    lists, lists_ms = state.seeker_lists, state.seeker_lists_ms
    if turned:
        lists, lists_ms = state.job_lists, state.job_lists_ms
    for n in order:
        p, now = person[n], ts_ms[n]
        of_list = key(seed, request[n], -1)
        full = 0
        while full < length and items[n, full] >= 0:
            full += 1
        lately = 0.0
        if p >= 0:
            lately = decayed(lists[p], lists_ms[p], now, r.tired_half_life_hours * HOUR_MS)
            lists[p] = lately + 1.0
            lists_ms[p] = max(now, lists_ms[p])
        tired = tiredness(lately, r.tired_each)
        chance = uniform(of_list, 0)
        shown[n] = rows_shown(chance, full, r.scroll_goes_on, r.scroll_least, tired)
        looks = p >= 0 and person_alive[p]
        if looks and turned:
            recall_right(memory, p, entry_of)
        elif looks:
            recall_left(memory, p, entry_of)
        clock = now
        for place in range(shown[n]):
            i = items[n, place]
            luck = key(seed, request[n], i)
            clock += int(500 + 2500 * uniform(luck, 0))
            shown_ms[n, place] = clock
            s, j = (i, p) if turned else (p, i)
            if not looks or not alive[i] or state.openings[j] == 0:
                continue
            if uniform(luck, 1) > examined(place, r.examine_fall, tired):
                continue
            entry, clock = _meet(
                out,
                luck,
                turned,
                s,
                j,
                entry_of[i],
                now,
                clock,
                n,
                place,
                seekers,
                jobs,
                state,
                memory,
                r,
            )
            entry_of[i] = entry
        if looks and turned:
            forget_right(memory, p, entry_of)
        elif looks:
            forget_left(memory, p, entry_of)
