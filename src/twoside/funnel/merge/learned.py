"""Learned: how much each channel may give to whom, and in which order, from what people then liked.

On a validation day the channels are asked as they were before it, and what people liked on it is
the truth. From both are learned, for each kind of people (new, light, heavy):

budgets     how deep to look into each channel, so that the union holds most of what was liked
            (`learning/cover.py`); a channel that does not earn its cost is refused: its budget is
            0, it is not asked, and the report says why (`learning/refusal.py`)
an order    of the union, from the places and scores in every channel (`learning/order.py`), so
            that items found by several channels rise

The figures of the report are cross-fitted: everybody's list is made by a merge that was learned
from others.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.funnel.merge import NO_LISTS, Merged
from twoside.funnel.merge.learning.fitting import fit_model
from twoside.funnel.merge.learning.kinds import kinds_of
from twoside.funnel.merge.learning.model import Evidence, Model, known_kinds
from twoside.schema.artefact import Packed
from twoside.schema.merge_report import MergeReport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.merge import Lists
    from twoside.funnel.recall.past import Past
    from twoside.metrics.topn import Truth


_SCORES = "by the level of their list"
"""What the edges of a stored merge part; before, they parted scores as they are."""


@dataclass(frozen=True)
class Learned:
    """Settings of the learned merge."""

    learns: ClassVar[bool] = True
    limit: int = 1000
    """Length of the merged list."""
    budgets: dict[str, int] = field(default_factory=dict)
    """Items asked of a channel at most, by its name: the learned budget is not above it."""
    total: int = 0
    """Sum of the budgets for one person; 0: four times the limit, for channels find the same items
    and the order chooses among them."""
    latency_ms: float = 0.0
    """Sum of the costs of the channels asked for one person at most; 0: no limit."""
    worth: float = 0.0
    """Recall that a channel must bring per millisecond. Whatever it is, a channel whose interval
    includes 0 is refused (but see `refuse`)."""
    refuse: bool = True
    """False: only what finds nothing right or is too slow is refused. What a channel brings is
    measured by the union; one that finds nothing new may still tell which of it comes first, so
    where channels cost little, ask them all."""
    costs: dict[str, float] = field(default_factory=dict)
    """Milliseconds of each channel for one person, where they are not to be measured."""
    value: Literal["one", "strength"] = "one"
    """What a right item counts: all the same, or by its strongest behaviour on the day."""
    days: int = 1
    """Last days whose likes are the truth."""
    questions: int = 20_000
    """People asked at most."""
    heavy: int = 10
    """Liked items from which a person is of the kind "heavy"; "new" has none."""
    least: int = 100
    """A kind of fewer people, or one for which no channel finds anything, has everybody's budgets;
    with fewer people in all nothing is refused for bringing too little."""
    shrink: float = 100.0
    """The order of a kind is held to everybody's as if so many more people spoke for that."""
    folds: int = 3
    """Parts of the people; what is said of one is learned from the others."""
    draws: int = 400
    """Of the bootstrap over people."""

    def __post_init__(self) -> None:
        for name in ("limit", "days", "questions", "heavy", "least", "draws"):
            if getattr(self, name) < 1:
                raise ConfigError(f"merge.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("total", "latency_ms", "worth", "shrink"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"merge.{name} = {getattr(self, name)}: expected 0 or more.")
        if self.folds < 2:
            raise ConfigError(f"merge.folds = {self.folds}: expected 2 or more.")
        for name, ms in self.costs.items():
            if not 0 < ms < np.inf:
                raise ConfigError(f"merge.costs.{name} = {ms}: expected milliseconds above 0.")

    @property
    def reads_costs(self) -> bool:
        """Does what is learned depend on what channels cost?"""
        return self.latency_ms > 0 or self.worth > 0

    def kinds(self, past: Past) -> np.ndarray:
        """int64 (n,): the kind of each person (`learning/kinds.py`)."""
        return kinds_of(past, self.heavy)

    def fit(
        self,
        lists: Mapping[str, Lists],
        truth: Truth,
        kinds: np.ndarray | None,
        costs: Mapping[str, float],
        seed: int,
        values: np.ndarray | None = None,
    ) -> FittedLearned:
        """Learn budgets and order, and measure them on people that were left out.

        People without a right item teach nothing and are in no figure. Channels without a cost
        cost 1 ms. All scores equal: places alone count. NaN scores count as the lowest.

        Raises:
            DataError: nobody liked anything, or no channel found any of it.
        """
        evidence = self._evidence(lists, truth, kinds, {**costs, **self.costs}, values)
        model, report = fit_model(self, evidence, seed)
        return FittedLearned(self, tuple(lists), model, report)

    def _evidence(
        self,
        lists: Mapping[str, Lists],
        truth: Truth,
        kinds: np.ndarray | None,
        costs: Mapping[str, float],
        values: np.ndarray | None,
    ) -> Evidence:
        if not lists:
            raise ConfigError(NO_LISTS)
        people = len(truth.start) - 1
        for name, found in lists.items():
            if len(found.items) != people:
                raise DataError(
                    f"merge: '{name}' has lists of {len(found.items)} people and there is truth "
                    f"of {people}."
                )
        value = np.ones(len(truth.item)) if values is None else np.asarray(values, float)
        if len(value) != len(truth.item) or not (np.isfinite(value) & (value >= 0)).all():
            raise DataError("merge: values: expected a number of 0 or more for each right item.")
        if not value.any():
            raise DataError("merge: nobody liked anything: there is nothing to learn from.")
        for name, ms in costs.items():
            if name in lists and not 0 < ms < np.inf:
                raise ConfigError(f"merge: '{name}' costs {ms} ms: expected more than 0.")
        each = np.array([costs.get(name, 1.0) for name in lists])
        if 0 < self.latency_ms < each.min():
            fastest = list(lists)[int(each.argmin())]
            raise ConfigError(
                f"merge.latency_ms = {self.latency_ms}: the fastest channel, '{fastest}', takes "
                f"{each.min():g} ms."
            )
        return Evidence(dict(lists), truth, value, known_kinds(kinds, people), each)

    def unpack(self, packed: Packed) -> FittedLearned:
        """The fitted merge that `pack` described, with the settings it was fitted with.

        Raises:
            DataError: it was learned when scores were taken as they are.
        """
        meta, a = packed.meta, packed.arrays
        if meta.get("scores") != _SCORES:
            raise DataError(
                f"merge: the stored merge takes scores {meta.get('scores', 'as they are')}: "
                f"expected {_SCORES}. Train the funnel again."
            )
        model = Model(a["budgets"], a["weights"], a["edges"])
        report = MergeReport.of_json(meta["report"])
        return FittedLearned(Learned(**meta["settings"]), tuple(meta["channels"]), model, report)


@dataclass(frozen=True)
class FittedLearned:
    """Budgets and curves; a channel beyond its budget is not looked at, so that an answer does not
    depend on how much more was asked for others."""

    settings: Learned
    channels: tuple[str, ...]
    model: Model
    report: MergeReport

    def kinds(self, past: Past) -> np.ndarray:
        """int64 (n,)"""
        return self.settings.kinds(past)

    def depths(self, kinds: np.ndarray | None) -> Mapping[str, int]:
        """The deepest budget among the kinds that are there."""
        there = np.unique(known_kinds(kinds, 1))
        most = self.model.budgets[there].max(axis=0, initial=0)
        return dict(zip(self.channels, most.tolist(), strict=True))

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,
    ) -> Merged:
        """The union within the budgets, in the learned order. Nobody's lists: an empty list."""
        length = self.settings.limit if limit is None else limit
        if not lists:
            raise ConfigError(NO_LISTS)
        rows = [self._row(name) for name in lists]
        people = len(next(iter(lists.values())).items)
        return self.model.merged(lists, rows, length, known_kinds(kinds, people))

    def _row(self, name: str) -> int:
        if name not in self.channels:
            raise ConfigError(
                f"merge: there was no channel '{name}' when the merge was learned. "
                f"{did_you_mean(name, self.channels)}"
            )
        return self.channels.index(name)

    def pack(self) -> Packed:
        """Settings, report, budgets and weights."""
        meta = {
            "settings": asdict(self.settings),
            "channels": list(self.channels),
            "scores": _SCORES,
            "report": self.report.as_json(),
        }
        names = ("budgets", "weights", "edges")
        return Packed(meta, {name: getattr(self.model, name) for name in names})


def learn_merge(
    lists: Mapping[str, Lists],
    truth: Truth,
    kinds: np.ndarray | None = None,
    costs: Mapping[str, float] | None = None,
    seed: int = 0,
    settings: Learned | None = None,
) -> FittedLearned:
    """A learned merge from lists alone, without a lake: for benches and for other people's
    channels. As `Learned.fit`; channels without a cost cost 1 ms."""
    return (settings or Learned()).fit(lists, truth, kinds, costs or {}, seed)
