"""What viewers do with a video that they were shown.

Strengths say how much one such event tells of taste, beside the others that usually come with it
(a liked video was mostly clicked and watched too). They are a choice, not a measurement.
"""

from __future__ import annotations

from twoside.schema.domain import EventKind

EVENTS = (
    EventKind("click", 1, strength=0.5, meaning="opens the video or lets it play", name_zh="点击"),
    EventKind("long_view", 1, strength=1.0, meaning="watches most of it", name_zh="长播"),
    EventKind("like", 1, strength=1.5, meaning="likes it", name_zh="点赞"),
    EventKind("follow", 1, strength=2.0, meaning="follows its author", name_zh="关注"),
    EventKind("comment", 1, strength=1.5, meaning="writes a comment", name_zh="评论"),
    EventKind("forward", 1, strength=2.0, meaning="sends it to others", name_zh="转发"),
    EventKind("profile", 1, strength=0.5, meaning="opens the author's page", name_zh="进主页"),
    EventKind("hate", -1, strength=-2.0, meaning="wants no more of it", name_zh="不喜欢"),
)
