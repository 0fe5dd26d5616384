"""An entity in one line: the few attributes that tell it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 6
_LONGEST = 28
"""Characters; a list of skills says too much for a line."""


def few_words(about: Mapping[str, str], most: int = 3) -> str:
    """The first of these values in a line; one that stands in another already is left out, as a
    city in the name."""
    said: list[str] = []
    for value in brief(about).values():
        number = any(sign.isdigit() for sign in value)  # 3 years stands in 13 years by chance
        if number or not any(value in other for other in said):
            said.append(value)
    return " · ".join(said[:most])


def brief(about: Mapping[str, str]) -> dict[str, str]:
    """The first short attributes; the order is that of the domain's declaration."""
    short = [(name, value) for name, value in about.items() if len(value) <= _LONGEST]
    return dict(short[:_MOST])
