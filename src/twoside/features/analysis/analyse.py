"""Look at every feature of samples: what it is worth, what it repeats, what is wrong with it.

found = analyse(samples, Looking())      # found.features[0].auc["chat"], found.flagged("noise")

Columns are taken in blocks and rows are sorted once a column; everything else is counting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.features.analysis import alike
from twoside.features.analysis.chance import Surprise, p_value, significant
from twoside.features.analysis.drift import Drift
from twoside.features.analysis.elsewhere import Elsewhere, halves
from twoside.features.analysis.findings import Analysis, Finding
from twoside.features.analysis.measures import auc_of_groups, information_value, pearson
from twoside.features.analysis.sorted_column import SortedColumn
from twoside.schema.progress import quiet
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples

_BLOCK = 32
"""Columns taken together."""
_NUMBER = FeatureColumn("rate")


@dataclass(frozen=True)
class Looking:
    """When something is called what it is."""

    bins: int = 10
    """Bins of a number, frequent codes of a category."""
    false_discoveries: float = 0.02
    """Noise is what does not pass at this rate of false discoveries (Benjamini-Hochberg)."""
    duplicate: float = 0.995
    """|rank correlation| from which one of two features is a duplicate."""
    cluster: float = 0.9
    """Mean |rank correlation| from which features are one cluster."""
    shift: float = 0.25
    """PSI, beyond chance, from which a feature has shifted."""
    leak: float = 0.9
    """AUC alone from which a feature is taken for an outcome."""
    positives: int = 30
    """A label with fewer positives or negatives is left out of tests and flags."""
    alike_rows: int = 40_000
    """Rows, evenly spread, on which features are compared with each other."""


def analyse(
    samples: Samples,
    looking: Looking | None = None,
    tick: Tick = quiet,
    look_back: Mapping[str, float] | None = None,
) -> Analysis:
    """A line a feature. Labels of which nothing is final are left out.

    look_back: feature -> days that it looks back (none is named: infinite). Of copies the one that
    looks back longest is the original. In a log younger than a window, all longer windows are its
    copies, for they all hold the whole log; they go on to hold it when the log has outgrown the
    shorter one, so what was learned of the longest stays true for longest.
    """
    if not len(samples) or not samples.columns:
        raise DataError(
            f"analysis: {len(samples)} rows of {len(samples.columns)} features: expected at least "
            "one of each. Choose days with exposures."
        )
    looking = looking or Looking()
    eye = _Eye(samples, looking)
    found: list[Finding] = []
    for first in range(0, len(samples.columns), _BLOCK):
        block = np.ascontiguousarray(samples.values[:, first : first + _BLOCK].T)
        found += eye.block(samples.columns[first : first + _BLOCK], block, first)
        tick(0.95 * len(found) / len(samples.columns))
    correlated = alike.correlation(eye.ranks)
    number = alike.clusters(correlated, looking.cluster)
    ways_back = [(look_back or {}).get(f.name, np.inf) for f in found]
    original = alike.duplicates(correlated, looking.duplicate, np.array(ways_back))
    speaks = significant(np.array([f.p_value for f in found]), looking.false_discoveries)
    done = [
        replace(
            f,
            cluster=int(number[n]),
            duplicate_of=found[original[n]].name if original[n] >= 0 else "",
            flags=eye.flags(f, bool(speaks[n]), bool(original[n] >= 0)),
        )
        for n, f in enumerate(found)
    ]
    tick(1.0)
    days = tuple(int(day) for day in eye.drift.days)
    rates = {target: samples.rate(target) for target in eye.labels}
    return Analysis(len(samples), days, rates, tuple(done))


class _Eye:
    """What is the same for all columns."""

    def __init__(self, samples: Samples, looking: Looking) -> None:
        self.looking = looking
        self.labels = {t: y for t, y in samples.labels.items() if not np.isnan(y).all()}
        self.weights = {t: samples.weight_of(t).astype(np.float64) for t in self.labels}
        self.outcomes = {
            target: (self.weights[target] * (label == 1), self.weights[target] * (label == 0))
            for target, label in self.labels.items()
        }
        self.counted = np.column_stack([*self.weights.values(), np.zeros(len(samples))])[:, :-1]
        self.table = np.column_stack([*self.labels.values(), np.zeros(len(samples))])[:, :-1]
        self.surprises = {
            target: Surprise.of(label, self.weights[target])
            for target, label in self.labels.items()
            if min((label == 1).sum(), (label == 0).sum()) >= looking.positives
        }
        self.drift = Drift.of(samples.day, samples.weight.astype(np.float64))
        self.half = halves(samples.request_id)
        self.person = np.unique(samples.person, return_inverse=True)[1]
        self.item = np.unique(samples.item, return_inverse=True)[1]
        step = max(1, -(-len(samples) // looking.alike_rows))
        self.some = np.arange(0, len(samples), step)
        self.ranks = np.zeros((len(samples.columns), len(self.some)), np.float32)
        self.shifts: dict[str, bool] = {}

    def block(
        self, columns: tuple[FeatureColumn, ...], values: np.ndarray, first: int
    ) -> list[Finding]:
        """Findings of some columns, values float32 (b, n), without what needs all columns."""
        straight = np.full((len(columns), len(self.labels)), np.nan)
        numbers = [n for n, column in enumerate(columns) if column.type == "number"]
        if numbers:
            straight[numbers] = pearson(values[numbers], self.table, self.counted)
        return [
            self.column(column, values[n], straight[n], first + n)
            for n, column in enumerate(columns)
        ]

    def column(
        self, column: FeatureColumn, values: np.ndarray, straight: np.ndarray, place: int
    ) -> Finding:
        ordered = SortedColumn.of(values, column)
        bins = ordered.bins(self.looking.bins)
        self.ranks[place] = ordered.ranks()[self.some] / len(values)
        by_day, late, shifted = self.drift.measure(bins, self.looking.shift)
        self.shifts[column.name] = shifted
        worth = self.worth(ordered, bins, straight)
        return Finding(
            name=column.name,
            type=column.type,
            about=column.about,
            coverage=ordered.coverage,
            distinct=len(ordered.distinct),
            quantiles=ordered.quantiles(),
            drift=late,
            drift_by_day=by_day,
            p_value=self.chance(column, ordered, bins),
            cluster=-1,
            auc=worth["auc"],
            iv=worth["iv"],
            pearson=worth["pearson"],
        )

    def worth(
        self, ordered: SortedColumn, bins: np.ndarray, straight: np.ndarray
    ) -> dict[str, dict[str, float]]:
        """`auc`, `iv` and `pearson` of each label."""
        found: dict[str, dict[str, float]] = {"auc": {}, "iv": {}, "pearson": {}}
        for n, (target, outcome) in enumerate(self.outcomes.items()):
            found["iv"][target] = information_value(
                np.bincount(bins, outcome[0]), np.bincount(bins, outcome[1])
            )
            if ordered.is_category:
                coded = Elsewhere.of(ordered.group, self.half, *outcome)
                found["auc"][target], found["pearson"][target] = coded.auc(), coded.pearson()
            else:
                found["auc"][target] = auc_of_groups(
                    np.bincount(ordered.group, outcome[0]), np.bincount(ordered.group, outcome[1])
                )
                found["pearson"][target] = float(straight[n])
        return found

    def chance(self, column: FeatureColumn, ordered: SortedColumn, bins: np.ndarray) -> float:
        """The smallest p-value over the labels, times their number; persons and items each
        as clusters where the feature may follow either."""
        smallest = 1.0
        clusters = {"person": [self.person], "item": [self.item], "request": [self.person]}
        both = clusters.get(column.about, [self.person, self.item])
        many = ordered.is_category and len(ordered.distinct) > 2 * self.looking.bins
        for target, surprise in self.surprises.items():
            seen = bins
            if many:
                coded = Elsewhere.of(ordered.group, self.half, *self.outcomes[target])
                rates = coded.rates(ordered.group, self.half).astype(np.float32)
                seen = SortedColumn.of(rates, _NUMBER).bins(self.looking.bins)
            smallest = min(smallest, max(p_value(seen, surprise, c) for c in both))
        return min(1.0, smallest * max(1, len(self.surprises)))

    def flags(self, finding: Finding, speaks: bool, repeats: bool) -> tuple[str, ...]:
        """Of FLAGS. Without a label that can be tested nothing is called noise."""
        aucs = (finding.auc[target] for target in self.surprises)
        leaks = any(max(a, 1 - a) >= self.looking.leak for a in aucs if np.isfinite(a))
        raised = {
            "noise": bool(self.surprises) and not speaks,
            "duplicate": repeats,
            "shifted": self.shifts[finding.name],
            "leaking": leaks,
        }
        return tuple(flag for flag, up in raised.items() if up)
