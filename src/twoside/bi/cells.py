"""What the cube keeps, and where it is read from: a lake, or memory in tests.

`cells` has a number for each (day, scene, group of dimensions, their two codes, quantity);
`members` has, for quantities that are sets, who is in it, so that days are united exactly.
A cell that would be 0 is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from twoside.bi.terms import Term
from twoside.errors import DataError
from twoside.store.derived import Derived

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.bi.book import Book, SceneDimension
    from twoside.store.lake import Lake

NO_DIMENSION = -9
"""In place of a code that the group does not have; -1 is a value that is not known."""
_KEYS = [
    ("day", pa.int32()),
    ("scene", pa.string()),
    ("group", pa.string()),
    ("first", pa.int32()),
    ("second", pa.int32()),
    ("quantity", pa.string()),
]
CELLS = pa.schema([*_KEYS, ("amount", pa.float64())])
MEMBERS = pa.schema([*_KEYS, ("members", pa.list_(pa.int32()))])
TABLES = {"cells": CELLS, "members": MEMBERS}
_ASKED = ["day", "first", "second", "quantity"]


def group_key(group: Sequence[str]) -> str:
    """How a group of dimensions is named in the tables: `city,title`."""
    return ",".join(group)


class Source(Protocol):
    """Where the cells of one scene lie."""

    def days(self) -> list[int]:
        """The days that are built, in order."""

    def is_final(self, day: int) -> bool:
        """Have the days come in which a label of this day can still arrive?"""

    def read(
        self, table: str, first: int, last: int, group: str, quantities: Sequence[str]
    ) -> pa.Table:
        """day, first, second, quantity and amount (or members) of a range of days."""

    def words(self, dimension: str) -> Sequence[str]:
        """The words of a dimension, in order of their codes; none for positions."""


@dataclass(frozen=True)
class LakeSource:
    """The cube of a lake."""

    lake: Lake
    book: Book
    scene: str

    def days(self) -> list[int]:
        """The days that are built, in order; a cube of other metrics is refused."""
        derived = Derived(self.lake, "cells")
        found = derived.days()
        if not found:
            raise DataError(
                f"{self.lake.root}: no cube yet. Make it with: "
                f"twoside bi build --lake {self.lake.root}"
            )
        for day in found:
            if derived.about(day).get("book") != self.book.fingerprint:
                raise DataError(
                    f"{self.lake.root}: the cube was built with other metrics than are defined "
                    f"now. Build it again: twoside bi build --lake {self.lake.root}"
                )
        return found

    def is_final(self, day: int) -> bool:
        """The lake has days enough after it."""
        days = self.lake.days("events")
        return bool(days) and days[-1] >= day + self.book.settings.label_days

    def read(
        self, table: str, first: int, last: int, group: str, quantities: Sequence[str]
    ) -> pa.Table:
        """Read from Parquet; files are sorted, so most of each is skipped."""
        wanted = {"scene": [self.scene], "group": [group], "quantity": list(quantities)}
        columns = [*_ASKED, TABLES[table].names[-1]]
        return Derived(self.lake, table).read(first, last, columns, wanted)

    def words(self, dimension: str) -> Sequence[str]:
        """From the lake's vocabularies."""
        return words_of(self.lake, self.book.dimensions(self.scene)[dimension])


def words_of(lake: Lake, one: SceneDimension) -> list[str]:
    """The words of a dimension in order of their codes; positions have none, and neither has a
    column that the lake has never seen."""
    if one.side == "exposure" and one.dimension.column == "position":
        return []
    column = one.dimension.column
    numbering = lake.rows(one.refers_to) if one.refers_to else lake.vocabulary(column)
    return [str(word) for word in numbering.words.to_pylist()]


@dataclass(frozen=True)
class MemorySource:
    """Cells that are given, for tests and for the server's fake."""

    scene: str
    tables: Mapping[str, pa.Table]
    """`cells` and `members`"""
    vocabularies: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def _days(self) -> list[int]:
        return sorted(pc.unique(self.tables["cells"]["day"]).to_pylist())

    def days(self) -> list[int]:
        """Those that have a cell."""
        return list(self._days)

    def is_final(self, day: int) -> bool:
        """All but the last."""
        return day < self._days[-1]

    def read(
        self, table: str, first: int, last: int, group: str, quantities: Sequence[str]
    ) -> pa.Table:
        """A filter over the table."""
        rows = self.tables[table]
        day = ds.field("day")
        keep = (
            (ds.field("scene") == self.scene)
            & (ds.field("group") == group)
            & ds.field("quantity").isin(list(quantities))
            & (day >= first)
            & (day <= last)
        )
        return rows.filter(keep).select([*_ASKED, TABLES[table].names[-1]])

    def words(self, dimension: str) -> Sequence[str]:
        """As given."""
        return self.vocabularies.get(dimension, ())


def visits(book: Book) -> str:
    """The key of the set of people who came."""
    return str(Term("people", book.settings.visit))
