"""Entities in words, for people to read: many rows at once, in English or Chinese."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twoside.schema.calendar import iso
from twoside.server.column_words import COLUMN_WORDS, HIDDEN, UNIT_WORDS, YES_NO
from twoside.store import versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.charts.texts import Language
    from twoside.schema.domain import Domain
    from twoside.schema.entities import Column, Entity
    from twoside.store.lake import Lake


class Attributes:
    """All entities of one kind as they are at a moment."""

    def __init__(self, lake: Lake, domain: Domain, kind: str, as_of_ms: int) -> None:
        self._lake, self._domain = lake, domain
        self._entity: Entity = domain.entity(kind)
        self._as_of_ms = as_of_ms
        self._vocabularies: dict[str, list[str]] = {}

    @cached_property
    def _now(self) -> pa.Table:
        """The version of each row that has one, with the row number."""
        last_day = self._lake.calendar.day_of(self._as_of_ms)
        found = self._lake.versions(self._entity.kind, last_day=last_day)
        at = versions.latest(found, len(self._lake.rows(self._entity.kind)), self._as_of_ms)
        self._place = np.full(len(at), -1, np.int64)
        self._place[at >= 0] = np.arange((at >= 0).sum())
        return found.take(pa.array(at[at >= 0]))

    @cached_property
    def _english(self) -> Mapping[str, str]:
        """The domain's own names of its words, if it has some."""
        module = f"twoside.domains.{self._domain.name}.words"
        if find_spec(module) is None:
            return {}
        found: Mapping[str, str] = import_module(module).english()
        return found

    def of(self, rows: Sequence[int], language: Language) -> list[dict[str, str]]:
        """Name -> value of what is known of each row, both for people to read."""
        now = self._now
        asked = np.array(rows, np.int64)
        known = (asked >= 0) & (asked < len(self._place))
        place = np.where(known, self._place[np.where(known, asked, 0)], -1)
        there = place >= 0
        told: list[dict[str, str]] = [{} for _ in rows]
        part = now.take(pa.array(place[there]))
        numbers = np.flatnonzero(there).tolist()
        for column in self._entity.columns:
            if column.name in HIDDEN or column.name not in part.schema.names:
                continue
            name = _name(column, language)
            for number, value in zip(numbers, part[column.name].to_pylist(), strict=True):
                text = self._text(column, value, language)
                if text:
                    told[number][name] = text
        return told

    def _text(self, column: Column, value: Any, language: Language) -> str:
        if value is None:
            return ""
        if column.type == "text":
            return str(value)
        if column.type == "time":
            return iso(self._lake.calendar.day_of(value)) if value >= 0 else ""
        if column.type == "number":
            return _number(value, column.unit, language)
        codes = value if isinstance(value, list) else [value]
        words = self._words(column)
        found = [words[code] for code in codes if 0 <= code < len(words)]
        if language == "en":
            found = [self._english.get(word, word) for word in found]
        return ", ".join(found)

    def _words(self, column: Column) -> list[str]:
        """The word of each code; of a column that refers to another kind, the names of those."""
        if column.name not in self._vocabularies:
            words = self._lake.words(self._entity.kind, column.name)
            if column.refers_to:
                words = self._names(column.refers_to, words)
            self._vocabularies[column.name] = words
        return self._vocabularies[column.name]

    def _names(self, kind: str, ids: list[str]) -> list[str]:
        if "name" not in [column.name for column in self._domain.entity(kind).columns]:
            return ids
        found = self._lake.versions(kind, ["name"])
        rows, names = found["row"].to_pylist(), found["name"].to_pylist()
        called = {row: name for row, name in zip(rows, names, strict=True) if name}
        return [called.get(row, external) for row, external in enumerate(ids)]


def _name(column: Column, language: Language) -> str:
    plain = column.name.removesuffix("_ms").replace("_", " ")
    english, chinese = COLUMN_WORDS.get(column.name, (plain, plain))
    return chinese if language == "zh" else english


def _number(value: float, unit: str, language: Language) -> str:
    if isnan(value):
        return ""
    if not unit and value in (0.0, 1.0):
        return YES_NO[int(value)][language == "zh"]
    if unit == "year":
        return f"{value:.0f}"
    text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return UNIT_WORDS.get(unit, ("{}", "{}"))[language == "zh"].format(text)
