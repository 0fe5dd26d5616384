"""A fitted thing as plain data: settings and arrays, so that storing needs no pickle."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np


@dataclass(frozen=True)
class Packed:
    """What a fitted channel or model is made of; `store.artefacts` writes and reads it.

    A fitted channel or model has `pack() -> Packed`; its settings class has `unpack(packed)`.
    """

    meta: Mapping[str, Any] = field(default_factory=dict)
    """JSON values"""
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Numeric arrays; raw bytes (an XGBoost UBJ) as uint8"""


def within(name: str, packed: Packed) -> dict[str, np.ndarray]:
    """The arrays of a part, named so that a whole can hold them beside its own."""
    return {f"{name}.{array}": value for array, value in packed.arrays.items()}


def inside(whole: Packed, name: str) -> Packed:
    """The part whose arrays went `within` a whole and whose meta is in the whole's, by its name."""
    arrays = {
        array.removeprefix(f"{name}."): value
        for array, value in whole.arrays.items()
        if array.startswith(f"{name}.")
    }
    return Packed(whole.meta[name], arrays)
