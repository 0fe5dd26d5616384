"""Linear: logistic regression on a few light features, one a target.

Numbers enter as their quantile, unknown ones as the middle with a flag; a category enters as
the smoothed log-odds of its target among the rows with this code, learned on the same rows.
Scoring is one product and a look-up.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from twoside.errors import DataError, did_you_mean
from twoside.nn.logistic import fit_logistic
from twoside.nn.quantile import Quantiles
from twoside.schema.artefact import Packed
from twoside.schema.samples import FeatureColumn, Samples


@dataclass(frozen=True)
class Linear:
    """Settings of the light model."""

    penalty: float = 10.0
    """L2 on the weights, against the sum of log-losses: as if so many rows said 0."""
    smoothing: float = 50.0
    """Rows at the mean rate that are added to every code of a category."""
    max_rows: int = 200_000
    """Newest rows learned from: a dozen weights need no more."""

    def fit(
        self, samples: Samples, targets: tuple[str, ...], names: tuple[str, ...]
    ) -> LinearScorer:
        """One regression a target on the features `names`."""
        places = _places(samples, names)
        newest = samples.where(np.argsort(samples.ts_ms, kind="stable")[-self.max_rows :])
        columns = tuple(samples.columns[n] for n in places)
        values = newest.values[:, places]
        is_code = _is_code(columns)
        quantiles = Quantiles.fit(values[:, ~is_code])
        even = quantiles.transform(values[:, ~is_code])
        sizes = [column.cardinality for column in columns if column.type == "category"]
        start = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum([size + 1 for size in sizes], out=start[1:])
        codes = _slots(values[:, is_code], start)
        weights = np.zeros((even.shape[1], len(targets)), np.float32)
        tables = np.zeros((int(start[-1]), len(targets)), np.float32)
        bias = np.zeros(len(targets), np.float32)
        for n, target in enumerate(targets):
            final = ~np.isnan(newest.labels[target])
            label = newest.labels[target][final]
            weight = newest.weight_of(target)[final]
            odds = self._log_odds(codes[final], len(tables), label, weight)
            rows = np.column_stack([even[final], odds[codes[final]]])
            found, free = fit_logistic(rows, label, weight, self.penalty)
            weights[:, n], bias[n] = found[: even.shape[1]], free
            for column in range(len(sizes)):
                part = slice(start[column], start[column + 1])
                tables[part, n] = odds[part] * found[even.shape[1] + column]
        return LinearScorer(targets, columns, quantiles, start, weights, tables, bias)

    def _log_odds(
        self, slots: np.ndarray, size: int, label: np.ndarray, weight: np.ndarray
    ) -> np.ndarray:
        """float64 (size,): smoothed log-odds of each code, less those of the mean."""
        weight = weight.astype(np.float64)
        rate = float(np.average(label, weights=weight)) if len(label) else 0.5
        rate = min(max(rate, 1e-6), 1 - 1e-6)
        rows, happened = np.zeros(size), np.zeros(size)
        for column in range(slots.shape[1]):
            rows += np.bincount(slots[:, column], weight, minlength=size)
            happened += np.bincount(slots[:, column], weight * label, minlength=size)
        chance = (happened + self.smoothing * rate) / (rows + self.smoothing)
        chance = np.clip(chance, 1e-6, 1 - 1e-6)
        return np.asarray(np.log(chance / (1 - chance)) - np.log(rate / (1 - rate)))

    def unpack(self, packed: Packed) -> LinearScorer:
        """From the columns and the arrays."""
        arrays = packed.arrays
        return LinearScorer(
            tuple(packed.meta["targets"]),
            tuple(FeatureColumn(**column) for column in packed.meta["columns"]),
            Quantiles(arrays["knots"], arrays["flags"]),
            arrays["start"],
            arrays["weights"],
            arrays["tables"],
            arrays["bias"],
        )


@dataclass(frozen=True)
class LinearScorer:
    """The fitted regressions."""

    targets: tuple[str, ...]
    columns: tuple[FeatureColumn, ...]
    quantiles: Quantiles
    start: np.ndarray
    """int64 (categories + 1,): category j owns `tables[start[j]:start[j + 1]]`; the last of
    these rows is for unknown codes"""
    weights: np.ndarray
    """float32 (numbers and flags, targets)"""
    tables: np.ndarray
    """float32 (slots, targets): what a code adds to the log-odds"""
    bias: np.ndarray
    """float32 (targets,)"""

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        is_code = _is_code(self.columns)
        logits = self.quantiles.transform(values[:, ~is_code]) @ self.weights + self.bias
        if is_code.any():
            logits += self.tables[_slots(values[:, is_code], self.start)].sum(axis=1)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30))), np.float32)

    def pack(self) -> Packed:
        """The columns, and all arrays."""
        meta = {
            "targets": list(self.targets),
            "columns": [asdict(column) for column in self.columns],
        }
        arrays = {
            "knots": self.quantiles.knots,
            "flags": self.quantiles.flags,
            "start": self.start,
            "weights": self.weights,
            "tables": self.tables,
            "bias": self.bias,
        }
        return Packed(meta, arrays)


def _places(samples: Samples, names: tuple[str, ...]) -> list[int]:
    place = {column.name: n for n, column in enumerate(samples.columns)}
    for name in names:
        if name not in place:
            raise DataError(f"prerank: there is no feature '{name}'. {did_you_mean(name, place)}")
    return [place[name] for name in names]


def _is_code(columns: tuple[FeatureColumn, ...]) -> np.ndarray:
    return np.array([column.type == "category" for column in columns], bool)


def _slots(codes: np.ndarray, start: np.ndarray) -> np.ndarray:
    """float32 (n, c) codes -> int64 (n, c) rows of the tables; unknown ones the last of each."""
    last = np.diff(start) - 1
    known = (codes >= 0) & (codes < last)
    return start[:-1] + np.where(known, np.nan_to_num(codes), last).astype(np.int64)
