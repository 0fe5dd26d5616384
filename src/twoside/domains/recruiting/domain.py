"""Recruiting as one value: entities, events and the two scenes of the market.

`jobs_for_seeker` shows jobs to a seeker. `seekers_for_boss` is the same market turned round: a
boss looks for people *for one of his open jobs*, so the list is made for that job, and the person
of the scene is the **job**; its row carries the boss and the company. A boss with three jobs has
three lists, as he would say himself, and what is known of a job (title, place, pay, behaviours)
is what his list needs.
"""

from __future__ import annotations

from twoside.domains.recruiting.entities import ENTITIES
from twoside.domains.recruiting.events import EVENTS
from twoside.domains.recruiting.targets import TARGETS
from twoside.schema.domain import Domain, Matching, Scene

_SAME = (
    ("title", "title"),
    ("title_group", "title_group"),
    ("city", "city"),
    ("skills", "skills"),
    ("degree", "degree"),
    ("salary_low", "salary_low"),
    ("salary_high", "salary_high"),
)
_PLACES = ("latitude", "longitude", "latitude", "longitude")

JOBS_FOR_SEEKER = Scene(
    name="jobs_for_seeker",
    person="seeker",
    item="job",
    targets=TARGETS,
    matching=Matching((*_SAME, ("education", "education_min")), _PLACES, "created_ms"),
    goal="reach",
    meaning="jobs shown to a seeker",
    name_zh="给求职者推职位",
)

SEEKERS_FOR_BOSS = Scene(
    name="seekers_for_boss",
    person="job",
    item="seeker",
    targets=TARGETS,
    matching=Matching((*_SAME, ("education_min", "education")), _PLACES, "created_ms"),
    goal="reach",
    meaning="seekers shown to a boss, for one of his jobs",
    name_zh="给招聘者推人才",
)

DOMAIN = Domain(
    name="recruiting",
    entities=ENTITIES,
    events=EVENTS,
    scenes=(JOBS_FOR_SEEKER, SEEKERS_FOR_BOSS),
)
