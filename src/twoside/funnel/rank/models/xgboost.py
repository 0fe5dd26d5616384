"""XGBoost: boosted trees on histograms, one booster a target.

Source: Chen & Guestrin 2016, "XGBoost: A Scalable Tree Boosting System", KDD. Missing numbers
take the side that helps (their algorithm 3). Categories are split as sets of codes; columns of
very many codes (ids) are left out, for their statistics are features already and sets of
thousands of codes only remember the past.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb

from twoside.schema.artefact import Packed
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples


@dataclass(frozen=True)
class XGBoost:
    """Settings of the boosted trees."""

    rounds: int = 600
    """Most trees a target; fewer when the next day no longer gains."""
    patience: int = 30
    """Trees without gain on the next day after which to stop."""
    learning_rate: float = 0.08
    max_depth: int = 6
    min_child_weight: float = 20.0
    """Least sum of second derivatives in a leaf: about 4 x rows at a rate of one half."""
    reg_lambda: float = 10.0
    """L2 penalty on leaf values."""
    subsample: float = 0.8
    """Share of rows a tree sees."""
    colsample: float = 0.5
    """Share of columns a tree sees."""
    max_bins: int = 128
    max_codes: int = 300
    """Category columns with more codes are left out."""
    refit: bool = True
    """Learn again from all days with the number of trees found: the newest day tells most."""
    threads: int = 2

    def fit(
        self, fit: Samples, valid: Samples, targets: tuple[str, ...], seed: int, tick: Tick
    ) -> BoostedTrees:
        """One booster a target, each stopped by its own log-loss on `valid`."""
        used = _usable(fit.columns, self.max_codes)
        types = ["c" if fit.columns[n].type == "category" else "q" for n in used]
        tables = _Tables(self, fit, valid, used, types)
        boosters = []
        for n, target in enumerate(targets):
            part = _part_of(tick, n, len(targets))
            boosters.append(tables.boost(target, seed, part))
        return BoostedTrees(targets, fit.columns, used, tuple(boosters), self.threads)

    def unpack(self, packed: Packed) -> BoostedTrees:
        """From settings, columns and one UBJ a target."""
        boosters = []
        for n in range(len(packed.meta["targets"])):
            booster = xgb.Booster({"nthread": self.threads})
            booster.load_model(bytearray(packed.arrays[f"booster_{n}"].tobytes()))
            booster.set_param({"nthread": self.threads})
            boosters.append(booster)
        return BoostedTrees(
            tuple(packed.meta["targets"]),
            tuple(FeatureColumn(**column) for column in packed.meta["columns"]),
            packed.arrays["used"].astype(np.int64),
            tuple(boosters),
            self.threads,
        )


@dataclass(frozen=True)
class BoostedTrees:
    """The fitted boosters."""

    targets: tuple[str, ...]
    columns: tuple[FeatureColumn, ...]
    used: np.ndarray
    """int64: which columns the boosters see"""
    boosters: tuple[Any, ...]
    threads: int

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        seen = _as_seen(values, self.columns, self.used)
        scores = np.empty((len(values), len(self.targets)), np.float32)
        for n, booster in enumerate(self.boosters):
            if len(values):
                scores[:, n] = booster.inplace_predict(seen)
        return scores

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
        return Packed(meta, {**arrays, "used": self.used.astype(np.int32)})

    def importance(self, target: str) -> Mapping[str, float]:
        """Share of the total gain of each column, for the report."""
        gains = self.boosters[self.targets.index(target)].get_score(importance_type="total_gain")
        total = sum(gains.values()) or 1.0
        return {
            self.columns[self.used[n]].name: float(gains.get(f"f{n}", 0.0)) / total
            for n in range(len(self.used))
        }


class _Tables:
    """The binned rows, made once and used by all targets."""

    def __init__(
        self, settings: XGBoost, fit: Samples, valid: Samples, used: np.ndarray, types: list[str]
    ) -> None:
        self.settings = settings
        self.fit, self.valid = fit, valid
        self.fit_rows = self._bin(_as_seen(fit.values, fit.columns, used), types, None)
        self.valid_rows = self._bin(_as_seen(valid.values, fit.columns, used), types, self.fit_rows)
        self.all_rows = None
        if settings.refit:
            both = np.concatenate([fit.values, valid.values])
            self.all_rows = self._bin(_as_seen(both, fit.columns, used), types, None)

    def _bin(self, seen: np.ndarray, types: list[str], ref: Any) -> Any:
        return xgb.QuantileDMatrix(
            seen,
            feature_types=types,
            max_bin=self.settings.max_bins,
            ref=ref,
            nthread=self.settings.threads,
        )

    def boost(self, target: str, seed: int, tick: Tick) -> Any:
        """A booster with as many trees as the next day allows."""
        settings = self.settings
        fit_label, valid_label = self.fit.labels[target], self.valid.labels[target]
        _label(self.fit_rows, fit_label, self.fit.weight)
        _label(self.valid_rows, valid_label, self.valid.weight)
        parameters = self._parameters(seed, fit_label)
        stop = xgb.callback.EarlyStopping(rounds=settings.patience, save_best=True, min_delta=1e-6)
        booster = xgb.train(
            parameters,
            self.fit_rows,
            num_boost_round=settings.rounds,
            evals=[(self.valid_rows, "valid")],
            callbacks=[stop, _Ticking(settings.rounds, tick)],
            verbose_eval=False,
        )
        if self.all_rows is not None:
            label = np.concatenate([fit_label, valid_label])
            weight = np.concatenate([self.fit.weight, self.valid.weight])
            _label(self.all_rows, label, weight)
            booster = xgb.train(
                parameters, self.all_rows, num_boost_round=booster.num_boosted_rounds()
            )
        tick(1.0)
        return booster

    def _parameters(self, seed: int, label: np.ndarray) -> dict[str, Any]:
        settings = self.settings
        rate = float(np.nanmean(label)) if np.isfinite(label).any() else 0.5
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
            "nthread": settings.threads,
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


def _label(rows: Any, label: np.ndarray, weight: np.ndarray) -> None:
    """Labels that are not final count with weight 0, so that all targets share one table."""
    masked = np.isnan(label)
    rows.set_info(label=np.where(masked, 0, label), weight=np.where(masked, 0, weight))


def _part_of(tick: Tick, n: int, parts: int) -> Tick:
    return lambda done: tick((n + done) / parts)


def _usable(columns: tuple[FeatureColumn, ...], max_codes: int) -> np.ndarray:
    fits = [column.type == "number" or column.cardinality <= max_codes for column in columns]
    return np.flatnonzero(fits)


def _as_seen(
    values: np.ndarray, columns: tuple[FeatureColumn, ...], used: np.ndarray
) -> np.ndarray:
    """The columns that the boosters see, float32; unknown codes become missing."""
    seen = np.ascontiguousarray(values[:, used], np.float32)
    for n, column in enumerate(used):
        if columns[column].type == "category":
            codes = seen[:, n]
            codes[(codes < 0) | (codes >= columns[column].cardinality)] = np.nan
    return seen
