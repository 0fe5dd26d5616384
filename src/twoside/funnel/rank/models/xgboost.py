"""XGBoost: boosted trees on histograms, one booster a target.

Source: Chen & Guestrin 2016, "XGBoost: A Scalable Tree Boosting System", KDD. Missing numbers
take the side that helps (their algorithm 3). Categories are split as sets of codes; columns of
very many codes (ids) enter as rates instead (`code_rates.py`), for sets of thousands of codes
only remember the past.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb

from twoside.funnel.rank.code_rates import CodeRates, keys_of, usual
from twoside.funnel.rank.joined import joined
from twoside.funnel.rank.list_order import Lists
from twoside.funnel.rank.models._forest import Forest
from twoside.schema.artefact import Packed
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples


@dataclass(frozen=True)
class XGBoost:
    """Settings of the boosted trees."""

    rounds: int = 400
    """Most trees a target; fewer when the next day no longer gains."""
    patience: int = 15
    """Trees without gain on the next day after which to stop."""
    learning_rate: float = 0.06
    max_depth: int = 4
    min_child_weight: float = 30.0
    """Least sum of second derivatives in a leaf: about 4 x rows at a rate of one half."""
    reg_lambda: float = 10.0
    """L2 penalty on leaf values."""
    subsample: float = 0.8
    """Share of rows a tree sees."""
    colsample: float = 0.3
    """Share of columns a tree sees."""
    max_bins: int = 64
    max_codes: int = 200
    """Category columns with more codes enter as the rate of each target."""
    crosses: tuple[tuple[str, str], ...] = ()
    """Pairs of category columns that enter as rates too, for example an id and the tab."""
    within_lists: float = 0.0
    """Weight of the loss of order inside a list (`list_order.py`), beside the one of each row."""
    smoothing: float = 20.0
    """Rows at the mean rate that are added to every code's own."""
    refit: bool = True
    """Learn again from all days with the number of trees found: the newest day tells most."""
    threads: int = 2
    """Targets learned side by side."""

    def fit(
        self, fit: Samples, valid: Samples, targets: tuple[str, ...], seed: int, tick: Tick
    ) -> BoostedTrees:
        """One booster a target, each stopped by its own log-loss on `valid`."""
        tables = _Tables(self, fit, valid, targets)
        shares = _Shares(len(targets), tick)

        def learn(worker: int) -> dict[int, Any]:
            mine = range(worker, len(targets), workers)
            rows = tables.bin()
            return {n: rows.boost(targets[n], seed, shares.of(n)) for n in mine}

        # Targets side by side, each on one thread: threads inside a tree wait for each other,
        # and on a busy machine mostly do that.
        workers = max(1, min(self.threads, len(targets)))
        with ThreadPoolExecutor(workers) as pool:
            found = {n: one for part in pool.map(learn, range(workers)) for n, one in part.items()}
        boosters = tuple(found[n] for n in range(len(targets)))
        return BoostedTrees(targets, fit.columns, tables.used, tables.rates, boosters)

    def unpack(self, packed: Packed) -> BoostedTrees:
        """From settings, columns and one UBJ a target."""
        boosters = []
        for n in range(len(packed.meta["targets"])):
            booster = xgb.Booster()
            booster.load_model(bytearray(packed.arrays[f"booster_{n}"].tobytes()))
            boosters.append(booster)
        return BoostedTrees(
            tuple(packed.meta["targets"]),
            tuple(FeatureColumn(**column) for column in packed.meta["columns"]),
            packed.arrays["used"].astype(np.int64),
            CodeRates.of(packed.arrays),
            tuple(boosters),
        )


@dataclass(frozen=True)
class BoostedTrees:
    """The fitted boosters."""

    targets: tuple[str, ...]
    columns: tuple[FeatureColumn, ...]
    used: np.ndarray
    """int64: which columns the boosters see as they are"""
    rates: CodeRates
    """What they see of the ids, after those"""
    boosters: tuple[Any, ...]
    _forest: Forest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_forest", Forest.of(self.boosters))

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        seen = _as_seen(values, self.columns, self.used, self.rates.transform(values))
        log_odds = self._forest.log_odds(seen)
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), np.float32)

    def pack(self) -> Packed:
        """Columns and one UBJ a target."""
        arrays = {
            f"booster_{n}": np.frombuffer(bytes(booster.save_raw("ubj")), np.uint8)
            for n, booster in enumerate(self.boosters)
        }
        meta = {
            "targets": list(self.targets),
            "columns": [asdict(column) for column in self.columns],
        }
        arrays["used"] = self.used.astype(np.int32)
        return Packed(meta, {**arrays, **self.rates.arrays()})


class _Tables:
    """The rows as the boosters see them, made once for all targets."""

    def __init__(
        self, settings: XGBoost, fit: Samples, valid: Samples, targets: tuple[str, ...]
    ) -> None:
        self.settings = settings
        self.used = _usable(fit.columns, settings.max_codes)
        columns = fit.columns
        self.types = ["c" if columns[n].type == "category" else "q" for n in self.used]
        keys = keys_of(columns, settings.max_codes, settings.crosses)
        often = usual(fit, targets)
        self.types += ["q"] * (len(keys) * len(often))
        self.rates, seen = CodeRates.fit(fit, often, keys, settings.smoothing)
        self.fit, self.fit_seen = fit, _as_seen(fit.values, columns, self.used, seen)
        rates = self.rates.transform(valid.values)
        self.valid, self.valid_seen = valid, _as_seen(valid.values, columns, self.used, rates)
        if settings.refit:
            self.all = joined(fit, valid)
            self.rates, seen = CodeRates.fit(self.all, often, keys, settings.smoothing)
            self.all_seen = _as_seen(self.all.values, columns, self.used, seen)

    def bin(self) -> _Binned:
        """A set of binned rows: one a worker, for labels are set on them."""
        fit = self._bin(self.fit_seen, None)
        valid = self._bin(self.valid_seen, fit)
        return _Binned(self, fit, valid, self._bin(self.all_seen) if self.settings.refit else None)

    def _bin(self, seen: np.ndarray, ref: Any = None) -> Any:
        return xgb.QuantileDMatrix(
            seen, feature_types=self.types, max_bin=self.settings.max_bins, ref=ref, nthread=1
        )


@dataclass(frozen=True)
class _Binned:
    """What one worker learns from."""

    tables: _Tables
    fit_rows: Any
    valid_rows: Any
    all_rows: Any

    def boost(self, target: str, seed: int, tick: Tick) -> Any:
        """A booster with as many trees as the next day allows."""
        tables, settings = self.tables, self.tables.settings
        _label(self.fit_rows, tables.fit, target)
        _label(self.valid_rows, tables.valid, target)
        parameters = self._parameters(seed, tables.fit.rate(target))
        stop = xgb.callback.EarlyStopping(rounds=settings.patience, save_best=True, min_delta=1e-6)
        booster = xgb.train(
            parameters,
            self.fit_rows,
            num_boost_round=settings.rounds,
            obj=_objective(tables.fit, target, settings.within_lists),
            evals=[(self.valid_rows, "valid")],
            callbacks=[stop, _Ticking(settings.rounds, tick)],
            verbose_eval=False,
        )
        if self.all_rows is not None:
            _label(self.all_rows, tables.all, target)
            rounds = booster.num_boosted_rounds()
            goal = _objective(tables.all, target, settings.within_lists)
            booster = xgb.train(parameters, self.all_rows, num_boost_round=rounds, obj=goal)
        tick(1.0)
        return booster

    def _parameters(self, seed: int, rate: float) -> dict[str, Any]:
        settings = self.tables.settings
        rate = 0.5 if np.isnan(rate) else rate
        return {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            # A target that never (or always) happened would start at an infinite log-odds.
            "base_score": min(max(rate, 1e-6), 1.0 - 1e-6),
            "eta": settings.learning_rate,
            "max_depth": settings.max_depth,
            "min_child_weight": settings.min_child_weight,
            "lambda": settings.reg_lambda,
            "subsample": settings.subsample,
            "colsample_bytree": settings.colsample,
            "max_bin": settings.max_bins,
            "nthread": 1,
            "seed": seed,
        }


class _Ticking(xgb.callback.TrainingCallback):  # type: ignore[misc]
    """Tells how far the rounds are."""

    def __init__(self, rounds: int, tick: Tick) -> None:
        self.rounds = rounds
        self.tick = tick

    def after_iteration(self, _model: Any, epoch: int, _evals_log: Any) -> bool:
        """False: go on."""
        self.tick(min(0.95, (epoch + 1) / self.rounds))
        return False


def _label(rows: Any, samples: Samples, target: str) -> None:
    """Labels that are not final count with weight 0, so that all targets share one table."""
    label = samples.labels[target]
    masked = np.isnan(label)
    rows.set_info(
        label=np.where(masked, 0, label), weight=np.where(masked, 0, samples.weight_of(target))
    )


def _objective(
    samples: Samples, target: str, within_lists: float
) -> Callable[[np.ndarray, Any], tuple[np.ndarray, np.ndarray]] | None:
    """Derivatives of log-loss and order inside lists by the log-odds; None: log-loss alone."""
    if not within_lists:
        return None
    label, lists = samples.labels[target], Lists(samples.request_id)
    counts = samples.weight_of(target)
    weight = np.where(np.isnan(label), 0, counts)
    happened = np.nan_to_num(label)

    def derivatives(log_odds: np.ndarray, _rows: Any) -> tuple[np.ndarray, np.ndarray]:
        chance = 1.0 / (1.0 + np.exp(-log_odds.astype(np.float64)))
        first, second = lists.slopes(log_odds, label, counts)
        return (
            weight * (chance - happened) + within_lists * first,
            weight * np.maximum(chance * (1.0 - chance), 1e-16) + within_lists * second,
        )

    return derivatives


class _Shares:
    """One tick for several that rise side by side."""

    def __init__(self, parts: int, tick: Tick) -> None:
        self.done = [0.0] * parts
        self.tick = tick
        self.lock = Lock()

    def of(self, part: int) -> Tick:
        """The tick of one part."""

        def told(done: float) -> None:
            with self.lock:
                self.done[part] = done
                self.tick(sum(self.done) / len(self.done))

        return told


def _usable(columns: tuple[FeatureColumn, ...], max_codes: int) -> np.ndarray:
    fits = [column.type == "number" or column.cardinality <= max_codes for column in columns]
    return np.flatnonzero(fits)


def _as_seen(
    values: np.ndarray, columns: tuple[FeatureColumn, ...], used: np.ndarray, rates: np.ndarray
) -> np.ndarray:
    """What the boosters see, float32; unknown codes become missing."""
    seen = np.empty((len(values), len(used) + rates.shape[1]), np.float32)
    seen[:, : len(used)] = values[:, used]
    seen[:, len(used) :] = rates
    for n, column in enumerate(used):
        if columns[column].type == "category":
            codes = seen[:, n]
            codes[~((codes >= 0) & (codes < columns[column].cardinality))] = np.nan
    return seen
