"""The labels of a feed: every behaviour is one. A log may lack some of them; a target without
events in the lake cannot be learnt (`Lake.event_kinds` tells which there are).
"""

from __future__ import annotations

from twoside.schema.domain import Target

_WITHIN_HOURS = 0.25
"""The public logs write an answer at the moment of the exposure. The newest exposures are not
final until the window has passed, so it is no longer than it must be."""

TARGETS = (
    Target("click", ("click",), within_hours=_WITHIN_HOURS, meaning="opens the video"),
    Target("long_view", ("long_view",), within_hours=_WITHIN_HOURS, meaning="watches most of it"),
    Target("like", ("like",), within_hours=_WITHIN_HOURS, meaning="likes it"),
    Target("follow", ("follow",), within_hours=_WITHIN_HOURS, meaning="follows the author"),
    Target("comment", ("comment",), within_hours=_WITHIN_HOURS, meaning="writes a comment"),
    Target("forward", ("forward",), within_hours=_WITHIN_HOURS, meaning="sends it to others"),
    Target("profile", ("profile",), within_hours=_WITHIN_HOURS, meaning="opens the author's page"),
    Target("hate", ("hate",), within_hours=_WITHIN_HOURS, sign=-1, meaning="wants no more of it"),
)
