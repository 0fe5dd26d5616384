"""The fitted DeepFM: the forward pass of `nn/factorized.py` as arithmetic on arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
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
    _folded: _Folded = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_folded", _Folded.of(self.net))

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        net, folded = self.net, self._folded
        slots, numbers = self.inputs.transform(values)
        of_numbers = numbers @ folded.numbers  # (n, d + first layer)
        factors, heads = net["number_vectors"].shape[1], len(self.targets)
        logits = np.empty((len(values), heads), np.float32)
        hidden = np.empty((len(values), folded.numbers.shape[1] - factors), np.float32)
        vectors = np.empty((len(values), slots.shape[1] * factors), np.float32)
        squares = np.square(numbers) @ folded.squares
        lay_out(slots, net["slot_vectors"], vectors)
        np.matmul(vectors, folded.slots, out=hidden)
        follow_curves(numbers, folded.curves, net["bias"], logits)
        add_up(
            slots,
            net["slot_vectors"],
            net["slot_weights"],
            of_numbers,
            squares,
            net["product_weights"],
            logits,
            hidden,
        )
        for layer in range(folded.layers):
            if layer:
                hidden = hidden @ net[f"layers.{layer}.weight"].T
            rectify(hidden, net[f"layers.{layer}.bias"])
        logits += hidden @ net["head"] if folded.layers else hidden
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


_LANES = 8
"""Heads are added so many at a time."""


@dataclass(frozen=True)
class _Folded:
    """What meets the numbers in one matrix, so that they are multiplied once."""

    numbers: np.ndarray
    """float32 (m, d + width of the first layer): vectors, then the layer; the heads if there is
    none"""
    squares: np.ndarray
    """float32 (m, d): the vectors squared"""
    slots: np.ndarray
    """float32 (c * d, width of the first layer)"""
    curves: np.ndarray
    """float32 (m, pieces + 1, T up to a multiple of 8): heights, and zeros"""
    layers: int

    @staticmethod
    def of(net: Mapping[str, np.ndarray]) -> _Folded:
        vectors, curves = net["number_vectors"], net["curves"]
        layers = sum(name.endswith(".weight") for name in net)
        first = net["layers.0.weight"] if layers else net["head"].T
        width = first.shape[1] - len(vectors)
        numbers = np.ascontiguousarray(np.hstack([vectors, first[:, width:].T]))
        slots = np.ascontiguousarray(first[:, :width].T)
        heads = curves.shape[1]
        wide = np.pad(curves, ((0, 0), (0, -heads % _LANES)))
        wide = wide.reshape(len(vectors), -1, wide.shape[1])
        return _Folded(numbers, np.square(vectors), slots, wide, layers)


@njit(cache=True, nogil=True)
def lay_out(slots: np.ndarray, vectors: np.ndarray, laid: np.ndarray) -> None:
    """Lay the vectors of a row's slots side by side: float32 (n, c * d)."""
    factors = vectors.shape[1]
    for row in range(slots.shape[0]):
        for column in range(slots.shape[1]):
            for d in range(factors):
                laid[row, column * factors + d] = vectors[slots[row, column], d]


@njit(cache=True, nogil=True)
def follow_curves(
    numbers: np.ndarray, curves: np.ndarray, bias: np.ndarray, logits: np.ndarray
) -> None:
    """logits = bias + the heights of the numbers' curves, as `FactorizedNet` reads them."""
    pieces, heads = curves.shape[1] - 1, logits.shape[1]
    for row in range(numbers.shape[0]):
        for first in range(0, curves.shape[2], _LANES):
            height = np.zeros(_LANES, np.float32)
            for column in range(numbers.shape[1]):
                at = (numbers[row, column] + np.float32(1)) * np.float32(pieces / 2)
                piece = min(max(int(at), 0), pieces - 1)
                share = at - np.float32(piece)
                for lane in range(_LANES):
                    left = curves[column, piece, first + lane]
                    right = curves[column, piece + 1, first + lane]
                    height[lane] += left + share * (right - left)
            for head in range(first, min(first + _LANES, heads)):
                logits[row, head] = bias[head] + height[head - first]


@njit(cache=True, nogil=True)
def add_up(
    slots: np.ndarray,
    vectors: np.ndarray,
    weights: np.ndarray,
    of_numbers: np.ndarray,
    squares: np.ndarray,
    product_weights: np.ndarray,
    logits: np.ndarray,
    hidden: np.ndarray,
) -> None:
    """Add the slots' weights and the products to `logits`, what numbers give to `hidden`."""
    factors, heads = product_weights.shape
    total, square = np.empty(factors, np.float32), np.empty(factors, np.float32)
    for row in range(slots.shape[0]):
        for d in range(factors):
            total[d], square[d] = of_numbers[row, d], squares[row, d]
        for column in range(slots.shape[1]):
            slot = slots[row, column]
            for d in range(factors):
                total[d] += vectors[slot, d]
                square[d] += vectors[slot, d] * vectors[slot, d]
            for head in range(heads):
                logits[row, head] += weights[slot, head]
        for d in range(factors):
            product = np.float32(0.5) * (total[d] * total[d] - square[d])
            for head in range(heads):
                logits[row, head] += product * product_weights[d, head]
        for n in range(hidden.shape[1]):
            hidden[row, n] += of_numbers[row, factors + n]


@njit(cache=True, nogil=True)
def rectify(hidden: np.ndarray, bias: np.ndarray) -> None:
    """hidden = max(hidden + bias, 0), in place."""
    for row in range(hidden.shape[0]):
        for n in range(hidden.shape[1]):
            hidden[row, n] = max(hidden[row, n] + bias[n], np.float32(0))
