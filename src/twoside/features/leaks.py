"""A trainer's last look: is a feature an outcome of the very row that it describes?

What is declared in a domain cannot leak, because every kind reads only what came before the
request. But anyone may add columns to samples, and a label among the features is the commonest
way to an AUC of 1.0 that means nothing. Two signs betray it: the name of a behaviour, and a column
that alone tells positives from negatives nearly without error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import LeakError
from twoside.metrics.auc import auc, wins_and_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.samples import FeatureColumn, Samples


@dataclass(frozen=True)
class LeakCheck:
    """How sure a column has to be before it is called an outcome."""

    auc: float = 0.995
    """AUC of one column alone (either direction) above which it is refused."""
    positives: int = 30
    """Fewer positives or negatives than this prove nothing."""
    rows: int = 100_000
    """Rows looked at, evenly spread."""

    def refuse(
        self, samples: Samples, domain: Domain, scene: Scene, declared: Sequence[Feature] = ()
    ) -> None:
        """A `LeakError` that names the first column that is an outcome; else nothing.

        `declared` are features computed by this package: their names are free, their values are
        looked at all the same.
        """
        free = {f.name for f in declared}
        for column in samples.columns:
            if column.name not in free:
                _refuse_name(column.name, domain, scene)
        self.refuse_values(samples)

    def refuse_values(self, samples: Samples) -> None:
        """The same by values alone, for whoever has no domain at hand."""
        some = samples.where(_spread(len(samples), self.rows))
        targets = {
            name: (label, some.weight_of(name).astype(np.float64))
            for name, label in some.labels.items()
            if self._tells(label)
        }
        for n, column in enumerate(some.columns):
            for target, found in _alone(column, some.values[:, n], targets):
                if found > self.auc:
                    raise LeakError(
                        f"feature '{column.name}' tells '{target}' by itself (AUC {found:.4f} over "
                        f"{len(some)} rows): it is an outcome of its own row. Leave it out, or "
                        "take its value from before the request."
                    )

    def _tells(self, label: np.ndarray) -> bool:
        """Are there enough of both to say anything? NaN is neither."""
        return bool(min(np.sum(label > 0), np.sum(label <= 0)) >= self.positives)


def _alone(
    column: FeatureColumn, values: np.ndarray, targets: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> Iterator[tuple[str, float]]:
    """Each target (its labels and what each counts) with the AUC of one column, in its better
    direction."""
    # Unknown below all: a column that is known only when something happened is found too.
    score = np.where(np.isnan(values), -np.inf, values)
    order = np.argsort(score)
    for target, (label, weight) in targets.items():
        if column.type == "category":
            known = ~np.isnan(label)
            found = auc(*_rate_elsewhere(values[known], label[known], weight[known]))
        else:
            known = ~np.isnan(label[order])
            positive, sorted_score = label[order][known] > 0, score[order][known]
            counted = weight[order][known]
            wins, pairs = wins_and_pairs(positive, sorted_score, counted, 0, len(positive))
            found = wins / pairs
        yield target, max(found, 1.0 - found)


def _refuse_name(name: str, domain: Domain, scene: Scene) -> None:
    outcomes = {t.name: "a target" for t in scene.targets} | {
        e.name: "an event" for e in domain.events
    }
    plain = name.lower()
    for prefix in ("is_", "label_", "target_"):
        plain = plain.removeprefix(prefix)
    plain = plain.removesuffix("_label")
    if plain in outcomes:
        raise LeakError(
            f"feature '{name}' is named like the outcome '{plain}', {outcomes[plain]} of "
            f"{scene.name}. Leave it out; if it is known before the request, rename it."
        )


def _spread(n: int, most: int) -> np.ndarray:
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.int64)


def _rate_elsewhere(
    values: np.ndarray, label: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The labels of odd rows, the rate of each row's code among even rows, and the weights of the
    odd ones: a code that was seen once does not betray its own row."""
    codes = np.where(np.isnan(values), -1, values).astype(np.int64) + 1
    size = int(codes.max(initial=0)) + 1
    seen = np.bincount(codes[::2], weight[::2], minlength=size)
    hits = np.bincount(codes[::2], (weight * label)[::2], minlength=size)
    rate = (hits + np.average(label, weights=weight)) / (seen + 1.0)
    return label[1::2], rate[codes[1::2]], weight[1::2]
