"""The cube of the fake service: people of four cities and six titles who come and act by chance."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twoside.bi.ask import Cube
from twoside.bi.book import read
from twoside.bi.cells import CELLS, MEMBERS, NO_DIMENSION, MemorySource, group_key

if TYPE_CHECKING:
    from twoside.schema.domain import Domain

_DAYS, _FIRST, _PEOPLE = 30, 20_513, 600
_CITIES = ("Hangzhou", "Chengdu", "Beijing", "Wuhan")
_TITLES = ("Data engineer", "Nurse", "Accountant", "Frontend developer", "Sales manager", "Cook")
_CHANCE = {"view": 0.21, "chat": 0.05, "reply": 0.03, "reach": 0.011, "reject": 0.02}
_BOOK: dict[str, Any] = {
    "headline": ["exposures", "visitors", "chat_rate", "reject_rate"],
    "funnel": ["exposures", "views", "chats", "reaches"],
    "cross": [["city", "title"]],
    "dimension": [
        {"name": "city", "en": "City", "zh": "城市", "of": "person", "column": "city"},
        {"name": "title", "en": "Title", "zh": "职位", "of": "person", "column": "title"},
    ],
    "metric": [
        {"name": name, "en": en, "zh": zh, "numerator": up, "denominator": down, **more}
        for name, en, zh, up, down, more in (
            ("exposures", "Exposures", "曝光数", "count(exposures)", "", {}),
            ("visitors", "Visitors", "访客数", "people(exposures)", "", {}),
            ("views", "Views", "查看数", "count(view)", "", {}),
            ("chats", "Chats", "开聊数", "count(chat)", "", {}),
            ("reaches", "Reaches", "达成数", "count(reach)", "", {}),
            (
                "chat_rate",
                "Chat rate",
                "开聊率",
                "count(chat)",
                "count(exposures)",
                {"format": "percent"},
            ),
            (
                "reject_rate",
                "Reject rate",
                "不合适率",
                "count(reject)",
                "count(exposures)",
                {"format": "percent", "direction": "down"},
            ),
        )
    ],
}


@lru_cache(maxsize=4)
def _tables(scene: str, labels: tuple[str, ...], seed: int) -> dict[str, pa.Table]:
    random = np.random.default_rng((seed, len(scene)))
    person = np.arange(_PEOPLE)
    codes = {"city": person % len(_CITIES), "title": person % len(_TITLES)}
    since = _FIRST + random.integers(-_DAYS, _DAYS, _PEOPLE)
    cells: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for day in range(_FIRST, _FIRST + _DAYS):
        busy = 0.25 + 0.08 * np.sin(day * 2 * np.pi / 7)
        here = (random.random(_PEOPLE) < busy) & (since <= day)
        shown = np.where(here, 1 + random.poisson(19, _PEOPLE), 0)
        amounts = {"count(exposures)": shown}
        for kind, chance in _CHANCE.items():
            amounts[f"count({kind})"] = random.binomial(shown, chance)
        left = shown.copy()
        for label in reversed(labels[1:]):
            amounts[f"label({label})"] = np.minimum(amounts[f"count({label})"], left)
            left = left - amounts[f"label({label})"]
        amounts["label(none)"] = left
        for group in ((), ("city",), ("title",), ("city", "title")):
            for first, second in _values(group, codes):
                mine = np.ones(_PEOPLE, bool)
                for name, code in zip(group, (first, second), strict=False):
                    mine &= codes[name] == code
                key = {
                    "day": day,
                    "scene": scene,
                    "group": group_key(group),
                    "first": first,
                    "second": second,
                }
                came = person[mine & (shown > 0)].tolist()
                counted = {name: float(n[mine].sum()) for name, n in amounts.items()}
                counted["people(exposures)"] = float(len(came))
                cells += [key | {"quantity": q, "amount": n} for q, n in counted.items() if n]
                members.append(key | {"quantity": "people(exposures)", "members": came})
    return {
        "cells": pa.Table.from_pylist(cells, CELLS),
        "members": pa.Table.from_pylist(members, MEMBERS),
    }


def _values(group: tuple[str, ...], codes: dict[str, np.ndarray]) -> list[tuple[int, int]]:
    pairs = zip(
        *(codes[name].tolist() for name in group),
        *[[NO_DIMENSION] * _PEOPLE] * (2 - len(group)),
        strict=True,
    )
    return sorted({(first, second) for first, second in pairs})


def fake_cube(domain: Domain, scene: str, seed: int) -> Cube:
    """The same cube for the same seed."""
    book = read(_BOOK, domain)
    tables = _tables(scene, tuple(book.labels), seed)
    source = MemorySource(scene, tables, {"city": _CITIES, "title": _TITLES})
    return Cube(book, scene, source)
