"""The labels of recruiting: which behaviours count, and for how long after an exposure.

Every behaviour is a label; which of them a funnel learns, its `[training] targets` say.

A window is a trade: a longer one catches more of the late answers, but its labels are final
later, so the newest days teach nothing. In the world 95 of 100 replies and reaches come within
24 hours of the exposure, so a day is final when the next one has ended.
"""

from __future__ import annotations

from twoside.schema.domain import Target

TARGETS = (
    Target("view", ("view",), within_hours=6, meaning="opens the details"),
    Target("chat", ("chat",), within_hours=6, meaning="starts a conversation"),
    Target(
        "read",
        ("read",),
        within_hours=24,
        meaning="the other party opens the conversation",
        once_per="pair_day",
    ),
    Target("reply", ("reply",), within_hours=24, meaning="the other party answers"),
    Target("reach", ("reach",), within_hours=24, meaning="both exchange contacts"),
    Target("reject", ("reject",), within_hours=24, sign=-1, meaning="one party says no"),
)
"""The same in both scenes: a market turned round has the same funnel."""
