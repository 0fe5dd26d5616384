"""Asking the cube: a metric over days, split by a dimension, within given values of others.

Numerators and denominators are added (or, if they are sets, united) before they are divided.
Nothing is ever added over the values of a dimension: each group has its own cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.bi.cells import NO_DIMENSION, Source, group_key
from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.bi.book import Book, Metric
    from twoside.bi.terms import Term

UNKNOWN = "?"
"""The word of a value that the log does not know."""


@dataclass(frozen=True)
class Question:
    """What is asked. Days are inclusive."""

    metric: str
    first_day: int
    last_day: int
    by: str = ""
    """A dimension to split by; empty: not split"""
    where: Mapping[str, str] = field(default_factory=dict)
    """Dimension -> the one word that is looked at"""


@dataclass(frozen=True)
class Series:
    """One line of an answer. Arrays are float64, aligned to the answer's days."""

    word: str
    """The value of the dimension; '' of an answer that is not split"""
    numerators: np.ndarray
    denominators: np.ndarray | None
    numerator: float
    """Of all days together"""
    denominator: float | None

    @property
    def value(self) -> float:
        """The metric of all days together, NaN if its denominator is 0."""
        if self.denominator is None:
            return self.numerator
        return self.numerator / self.denominator if self.denominator else float("nan")

    @property
    def values(self) -> np.ndarray:
        """The metric of each day, NaN where its denominator is 0."""
        if self.denominators is None:
            return self.numerators
        out = np.full(len(self.numerators), np.nan)
        np.divide(self.numerators, self.denominators, out=out, where=self.denominators > 0)
        return out


@dataclass(frozen=True)
class Answer:
    """The series of a metric, the largest first."""

    metric: Metric
    days: tuple[int, ...]
    """The built days of the range"""
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Cube:
    """The cube of one scene: the metrics and where their cells are read from."""

    book: Book
    scene: str
    """Short name"""
    source: Source

    def days(self) -> list[int]:
        """The days that can be asked for, in order."""
        return self.source.days()

    def span(self, first_day: int, last_day: int) -> tuple[int, ...]:
        """The built days of a range; none is an error."""
        built = self.days()
        found = tuple(day for day in built if first_day <= day <= last_day)
        if not found:
            raise DataError(
                f"{iso(first_day)} to {iso(last_day)}: no such day in the cube. "
                f"It has {iso(built[0])} to {iso(built[-1])}."
            )
        return found

    def ask(self, question: Question) -> Answer:
        """The answer. A dimension that the metric cannot be split by is a `ConfigError`."""
        defined = self.book.metric(question.metric)
        group, fixed = self._group(question)
        days = self.span(question.first_day, question.last_day)
        above = self._read(defined.numerator, days, group, fixed, question.by)
        below = (
            self._read(defined.denominator, days, group, fixed, question.by)
            if defined.denominator
            else None
        )
        codes = sorted({*above, *(below or {})}) if question.by else [NO_DIMENSION]
        words = self.source.words(question.by) if question.by else ()
        nothing = _Amounts(np.zeros(len(days)), 0.0)
        series = []
        for code in codes:
            up = above.get(code, nothing)
            down = below.get(code, nothing) if below is not None else None
            series.append(
                Series(
                    self._word(question.by, code, words),
                    up.by_day,
                    down.by_day if down else None,
                    up.total,
                    down.total if down else None,
                )
            )
        series.sort(key=lambda s: -(s.numerator if s.denominator is None else s.denominator))
        return Answer(defined.metric, days, tuple(series))

    def dimensions_of(self, metric: str) -> list[str]:
        """What a metric can be split by here: how a list came about only if the log tells it."""
        able = self.book.dimensions_of(metric, self.scene)
        return [name for name in able if self._is_told(name)]

    def _is_told(self, dimension: str) -> bool:
        one = self.book.dimensions(self.scene)[dimension]
        return not one.is_origin or len(self.source.words(dimension)) > 0

    def splits(self, metric: str, where: Mapping[str, str]) -> list[str]:
        """The dimensions that a metric can be split by within given values."""
        able = self.dimensions_of(metric)
        groups = {frozenset(group) for group in self.book.groups(self.scene)}
        return [n for n in able if n not in where and frozenset((n, *where)) in groups]

    def _group(self, question: Question) -> tuple[tuple[str, ...], dict[str, int]]:
        """The group of dimensions that answers, and the codes of the given words."""
        wanted = [*question.where, *([question.by] if question.by else [])]
        known = self.book.dimensions(self.scene)
        able = self.book.dimensions_of(question.metric, self.scene)
        for name in wanted:
            if name not in known:
                hint = did_you_mean(name, known)
                raise ConfigError(f"{self.scene} has no dimension '{name}'. {hint}")
            if name not in able:
                hint = did_you_mean(name, able)
                raise ConfigError(f"'{question.metric}' cannot be split by '{name}'. {hint}")
            if not self._is_told(name):
                raise DataError(
                    f"{self.scene}: no list of the log tells its {name}. Import it by "
                    f"`exposures.origin.{known[name].dimension.column}` of the mapping."
                )
        if question.by in question.where:
            raise ConfigError(f"'{question.by}' is both given and asked for. Leave one out.")
        groups = [g for g in self.book.groups(self.scene) if sorted(g) == sorted(wanted)]
        if not groups:
            pairs = [" and ".join(pair) for pair in self.book.settings.cross]
            raise ConfigError(
                f"{' and '.join(wanted)} are not kept together. Add the pair to `cross` in "
                f"metrics.toml and build again. Known: {', '.join(pairs) or 'none'}."
            )
        return groups[0], {name: self._code(name, word) for name, word in question.where.items()}

    def _code(self, dimension: str, word: str) -> int:
        words = list(self.source.words(dimension))
        if word == UNKNOWN:
            return -1
        if not words and word.isdecimal():
            return int(word) - 1
        if word not in words:
            hint = did_you_mean(word, words[:12])
            raise ConfigError(f"{dimension} has no value '{word}'. {hint}")
        return words.index(word)

    def _word(self, dimension: str, code: int, words: object) -> str:
        if not dimension:
            return ""
        if code < 0:
            return UNKNOWN
        listed = list(words) if isinstance(words, (list, tuple)) else []
        return str(listed[code]) if code < len(listed) else str(code + 1)

    def _read(
        self,
        term: Term,
        days: tuple[int, ...],
        group: tuple[str, ...],
        fixed: Mapping[str, int],
        by: str,
    ) -> dict[int, _Amounts]:
        """Code of `by` -> amounts."""
        names = {name: ("first", "second")[n] for n, name in enumerate(group)}
        chosen = [(names[name], code) for name, code in fixed.items()]
        split = names[by] if by else ""
        key, text = group_key(group), str(term)
        rows = self.source.read("cells", days[0], days[-1], key, [text])
        kept, codes, day = _chosen(rows, chosen, split)
        amounts = rows["amount"].to_numpy()[kept]
        at = np.searchsorted(np.array(days), day)
        found = {}
        for code in np.unique(codes).tolist():
            mine = codes == code
            by_day = np.bincount(at[mine], amounts[mine], minlength=len(days))
            found[code] = _Amounts(by_day, float(by_day.sum()))
        if term.is_set and len(days) > 1:
            rows = self.source.read("members", days[0], days[-1], key, [text])
            for code, total in _united(rows, chosen, split).items():
                found[code] = _Amounts(found[code].by_day, float(total))
        return found


@dataclass(frozen=True)
class _Amounts:
    by_day: np.ndarray
    total: float


def _chosen(
    rows: pa.Table, chosen: list[tuple[str, int]], split: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """bool (rows,) of those with the given codes; of them the codes of `split` (of one value if
    that is empty) and the days."""
    keep = np.ones(rows.num_rows, bool)
    for column, code in chosen:
        keep &= rows[column].to_numpy() == code
    codes = rows[split].to_numpy() if split else np.full(len(keep), NO_DIMENSION, np.int32)
    return keep, codes[keep], rows["day"].to_numpy()[keep]


def _united(rows: pa.Table, chosen: list[tuple[str, int]], split: str) -> dict[int, int]:
    """Code -> number of different members over all rows."""
    keep, codes, _ = _chosen(rows, chosen, split)
    lists = rows["members"].combine_chunks().filter(keep)
    sizes = lists.value_lengths().to_numpy(zero_copy_only=False)
    values = lists.flatten().to_numpy().astype(np.int64)
    who = np.repeat(codes.astype(np.int64), sizes.astype(np.int64))
    different = np.unique((who << 32) | values)
    found, counts = np.unique(different >> 32, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
