"""Random numbers that depend on nothing but their key.

Whether a seeker likes a job is drawn from (seed, request, item, step), not from the next number of
a stream. So a world gives the same answers whatever was asked before, copies of it need no copy of
a generator, and two policies that show the same thing at the same moment meet the same luck:
comparisons between policies lose most of their noise.
Source: the finaliser of Steele et al. 2014, "Fast Splittable Pseudorandom Number Generators"
(SplitMix64), chained over the parts of the key.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE = np.uint64(0xBF58476D1CE4E5B9)
_TWO = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_STEP = 1.0 / (1 << 53)


@njit(cache=True, inline="always")
def mix(x: np.uint64) -> np.uint64:
    """Scramble 64 bits."""
    x = (x ^ (x >> _S30)) * _ONE
    x = (x ^ (x >> _S27)) * _TWO
    return x ^ (x >> _S31)


@njit(cache=True, inline="always")
def key(seed: int, first: int, second: int) -> np.uint64:
    """A key of three whole numbers."""
    x = mix(np.uint64(seed) + _GOLDEN)
    x = mix((x ^ np.uint64(first)) + _GOLDEN)
    return mix((x ^ np.uint64(second)) + _GOLDEN)


@njit(cache=True, inline="always")
def uniform(of: np.uint64, step: int) -> float:
    """The `step`-th number of a key, in (0, 1)."""
    x = mix(of + np.uint64(step + 1) * _GOLDEN)
    return (float(x >> _S11) + 0.5) * _STEP


def stream(*parts: int) -> np.random.Generator:
    """A numpy generator for whole tables, keyed by (seed, day, purpose)."""
    return np.random.default_rng([int(part) for part in parts])
