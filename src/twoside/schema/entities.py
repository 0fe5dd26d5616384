"""Entities: one table a kind (seeker, job, viewer, video), each row valid from a moment on.

Inside, an entity is its **row**: a dense int32 number that the store gives once and never
changes, so matrices and embeddings stay aligned day after day. Words are stored as int32 codes of
an append-only vocabulary, one a column; -1 is "not known".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from twoside.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

ColumnType = Literal["number", "category", "categories", "time", "text"]
"""number: float64, NaN when unknown · category: int32 code · categories: list of int32 codes ·
time: int64 epoch ms, -1 when unknown · text: a string, shown and never computed with."""


@dataclass(frozen=True)
class Column:
    """One attribute of an entity, or one context value of a request."""

    name: str
    type: ColumnType
    meaning: str = ""
    unit: str = ""
    refers_to: str = ""
    """For a category: the entity kind whose rows its codes are (a job's company), if any."""


@dataclass(frozen=True)
class Entity:
    """The declaration of one entity kind. An item kind with a column `is_open` (number, 0 or 1)
    is shown only while it is 1; without that column every item is always open."""

    kind: str
    columns: tuple[Column, ...]
    name_zh: str = ""

    def column(self, name: str) -> Column:
        """The declaration of a column."""
        for column in self.columns:
            if column.name == name:
                return column
        known = [c.name for c in self.columns]
        raise DataError(f"{self.kind} has no column '{name}'. {did_you_mean(name, known)}")


@dataclass(frozen=True)
class Codes:
    """A `categories` column of all rows at once: the codes of row r are
    `values[start[r]:start[r + 1]]`."""

    values: np.ndarray
    """int32 (total,)"""
    start: np.ndarray
    """int64 (rows + 1,)"""


@dataclass(frozen=True)
class EntityTable:
    """All entities of a kind as they were at one moment, one array a column, aligned to rows."""

    kind: str
    size: int
    """Number of rows ever given out; some may not exist yet at this moment (`exists`)."""
    columns: Mapping[str, np.ndarray]
    """number: float64 (size,) · category: int32 (size,) · time: int64 (size,)"""
    lists: Mapping[str, Codes] = field(default_factory=dict)
    """The `categories` columns."""
    exists: np.ndarray | None = None
    """bool (size,): valid at this moment. None: all."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Vocabulary size of each category and categories column."""

    def open_rows(self) -> np.ndarray:
        """bool (size,): exists and, if the kind has `is_open`, is open."""
        there = np.ones(self.size, bool) if self.exists is None else self.exists
        return there & (self.columns["is_open"] > 0) if "is_open" in self.columns else there

    def codes(self, name: str) -> np.ndarray:
        """int32 (size,) codes of a category column; an unknown column is an error."""
        if name not in self.columns:
            known = did_you_mean(name, self.columns)
            raise DataError(f"{self.kind} has no column '{name}'. {known}")
        return self.columns[name]
