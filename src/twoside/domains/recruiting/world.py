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
lets them behave, living.py and logging_policy.py make the lists of the logs, configs/world.toml
holds the rates.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting import births, living, logs, packing, sides, versions
from twoside.domains.recruiting.answers import answer, outbox
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.leanings import Leanings, leanings
from twoside.domains.recruiting.logs import SCENES, DayTables, EventRows
from twoside.domains.recruiting.market import Declared, Jobs, Seekers, State, blank_state, with_rows
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.sides import Side
from twoside.domains.recruiting.tables import as_table, fixed_vocabulary, ids
from twoside.domains.recruiting.truth import chances
from twoside.domains.recruiting.versions import Changes, changed
from twoside.domains.recruiting.words import words
from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.schema.calendar import DAY_MS, HOUR_MS
from twoside.schema.slates import Slates
from twoside.simulate.arrivals import ages, newcomers
from twoside.simulate.congestion import burdens
from twoside.simulate.draws import stream
from twoside.simulate.memory import PairMemory, blank, with_room
from twoside.simulate.rhythm import Rhythm, coming
from twoside.simulate.world import Answer, Visits

if TYPE_CHECKING:
    from twoside.schema.artefact import Packed
    from twoside.schema.entities import EntityTable

_EMPLOYERS, _SEEKERS, _JOBS, _DRIFT, _REOPEN, _VISITS = range(2, 8)
"""Purposes of the random streams; 1 is that of `leanings`, the last has one more a scene."""
_REQUESTS_A_DAY = 1 << 22
"""Room for request ids of one scene and day."""
_POPULAR_DAYS = 7


@dataclass
class RecruitingWorld:
    """A market that can be played; see `simulate.world.World`. Make one with `start`.

    Arrays in `state`, `memory` and `popular` change in place and are copied by `fork`; all others
    are replaced when they change, so copies may share them.
    """

    settings: WorldSettings
    lean: Leanings
    firms: births.Employers
    seekers: Side
    jobs: Side
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
        world = cls._empty(settings)
        for is_job, rows in ((False, settings.seekers), (True, settings.jobs)):
            rng = stream(seed, _JOBS if is_job else _SEEKERS, day)
            stay = rates.job_stay_days if is_job else rates.seeker_stay_days
            created = now - (ages(rows, stay, rng) * DAY_MS).astype(np.int64)
            world._arrive(is_job, created, now, rng)
        return world

    @classmethod
    def _empty(cls, settings: WorldSettings) -> RecruitingWorld:
        """The world before anybody has come."""
        rates, day = settings.rates, settings.start_day
        now = settings.calendar.start_of(day)
        lean = leanings(words(), rates.taste_dim, settings.seed)
        firms = births.employers(
            *(settings.jobs, lean, words(), rates, now, stream(settings.seed, _EMPLOYERS))
        )
        none, nobody = np.empty(0, np.int64), np.random.default_rng(0)
        jobs, openings = sides.new_jobs(none, day, firms, lean, rates, nobody)
        return cls(
            settings=settings,
            lean=lean,
            firms=firms,
            seekers=sides.new_seekers(none, day, lean, rates, nobody),
            jobs=jobs,
            state=blank_state(0, firms.boss.size, openings),
            memory=blank(0, 0),
            popular=(np.zeros((7, 0), np.float32), np.zeros((7, 0), np.float32)),
            pending=logs.no_events(),
            changes=[],
            day=day,
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
        self.seekers = self.seekers.drifted(self.lean, rates, stream(seed, _DRIFT, day))
        for is_job, side in ((False, self.seekers), (True, self.jobs)):
            gone = np.flatnonzero(side.leaves == day)
            left = self.state.openings[gone] if is_job else 0
            self.changes.append(changed(is_job, gone, start, False, left))
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
        draw = stream(self.settings.seed, _REOPEN, day).random(len(self.jobs))
        again = (draw < self.settings.rates.reopen_share) & (self.state.openings == 0)
        rows = np.flatnonzero(again & self.jobs.present(day))
        self.state.openings[rows] = 1
        self.changes.append(changed(True, rows, start, True, 1))

    def _arrive(
        self, is_job: bool, created_ms: np.ndarray, at_ms: int, rng: np.random.Generator
    ) -> None:
        """New rows of one kind, valid from `at_ms`."""
        lean, rates, openings = self.lean, self.settings.rates, np.empty(0, np.int32)
        first = len(self.jobs if is_job else self.seekers)
        if is_job:
            new, openings = sides.new_jobs(created_ms, self.day, self.firms, lean, rates, rng)
            self.jobs = self.jobs.and_then(new)
        else:
            self.seekers = self.seekers.and_then(
                sides.new_seekers(created_ms, self.day, lean, rates, rng)
            )
        seekers, jobs = len(self.seekers), len(self.jobs)
        self.state = with_rows(self.state, seekers, openings)
        self.memory = with_room(self.memory, 0, seekers, jobs)
        self.popular = (
            np.pad(self.popular[0], ((0, 0), (0, jobs - self.popular[0].shape[1]))),
            np.pad(self.popular[1], ((0, 0), (0, seekers - self.popular[1].shape[1]))),
        )
        row = np.arange(first, first + len(created_ms))
        self.changes.append(changed(is_job, row, at_ms, True, openings if is_job else 0))

    # --- playing -----------------------------------------------------------------------------

    def visits(self, scene: str, day: int) -> Visits:
        """All visits of a day. Ask when the clock stands in that day: newcomers are known then.

        A boss whose job was filled by a policy still visits, so that all policies serve the same
        visits; he looks at nothing.
        """
        turned = _scene(scene)
        rates, start = self.settings.rates, self.settings.calendar.start_of(day)
        people, _ = self.parties(turned)
        rate = people.rate(day, start, rates.newcomer_visits)
        rng = stream(self.settings.seed, _VISITS + turned, day)
        person, ts_ms = coming(rate, Rhythm(rates.hours, rates.weekdays), day, start, rng)
        if len(person) > _REQUESTS_A_DAY:
            raise ConfigError(
                f"world: {len(person)} visits a day; expected at most {_REQUESTS_A_DAY}. "
                "Make the world smaller or lower the visit rates."
            )
        first = ((day - self.settings.start_day) * 2 + turned) * _REQUESTS_A_DAY
        return Visits(first + np.arange(len(person), dtype=np.int64), person, ts_ms)

    def respond(self, scene: str, slates: Slates) -> Answer:
        """People answer lists. Openings that fill count at once for what is shown later."""
        exposures, events = self.respond_rows(_scene(scene), slates)
        return Answer(exposures, events.table())

    def respond_rows(self, turned: int, slates: Slates) -> tuple[pa.Table, EventRows]:
        """The same with the events as arrays; `turned`: the place of the scene in `SCENES`."""
        self._check(turned, slates)
        length = slates.items.shape[1]
        out = outbox(slates.items.size)
        shown = np.zeros(len(slates), np.int16)
        shown_ms = np.zeros((len(slates), length), np.int64)
        people, items = self.parties(turned)
        room = slates.items.size, len(self.seekers), len(self.jobs)
        self.memory = with_room(self.memory, *room)
        answer(
            self.settings.seed,
            bool(turned),
            np.argsort(slates.ts_ms, kind="stable"),
            slates.request_id,
            slates.person.astype(np.int32),
            slates.ts_ms,
            slates.items.astype(np.int32),
            items.present(self.day),
            people.present(self.day),
            self.seekers.rows,
            self.jobs.rows,
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
        self.changes.append(changed(True, job, hired_ms, left > 0, left))
        self.answered_ms = max(self.answered_ms, int(slates.ts_ms.max(initial=0)))
        offset = self.settings.calendar.offset_ms
        last_ms = ((slates.ts_ms + offset) // DAY_MS + 1) * DAY_MS - offset - 1
        exposures = logs.exposures(turned, slates, shown, shown_ms, last_ms)
        return exposures, logs.event_rows(turned, slates, out)

    def _check(self, turned: int, slates: Slates) -> None:
        people, items = (len(side) for side in self.parties(turned))
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

    def live_day(self) -> DayTables:
        """One whole day under the market's own recommender, both scenes; the clock moves to the
        next midnight."""
        return living.live_day(self)

    def chance(self, scene: str, person: np.ndarray, items: np.ndarray, now_ms: int) -> np.ndarray:
        """float32 (n, m): true probability that showing the pair ends in a reach."""
        turned, rates, state = _scene(scene), self.settings.rates, self.state
        half_ms = rates.burden_half_life_hours * HOUR_MS
        waiting = (state.boss_load, state.boss_load_ms, now_ms, half_ms, rates.boss_bears)
        if turned:
            waiting = (
                *(state.seeker_load, state.seeker_load_ms, now_ms, half_ms),
                rates.seeker_bears,
            )
        load = burdens(*waiting)
        load = load if turned else load[self.jobs.hidden.boss]
        people, items_side = self.parties(turned)
        age = (now_ms - items_side.hidden.created_ms) / (DAY_MS * rates.fresh_days)
        fresh = (rates.like_fresh if turned else rates.wish_fresh) * np.exp(-age)
        return np.asarray(
            chances(
                bool(turned),
                person,
                items,
                self.seekers.rows,
                self.jobs.rows,
                self.memory,
                (items_side.hidden.ready - rates.burden_weight * load).astype(np.float32),
                fresh.astype(np.float32),
                self.open_rows(items_side),
                self.open_rows(people),
                rates.as_record(),
            )
        )

    def parties(self, turned: int) -> tuple[Side, Side]:
        """(people, items) of a scene."""
        return (self.jobs, self.seekers) if turned else (self.seekers, self.jobs)

    def open_rows(self, side: Side) -> np.ndarray:
        """bool (n,): present, and not filled."""
        present = side.present(self.day)
        return present & (self.state.openings > 0) if side is self.jobs else present

    # --- storing -----------------------------------------------------------------------------

    def pack(self) -> Packed:
        """The whole state, the truth too: keep it apart from the logs."""
        return packing.pack(
            self.settings,
            {"day": self.day, "now_ms": self.now_ms, "answered_ms": self.answered_ms},
            {
                "seekers": self.seekers.hidden,
                "jobs": self.jobs.hidden,
                "state": self.state,
                "memory": self.memory,
                "pending": self.pending,
                "changes": versions.together(self.changes),
            },
            {"seeker": self.seekers.declared, "job": self.jobs.declared},
            {
                "seeker_own": self.seekers.own,
                "seeker_visits": self.seekers.visits,
                "seeker_leaves": self.seekers.leaves,
                "job_visits": self.jobs.visits,
                "job_leaves": self.jobs.leaves,
                "popular_jobs": self.popular[0],
                "popular_seekers": self.popular[1],
            },
        )

    @classmethod
    def unpack(cls, packed: Packed) -> RecruitingWorld:
        """The world that `pack` described."""
        world = cls._empty(packing.settings_of(packed))
        clock = packed.meta["clock"]
        return dataclasses.replace(
            world,
            seekers=packing.side(packed, "seeker", Seekers),
            jobs=packing.side(packed, "job", Jobs),
            state=packing.part(packed, "state", State),
            memory=packing.part(packed, "memory", PairMemory),
            pending=packing.part(packed, "pending", EventRows),
            changes=[packing.part(packed, "changes", Changes)],
            popular=(
                packing.array(packed, "popular_jobs"),
                packing.array(packed, "popular_seekers"),
            ),
            day=int(clock["day"]),
            now_ms=int(clock["now_ms"]),
            answered_ms=int(clock["answered_ms"]),
        )

    # --- tables ------------------------------------------------------------------------------

    def _declared(self) -> dict[str, Declared]:
        return {
            "seeker": self.seekers.declared,
            "job": self.jobs.declared,
            "boss": self.firms.boss,
            "company": self.firms.company,
        }

    def table(self, kind: str) -> EntityTable:
        """All entities of a kind as they are now."""
        declared = self._declared()
        if kind not in declared:
            known = did_you_mean(kind, declared)
            raise ConfigError(f"recruiting has no entity '{kind}'. {known}")
        changing = {}
        if kind in ("seeker", "job"):
            side = self.jobs if kind == "job" else self.seekers
            changing["is_open"] = self.open_rows(side).astype(np.float64)
        if kind == "job":
            changing["openings"] = self.state.openings.astype(np.float64)
        counts = {name: part.size for name, part in declared.items()}
        return as_table(kind, declared[kind], changing, counts)

    def vocabulary(self, kind: str, column: str) -> list[str]:
        """The words of a category column in the order of the codes of `table`."""
        columns = DOMAIN.entity(kind).columns
        for one in columns:
            if one.name == column and one.refers_to:
                return ids(one.refers_to, np.arange(self._declared()[one.refers_to].size))
            if one.name == column and one.type in ("category", "categories"):
                return list(fixed_vocabulary(column))
        known = [one.name for one in columns if one.type in ("category", "categories")]
        raise ConfigError(f"{kind} has no category '{column}'. {did_you_mean(column, known)}")

    def take_versions(self) -> dict[str, pa.Table]:
        """Versions that no day has told yet; on the first day with all bosses and companies."""
        declared = self._declared()
        tables = versions.version_tables(self.changes, declared)
        self.changes = []
        if self.day == self.settings.start_day:
            tables |= versions.first_tables(declared)
        return tables


def _scene(name: str) -> int:
    """0 or 1: the place of a scene in `SCENES`."""
    if name not in SCENES:
        raise ConfigError(f"recruiting has no scene '{name}'. {did_you_mean(name, SCENES)}")
    return SCENES.index(name)
