"""The feature report of the fake service: made up, one feature of every kind of trouble."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from twoside.features.analysis.findings import Analysis, Finding
from twoside.features.analysis.sorted_column import QUANTILES

_DAYS, _FIRST, _FEATURES = 14, 20_529, 48
_RATES = {"view": 0.21, "chat": 0.05, "reach": 0.011}
_ABOUT = ("person", "item", "pair", "request")
_FLAGS = {3: ("noise",), 8: ("duplicate",), 13: ("shifted",), 18: ("leaking", "shifted")}


@lru_cache(maxsize=4)
def fake_analysis(seed: int) -> Analysis:
    """The same analysis for the same seed."""
    random = np.random.default_rng((seed, 2))
    features = tuple(_finding(random, n) for n in range(_FEATURES))
    return Analysis(120_000, tuple(range(_FIRST, _FIRST + _DAYS)), _RATES, features)


def _finding(random: np.random.Generator, n: int) -> Finding:
    flags = _FLAGS.get(n, ())
    is_category = n % 6 == 5
    lift = 0.44 if "leaking" in flags else 0.25 * 0.93**n * random.uniform(0.6, 1.0)
    slope = 0.5 if "shifted" in flags else 0.02
    nan = float("nan")
    return Finding(
        name=f"feature_{n}",
        type="category" if is_category else "number",
        about=_ABOUT[n % 4],
        coverage=1.0 if n % 3 else 0.8,
        distinct=12 if is_category else 9_000 + n,
        quantiles=(nan,) * len(QUANTILES) if is_category else tuple(q * (n + 1) for q in QUANTILES),
        drift=slope,
        drift_by_day=tuple(slope * day / (_DAYS - 1) for day in range(_DAYS)),
        auc={target: 0.5 + lift * (0.8 + 0.1 * k) for k, target in enumerate(_RATES)},
        iv=dict.fromkeys(_RATES, 4 * lift**2),
        pearson=dict.fromkeys(_RATES, 0.0 if is_category else lift / 3),
        p_value=0.4 if "noise" in flags else 1e-9,
        cluster=7 if n in (7, 8) else n,
        duplicate_of="feature_7" if n == 8 else "",
        flags=flags,
    )
