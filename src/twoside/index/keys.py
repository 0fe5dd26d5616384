"""A score and an item as one number, so that the best first are the smallest first.

The bits of a float32 rise with its size. Turned over they stand in the upper half of the key (those
of a negative number as they are), the item in the lower: ascending keys are falling scores, and of
equal scores the lower item comes first, so an answer does not depend on the order in which items
were met. Integers sort about five times as fast as a heap of pairs, and most of what a list costs
is sorting.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

ALL = ~np.uint64(0)
"""The bar at the beginning of a row: every key is below it."""
_SIZE = np.uint32(0x7FFFFFFF)
"""The bits of a float32 without its sign."""


@njit(cache=True, nogil=True)
def buffer(limit: int) -> np.ndarray:
    """uint64: room for the best `limit` and some that may still fall out. A kernel fills it so
    (written out, for a call with an array costs more than the whole step):

        keys[size] = key_of(score[j], j)
        size += keys[size] < bar  # no branch: nobody can guess it
        if size == len(keys):
            size, bar = fewer(keys, limit)
    """
    return np.empty(4 * limit + 64, np.uint64)


def _same_bits(context, builder, signature, args):  # type: ignore[no-untyped-def]
    return builder.bitcast(args[0], context.get_value_type(signature.return_type))


@intrinsic  # type: ignore[untyped-decorator]
def _bits(typing_context, score):  # type: ignore[no-untyped-def]  # noqa: ARG001 - numba's protocol
    """The bits of a float32 as uint32."""
    return types.uint32(types.float32), _same_bits


@intrinsic  # type: ignore[untyped-decorator]
def _float(typing_context, bits):  # type: ignore[no-untyped-def]  # noqa: ARG001 - numba's protocol
    """The float32 of these bits, uint32."""
    return types.float32(types.uint32), _same_bits


@njit(cache=True, nogil=True)
def key_of(score: np.float32, item: int) -> np.uint64:
    """The key of a score, a float32 that is a number, and an item, 0 or more."""
    equal = np.float32(score) + np.float32(0)  # -0 becomes 0
    bits = _bits(equal)  # type: ignore[call-arg, var-annotated]
    turned = bits if bits > _SIZE else bits ^ _SIZE
    return (np.uint64(turned) << np.uint64(32)) | np.uint64(item)


@njit(cache=True, nogil=True)
def score_of(key: np.uint64) -> np.float32:
    """The score that is in a key."""
    turned = np.uint32(key >> np.uint64(32))
    bits = turned if turned > _SIZE else turned ^ _SIZE
    return _float(bits)  # type: ignore[call-arg, no-any-return]


@njit(cache=True, nogil=True)
def fewer(keys: np.ndarray, limit: int) -> tuple[int, np.uint64]:
    """Drop what is not among the best `limit` of a full buffer.

    Returns:
        How many are left, and the bar: a key that is not below it comes too late.
    """
    smallest_first(keys, len(keys), limit, limit - 1)
    return limit, keys[max(limit, 1) - 1]


@njit(cache=True, nogil=True)
def finish(keys: np.ndarray, size: int, limit: int, items: np.ndarray, scores: np.ndarray) -> int:
    """Write the best of the buffer out, best first.

    Args:
        items: int32, at least `limit` places.
        scores: float32, the same.

    Returns:
        How many were written: `limit` or fewer.
    """
    smallest_first(keys, size, limit)
    kept = min(size, limit)
    for t in range(kept):
        items[t] = np.int32(keys[t] & np.uint64(0xFFFFFFFF))
        scores[t] = score_of(keys[t])
    return kept


@njit(cache=True, nogil=True)
def smallest_first(keys: np.ndarray, size: int, limit: int, first: int = 0) -> None:
    """Sort the first `size` keys in place as far as places `first` to `limit` need it: what belongs
    before and behind them is there, in any order.

    Quicksort that leaves parts beyond `limit` alone (Hoare 1961, "Algorithm 64/65"), with a
    partition without branches. Expected size + limit log(limit) steps.
    """
    lows, highs = np.empty(64, np.int64), np.empty(64, np.int64)
    lows[0], highs[0], depth = 0, size, 1
    while depth > 0:
        depth -= 1
        low, high = lows[depth], highs[depth]
        while high - low > 10 and first < high and low < limit:
            a, b, c = keys[low], keys[(low + high) // 2], keys[high - 1]
            pivot = max(min(a, b), min(max(a, b), c))
            at = (low + high) // 2 if pivot == b else (low if pivot == a else high - 1)
            keys[at] = keys[high - 1]
            keys[high - 1] = pivot
            cut = low
            for r in range(low, high - 1):
                key = keys[r]
                keys[r] = keys[cut]
                keys[cut] = key
                cut += key < pivot
            keys[high - 1] = keys[cut]
            keys[cut] = pivot
            # the larger part waits, so the stack stays below log2(size)
            if cut - low < high - cut - 1:
                lows[depth], highs[depth] = cut + 1, high
                high = cut
            else:
                lows[depth], highs[depth] = low, cut
                low = cut + 1
            depth += 1
        if low >= limit or high <= first:
            continue
        for r in range(low + 1, high):
            key = keys[r]
            t = r
            while t > low and keys[t - 1] > key:
                keys[t] = keys[t - 1]
                t -= 1
            keys[t] = key
