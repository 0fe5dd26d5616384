"""One column in the forms that all measures read: groups of equal values, bins, average ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.schema.samples import FeatureColumn

QUANTILES = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0)


@dataclass(frozen=True)
class SortedColumn:
    """n rows of one feature. A category's groups are its codes, in order of the code."""

    is_category: bool
    unknown: np.ndarray
    """bool (n,)"""
    group: np.ndarray
    """int64 (n,): 0 for unknown, else 1 + the place of the value among the distinct ones"""
    distinct: np.ndarray
    """float32 (k,): the known values, rising"""
    rows: np.ndarray
    """int64 (k + 1,): rows of each group"""

    @staticmethod
    def of(values: np.ndarray, column: FeatureColumn) -> SortedColumn:
        """From float32 (n,). Infinite numbers are values; a code below 0 is unknown."""
        is_category = column.type == "category"
        unknown = np.isnan(values)
        if is_category:
            unknown = unknown | (values < 0)
        order = np.argsort(np.where(unknown, np.float32(-np.inf), values), kind="stable")
        ordered = values[order]
        hidden = unknown[order]
        # Unknown rows and rows at -inf may lie mixed: sorting by both keeps them apart.
        if hidden.any() and not hidden[: int(hidden.sum())].all():
            order = np.lexsort((values, ~unknown))
            ordered, hidden = values[order], unknown[order]
        starts = ~hidden
        starts[1:] &= (ordered[1:] != ordered[:-1]) | hidden[:-1]
        group = np.empty(len(values), np.int64)
        group[order] = np.cumsum(starts)
        distinct = ordered[starts]
        return SortedColumn(
            is_category, unknown, group, distinct, np.bincount(group, minlength=len(distinct) + 1)
        )

    @property
    def coverage(self) -> float:
        """Share of rows whose value is known."""
        return float(1.0 - self.unknown.mean()) if len(self.unknown) else float("nan")

    def quantiles(self) -> tuple[float, ...]:
        """Of the known values at QUANTILES, as they occur (no interpolation); NaN for codes."""
        known = int(self.rows[1:].sum())
        if self.is_category or not known:
            return (float("nan"),) * len(QUANTILES)
        upto = np.cumsum(self.rows[1:])
        places = np.searchsorted(upto, np.ceil(np.array(QUANTILES) * known).clip(1), "left")
        return tuple(float(v) for v in self.distinct[places])

    def bins(self, most: int) -> np.ndarray:
        """int64 (n,): 0 for unknown, then about `most` bins of as many rows each.

        A value so frequent that it fills a bin has one of its own. The most frequent codes of a
        category have one each; the rest share the last.
        """
        found: np.ndarray = self.group_bins(most)[self.group]
        return found

    def group_bins(self, most: int) -> np.ndarray:
        """int64 (k + 1,): the bin of each group."""
        size = len(self.distinct)
        found = np.zeros(size + 1, np.int64)
        if size <= most:
            found[1:] = np.arange(1, size + 1)
        elif self.is_category:
            found[1:] = most
            frequent = 1 + np.argsort(-self.rows[1:], kind="stable")[: most - 1]
            found[frequent] = np.arange(1, most)
        else:
            found[1:] = _even(self.rows[1:], most)
        return found

    def ranks(self) -> np.ndarray:
        """float64 (n,): average ranks of the known values about 0; 0 for unknown.

        The groups of a category have no order: they are ranked by fixed pseudo-random numbers of
        their rows, so that two categories of the same parts are ranked alike, whatever their codes.
        """
        rows = self.rows[1:].astype(np.float64)
        order = np.arange(len(rows))
        if self.is_category and len(rows) > 2:
            noise = np.random.default_rng(0).random(len(self.group))
            mean = np.bincount(self.group, noise, minlength=len(self.rows))[1:] / rows
            order = np.argsort(mean, kind="stable")
        middle = np.zeros(len(rows) + 1)
        middle[1 + order] = np.cumsum(rows[order]) - 0.5 * rows[order] - 0.5 * rows.sum()
        found: np.ndarray = middle[self.group]
        return found


def _even(rows: np.ndarray, most: int) -> np.ndarray:
    """int64 (k,): bins 1 and up of groups in order. A group of a bin's size or more is alone."""
    target = rows.sum() / most
    alone = rows >= target
    upto = np.cumsum(rows) - 0.5 * rows
    bin_of = (upto / target).astype(np.int64)
    # A new bin begins where the even share ends, and on both sides of a group that is alone.
    begins = np.ones(len(rows), bool)
    begins[1:] = (bin_of[1:] != bin_of[:-1]) | alone[1:] | alone[:-1]
    found: np.ndarray = np.cumsum(begins)
    return found
