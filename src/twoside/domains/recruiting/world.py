"""The recruiting world: a two-sided market whose truth is known.

Seekers and jobs come and go by the day; between, people answer lists. `live_day` lets the market's
own recommender show lists and gives the day's logs; `visits` and `respond` let any other policy
play. What is true and unseen (taste, appeal, readiness, `chance`) is in no table.

    world = RecruitingWorld.start(WorldSettings(seekers=2_000, jobs=1_000))
    for _ in range(world.settings.days):
        day = world.live_day()          # requests, exposures, events, entity versions
    arm = world.fork()                  # from here on, any policy
    answer = arm.respond("jobs_for_seeker", slates)

How it works: births.py makes people and jobs, pair.py says what they are to each other, answers.py
lets them behave, logging_policy.py makes the lists of the logs, configs/world.toml holds the rates.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting import births, logging_policy, logs, packing
from twoside.domains.recruiting.answers import CHAT, VIEW, answer, outbox
from twoside.domains.recruiting.leanings import Leanings, leanings
from twoside.domains.recruiting.logs import SCENES, DayTables, EventRows
from twoside.domains.recruiting.market import (
    Declared,
    Jobs,
    Seekers,
    State,
    as_rows,
    blank_state,
    joined,
    joined_declared,
)
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.tables import as_table, as_words, fixed_vocabulary, ids
from twoside.domains.recruiting.truth import chances
from twoside.domains.recruiting.words import words
from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.schema.calendar import DAY_MS, HOUR_MS
from twoside.schema.slates import Slates
from twoside.simulate.arrivals import ages, newcomers, stays
from twoside.simulate.congestion import burdens
from twoside.simulate.draws import stream
from twoside.simulate.memory import PairMemory, blank, with_room
from twoside.simulate.rhythm import Rhythm, coming, unequal
from twoside.simulate.taste import drift
from twoside.simulate.world import Answer, Visits

if TYPE_CHECKING:
    from twoside.schema.artefact import Packed
    from twoside.schema.entities import EntityTable

_EMPLOYERS, _SEEKERS, _JOBS, _DRIFT, _REOPEN, _VISITS = range(2, 8)
"""Purposes of the random streams; 1 is that of `leanings`, the last has one more a scene."""
_REQUESTS_A_DAY = 1 << 22
"""Room for request ids of one scene and day."""
_PARTS_OF_DAY = 8
"""The logging policy looks at the market anew so often a day."""
_POPULAR_DAYS = 7


@dataclass(frozen=True)
class Changes:
    """Versions of entities that no day table has had yet, as aligned arrays."""

    is_job: np.ndarray
    """bool: a job, else a seeker"""
    row: np.ndarray
    """int32"""
    ts_ms: np.ndarray
    """int64: valid from"""
    is_open: np.ndarray
    """bool"""
    openings: np.ndarray
    """int32; 0 for seekers"""


def _changes(is_job: bool, row: np.ndarray, ts_ms: Any, is_open: Any, openings: Any = 0) -> Changes:
    return Changes(
        np.full(len(row), is_job),
        np.asarray(row, np.int32),
        np.broadcast_to(np.asarray(ts_ms, np.int64), row.shape),
        np.broadcast_to(np.asarray(is_open, bool), row.shape),
        np.broadcast_to(np.asarray(openings, np.int32), row.shape),
    )


@dataclass
class RecruitingWorld:
    """A market that can be played; see `simulate.world.World`. Make one with `start`.

    Arrays in `state`, `memory` and `popular` change in place and are copied by `fork`; all others
    are replaced when they change, so copies may share them.
    """

    settings: WorldSettings
    lean: Leanings
    firms: births.Employers
    seekers: Seekers
    jobs: Jobs
    seeker_rows: np.ndarray
    """`seekers` as records, for compiled code"""
    job_rows: np.ndarray
    seeker_declared: Declared
    job_declared: Declared
    seeker_own: np.ndarray
    """float32 (seekers, dim): the remainder of taste that drifts"""
    seeker_visits: np.ndarray
    """float32 (seekers,): expected lists a day"""
    job_visits: np.ndarray
    seeker_leaves: np.ndarray
    """int32 (seekers,): the first day on which the seeker is gone"""
    job_leaves: np.ndarray
    state: State
    memory: PairMemory
    popular: tuple[np.ndarray, np.ndarray]
    """For each scene float32 (7, items): behaviours by day, for the logging policy"""
    pending: EventRows
    """Events of logged days that have not happened yet"""
    changes: list[Changes]
    day: int
    """The day that the clock stands in"""
    now_ms: int
    answered_ms: int = 0
    """The latest list that was answered"""

    @classmethod
    def start(cls, settings: WorldSettings) -> RecruitingWorld:
        """The market at the first moment of its first day."""
        if settings.seekers < 20 or settings.jobs < 20:
            raise ConfigError(
                f"world: {settings.seekers} seekers and {settings.jobs} jobs: expected at least "
                "20 of each. Raise `seekers` or `jobs`."
            )
        rates, seed, day = settings.rates, settings.seed, settings.start_day
        now = settings.calendar.start_of(day)
        lean = leanings(words(), rates.taste_dim, seed)
        world = cls._empty(settings, lean, now)
        for is_job, rows in ((False, settings.seekers), (True, settings.jobs)):
            rng = stream(seed, _JOBS if is_job else _SEEKERS, day)
            stay = rates.job_stay_days if is_job else rates.seeker_stay_days
            created = now - (ages(rows, stay, rng) * DAY_MS).astype(np.int64)
            world._arrive(is_job, created, now, rng)
        return world

    @classmethod
    def _empty(cls, settings: WorldSettings, lean: Leanings, now: int) -> RecruitingWorld:
        rates = settings.rates
        none, nobody = np.empty(0, np.int64), np.random.default_rng(0)
        firms = births.employers(
            *(settings.jobs, lean, words(), rates, now, stream(settings.seed, _EMPLOYERS))
        )
        seeker_declared, seekers, own = births.seekers(0, lean, words(), rates, none, nobody)
        job_declared, jobs, openings = births.jobs(0, firms, lean, words(), rates, none, nobody)
        return cls(
            settings=settings,
            lean=lean,
            firms=firms,
            seekers=seekers,
            jobs=jobs,
            seeker_rows=as_rows(seekers),
            job_rows=as_rows(jobs),
            seeker_declared=seeker_declared,
            job_declared=job_declared,
            seeker_own=own,
            seeker_visits=np.empty(0, np.float32),
            job_visits=np.empty(0, np.float32),
            seeker_leaves=np.empty(0, np.int32),
            job_leaves=np.empty(0, np.int32),
            state=blank_state(0, firms.boss.size, openings),
            memory=blank(0, 0),
            popular=(np.zeros((7, 0), np.float32), np.zeros((7, 0), np.float32)),
            pending=logs.no_events(),
            changes=[],
            day=settings.start_day,
            now_ms=now,
        )

    # --- time --------------------------------------------------------------------------------

    def fork(self) -> RecruitingWorld:
        """An independent copy at the same state."""
        return dataclasses.replace(
            self,
            state=State(*(array.copy() for array in self.state)),
            memory=PairMemory(*(array.copy() for array in self.memory)),
            popular=(self.popular[0].copy(), self.popular[1].copy()),
            changes=list(self.changes),
        )

    def advance(self, to_ms: int) -> None:
        """Move the clock to a moment; every day begun on the way brings its changes."""
        if to_ms < self.now_ms:
            raise DataError(
                f"world: asked to go to {to_ms} ms, but its clock is at {self.now_ms} ms. "
                "Time only moves on; fork an earlier state."
            )
        while self.day < self.settings.calendar.day_of(to_ms):
            self.day += 1
            self._begin(self.day)
        self.now_ms = int(to_ms)

    def _begin(self, day: int) -> None:
        """Midnight: tastes drift, some leave, filled jobs open again, new ones come."""
        rates, seed = self.settings.rates, self.settings.seed
        start = self.settings.calendar.start_of(day)
        self.seeker_own = drift(self.seeker_own, rates.drift_step, stream(seed, _DRIFT, day))
        taste = births.seeker_taste(self.seeker_declared, self.seeker_own, self.lean, rates)
        self.seekers = self.seekers._replace(taste=taste)
        self.seeker_rows = as_rows(self.seekers)
        for is_job, leaves in ((False, self.seeker_leaves), (True, self.job_leaves)):
            gone = np.flatnonzero(leaves == day)
            left = self.state.openings[gone] if is_job else 0
            self.changes.append(_changes(is_job, gone, start, False, left))
        self._reopen(day, start)
        for popular in self.popular:
            popular[day % _POPULAR_DAYS] = 0
        for is_job, size in ((False, self.settings.seekers), (True, self.settings.jobs)):
            rng = stream(seed, _JOBS if is_job else _SEEKERS, day)
            rhythm = Rhythm(rates.hours, rates.weekdays).of_day(day)
            stay = rates.job_stay_days if is_job else rates.seeker_stay_days
            created = np.full(newcomers(size, stay, rhythm, rng), start, np.int64)
            self._arrive(is_job, created, start, rng)

    def _reopen(self, day: int, start: int) -> None:
        draw = stream(self.settings.seed, _REOPEN, day).random(len(self.job_leaves))
        again = (draw < self.settings.rates.reopen_share) & (self.state.openings == 0)
        rows = np.flatnonzero(again & (self.job_leaves > day))
        self.state.openings[rows] = 1
        self.changes.append(_changes(True, rows, start, True, 1))

    def _arrive(
        self, is_job: bool, created_ms: np.ndarray, at_ms: int, rng: np.random.Generator
    ) -> None:
        """New rows of one kind, valid from `at_ms`."""
        rates, rows = self.settings.rates, len(created_ms)
        visits = unequal(rows, rates.activity_spread, rng)
        stay = stays(rows, rates.job_stay_days if is_job else rates.seeker_stay_days, rng)
        leaves = (self.day + np.ceil(stay)).astype(np.int32)
        openings: Any = 0
        if is_job:
            declared, hidden, openings = births.jobs(
                rows, self.firms, self.lean, words(), rates, created_ms, rng
            )
            first = len(self.job_leaves)
            self.jobs = joined(self.jobs, hidden)
            self.job_rows = as_rows(self.jobs)
            self.job_declared = joined_declared(self.job_declared, declared)
            self.job_visits = np.concatenate([self.job_visits, rates.job_visits * visits])
            self.job_leaves = np.concatenate([self.job_leaves, leaves])
        else:
            declared, wanting, own = births.seekers(
                rows, self.lean, words(), rates, created_ms, rng
            )
            first = len(self.seeker_leaves)
            self.seekers = joined(self.seekers, wanting)
            self.seeker_rows = as_rows(self.seekers)
            self.seeker_declared = joined_declared(self.seeker_declared, declared)
            self.seeker_own = np.concatenate([self.seeker_own, own])
            eager = np.exp(0.25 * (declared.columns["activity"] - 1.5)).astype(np.float32)
            visits = rates.seeker_visits * visits * eager
            self.seeker_visits = np.concatenate([self.seeker_visits, visits])
            self.seeker_leaves = np.concatenate([self.seeker_leaves, leaves])
        self._make_room(openings)
        row = np.arange(first, first + rows)
        self.changes.append(_changes(is_job, row, at_ms, True, openings))

    def _make_room(self, openings: Any) -> None:
        """Bring what behaviour changes to the present number of rows."""
        seekers, jobs = len(self.seeker_leaves), len(self.job_leaves)

        def longer(array: np.ndarray, size: int) -> np.ndarray:
            return np.concatenate([array, np.zeros(size - len(array), array.dtype)])

        state = self.state
        if len(state.openings) < jobs:
            state = state._replace(openings=np.concatenate([state.openings, openings]))
        self.state = state._replace(
            seeker_load=longer(state.seeker_load, seekers),
            seeker_load_ms=longer(state.seeker_load_ms, seekers),
            seeker_lists=longer(state.seeker_lists, seekers),
            seeker_lists_ms=longer(state.seeker_lists_ms, seekers),
            job_lists=longer(state.job_lists, jobs),
            job_lists_ms=longer(state.job_lists_ms, jobs),
        )
        self.memory = with_room(self.memory, 0, seekers, jobs)
        self.popular = (
            np.pad(self.popular[0], ((0, 0), (0, jobs - self.popular[0].shape[1]))),
            np.pad(self.popular[1], ((0, 0), (0, seekers - self.popular[1].shape[1]))),
        )

    # --- playing -----------------------------------------------------------------------------

    def visits(self, scene: str, day: int) -> Visits:
        """All visits of a day. Ask when the clock stands in that day: newcomers are known then.

        A boss whose job was filled by a policy still visits, so that all policies serve the same
        visits; he looks at nothing.
        """
        turned = _scene(scene)
        rates, calendar = self.settings.rates, self.settings.calendar
        declared = self.job_declared if turned else self.seeker_declared
        leaves = self.job_leaves if turned else self.seeker_leaves
        rate = self.job_visits if turned else self.seeker_visits
        start = calendar.start_of(day)
        created = declared.columns["created_ms"]
        new = np.where(created > start - 3 * DAY_MS, rates.newcomer_visits, 1.0)
        rate = np.where((leaves > day) & (created <= start), rate * new, 0.0)
        rng = stream(self.settings.seed, _VISITS + turned, day)
        rhythm = Rhythm(rates.hours, rates.weekdays)
        person, ts_ms = coming(rate, rhythm, day, start, rng)
        if len(person) > _REQUESTS_A_DAY:
            raise ConfigError(
                f"world: {len(person)} visits a day; expected at most {_REQUESTS_A_DAY}. "
                "Make the world smaller or lower the visit rates."
            )
        first = ((day - self.settings.start_day) * 2 + turned) * _REQUESTS_A_DAY
        return Visits(first + np.arange(len(person), dtype=np.int64), person, ts_ms)

    def respond(self, scene: str, slates: Slates) -> Answer:
        """People answer lists. Openings that fill count at once for what is shown later."""
        exposures, events = self._respond(_scene(scene), slates)
        return Answer(exposures, events.table())

    def _respond(self, turned: int, slates: Slates) -> tuple[pa.Table, EventRows]:
        self._check(turned, slates)
        length = slates.items.shape[1]
        out = outbox(slates.items.size)
        shown = np.zeros(len(slates), np.int16)
        shown_ms = np.zeros((len(slates), length), np.int64)
        self.memory = with_room(
            self.memory, slates.items.size, len(self.seeker_leaves), len(self.job_leaves)
        )
        alive = (self.job_leaves > self.day, self.seeker_leaves > self.day)
        answer(
            self.settings.seed,
            bool(turned),
            np.argsort(slates.ts_ms, kind="stable"),
            slates.request_id,
            slates.person.astype(np.int32),
            slates.ts_ms,
            slates.items.astype(np.int32),
            alive[turned],
            alive[1 - turned],
            self.seeker_rows,
            self.job_rows,
            self.state,
            self.memory,
            self.settings.rates.as_record(),
            shown,
            shown_ms,
            out,
        )
        hires = int(out.written[1])
        job, left = out.hired_job[:hires], out.hired_left[:hires]
        # What was answered before, in the other scene too, stands: a hire counts from then on.
        hired_ms = np.maximum(out.hired_ms[:hires], self.answered_ms)
        self.changes.append(_changes(True, job, hired_ms, left > 0, left))
        self.answered_ms = max(self.answered_ms, int(slates.ts_ms.max(initial=0)))
        offset = self.settings.calendar.offset_ms
        last_ms = ((slates.ts_ms + offset) // DAY_MS + 1) * DAY_MS - offset - 1
        exposures = logs.exposures(turned, slates, shown, shown_ms, last_ms)
        return exposures, logs.event_rows(turned, slates, out)

    def _check(self, turned: int, slates: Slates) -> None:
        people, items = len(self.seeker_leaves), len(self.job_leaves)
        if turned:
            people, items = items, people
        where = f"world.respond({SCENES[turned]})"
        if slates.items.shape[1] > logs.POSITIONS:
            raise DataError(
                f"{where}: lists of {slates.items.shape[1]} items; expected at most "
                f"{logs.POSITIONS}. Shorten them."
            )
        for name, rows, size in (("person", slates.person, people), ("item", slates.items, items)):
            if len(rows) and (rows.max() >= size or rows.min() < -1):
                worst = rows.max() if rows.max() >= size else rows.min()
                raise DataError(
                    f"{where}: {name} row {worst}; expected -1 to {size - 1}. "
                    "Use the rows of `table`."
                )

    def chance(self, scene: str, person: np.ndarray, items: np.ndarray, now_ms: int) -> np.ndarray:
        """float32 (n, m): true probability that showing the pair ends in a reach."""
        turned = _scene(scene)
        rates = self.settings.rates
        half_ms = rates.burden_half_life_hours * HOUR_MS
        state = self.state
        if turned:
            load = burdens(
                state.seeker_load, state.seeker_load_ms, now_ms, half_ms, rates.seeker_bears
            )
            ready = self.seekers.ready - rates.burden_weight * load
            created, size = self.seekers.created_ms, rates.like_fresh
        else:
            load = burdens(state.boss_load, state.boss_load_ms, now_ms, half_ms, rates.boss_bears)
            ready = self.jobs.ready - rates.burden_weight * load[self.jobs.boss]
            created, size = self.jobs.created_ms, rates.wish_fresh
        age = (now_ms - created) / (DAY_MS * rates.fresh_days)
        open_ = (self._job_open(), self.seeker_leaves > self.day)
        return np.asarray(
            chances(
                bool(turned),
                person,
                items,
                self.seeker_rows,
                self.job_rows,
                self.memory,
                ready.astype(np.float32),
                (size * np.exp(-age)).astype(np.float32),
                open_[turned],
                open_[1 - turned],
                rates.as_record(),
            )
        )

    # --- storing -----------------------------------------------------------------------------

    def pack(self) -> Packed:
        """The whole state, the truth too: keep it apart from the logs."""
        return packing.pack(
            self.settings,
            {"day": self.day, "now_ms": self.now_ms, "answered_ms": self.answered_ms},
            {
                "seekers": self.seekers,
                "jobs": self.jobs,
                "state": self.state,
                "memory": self.memory,
                "pending": self.pending,
                "changes": _all_changes(self.changes),
            },
            {"seeker": self.seeker_declared, "job": self.job_declared},
            {
                **{name: getattr(self, name) for name in _ROWS},
                "popular_jobs": self.popular[0],
                "popular_seekers": self.popular[1],
            },
        )

    @classmethod
    def unpack(cls, packed: Packed) -> RecruitingWorld:
        """The world that `pack` described."""
        settings = packing.settings_of(packed)
        calendar = settings.calendar
        lean = leanings(words(), settings.rates.taste_dim, settings.seed)
        world = cls._empty(settings, lean, calendar.start_of(settings.start_day))
        rows: dict[str, Any] = {name: packed.arrays[name] for name in _ROWS}
        seekers, jobs = packing.part(packed, "seekers", Seekers), packing.part(packed, "jobs", Jobs)
        return dataclasses.replace(
            world,
            seekers=seekers,
            jobs=jobs,
            seeker_rows=as_rows(seekers),
            job_rows=as_rows(jobs),
            state=packing.part(packed, "state", State),
            memory=packing.part(packed, "memory", PairMemory),
            pending=packing.part(packed, "pending", EventRows),
            changes=[packing.part(packed, "changes", Changes)],
            seeker_declared=packing.declared(packed, "seeker"),
            job_declared=packing.declared(packed, "job"),
            popular=(
                packed.arrays["popular_jobs"].copy(),
                packed.arrays["popular_seekers"].copy(),
            ),
            day=int(packed.meta["clock"]["day"]),
            now_ms=int(packed.meta["clock"]["now_ms"]),
            answered_ms=int(packed.meta["clock"]["answered_ms"]),
            **rows,
        )

    # --- tables ------------------------------------------------------------------------------

    def _job_open(self) -> np.ndarray:
        return (self.job_leaves > self.day) & (self.state.openings > 0)

    def _declared(self, kind: str) -> Declared:
        kinds = {
            "seeker": self.seeker_declared,
            "job": self.job_declared,
            "boss": self.firms.boss,
            "company": self.firms.company,
        }
        if kind not in kinds:
            raise ConfigError(f"recruiting has no entity '{kind}'. {did_you_mean(kind, kinds)}")
        return kinds[kind]

    def table(self, kind: str) -> EntityTable:
        """All entities of a kind as they are now."""
        declared = self._declared(kind)
        changing = {}
        if kind == "job":
            changing["openings"] = self.state.openings.astype(np.float64)
            changing["is_open"] = self._job_open().astype(np.float64)
        elif kind == "seeker":
            changing["is_open"] = (self.seeker_leaves > self.day).astype(np.float64)
        exists = np.ones(declared.size, bool)
        counts = {"boss": self.firms.boss.size, "company": self.firms.company.size}
        return as_table(kind, declared, changing, exists, counts)

    def vocabulary(self, kind: str, column: str) -> list[str]:
        """The words of a category column in the order of the codes of `table`."""
        for declared in _entity(kind):
            if declared.name == column and declared.refers_to:
                rows = np.arange(self._declared(declared.refers_to).size)
                return ids(declared.refers_to, rows)
            if declared.name == column and declared.type in ("category", "categories"):
                return list(fixed_vocabulary(column))
        known = [c.name for c in _entity(kind) if c.type in ("category", "categories")]
        raise ConfigError(f"{kind} has no category '{column}'. {did_you_mean(column, known)}")

    def _take_versions(self) -> dict[str, pa.Table]:
        """Versions that began up to now and were not given yet, by kind; the first time with all
        bosses and companies."""
        parts = vars(_all_changes(self.changes))
        self.changes = []
        tables = {}
        for kind, is_job in (("seeker", False), ("job", True)):
            at = np.flatnonzero(parts["is_job"] == is_job)
            at = at[np.lexsort((at, parts["row"][at], parts["ts_ms"][at]))]
            changing = {"is_open": parts["is_open"][at].astype(np.float64)}
            if is_job:
                changing["openings"] = parts["openings"][at].astype(np.float64)
            moments = parts["ts_ms"][at]
            tables[kind] = as_words(kind, self._declared(kind), parts["row"][at], moments, changing)
        if self.day == self.settings.start_day:
            for kind in ("boss", "company"):
                declared = self._declared(kind)
                rows = np.arange(declared.size)
                moments = declared.columns["created_ms"]
                tables[kind] = as_words(kind, declared, rows, moments, {})
        return tables

    # --- logging -----------------------------------------------------------------------------

    def live_day(self) -> DayTables:
        """One whole day under the market's own recommender, both scenes; the clock moves to the
        next midnight."""
        day, calendar = self.day, self.settings.calendar
        start = calendar.start_of(day)
        visits = [self.visits(scene, day) for scene in SCENES]
        requests, exposures, events = [], [], [self.pending]
        for part in range(_PARTS_OF_DAY):
            until = start + (part + 1) * DAY_MS // _PARTS_OF_DAY
            for turned in (0, 1):
                slates = self._lists(turned, visits[turned], until)
                shown, rows = self._respond(turned, slates)
                self._count(turned, rows)
                requests.append(logs.requests(turned, slates))
                exposures.append(shown)
                events.append(rows)
            self.now_ms = until if part + 1 < _PARTS_OF_DAY else until - 1
        entities = self._take_versions()
        happened = logs.in_order(*events)
        now = happened.ts_ms < start + DAY_MS
        self.pending = happened.where(~now)
        self.advance(start + DAY_MS)
        return DayTables(
            day=day,
            requests=pa.concat_tables(requests).combine_chunks(),
            exposures=pa.concat_tables(exposures).combine_chunks(),
            events=happened.where(now).table(),
            entities=entities,
        )

    def _lists(self, turned: int, visits: Visits, until_ms: int) -> Slates:
        """The logging policy's lists for visits from now until a moment. Bosses of filled jobs
        ask for none."""
        first, last = np.searchsorted(visits.ts_ms, [self.now_ms, until_ms])
        chosen = np.arange(first, last)
        if turned:
            chosen = chosen[self.state.openings[visits.person[chosen]] > 0]
        rates, spoken = self.settings.rates, words()
        items: Any = self.seekers if turned else self.jobs
        is_open = self.seeker_leaves > self.day if turned else self._job_open()
        popularity = np.log1p(self.popular[turned].sum(axis=0))
        age = (self.now_ms - items.created_ms) / (DAY_MS * rates.fresh_days)
        liked = rates.log_popular * popularity + rates.log_fresh * np.exp(-np.maximum(age, 0))
        sizes = (len(spoken.titles), len(spoken.groups), len(spoken.cities))
        lists = logging_policy.lists(
            self.settings.seed,
            bool(turned),
            visits.request_id[chosen],
            visits.person[chosen],
            liked.astype(np.float32),
            self.seeker_rows,
            self.job_rows,
            logging_policy.pools(items, is_open, popularity, sizes),
            len(spoken.cities),
            rates.as_record(),
        )
        return Slates(visits.request_id[chosen], visits.person[chosen], visits.ts_ms[chosen], lists)

    def _count(self, turned: int, events: EventRows) -> None:
        """Remember what was popular today: views, and chats five times."""
        counts = self.popular[turned][self.day % _POPULAR_DAYS]
        for kind, weight in ((VIEW, 1.0), (CHAT, 5.0)):
            rows = events.item[events.kind == kind]
            counts += weight * np.bincount(rows, minlength=len(counts)).astype(np.float32)


_ROWS = (
    "seeker_own",
    "seeker_visits",
    "job_visits",
    "seeker_leaves",
    "job_leaves",
)
"""Arrays of the world that are packed under their own name."""


def _all_changes(parts: list[Changes]) -> Changes:
    """One after the other."""
    parts = parts or [_changes(True, np.empty(0, np.int32), 0, False)]
    names = [field.name for field in dataclasses.fields(Changes)]
    return Changes(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def _scene(name: str) -> int:
    """0 or 1: the place of a scene in `SCENES`."""
    if name not in SCENES:
        raise ConfigError(f"recruiting has no scene '{name}'. {did_you_mean(name, SCENES)}")
    return SCENES.index(name)


def _entity(kind: str) -> Any:
    from twoside.domains.recruiting.domain import DOMAIN

    return DOMAIN.entity(kind).columns
