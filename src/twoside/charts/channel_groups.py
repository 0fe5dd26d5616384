"""Channels by what they go by, so that a long list of them can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUPS = {
    "by_near_items": ("itemcf", "swing", "ease", "item2vec", "content_simitem", "u2i2i"),
    "by_vectors": ("als_simitem", "two_tower", "mind"),
    "by_people": ("usercf", "u2u2i"),
    "by_attributes": ("content", "preference", "similarity", "distance"),
    "by_everybody": ("hot", "activity", "fresh", "cold_start"),
    "by_own_past": ("history",),
}
"""Key of the group's text -> channels; a channel of somebody's own is in `by_other`."""
OTHER = "by_other"


def group_of(channel: str) -> str:
    """The key of a channel's group; one with a name of its own ("swing-wide") belongs where the
    channel belongs that its name begins with."""
    kind = channel.partition("-")[0]
    return next((group for group, names in GROUPS.items() if kind in names), OTHER)


def grouped(channels: Iterable[str]) -> dict[str, list[str]]:
    """Group -> channels, groups in their order, channels in the order given."""
    found: dict[str, list[str]] = {group: [] for group in (*GROUPS, OTHER)}
    for channel in channels:
        found[group_of(channel)].append(channel)
    return {group: names for group, names in found.items() if names}
