"""What rankers predict in recruiting: which behaviours count, and for how long after an exposure.

A window is as long as the behaviour can take: who looks, looks within the hour; a boss may
answer two days later. A longer window waits longer until a label is final.
"""

from __future__ import annotations

from twoside.schema.domain import Target

TARGETS = (
    Target("view", ("view",), within_hours=6, meaning="opens the details"),
    Target("chat", ("chat",), within_hours=6, meaning="starts a conversation"),
    Target("reply", ("reply",), within_hours=54, meaning="the other party answers"),
    Target("reach", ("reach",), within_hours=72, meaning="both exchange contacts"),
    Target("reject", ("reject",), within_hours=54, sign=-1, meaning="one party says no"),
)
"""The same in both scenes: a market turned round has the same funnel."""
