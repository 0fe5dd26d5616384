"""What an analysis says: a line a feature, and what all lines have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from twoside.errors import DataError
from twoside.features.analysis.sorted_column import QUANTILES

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAGS = ("noise", "duplicate", "shifted", "leaking")


@dataclass(frozen=True)
class Finding:
    """One feature."""

    name: str
    type: str
    about: str
    coverage: float
    """Share of rows whose value is known"""
    distinct: int
    quantiles: tuple[float, ...]
    """At QUANTILES; NaN for a category"""
    drift: float
    """PSI of the last days against the first ones"""
    drift_by_day: tuple[float, ...]
    """PSI of each day against the first ones"""
    auc: Mapping[str, float]
    """Label -> AUC of this feature alone, by weight; unknown is below all. A category by the rate
    of its code in other rows."""
    iv: Mapping[str, float]
    """Label -> information value"""
    pearson: Mapping[str, float]
    """Label -> correlation, by weight"""
    p_value: float
    """Chance of a relation at least as strong with some label, if there is none"""
    cluster: int
    """Features of one number say much the same"""
    duplicate_of: str = ""
    flags: tuple[str, ...] = ()
    """Of FLAGS"""

    @property
    def best_auc(self) -> float:
        """The AUC that is farthest from one half, turned above it; 0.5 if there is none."""
        return max((max(a, 1 - a) for a in self.auc.values() if isfinite(a)), default=0.5)

    @property
    def best_iv(self) -> float:
        """The largest information value; 0 if there is none."""
        return max((v for v in self.iv.values() if isfinite(v)), default=0.0)


@dataclass(frozen=True)
class Analysis:
    """All features of some samples."""

    rows: int
    days: tuple[int, ...]
    """Day numbers, rising"""
    rates: Mapping[str, float]
    """Label -> its mean, by weight"""
    features: tuple[Finding, ...]
    """In the order of the columns"""

    def flagged(self, flag: str) -> tuple[str, ...]:
        """Names of the features with a flag."""
        return tuple(f.name for f in self.features if flag in f.flags)

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        counts = Counter(flag for f in self.features for flag in f.flags)
        return {
            "rows": self.rows,
            "days": list(self.days),
            "rates": dict(self.rates),
            "quantiles_at": list(QUANTILES),
            "flagged": {flag: counts[flag] for flag in FLAGS},
            "features": [asdict(f) for f in self.features],
        }

    @staticmethod
    def of_json(record: Mapping[str, Any]) -> Analysis:
        """The analysis that `as_json` described."""
        try:
            found = tuple(
                Finding(**{n: _kept(v) for n, v in f.items()}) for f in record["features"]
            )
            return Analysis(record["rows"], tuple(record["days"]), dict(record["rates"]), found)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"record of features: another version of twoside wrote it ({error}). "
                "Make it again with: twoside features report"
            ) from None


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
