"""Entities of the world as tables: as arrays with codes for the funnel, as words for the lake."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.market import Declared
from twoside.domains.recruiting.words import words
from twoside.schema.entities import EntityTable
from twoside.simulate.draws import stream

_LETTER = {"seeker": "s", "job": "j", "boss": "b", "company": "c"}


def ids(kind: str, rows: np.ndarray) -> list[str]:
    """The ids of rows, such as `j0000012`."""
    return [f"{_LETTER[kind]}{row:07d}" for row in rows]


@cache
def fixed_vocabulary(column: str) -> tuple[str, ...]:
    """The words of a category column that do not grow, in the order of their codes."""
    spoken = words()
    return {
        "city": spoken.cities,
        "title": spoken.titles,
        "title_group": spoken.groups,
        "skills": spoken.skills,
        "degree": spoken.degrees,
        "activity": spoken.activities,
        "company_size": spoken.company_sizes,
        "industry": spoken.industries,
        "response": spoken.responses,
    }[column]


def as_table(
    kind: str,
    declared: Declared,
    changing: dict[str, np.ndarray],
    counts: dict[str, int],
) -> EntityTable:
    """All rows of a kind. `changing` are columns beside the declared ones; `counts` says how many
    rows the kinds have that columns refer to."""
    sizes = {}
    for column in DOMAIN.entity(kind).columns:
        if column.refers_to:
            sizes[column.name] = counts[column.refers_to]
        elif column.type in ("category", "categories"):
            sizes[column.name] = len(fixed_vocabulary(column.name))
    return EntityTable(
        kind=kind,
        size=declared.size,
        columns={**declared.columns, **changing},
        lists=declared.lists,
        exists=np.ones(declared.size, bool),
        sizes=sizes,
    )


def as_words(
    kind: str,
    declared: Declared,
    rows: np.ndarray,
    valid_from_ms: np.ndarray,
    changing: dict[str, np.ndarray],
) -> pa.Table:
    """Versions of rows, one a line; `changing` is aligned to `rows`."""
    arrays: dict[str, Any] = {
        "row": pa.array(rows, pa.int32()),
        "id": pa.array(ids(kind, rows), pa.string()),
        "valid_from_ms": pa.array(valid_from_ms, pa.int64()),
    }
    for column in DOMAIN.entity(kind).columns:
        name = column.name
        if name in changing:
            arrays[name] = pa.array(changing[name], pa.float64())
        elif column.type == "text":
            arrays[name] = pa.array(_names(kind, declared, rows), pa.string())
        elif column.type == "categories":
            arrays[name] = _spelt_lists(declared, name, rows)
        elif column.refers_to:
            arrays[name] = pa.array(ids(column.refers_to, declared.columns[name][rows]))
        elif column.type == "category":
            codes = pa.array(declared.columns[name][rows])
            spoken = pa.array(fixed_vocabulary(name))
            arrays[name] = pa.DictionaryArray.from_arrays(codes, spoken).cast(pa.string())
        else:
            arrays[name] = pa.array(declared.columns[name][rows])
    return pa.table(arrays)


def _spelt_lists(declared: Declared, name: str, rows: np.ndarray) -> pa.Array:
    """A `categories` column of rows as lists of words."""
    codes = declared.lists[name]
    length = codes.start[rows + 1] - codes.start[rows]
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    at = np.arange(start[-1]) - np.repeat(start[:-1], length) + np.repeat(codes.start[rows], length)
    spoken = pa.DictionaryArray.from_arrays(
        pa.array(codes.values[at]), pa.array(fixed_vocabulary(name))
    ).cast(pa.string())
    return pa.ListArray.from_arrays(pa.array(start.astype(np.int32)), spoken)


def _names(kind: str, declared: Declared, rows: np.ndarray) -> list[str]:
    """Names to show. They depend on the row alone and say nothing of it."""
    spoken = words()
    if kind == "job":
        title, city = declared.columns["title"][rows], declared.columns["city"][rows]
        return [f"{spoken.titles[t]}·{spoken.cities[c]}" for t, c in zip(title, city, strict=True)]
    draw = stream(len(kind)).integers(0, 1 << 30, max(int(rows.max(initial=0)) + 1, 1))[rows]
    if kind == "company":
        parts = spoken.company_syllables
        n = len(parts)
        return [f"{parts[d % n]}{parts[d // n % n]}{parts[d // n // n % n]}公司" for d in draw]
    called = ("经理", "总监", "主管") if kind == "boss" else ("先生", "女士")
    names = spoken.surnames
    return [names[d % len(names)] + called[d // len(names) % len(called)] for d in draw]
