"""What rankers predict in a feed. A log may lack some of these behaviours; a target without events
in the lake cannot be learnt (`Lake.event_kinds` tells which there are).
"""

from __future__ import annotations

from twoside.schema.domain import Target

TARGETS = (
    Target("click", ("click",), within_hours=24, meaning="opens the video"),
    Target("long_view", ("long_view",), within_hours=24, meaning="watches most of it"),
    Target("like", ("like",), within_hours=24, meaning="likes it"),
    Target("follow", ("follow",), within_hours=24, meaning="follows the author"),
    Target("comment", ("comment",), within_hours=24, meaning="writes a comment"),
    Target("forward", ("forward",), within_hours=24, meaning="sends it to others"),
    Target("profile", ("profile",), within_hours=24, meaning="opens the author's page"),
    Target("hate", ("hate",), within_hours=24, sign=-1, meaning="wants no more of it"),
)
