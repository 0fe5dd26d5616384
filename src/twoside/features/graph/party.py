"""The versions of one side of a scene, as the graphs read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.features.graph.content import Texts, numbered, text_column
from twoside.features.text import Vectors
from twoside.store.versions import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twoside.features.graph.needs import Needs
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import ColumnType, Entity
    from twoside.store.lake import Lake

_NO_WORD = -2
"""The code of a word that the other side's vocabulary lacks: known, and equal to nothing."""


@dataclass
class Party:
    """One side: an Arrow table (row, valid_from_ms, columns ...) and the types of its columns."""

    kind: str
    entity: Entity
    versions: pa.Table
    types: dict[str, ColumnType] = field(default_factory=dict)

    def translate(
        self, lake: Lake, other: str, matched: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Add the columns whose codes are of the other side's vocabulary: (mine, its) -> name."""
        found: dict[tuple[str, str], str] = {}
        for mine, its in sorted(matched):
            words, others = words_of(lake, self.kind, mine), words_of(lake, other, its)
            name = mine
            if words != others:
                name = f"{mine}__as__{its}"
                code_of = {word: code for code, word in enumerate(others)}
                codes = np.array([code_of.get(word, _NO_WORD) for word in words], np.int32)
                self._add(name, _recoded(self.versions[mine], codes))
                self.types[name] = self.entity.column(mine).type
            found[mine, its] = name
        return found

    def number_texts(self, lake: Lake, columns: Iterable[str]) -> dict[str, Texts]:
        """Add the columns that number the texts of others (`content.text_column`)."""
        found: dict[str, Texts] = {}
        for column in sorted(columns):
            words = Vectors.of(words_of(lake, self.kind, column))
            numbers, found[column] = numbered(self.versions[column], words)
            self._add(text_column(column), numbers)
            self.types[text_column(column)] = "category"
        return found

    def _add(self, name: str, column: pa.ChunkedArray | pa.Array) -> None:
        self.versions = self.versions.append_column(name, column)


@dataclass(frozen=True)
class Parties:
    """Both sides of a scene, with all that some features read of them."""

    person: Party
    item: Party
    translated: Mapping[tuple[str, str], str]
    """(person column, item column) -> the person's column in words of the item"""
    texts: Mapping[tuple[str, str], Texts]
    """(side, column) -> the texts that are numbered in `content.text_column`"""

    @staticmethod
    def of(lake: Lake, domain: Domain, scene: Scene, needs: Needs, cutoff_ms: int) -> Parties:
        """The versions that began before the cut-off."""
        mine = needs.person_asked | needs.person_then | {column for column, _ in needs.matched}
        its = needs.item_asked | needs.item_then
        said, shown = ({c for at, c in needs.texts if at == side} for side in ("person", "item"))
        person = party_spans(lake, domain, scene.person, mine | said, cutoff_ms)
        item = party_spans(lake, domain, scene.item, its | shown, cutoff_ms)
        translated = person.translate(lake, scene.item, needs.matched)
        texts = {("person", c): t for c, t in person.number_texts(lake, said).items()}
        texts |= {("item", c): t for c, t in item.number_texts(lake, shown).items()}
        return Parties(person, item, translated, texts)

    def sides(self) -> dict[str, Party]:
        """By the name of the side."""
        return {"person": self.person, "item": self.item}


def party_spans(
    lake: Lake, domain: Domain, kind: str, columns: Iterable[str], cutoff_ms: int
) -> Party:
    """The versions of an entity kind that began before the cut-off, with some of its columns."""
    entity = domain.entity(kind)
    names = sorted(columns)
    stored = lake.versions(kind, names, last_day=lake.calendar.day_of(cutoff_ms))
    keys = stored.select(["row", "valid_from_ms"])
    party = Party(kind, entity, keys)
    for name in names:
        party._add(name, stored_column(stored, entity, name))
        party.types[name] = entity.column(name).type
    return party


def stored_column(stored: pa.Table, entity: Entity, name: str) -> pa.ChunkedArray | pa.Array:
    """A column of stored versions; what a file did not have yet is unknown."""
    column = entity.column(name)
    if name not in stored.column_names:
        return unknown(column, stored.num_rows)
    if stored[name].null_count:
        return pc.coalesce(stored[name], unknown(column, stored.num_rows))
    return stored[name]


def words_of(lake: Lake, kind: str, column: str) -> list[str]:
    """The vocabulary of a column, in order of its codes; empty when the lake lacks the column."""
    if column not in lake.versions(kind, [column]).column_names:
        return []
    return lake.words(kind, column)


def _recoded(column: pa.ChunkedArray, codes: np.ndarray) -> pa.Array:
    """A category or categories column with every code replaced by `codes[code]`."""
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    if pa.types.is_list(whole.type):
        return pa.ListArray.from_arrays(whole.offsets, pa.array(_take(whole.values, codes)))
    return pa.array(_take(whole, codes))


def _take(values: pa.Array, codes: np.ndarray) -> np.ndarray:
    plain = values.to_numpy(zero_copy_only=False)
    padded = np.append(codes, np.int32(-1))  # code -1 reads the last: unknown stays unknown
    recoded: np.ndarray = padded[plain]
    return recoded
