"""Learning factors in turns: each row of one side gets its vector while the other side's stand.

With the other side's vectors Y the row r of this side minimises

    sum_i c_i (l_i - x . y_i)^2 + ridge_r |x|^2

over all i; l is 1 and c = 1 + e for its pairs, else 0 and 1. Both sides are turned so that Y'Y is
diagonal (Y'Y = Q D Q'; no product x . y changes), and a few steps of conjugate gradients, from
where the row stands, go towards

    (D + ridge_r + sum_i e_i y_i y_i') x = sum_i (1 + e_i) y_i

with D + ridge_r for the preconditioner. Each step lowers the loss; so many steps as the row has
pairs, and one more, give the solution itself.

Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets",
ICDM, equations 4 and 5; conjugate gradients that go on from the last pass: Takács, Pilászy and
Tikk 2011, "Applications of the Conjugate Gradient Method for Implicit Feedback Collaborative
Filtering", RecSys; a ridge for every row: Rendle, Krichene, Zhang and Koren 2022, "Revisiting the
Performance of iALS on Item Recommendation Benchmarks", RecSys, equation 5. Ours: the turn. It
makes the part of all pairs cost dim, not dim^2, a step, and is the preconditioner that lets two
steps do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True)
class Pairs:
    """The pairs of each row of one side, and how strongly its vector is held back."""

    start: np.ndarray
    """int64 (rows + 1,): row r has the pairs `start[r]:start[r + 1]`"""
    other: np.ndarray
    """int32 (total,): the row of the other side"""
    extra: np.ndarray
    """float32 (total,): e, above 0"""
    ridge: np.ndarray
    """float64 (rows,), above 0"""


def turned_round(
    start: np.ndarray, other: np.ndarray, extra: np.ndarray, others: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """start, other and extra of the same pairs from the other side, which has `others` rows."""
    parts: tuple[np.ndarray, np.ndarray, np.ndarray] = _transposed(start, other, extra, others)
    return parts


@njit(cache=True, nogil=True)
def weights(start, extra):  # type: ignore[no-untyped-def]
    """float64 (rows,): the sum of `extra` of each row, the same in any company."""
    out = np.zeros(len(start) - 1)
    for r in range(len(out)):
        for p in range(start[r], start[r + 1]):
            out[r] += extra[p]
    return out


def descend(
    people: Pairs, items: Pairs, begin: np.ndarray, iterations: int, steps: int, threads: int
) -> np.ndarray:
    """The items' vectors, float32 (items, dim), after so many passes over people and items.

    A row without pairs has zeros. The answer does not depend on `threads`.

    Args:
        begin: float32 (items, dim): the items' vectors to begin with, not changed; people begin
            with zeros.
        steps: of conjugate gradients, a row and pass.
        threads: they take rows in turn.
    """
    from threadpoolctl import threadpool_limits

    item = np.where(np.diff(items.start)[:, None] > 0, begin, np.float32(0))
    person = np.zeros((len(people.start) - 1, begin.shape[1]), np.float32)
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads, "factors") as pool:
        for _ in range(iterations):
            item, person = _better(people, item, person, steps, pool, threads)
            person, item = _better(items, person, item, steps, pool, threads)
    return item


def _better(
    pairs: Pairs,
    fixed: np.ndarray,
    vector: np.ndarray,
    steps: int,
    pool: ThreadPoolExecutor,
    threads: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Both sides turned, `vector`, float32 (rows, dim), `steps` nearer to its best."""
    spread, turn = diagonal(fixed)
    turn = turn.astype(np.float32)
    fixed, vector = fixed @ turn, vector @ turn
    share = np.linspace(0, len(pairs.other), 8 * threads + 1)[1:-1]
    cuts = [0, *np.searchsorted(pairs.start, share), len(vector)]

    def part(n: int) -> None:
        begin, end = cuts[n], cuts[n + 1]
        _step(
            pairs.start[begin : end + 1],
            pairs.other,
            pairs.extra,
            pairs.ridge[begin:end],
            spread,
            fixed,
            vector[begin:end],
            steps,
        )

    list(pool.map(part, range(len(cuts) - 1)))
    return fixed, vector


def diagonal(vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """D float64 (dim,), at least 0, and Q float64 (dim, dim) of the vectors of one side."""
    gram = np.zeros((vector.shape[1], vector.shape[1]))
    for begin in range(0, len(vector), _PART):
        part = vector[begin : begin + _PART].astype(np.float64)
        gram += part.T @ part
    spread, turn = np.linalg.eigh(gram)
    return np.maximum(spread, 0), turn


_PART = 65_536
"""Vectors that are turned to float64 at once."""


@njit(cache=True, nogil=True)
def _transposed(start, other, extra, others):  # type: ignore[no-untyped-def]
    new_start = np.zeros(others + 1, np.int64)
    for j in other:
        new_start[j + 1] += 1
    new_start = np.cumsum(new_start)
    slot = new_start[:-1].copy()
    row, copied = np.empty(len(other), np.int32), np.empty(len(other), np.float32)
    for r in range(len(start) - 1):
        for p in range(start[r], start[r + 1]):
            at = slot[other[p]]
            slot[other[p]] += 1
            row[at] = r
            copied[at] = extra[p]
    return new_start, row, copied


_ANY_ORDER = {"reassoc", "contract"}
"""Sums may be taken in any order, so that they are taken several at a time; always the same."""


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER, error_model="numpy")
def _step(start, other, extra, ridge, spread, fixed, vector, steps):  # type: ignore[no-untyped-def]
    """`vector`, float32 (rows, dim), goes `steps` of conjugate gradients from where it stands."""
    dim = len(spread)
    alone, back = np.empty(dim, np.float32), np.empty(dim, np.float32)
    way, turned = np.empty(dim, np.float32), np.empty(dim, np.float32)
    for r in range(len(start) - 1):
        pairs = slice(start[r], start[r + 1])
        mine, e, x = other[pairs], extra[pairs], vector[r]
        if len(mine) == 0:
            continue
        for c in range(dim):
            alone[c] = spread[c] + ridge[r]
            back[c] = -alone[c] * x[c]
        _add_errors(mine, e, fixed, x, back)
        size = np.float32(0)
        for c in range(dim):
            way[c] = back[c] / alone[c]
            size += back[c] * way[c]
        for _ in range(steps):
            for c in range(dim):
                turned[c] = alone[c] * way[c]
            _add_turned(mine, e, fixed, way, turned)
            bend = np.float32(0)
            for c in range(dim):
                bend += way[c] * turned[c]
            if not (size > 0 and bend > 0):
                break  # it stands where it should
            far, left = size / bend, np.float32(0)
            for c in range(dim):
                x[c] += far * way[c]
                back[c] -= far * turned[c]
                left += back[c] * back[c] / alone[c]
            for c in range(dim):
                way[c] = back[c] / alone[c] + left / size * way[c]
            size = left


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def _add_errors(mine, e, fixed, x, out):  # type: ignore[no-untyped-def]
    """out += sum_i (1 + e_i - e_i x . y_i) y_i."""
    for p in range(len(mine)):
        y, product = fixed[mine[p]], np.float32(0)
        for c in range(len(x)):
            product += y[c] * x[c]
        pull = 1 + e[p] * (1 - product)
        for c in range(len(x)):
            out[c] += pull * y[c]


@njit(cache=True, nogil=True, fastmath=_ANY_ORDER)
def _add_turned(mine, e, fixed, x, out):  # type: ignore[no-untyped-def]
    """out += sum_i e_i y_i (y_i . x), two pairs at a time."""
    even = len(mine) - len(mine) % 2
    for p in range(0, even, 2):
        y, z = fixed[mine[p]], fixed[mine[p + 1]]
        one, two = np.float32(0), np.float32(0)
        for c in range(len(x)):
            one += y[c] * x[c]
            two += z[c] * x[c]
        one *= e[p]
        two *= e[p + 1]
        for c in range(len(x)):
            out[c] += one * y[c] + two * z[c]
    for p in range(even, len(mine)):
        y, one = fixed[mine[p]], np.float32(0)
        for c in range(len(x)):
            one += y[c] * x[c]
        one *= e[p]
        for c in range(len(x)):
            out[c] += one * y[c]
