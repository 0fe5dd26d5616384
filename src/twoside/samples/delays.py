"""Delayed feedback: how late events come, and what exposures count whose window is still open.

    curve    F(t): of the events that come within the window, the share that comes within t
    rate     of a target: positives so far, each standing for 1 / F(age) that will come
    weights  a row whose window is open, as if it were final

An event is seen only if it came before the cut-off: delays are truncated on the right by the age
of the exposure, and a plain histogram of them is too early. The curve is the product-limit estimate
in reverse time of Lagakos, Barraj and De Gruttola 1988, "Nonparametric analysis of truncated
survival data, with application to AIDS", Biometrika 75: it needs positives alone and holds
if rates change from day to day, as long as the delay does not depend on when the item was shown.

The rate is that of Horvitz and Thompson 1952, "A generalization of sampling without replacement
from a finite universe", JASA 47. The weights are those of Yasui et al. 2020, "A Feedback Shift
Correction in Predicting Conversion Rates under Delayed Feedback", WWW: positives 1 / F(age),
negatives (1 - p) / (1 - p F(age)), the chance that a row without an event stays without one. We
take for p the corrected rate of all rows, not of each row: weighted rates and totals are then
unbiased; for a row whose own chance is q, what is learned from open rows of age a is off by about
(1 - F(a)) (q - p) of itself, which is small where chances are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.errors import DataError
from twoside.schema.calendar import HOUR_MS

LEAST_SEEN = 0.05
"""Rows so young that less than this share of their events has come stay masked: few positives
would stand for very many. Which rows these are depends on their age alone, so nothing is biased."""


@dataclass(frozen=True)
class DelayCurve:
    """F(t), a step function: the share of the window's events that comes within t."""

    delay_ms: np.ndarray
    """int64 (k,), rising: where F steps up"""
    share: np.ndarray
    """float64 (k,), rising to 1: F at and after each step"""
    window_ms: int

    def at(self, age_ms: np.ndarray) -> np.ndarray:
        """float64 (n,): the share that has come *before* an age (events at the cut-off are not
        known); 1 from the end of the window on."""
        place = np.searchsorted(self.delay_ms, age_ms, side="left")
        seen = np.concatenate([[0.0], self.share])[place]
        return np.where(age_ms >= self.window_ms, 1.0, seen)

    def quantile(self, share: float) -> float:
        """The delay in hours within which that share comes; NaN without an event."""
        if not len(self.share):
            return float("nan")
        place = min(int(np.searchsorted(self.share, share - 1e-12)), len(self.share) - 1)
        return float(self.delay_ms[place]) / HOUR_MS


def delay_curve(delay_ms: np.ndarray, age_ms: np.ndarray, window_ms: int) -> DelayCurve:
    """From n exposures: `delay_ms` int64 (n,), -1 where nothing has come; `age_ms` int64 (n,), the
    cut-off minus the exposure. After Lagakos et al. 1988: with n(u) events of delay u and R(u)
    of delay at most u whose exposure is older than u, F(t) is the product of 1 - n(u) / R(u) over
    all u > t.

    At least one event must come from an exposure whose window has ended, else what lies beyond
    the oldest age is unknown: `DataError`."""
    came = delay_ms >= 0
    delay, age = delay_ms[came], np.minimum(age_ms[came], window_ms)
    if not len(delay):
        return DelayCurve(np.empty(0, np.int64), np.empty(0), window_ms)
    if age.max() < window_ms:
        raise DataError(
            f"delays: no event comes from an exposure older than its window of "
            f"{window_ms / HOUR_MS:g} hours, the oldest is {age.max() / HOUR_MS:.1f} hours old, so "
            "nobody knows how late events come. Take more days, or delayed = 'mask'."
        )
    steps, events = np.unique(delay, return_counts=True)
    # In R(u): came with delay <= u and age > u; the others have age <= u, for delay < age.
    young = np.searchsorted(np.sort(age), steps, side="right")
    at_risk = np.cumsum(events) - young
    left = np.concatenate([(1 - events / at_risk)[1:], [1.0]])
    return DelayCurve(steps, np.cumprod(left[::-1])[::-1], window_ms)


def corrected_rate(
    delay_ms: np.ndarray, age_ms: np.ndarray, curve: DelayCurve, weight: np.ndarray | None = None
) -> float:
    """The share of exposures that the event follows within the window, open ones included:
    positives count 1 / F(age), rows below `LEAST_SEEN` not at all. NaN without rows."""
    seen = curve.at(age_ms)
    old = seen >= LEAST_SEEN
    each = np.ones(len(seen)) if weight is None else weight.astype(np.float64)
    came = (delay_ms >= 0) & old
    total = each[old].sum()
    return float((each[came] / seen[came]).sum() / total) if total else float("nan")


def weighed(
    delay_ms: np.ndarray, age_ms: np.ndarray, curve: DelayCurve, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(label, factor), float32 (n,): 1 if the event has come, else 0, NaN for rows that are too
    young; and what each label counts beside the row's own `weight`: 1 where the window has
    ended."""
    rate = corrected_rate(delay_ms, age_ms, curve, weight)
    seen, came = curve.at(age_ms), delay_ms >= 0
    young = seen < LEAST_SEEN
    seen = np.maximum(seen, LEAST_SEEN)
    factor = np.where(came, 1 / seen, (1 - rate) / (1 - rate * seen))
    label = np.where(young, np.nan, came)
    return label.astype(np.float32), np.where(young, 1.0, factor).astype(np.float32)
