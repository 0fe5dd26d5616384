"""A fitted channel brought up to date when more has happened.

Those that learn in many passes go on from where they stood (`channel.LearnsOn`): als_simitem, u2u2i
and u2i2i from the items' vectors, item2vec from the features' vectors. All others are fitted again,
and are equal to a new fit. One pass over the log makes counts, indices and profiles. In ItemCF the
norm of an item stands in the rows of all items that share a person with it, so the new likes of one
person in a hundred change nearly every row; in Swing only the rows of items of people with new
likes change, but those are the ones that cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.funnel.recall.channel import LearnsOn

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Channel, FittedChannel, RecallData


def refreshed(
    channel: Channel, fitted: FittedChannel, data: RecallData, since_ms: int, seed: int
) -> FittedChannel:
    """The channel as of `data`, all of the past. `fitted` knows what was before `since_ms`; it is
    not changed. One of other settings or another channel is no beginning: then it is a new fit."""
    if isinstance(channel, LearnsOn) and getattr(fitted, "settings", None) == channel:
        return channel.update(fitted, data, since_ms, seed)
    return channel.fit(data, seed)
