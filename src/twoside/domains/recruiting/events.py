"""What a pair does after an exposure, in the order in which it happens.

    expose -> view -> chat -> read -> reply -> reach, and reject by either party

`by` is relative to the list: "person" is the party whom the list was for (the seeker in
`jobs_for_seeker`, the boss in `seekers_for_boss`), "item" the party who was shown in it. So a
chat is always by the person and a reply always by the item's side, in both scenes. Exposures have
their own table and are not declared here.
"""

from __future__ import annotations

from twoside.schema.domain import EventKind

EVENTS = (
    EventKind("view", 1, "person", 1.0, "opens the details", "查看"),
    EventKind("chat", 1, "person", 4.0, "starts a conversation", "开聊"),
    EventKind("read", 1, "item", 0.5, "the other party opens the conversation", "已读"),
    EventKind("reply", 1, "item", 5.0, "the other party answers", "回复"),
    EventKind("reach", 1, "either", 8.0, "both exchange contacts", "达成"),
    EventKind("reject", -1, "either", -2.0, "one party says no", "不合适"),
)
