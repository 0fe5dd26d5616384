"""The whole choice: every method's scores, their consensus, and from its better part the features
to keep by elimination.

chosen = choose(samples, analysis, targets, Choosing(keep=30), seed, steps, kept, budget_seconds)

Scores of a method are kept as soon as they are there, so a choice that was stopped goes on where
it was. A budget stops the method that runs at its next tick; what it had done of it is lost.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside import components
from twoside.errors import ConfigError, DataError
from twoside.features.selection.consensus import consensus, may_be_chosen, pruned, ranked
from twoside.features.selection.elimination import Elimination
from twoside.features.selection.evidence import Evidence, Trees
from twoside.features.selection.method import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.analysis.findings import Analysis
    from twoside.features.selection.method import SelectionMethod
    from twoside.schema.progress import Steps, Tick
    from twoside.schema.samples import Samples
    from twoside.store.kept import Kept

_CHEAP_FIRST = ("pearson", "xgboost_gain", "shap", "logistic_forward", "permutation")
"""So that a small budget still gives a consensus; others follow by name."""


@dataclass(frozen=True)
class Choosing:
    """Settings of a choice."""

    keep: int = 0
    """Features to keep; 0: a quarter of all."""
    methods: tuple[str, ...] = ()
    """Files in `methods/`; empty: all."""
    rows: int = 100_000
    """Rows looked at, evenly spread."""
    trees: Trees = field(default_factory=Trees)
    elimination: Elimination | None = field(default_factory=Elimination)
    """What the consensus begins is ended by it; None: the best of each cluster are kept."""


@dataclass(frozen=True)
class Chosen:
    """The selected set and how it came about."""

    features: tuple[str, ...]
    """Best first"""
    rank: Mapping[str, float]
    """Every feature's consensus rank, 0 best to 1; 1 too for what may not be chosen"""
    methods: tuple[str, ...]
    """Whose scores count"""
    left_out: tuple[str, ...]
    """Methods that the budget did not reach or stopped; also "elimination" """
    targets: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


class _OutOfTime(Exception):  # noqa: N818 - not an error: the budget is spent
    pass


def choose(
    samples: Samples,
    analysis: Analysis,
    targets: tuple[str, ...],
    choosing: Choosing,
    seed: int,
    steps: Steps,
    kept: Kept | None = None,
    budget_seconds: float = float("inf"),
) -> Chosen:
    """Score, agree, eliminate. `analysis` is of the same samples. Methods see only what may be
    chosen: of a wide catalogue often the smaller part."""
    names = tuple(column.name for column in samples.columns)
    if choosing.keep < 0:
        raise ConfigError(f"keep = {choosing.keep}: expected 0 (a quarter) or more features.")
    if budget_seconds <= 0:
        raise ConfigError(f"budget = {budget_seconds}: expected more than 0 seconds.")
    ends = perf_counter() + budget_seconds
    able = [n for n, feature in enumerate(analysis.features) if may_be_chosen(feature)]
    if not able:
        raise DataError(
            f"selection: all {len(names)} features are noise, duplicates or leaking. "
            "Look at them with: twoside features report"
        )
    asked = samples if len(able) == len(names) else samples.only([names[n] for n in able])
    evidence = Evidence(asked, targets, seed, choosing.rows, choosing.trees)
    scores, left_out = _scored(evidence, choosing, steps, kept, ends)
    rank = np.ones(len(names))
    rank[able] = consensus(scores, evidence.sureness())
    keep = choosing.keep or max(1, len(names) // 4)
    fit = ranked(analysis, rank)
    features = pruned(fit, keep)
    if choosing.elimination:
        start = choosing.elimination.start([f.name for f in fit], len(names), keep)
        try:
            with steps("select by elimination") as tick:
                in_time = _until(ends, tick)
                features = choosing.elimination.best(evidence, start, keep, kept, in_time)
        except _OutOfTime:
            left_out.append("elimination")
    return Chosen(
        features=features,
        rank=dict(zip(names, rank.tolist(), strict=True)),
        methods=tuple(scores),
        left_out=tuple(left_out),
        targets=evidence.targets,
    )


def _scored(
    evidence: Evidence, choosing: Choosing, steps: Steps, kept: Kept | None, ends: float
) -> tuple[dict[str, np.ndarray], list[str]]:
    """float64 (features, targets) by method; and the methods for which there was no time."""
    of_input = _digest(evidence, choosing.trees) if kept else ""
    scores: dict[str, np.ndarray] = {}
    left_out = []
    for name, method in _methods(choosing.methods).items():
        key = f"{of_input[:24]}-{name}-{hashlib.sha256(repr(method).encode()).hexdigest()[:8]}"
        found = kept.load(key) if kept else None
        if found is not None:
            scores[name] = np.array(found["scores"], np.float64)
            continue
        try:
            with steps(f"select by {name}") as tick:
                scores[name] = method.scores(evidence, _until(ends, tick))
        except _OutOfTime:
            left_out.append(name)
            continue
        if kept:
            told = {"method": name, "features": evidence.names, "scores": scores[name].tolist()}
            kept.save(key, told)
    return scores, left_out


def _methods(wanted: tuple[str, ...]) -> dict[str, SelectionMethod]:
    known = wanted or components.names(PACKAGE)
    order = {name: n for n, name in enumerate(_CHEAP_FIRST)}
    ordered = sorted(known, key=lambda name: (order.get(name, len(order)), name))
    return {name: components.build(PACKAGE, {"use": name}, "methods") for name in ordered}


def _until(ends: float, tick: Tick) -> Tick:
    """The tick, as long as there is time."""

    def told(done: float) -> None:
        if perf_counter() > ends and done < 1.0:
            raise _OutOfTime
        tick(done)

    return told


def _digest(evidence: Evidence, trees: Trees) -> str:
    """sha256 of all that the scores depend on, but the method."""
    return hashlib.sha256(repr((evidence.digest, trees)).encode()).hexdigest()
