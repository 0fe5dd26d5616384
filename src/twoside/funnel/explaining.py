"""From the trace of one request to its explanation: what each stage said of each item shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.explanation import Explanation, Shown
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from twoside.funnel.trace import Trace
    from twoside.schema.request import Request


def explanation(request: Request, trace: Trace, targets: tuple[str, ...]) -> Explanation:
    """The story of the first request of a trace."""
    channels = {
        name: _candidates(found.items[0], found.scores[0]) for name, found in trace.lists.items()
    }
    merged = Candidates.empty()
    if trace.merged is not None:
        items = trace.merged.items[0]
        # a merge has an order and no score
        merged = _candidates(items, np.zeros(len(items), np.float32))
    start, items = trace.preranked
    preranked = items[start[0] : start[1]]
    ranked, probabilities = trace.ranked[0], trace.probabilities[0]
    slate = trace.slates[0]
    where = {name: _places(found.items) for name, found in channels.items()}
    merge_rank, prerank_rank = _places(merged.items), _places(preranked)
    fused_rank = _places(ranked.items)
    shown = []
    for position, (item, score) in enumerate(
        zip(slate.items.tolist(), slate.scores.tolist(), strict=True)
    ):
        rank = fused_rank.get(item, -1)
        said = {} if rank < 0 else dict(zip(targets, probabilities[rank].tolist(), strict=True))
        shown.append(
            Shown(
                item=item,
                position=position,
                score=score,
                channel_ranks={name: at[item] for name, at in where.items() if item in at},
                merge_rank=merge_rank.get(item, -1),
                prerank_rank=prerank_rank.get(item, -1),
                targets=said,
                fused_rank=rank,
            )
        )
    return Explanation(
        request=request,
        channels=channels,
        merged=merged,
        preranked=Candidates(preranked, np.zeros(len(preranked), np.float32)),
        ranked=ranked,
        target_scores={name: probabilities[:, n] for n, name in enumerate(targets)},
        dropped=trace.dropped[0],
        slate=slate,
        shown=tuple(shown),
        milliseconds=trace.milliseconds,
    )


def _candidates(items: np.ndarray, scores: np.ndarray) -> Candidates:
    there = items >= 0
    return Candidates(items[there], scores[there])


def _places(items: np.ndarray) -> dict[int, int]:
    return {item: place for place, item in enumerate(items.tolist())}
