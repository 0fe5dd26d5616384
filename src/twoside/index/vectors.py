"""Vector search: settings that build an index, and what an index promises.

A row (int32, any number from 0) has a vector; asked with a vector, an index gives the rows with
the highest score first, of equal scores the lower row. Below `exact_below` rows every vector is
looked at (`index/exact.py`); above, those of the nearest cells (`index/cells.py`, needs faiss).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from twoside.errors import ConfigError, DataError

if TYPE_CHECKING:
    from twoside.schema.artefact import Packed

Metric = Literal["inner", "cosine"]
Barred = tuple[np.ndarray, np.ndarray]
"""What each of n queries may not get: `start` int64 (n + 1,) and `rows` int32 (total,)."""


class Index(Protocol):
    """What `VectorIndex.build` gives. It never changes: `add` and `remove` give another one, so a
    search that is under way in another thread is not disturbed."""

    @property
    def rows(self) -> np.ndarray:
        """int32 (size,): the rows inside, rising."""

    def search(
        self,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        barred: Barred | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best k rows of each query.

        Args:
            queries: float32 (n, dim); another dim, NaN or infinity is a `DataError`.
            k: 0 or more.
            allowed: bool (any,): rows that may be found (open, of this city); a row beyond its
                end may not. None: all. There are k hits when k rows are allowed.
            barred: what each query may not get, besides.

        Returns:
            rows: int32 (n, k), -1 where there are no more.
            scores: float32 (n, k), falling; 0 where there is no row.
        """

    def add(self, rows: np.ndarray, vectors: np.ndarray) -> Index:
        """With more rows, int32 (m,) and float32 (m, dim). A row that is there is a `DataError`:
        remove it before."""

    def remove(self, rows: np.ndarray) -> Index:
        """Without these rows; one that is not there is a `DataError`."""

    def pack(self) -> Packed:
        """Settings and arrays, for the store."""


@dataclass(frozen=True)
class VectorIndex:
    """Settings of vector search."""

    metric: Metric = "inner"
    """inner: the product of the vectors. cosine: of the vectors brought to length 1; a vector of
    zeros stays so and has score 0 with all."""
    exact_below: int = 100_000
    """With fewer rows every vector is looked at. What is built stays of its kind: `add` never
    changes an exact index into one of cells."""
    lists: int = 0
    """Cells; 0 for 4 * sqrt(rows)."""
    probes: int = 64
    """The nearest cells are looked into until they hold as many allowed rows as so many cells
    hold on average: of all rows the share probes / lists is compared."""
    depth: int = 256
    """Cells are asked for at least so many hits, so that shorter answers are heads of longer
    ones up to this length."""
    per_list: int = 64
    """Vectors per cell that learn the cells."""
    iterations: int = 10
    """Of k-means."""
    threads: int = 1
    """In building cells."""

    def __post_init__(self) -> None:
        if self.metric not in ("inner", "cosine"):
            raise ConfigError(f"index.metric = '{self.metric}': expected 'inner' or 'cosine'.")
        for name in ("probes", "depth", "per_list", "iterations", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"index.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("exact_below", "lists"):
            if getattr(self, name) < 0:
                raise ConfigError(f"index.{name} = {getattr(self, name)}: expected 0 or more.")

    def build(self, rows: np.ndarray, vectors: np.ndarray, seed: int = 0) -> Index:
        """An index of `rows` int32 (n,), each once, with `vectors` float32 (n, dim).

        The order of the rows does not matter. No rows give an index that finds nothing. Vectors
        with NaN or infinity and a row that comes twice are a `DataError`.
        """
        rows, vectors = checked(rows, vectors)
        if self.metric == "cosine":
            vectors = normal(vectors)
        if len(rows) < max(self.exact_below, 1):
            from twoside.index.exact import ExactIndex

            return ExactIndex.of(self, rows, vectors)
        from twoside.index.cells import CellIndex

        return CellIndex.of(self, rows, vectors, seed)

    def unpack(self, packed: Packed) -> Index:
        """The index that `pack` described, with the settings it was built with. Arrays that no
        index has packed are a `DataError`."""
        settings = VectorIndex(**packed.meta["settings"])
        if packed.meta["kind"] == "exact":
            from twoside.index.exact import ExactIndex

            rows, vectors = checked(packed.arrays["rows"], packed.arrays["vectors"])
            return ExactIndex.of(settings, rows, vectors)
        from twoside.index.cells import CellIndex

        return CellIndex.unpack(settings, packed)

    def described(self, kind: str) -> dict[str, object]:
        """The meta of a packed index."""
        return {"settings": asdict(self), "kind": kind}


def checked(rows: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows rising as int32, vectors with them as float32; or a `DataError`."""
    rows = np.asarray(rows)
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2 or rows.shape != (len(vectors),):
        raise DataError(
            f"index: rows have shape {rows.shape}, vectors {vectors.shape}: "
            "expected (n,), (n, dim)."
        )
    order = np.argsort(rows, kind="stable")
    rows, vectors = rows[order].astype(np.int32), vectors[order]
    if len(rows) and rows[0] < 0:
        raise DataError(f"index: row {rows[0]}: expected 0 or more.")
    twice = rows[1:][rows[1:] == rows[:-1]]
    if len(twice):
        raise DataError(f"index: row {twice[0]} is there more than once: expected each row once.")
    wrong = ~np.isfinite(vectors).all(axis=1)
    if wrong.any():
        raise DataError(
            f"index: the vectors of {int(wrong.sum())} rows hold NaN or infinity, the first of "
            f"row {rows[wrong][0]}. Leave these rows out."
        )
    return rows, vectors


def checked_queries(
    queries: np.ndarray, dim: int, k: int, metric: Metric, barred: Barred | None
) -> np.ndarray:
    """float32 (n, dim), of length 1 for the cosine; or a `DataError`."""
    queries = np.asarray(queries, np.float32)
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise DataError(f"index: queries have shape {queries.shape}: expected (n, {dim}).")
    if k < 0:
        raise DataError(f"index: k = {k}: expected 0 or more.")
    if not np.isfinite(queries).all():
        wrong = np.flatnonzero(~np.isfinite(queries).all(axis=1))
        raise DataError(f"index: query {wrong[0]} holds NaN or infinity.")
    if barred is not None and barred[0].shape != (len(queries) + 1,):
        raise DataError(
            f"index: barred.start has shape {barred[0].shape}: expected ({len(queries) + 1},), "
            f"for {len(queries)} queries."
        )
    return normal(queries) if metric == "cosine" else queries


def places_of(rows: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """int64: where the rows `gone` lie in the rising `rows`; one that is not there, or comes
    twice, is a `DataError`."""
    gone = np.sort(np.asarray(gone))
    place = np.searchsorted(rows, gone)
    there = place < len(rows)
    there[there] = rows[place[there]] == gone[there]
    if not there.all():
        raise DataError(f"index: row {gone[~there][0]} is not there, so it cannot be removed.")
    if (gone[1:] == gone[:-1]).any():
        raise DataError("index: a row to remove is named more than once.")
    return place


def normal(vectors: np.ndarray) -> np.ndarray:
    """float32 (n, dim): of length 1; zeros stay zeros."""
    wide = np.asarray(vectors, np.float64)
    largest = np.abs(wide).max(axis=1, initial=0.0, keepdims=True)
    wide = wide / np.where(largest > 0, largest, 1.0)  # no overflow, no denormal square
    length = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.asarray(wide / np.where(length > 0, length, 1.0), np.float32)
