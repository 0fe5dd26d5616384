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
