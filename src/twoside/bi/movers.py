"""What moved a metric between two days: the share that each value of a dimension has in it.

A count's change is the sum of its parts' changes. A ratio R = N / D changes by
R1 - R0 = sum over v of (n1v - R0 d1v) / D1 - (n0v - R0 d0v) / D0, so a value's share has its rate
against the old mean and its weight in it: a value with a low rate that grows pulls down. This is
exact if the parts add up to the whole, so metrics of sets have no movers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.bi.ask import Question

if TYPE_CHECKING:
    from twoside.bi.ask import Cube, Series


@dataclass(frozen=True)
class Mover:
    """One value of one dimension."""

    dimension: str
    word: str
    before: float
    """The metric of this value on the earlier day, NaN if it had nothing"""
    now: float
    share: float
    """Its part of the change of the whole, in units of the metric"""


def has_movers(cube: Cube, metric: str) -> bool:
    """Do the parts of a metric add up to the whole?"""
    return all(not t.of for t in cube.book.metric(metric).terms)


def movers(cube: Cube, metric: str, dimension: str, before: int, now: int) -> list[Mover]:
    """Every value of a dimension, the greatest share (up or down) first."""
    whole_then, whole_now = (_one(cube, metric, day) for day in (before, now))
    then = {s.word: s for s in cube.ask(Question(metric, before, before, dimension)).series}
    later = {s.word: s for s in cube.ask(Question(metric, now, now, dimension)).series}
    found = []
    for word in {**then, **later}:
        old, new = then.get(word), later.get(word)
        share = _part(new, whole_now, whole_then) - _part(old, whole_then, whole_then)
        found.append(Mover(dimension, word, _value(old), _value(new), share))
    return sorted(found, key=lambda one: -abs(one.share))


def _one(cube: Cube, metric: str, day: int) -> Series:
    return cube.ask(Question(metric, day, day)).series[0]


def _part(one: Series | None, whole: Series, old: Series) -> float:
    if one is None:
        return 0.0
    if one.denominator is None:
        return one.numerator
    if not whole.denominator or not old.denominator:
        return 0.0
    return (one.numerator - old.value * one.denominator) / whole.denominator


def _value(one: Series | None) -> float:
    return float("nan") if one is None else one.value
