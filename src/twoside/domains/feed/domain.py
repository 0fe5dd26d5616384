"""A content feed as one value: viewers are shown videos."""

from __future__ import annotations

from twoside.domains.feed.entities import ENTITIES
from twoside.domains.feed.events import EVENTS
from twoside.domains.feed.targets import TARGETS
from twoside.schema.domain import Domain, Matching, Scene
from twoside.schema.entities import Column

VIDEOS_FOR_VIEWER = Scene(
    name="videos_for_viewer",
    person="viewer",
    item="video",
    targets=TARGETS,
    context=(Column("tab", "category", "the page of the app that shows the list"),),
    matching=Matching(born="uploaded_ms"),
    goal="click",
    meaning="videos shown to a viewer",
    name_zh="给观众推视频",
)

DOMAIN = Domain(name="feed", entities=ENTITIES, events=EVENTS, scenes=(VIDEOS_FOR_VIEWER,))
