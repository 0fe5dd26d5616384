"""A market of blocks, whose truth is known: people take the items of their own block."""

from __future__ import annotations

import numpy as np
from unit.funnel.recall.little_market import NOW_MS, START_MS, question

from twoside.funnel.recall.channel import Asking, RecallData
from twoside.metrics.topn import Truth
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import EntityTable

BLOCKS, PEOPLE, ITEMS = 4, 120, 160


def blocks(new: int = 0, seed: int = 0) -> tuple[RecallData, Asking, Truth]:
    """Person p is of block p % BLOCKS, item i of block i % BLOCKS and says so in a word; popular
    items are taken more. The last `new` items nobody has taken yet. The truth is what people take
    later."""
    rng = np.random.default_rng(seed)
    fame = rng.zipf(1.4, ITEMS).clip(max=50).astype(float)
    old = ITEMS - new
    before, after = [], []
    for p in range(PEOPLE):
        share = np.where(np.arange(old) % BLOCKS == p % BLOCKS, fame[:old], 0.01)
        taken = rng.choice(old, 20, replace=False, p=share / share.sum())
        before += [(p, i) for i in taken[:14]]
        after += [(p, i) for i in taken[14:]]
    rng.shuffle(before)
    log = np.array(before, np.int32)
    ts_ms = START_MS + 1000 * np.arange(len(log), dtype=np.int64)
    behaviours = Behaviours(log[:, 0], log[:, 1], ts_ms, np.ones(len(log), np.float32))
    words = {"block": (np.arange(ITEMS) % BLOCKS).astype(np.int32)}
    items = EntityTable("i", ITEMS, words, sizes={"block": BLOCKS})
    data = RecallData(behaviours, EntityTable("p", PEOPLE, {}), items, NOW_MS)
    right = np.array(after)
    return data, question(data), Truth.of(right[:, 0], right[:, 1], PEOPLE)


def most_liked(data: RecallData, limit: int) -> np.ndarray:
    """int32 (people, limit): what others like most and the person has not liked yet."""
    log = data.behaviours
    counts = np.tile(np.bincount(log.item, minlength=ITEMS), (PEOPLE, 1))
    counts[log.person, log.item] = -1
    return np.argsort(-counts, axis=1, kind="stable")[:, :limit].astype(np.int32)


def share_of_own_block(items: np.ndarray) -> float:
    """Of all that was found."""
    own = items % BLOCKS == np.arange(len(items))[:, None] % BLOCKS
    return float(own[items >= 0].mean())
