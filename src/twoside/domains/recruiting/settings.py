"""Settings of the recruiting world: how big, how long, and every rate that it lives by."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from twoside.config import build, read_toml
from twoside.schema.calendar import Calendar, day_number

RATES = Path(str(files(__package__) / "configs" / "world.toml"))


@dataclass(frozen=True)
class Rates:
    """Every rate; what each means, its unit and where it comes from is said in
    `configs/world.toml`, which holds the values. Pairs are (jobs_for_seeker, seekers_for_boss).
    """

    seeker_stay_days: float
    job_stay_days: float
    seeker_visits: float
    job_visits: float
    newcomer_visits: float
    activity_spread: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    page: int
    scroll_goes_on: float
    scroll_least: int
    examine_fall: float
    tired_each: float
    tired_half_life_hours: float
    view_satiation: float
    view_start: tuple[float, float]
    chat_start: tuple[float, float]
    reply_start: tuple[float, float]
    reach_start: tuple[float, float]
    view_weight: tuple[float, float]
    chat_weight: tuple[float, float]
    reply_weight: tuple[float, float]
    reach_weight: tuple[float, float]
    read_share: float
    refuse_share: float
    dislike_start: float
    wish_title: float
    wish_group: float
    wish_skill: float
    wish_near: float
    near_km: float
    wish_pay: float
    wish_taste: float
    wish_appeal: float
    wish_fresh: float
    fresh_days: float
    like_title: float
    like_group: float
    like_skill: float
    like_near: float
    like_degree: float
    like_experience: float
    like_taste: float
    like_appeal: float
    like_fresh: float
    boss_ready: float
    badge_tells: float
    seeker_ready: float
    burden_weight: float
    burden_half_life_hours: float
    boss_bears: float
    seeker_bears: float
    fill_share: float
    reopen_share: float
    look_seconds: float
    read_minutes: float
    reply_minutes: float
    reach_minutes: float
    delay_spread: float
    read_most_hours: float
    reply_most_hours: float
    reach_most_hours: float
    taste_dim: int
    title_share: float
    company_share: float
    job_share: float
    known_share: float
    own_weights: float
    appeal_known_share: float
    drift_step: float
    profile_known_share: float
    boss_known_share: float
    log_match: float
    log_popular: float
    log_fresh: float
    log_noise: float
    log_explore: float

    def as_record(self) -> np.ndarray:
        """One record with all rates by name, float32 and int32, for compiled code."""
        values = dataclasses.asdict(self)
        kinds = [
            (name, np.int32 if isinstance(value, int) else np.float32, np.shape(value))
            for name, value in values.items()
        ]
        return np.array([tuple(values.values())], np.dtype(kinds, align=True))


@cache
def shipped_rates() -> Rates:
    """The rates that the package ships."""
    return build(Rates, read_toml(RATES), "configs/world.toml")


@dataclass(frozen=True)
class WorldSettings:
    """A recruiting world. The same settings give the same world, byte for byte."""

    seekers: int = 20_000
    """Seekers present on the first day; about as many stay present."""
    jobs: int = 10_000
    """Open jobs on the first day."""
    days: int = 30
    """Days that the world is to log before it is played; the world itself goes on."""
    seed: int = 7
    start_day: int = day_number("2026-03-02")
    """The first day (a Monday), as days since 1970-01-01, local time."""
    utc_offset_hours: float = 8.0
    """Local time of the market minus UTC."""
    rates: Rates = field(default_factory=shipped_rates)

    @property
    def calendar(self) -> Calendar:
        """The days of this market."""
        return Calendar(self.utc_offset_hours)
