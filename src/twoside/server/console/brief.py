"""An entity in one line: the few attributes that tell it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 6
_LONGEST = 28
"""Characters; a list of skills says too much for a line."""


def brief(about: Mapping[str, str]) -> dict[str, str]:
    """The first short attributes; the order is that of the domain's declaration."""
    short = [(name, value) for name, value in about.items() if len(value) <= _LONGEST]
    return dict(short[:_MOST])
