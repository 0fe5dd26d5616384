"""Versions of entities: what changed in the market and no day table has told yet."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.domains.recruiting.tables import as_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from twoside.domains.recruiting.market import Declared


@dataclass(frozen=True)
class Changes:
    """Rows that came, left, closed, opened or lost an opening, as aligned arrays."""

    is_job: np.ndarray
    """bool: a job, else a seeker"""
    row: np.ndarray
    """int32"""
    ts_ms: np.ndarray
    """int64: valid from"""
    is_open: np.ndarray
    """bool"""
    openings: np.ndarray
    """int32; 0 for seekers"""


def changed(is_job: bool, row: np.ndarray, ts_ms: Any, is_open: Any, openings: Any = 0) -> Changes:
    """Changes of one kind; scalars hold for all rows."""
    return Changes(
        np.full(len(row), is_job),
        np.asarray(row, np.int32),
        np.broadcast_to(np.asarray(ts_ms, np.int64), row.shape),
        np.broadcast_to(np.asarray(is_open, bool), row.shape),
        np.broadcast_to(np.asarray(openings, np.int32), row.shape),
    )


def together(parts: list[Changes]) -> Changes:
    """One after the other."""
    parts = parts or [changed(True, np.empty(0, np.int32), 0, False)]
    names = [field.name for field in fields(Changes)]
    return Changes(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


def version_tables(parts: list[Changes], declared: Mapping[str, Declared]) -> dict[str, pa.Table]:
    """Seekers and jobs that changed, in order of (moment, row), as words."""
    changes = together(parts)
    tables = {}
    for kind, is_job in (("seeker", False), ("job", True)):
        at = np.flatnonzero(changes.is_job == is_job)
        at = at[np.lexsort((at, changes.row[at], changes.ts_ms[at]))]
        changing = {"is_open": changes.is_open[at].astype(np.float64)}
        if is_job:
            changing["openings"] = changes.openings[at].astype(np.float64)
        rows, moments = changes.row[at], changes.ts_ms[at]
        tables[kind] = as_words(kind, declared[kind], rows, moments, changing)
    return tables


def first_tables(declared: Mapping[str, Declared]) -> dict[str, pa.Table]:
    """Bosses and companies, who are there from the first day and do not change."""
    return {
        kind: as_words(
            kind,
            declared[kind],
            np.arange(declared[kind].size),
            declared[kind].columns["created_ms"],
            {},
        )
        for kind in ("boss", "company")
    }
