"""A share of the requests, the same on every engine and machine.

Requests are kept or left out whole, by arithmetic on their id: x -> x^5 is a permutation of the
residues modulo the prime 2^31 - 1 (5 does not divide 2^31 - 2), so ids of any pattern spread
evenly, and no product passes 64 bits. Hash functions differ between engines; this does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from twoside.errors import ConfigError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import numpy as np

_PRIME = 2**31 - 1
_STEP = 48_271
"""A primitive root of the prime (Park and Miller 1988, the revised multiplier)."""

Id = TypeVar("Id", "ir.IntegerValue", "np.ndarray")


def in_share(request_id: Id, share: float, seed: int) -> Id:
    """bool: is the request in the share (0 to 1)? Another seed gives another share."""
    if not 0 < share <= 1:
        raise ConfigError(f"request_share = {share}: expected a number above 0 and at most 1.")
    x = (request_id % _PRIME + (seed * _STEP) % _PRIME) % _PRIME
    x = (_fifth(x) * _STEP + (seed + 1) % _PRIME) % _PRIME
    kept: Id = _fifth(x) < round(share * _PRIME)
    return kept


def _fifth(x: Id) -> Id:
    square = x * x % _PRIME
    fifth: Id = square * square % _PRIME * x % _PRIME
    return fifth
