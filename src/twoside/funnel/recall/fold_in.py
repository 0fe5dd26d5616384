"""Solving for the vectors of people whose items are given, in float64.

With R the lower root of Y'Y + ridge I and v_i = R^-1 y_i, the system of `recall/als.py` is

    (I + sum_i e_i v_i v_i') z = sum_i (f_i + e_i) v_i,    e_i = f_i (c_i - 1),    x = R'^-1 z

For fewer items than numbers in a vector its dual is smaller and has the same answer:

    z = sum_i w_i v_i,    (v_i . v_j + I / e_i) w = (f + e) / e

(the identity of Woodbury 1950). Either is solved by Cholesky.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def solve(start, item, extra, fade, white, root, out):  # type: ignore[no-untyped-def]
    """The vectors x of n people; a person without items is left as in `out`.

    Args:
        start: int64 (n + 1,): person i has the items `start[i]:start[i + 1]` of
        item: int32 (total,); extra: float64 (total,), e, above 0; fade: float32 (total,), f.
        white: float32 (items, dim): v.
        root: float64 (dim, dim): R.
        out: float32 (n, dim), written.
    """
    dim, most = len(root), 0
    for i in range(len(start) - 1):
        most = max(most, start[i + 1] - start[i])
    size = min(most, dim)
    a, b, line = np.empty((size, size)), np.empty(size), np.empty(size)
    z = np.empty(dim)
    for i in range(len(start) - 1):
        first, m = start[i], start[i + 1] - start[i]
        if m == 0:
            continue
        mine, e, f = item[first : first + m], extra[first : first + m], fade[first : first + m]
        if m < dim:
            _dual(a, b, line, mine, e, f, white)
            z[:] = 0
            for r in range(m):
                for c in range(dim):
                    z[c] += b[r] * white[mine[r], c]
        else:
            _primal(a, b, line, mine, e, f, white)
            z[:] = b
        _back(root, z, dim)
        for c in range(dim):
            out[i, c] = z[c]


@njit(cache=True, nogil=True)
def _dual(a, b, line, item, extra, fade, white):  # type: ignore[no-untyped-def]
    """b becomes w, one number an item."""
    m = len(item)
    a[:m, :m] = 0
    for c in range(white.shape[1]):
        for r in range(m):
            line[r] = white[item[r], c]
        _add_square(a, line, 1.0, m)
    for r in range(m):
        a[r, r] += 1 / extra[r]
        b[r] = 1 + fade[r] / extra[r]
    _cholesky(a, line, m)
    _forward(a, b, m)
    _back(a, b, m)


@njit(cache=True, nogil=True)
def _primal(a, b, line, item, extra, fade, white):  # type: ignore[no-untyped-def]
    """b becomes z, as long as a vector."""
    dim = white.shape[1]
    a[:], b[:] = 0, 0
    for r in range(len(item)):
        for c in range(dim):
            line[c] = white[item[r], c]
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
