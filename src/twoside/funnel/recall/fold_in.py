"""Solving for the vectors of people whose items are given, in float64.

With Y'Y = Q D Q', ridge r of the person and v_i = (D + r)^-1/2 Q'y_i the system of
`recall/als.py` is

    (I + sum_i e_i v_i v_i') z = sum_i (f_i + e_i) v_i,    x = Q (D + r)^-1/2 z

with e_i = f_i (c_i - 1). For fewer items than numbers in a vector its dual is smaller and has the
same answer:

    z = sum_i w_i v_i,    (v_i . v_j + I / e_i) w = (f + e) / e

(the identity of Woodbury 1950). Either is solved by Cholesky.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def solve(start, item, extra, fade, turned, spread, turn, ridge, out):  # type: ignore[no-untyped-def]
    """The vectors x of n people; a person without items is left as in `out`.

    Args:
        start: int64 (n + 1,): person i has the items `start[i]:start[i + 1]` of
        item: int32 (total,); extra: float64 (total,), e, above 0; fade: float32 (total,), f.
        turned: float32 (items, dim): Q'y.
        spread: float64 (dim,): D; turn: float64 (dim, dim): Q', a line a number of `turned`.
        ridge: float64 (n,), above 0.
        out: float32 (n, dim), written.
    """
    dim, most = len(spread), 0
    for i in range(len(start) - 1):
        most = max(most, start[i + 1] - start[i])
    size = min(most, dim)
    a, b, line = np.empty((size, size)), np.empty(size), np.empty(size)
    z, x, stretch = np.empty(dim), np.empty(dim), np.empty(dim)
    for i in range(len(start) - 1):
        first, m = start[i], start[i + 1] - start[i]
        if m == 0:
            continue
        for c in range(dim):
            stretch[c] = 1 / np.sqrt(spread[c] + ridge[i])
        mine, e, f = item[first : first + m], extra[first : first + m], fade[first : first + m]
        if m < dim:
            _dual(a, b, line, mine, e, f, turned, stretch)
            z[:] = 0
            for r in range(m):
                for c in range(dim):
                    z[c] += b[r] * stretch[c] * turned[mine[r], c]
        else:
            _primal(a, b, line, mine, e, f, turned, stretch)
            z[:] = b
        x[:] = 0
        for c in range(dim):
            part = stretch[c] * z[c]
            for d in range(dim):
                x[d] += part * turn[c, d]
        for d in range(dim):
            out[i, d] = x[d]


@njit(cache=True, nogil=True)
def _dual(a, b, line, item, extra, fade, turned, stretch):  # type: ignore[no-untyped-def]
    """b becomes w, one number an item."""
    m = len(item)
    a[:m, :m] = 0
    for c in range(len(stretch)):
        for r in range(m):
            line[r] = turned[item[r], c] * stretch[c]
        _add_square(a, line, 1.0, m)
    for r in range(m):
        a[r, r] += 1 / extra[r]
        b[r] = 1 + fade[r] / extra[r]
    _cholesky(a, line, m)
    _forward(a, b, m)
    _back(a, b, m)


@njit(cache=True, nogil=True)
def _primal(a, b, line, item, extra, fade, turned, stretch):  # type: ignore[no-untyped-def]
    """b becomes z, as long as a vector."""
    dim = len(stretch)
    a[:], b[:] = 0, 0
    for r in range(len(item)):
        for c in range(dim):
            line[c] = turned[item[r], c] * stretch[c]
            b[c] += (fade[r] + extra[r]) * line[c]
        _add_square(a, line, extra[r], dim)
    for c in range(dim):
        a[c, c] += 1
    _cholesky(a, line, dim)
    _forward(a, b, dim)
    _back(a, b, dim)


@njit(cache=True, nogil=True)
def _add_square(a, line, factor, n):  # type: ignore[no-untyped-def]
    """a += factor * line line', below the diagonal and on it."""
    for c in range(n):
        part = factor * line[c]
        for d in range(c + 1):
            a[c, d] += part * line[d]


@njit(cache=True, nogil=True)
def _forward(a, b, n):  # type: ignore[no-untyped-def]
    """b becomes the solution x of a x = b, a lower."""
    for c in range(n):
        b[c] /= a[c, c]
        for d in range(c + 1, n):
            b[d] -= a[d, c] * b[c]


@njit(cache=True, nogil=True)
def _back(a, b, n):  # type: ignore[no-untyped-def]
    """b becomes the solution x of a'x = b, a lower."""
    for c in range(n - 1, -1, -1):
        b[c] /= a[c, c]
        for d in range(c):
            b[d] -= a[c, d] * b[c]


@njit(cache=True, nogil=True)
def _cholesky(a, column, n):  # type: ignore[no-untyped-def]
    """The lower triangle of a becomes its root; `column` is room for one column."""
    for c in range(n):
        root = np.sqrt(a[c, c])
        a[c, c] = root
        for r in range(c + 1, n):
            a[r, c] /= root
            column[r] = a[r, c]
        for r in range(c + 1, n):
            factor = column[r]
            for d in range(c + 1, r + 1):
                a[r, d] -= factor * column[d]
