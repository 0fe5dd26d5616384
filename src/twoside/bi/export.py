"""Answers as rows for a spreadsheet, and numbers as people read them."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.bi.ask import Answer
    from twoside.bi.book import Metric


def rows(answer: Answer, by: str) -> list[list[object]]:
    """A head and a row for each series and day; a value that has no denominator is empty."""
    head: list[object] = ["day", *([by] if by else []), answer.metric.name]
    found = [[*head, "numerator", "denominator"]]
    for one in answer.series:
        for n, day in enumerate(answer.days):
            value = float(one.values[n])
            below = "" if one.denominators is None else _plain(float(one.denominators[n]))
            word = [_harmless(one.word)] if by else []
            told = "" if isnan(value) else _plain(value)
            found.append([iso(day), *word, told, _plain(float(one.numerators[n])), below])
    return found


def shown(metric: Metric, value: float) -> str:
    """A value in the metric's format."""
    if isnan(value):
        return "–"
    if metric.format == "percent":
        return f"{value:.2%}"
    return f"{value:,.0f}" if metric.format == "count" else f"{value:,.3f}"


def _plain(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _harmless(word: str) -> str:
    """A spreadsheet runs a cell that begins like a formula: it gets an apostrophe in front."""
    return f"'{word}" if word[:1] in ("=", "+", "-", "@") else word
