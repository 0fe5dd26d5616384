"""The fitted DeepFM: the forward pass of `nn/factorized.py` as arithmetic on arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.rank.code_rates import CodeRates
from twoside.nn.quantile import Quantiles
from twoside.nn.vocabulary import Vocabulary
from twoside.schema.artefact import Packed
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.samples import Samples


@dataclass(frozen=True)
class Inputs:
    """From a row of features to slots and numbers."""

    categories: np.ndarray
    """int64 (c,): which columns are categories"""
    numbers: np.ndarray
    """int64 (m,): which are numbers"""
    vocabulary: Vocabulary
    rates: CodeRates
    """More numbers: the rates of the ids"""
    quantiles: Quantiles
    """Of all numbers"""

    @staticmethod
    def fit(samples: Samples, rates: CodeRates, seen: np.ndarray, fewest: int) -> Inputs:
        """Learn the knots and the frequent codes; `seen` are the rates that the rows see."""
        kinds = np.array([column.type == "category" for column in samples.columns], bool)
        categories, numbers = np.flatnonzero(kinds), np.flatnonzero(~kinds)
        sizes = [samples.columns[n].cardinality for n in categories]
        return Inputs(
            categories,
            numbers,
            Vocabulary.fit(samples.values[:, categories], sizes, fewest),
            rates,
            Quantiles.fit(np.hstack([samples.values[:, numbers], seen])),
        )

    def transform(
        self, values: np.ndarray, seen: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """float32 (n, columns) -> slots int32 (n, c), numbers float32 (n, all + flags).

        In learning, `seen` are the rates as they were before each row.
        """
        rates = self.rates.transform(values) if seen is None else seen
        numbers = np.hstack([values[:, self.numbers], rates])
        slots = self.vocabulary.slots_of(values[:, self.categories])
        return slots, self.quantiles.transform(numbers)

    def arrays(self) -> dict[str, np.ndarray]:
        """For the store."""
        return {
            "inputs.categories": self.categories.astype(np.int32),
            "inputs.numbers": self.numbers.astype(np.int32),
            "inputs.slot": self.vocabulary.slot,
            "inputs.start": self.vocabulary.start,
            "inputs.first": self.vocabulary.first,
            "inputs.knots": self.quantiles.knots,
            "inputs.flags": self.quantiles.flags,
            **self.rates.arrays(),
        }

    @staticmethod
    def of(arrays: Mapping[str, np.ndarray]) -> Inputs:
        """What `arrays` described."""
        slots = len(arrays["net.slot_vectors"])
        vocabulary = Vocabulary(
            arrays["inputs.slot"], arrays["inputs.start"], arrays["inputs.first"], slots
        )
        return Inputs(
            arrays["inputs.categories"].astype(np.int64),
            arrays["inputs.numbers"].astype(np.int64),
            vocabulary,
            CodeRates.of(arrays),
            Quantiles(arrays["inputs.knots"], arrays["inputs.flags"]),
        )


@dataclass(frozen=True)
class FactorizedScorer:
    """The fitted model."""

    targets: tuple[str, ...]
    columns: tuple[FeatureColumn, ...]
    inputs: Inputs
    net: Mapping[str, np.ndarray]
    """The parameters of `FactorizedNet` by their names there."""

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        net = self.net
        slots, numbers = self.inputs.transform(values)
        total = numbers @ net["number_vectors"]  # (n, d)
        squares = np.square(numbers) @ np.square(net["number_vectors"])
        logits = numbers @ net["number_weights"] + net["bias"]  # (n, T)
        width = slots.shape[1] * total.shape[1]
        hidden = np.empty((len(values), width + numbers.shape[1]), np.float32)
        hidden[:, width:] = numbers
        add_slots(slots, net["slot_vectors"], net["slot_weights"], total, squares, logits, hidden)
        logits += (0.5 * (total * total - squares)) @ net["product_weights"]
        layer = 0
        while f"layers.{layer}.weight" in net:
            hidden = hidden @ net[f"layers.{layer}.weight"].T + net[f"layers.{layer}.bias"]
            np.maximum(hidden, 0, out=hidden)
            layer += 1
        logits += hidden @ net["head"]
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30))), np.float32)

    def pack(self) -> Packed:
        """The columns, and all arrays."""
        meta = {
            "targets": list(self.targets),
            "columns": [asdict(column) for column in self.columns],
        }
        net = {f"net.{name}": array for name, array in self.net.items()}
        return Packed(meta, {**self.inputs.arrays(), **net})

    @staticmethod
    def unpack(packed: Packed) -> FactorizedScorer:
        """What `pack` described."""
        net = {
            name.removeprefix("net."): array
            for name, array in packed.arrays.items()
            if name.startswith("net.")
        }
        return FactorizedScorer(
            tuple(packed.meta["targets"]),
            tuple(FeatureColumn(**column) for column in packed.meta["columns"]),
            Inputs.of(packed.arrays),
            net,
        )


@njit(cache=True, nogil=True)
def add_slots(
    slots: np.ndarray,
    vectors: np.ndarray,
    weights: np.ndarray,
    total: np.ndarray,
    squares: np.ndarray,
    logits: np.ndarray,
    hidden: np.ndarray,
) -> None:
    """Add the vectors of the slots to `total`, their squares to `squares`, their weights to
    `logits`, and lay them side by side at the beginning of `hidden`."""
    factors, heads = vectors.shape[1], weights.shape[1]
    for row in range(slots.shape[0]):
        for column in range(slots.shape[1]):
            slot = slots[row, column]
            for d in range(factors):
                value = vectors[slot, d]
                total[row, d] += value
                squares[row, d] += value * value
                hidden[row, column * factors + d] = value
            for head in range(heads):
                logits[row, head] += weights[slot, head]
