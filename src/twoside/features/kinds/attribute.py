"""What a party of the pair is: one of its columns, or the party itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Attribute:
    """A number or category column of the person or the item, as of the request."""

    name: str
    about: Literal["person", "item"]
    column: str
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Identity:
    """The row of the person or the item itself, as a category: models learn a vector for each."""

    name: str
    about: Literal["person", "item"]
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Context:
    """A context column of the scene (the tab), known when the list is made."""

    name: str
    column: str
    meaning: str = ""
    unit: str = ""
