"""The fitted DeepFM: the forward pass of `nn/factorized.py` as arithmetic on arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
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
        object.__setattr__(self, "_folded", _Folded.of(self.net, self.inputs))

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        net, folded = self.net, self._folded
        factors, heads = net["product_weights"].shape
        slots, numbers = self.inputs.transform(values)
        terms = numbers @ folded.numbers
        squares = np.square(numbers) @ folded.squares
        add_slots(slots, folded.slots, terms, squares)
        logits = np.empty((len(values), heads), np.float32)
        add_products(terms, squares, net["product_weights"], folded.bias, logits)
        follow_curves(numbers, folded.curves, logits)
        hidden = terms[:, factors + heads :]
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
    """What numbers and slots add, so that each is taken once. All that a number or a slot adds
    lies in one row of d + T + w terms: its vector, its first order, and its part of the first
    layer of width w (of the heads, if there is no layer)."""

    numbers: np.ndarray
    """float32 (m, d + T + w); the first order is 0 for numbers that have a curve"""
    squares: np.ndarray
    """float32 (m, d): the vectors squared"""
    slots: np.ndarray
    """float32 (slots, d + T + w): as many times the memory of the vectors as it is wider"""
    curves: np.ndarray
    """float32 (groups of 8 heads, numbers with a curve, pieces, 2, 8): straight lines, height
    at 0 and slope along the pieces"""
    bias: np.ndarray
    """float32 (T,): with the flags' curves at 0"""
    layers: int

    @staticmethod
    def of(net: Mapping[str, np.ndarray], inputs: Inputs) -> _Folded:
        vectors, slot_vectors = net["number_vectors"], net["slot_vectors"]
        layers = sum(name.endswith(".weight") for name in net)
        first = net["layers.0.weight"] if layers else net["head"].T  # (w, c * d + m)
        factors, heads = net["product_weights"].shape
        curves = net["curves"].reshape(len(vectors), -1, heads)
        curved = len(inputs.quantiles.knots)  # a flag is 0 or 1: two heights are a line
        zero, one = curves[curved:, curves.shape[1] // 2], curves[curved:, -1]
        of_flags = np.vstack([np.zeros((curved, heads), np.float32), one - zero])
        numbers = np.hstack([vectors, of_flags, first[:, first.shape[1] - len(vectors) :].T])
        slots = np.empty((len(slot_vectors), factors + heads + len(first)), np.float32)
        slots[:, :factors], slots[:, factors : factors + heads] = slot_vectors, net["slot_weights"]
        ends = [*inputs.vocabulary.first.tolist(), len(slots)]
        for column, (begin, end) in enumerate(pairwise(ends)):
            weight = first[:, column * factors : (column + 1) * factors]
            slots[begin:end, factors + heads :] = slot_vectors[begin:end] @ weight.T
        return _Folded(
            np.ascontiguousarray(numbers),
            np.square(vectors),
            slots,
            _lines(curves[:curved]),
            net["bias"] + zero.sum(axis=0),
            layers,
        )


def _lines(curves: np.ndarray) -> np.ndarray:
    """float32 (m, pieces + 1, T) heights -> lines, as `_Folded.curves`."""
    wide = np.pad(curves, ((0, 0), (0, 0), (0, -curves.shape[2] % _LANES)))
    slope = np.diff(wide, axis=1)
    at_zero = wide[:, :-1] - np.arange(slope.shape[1])[:, None] * slope
    lines = np.stack([at_zero, slope], axis=2).reshape(*slope.shape[:2], 2, -1, _LANES)
    return np.ascontiguousarray(np.moveaxis(lines, 3, 0), np.float32)


@njit(cache=True, nogil=True)
def add_slots(slots: np.ndarray, table: np.ndarray, terms: np.ndarray, squares: np.ndarray) -> None:
    """Add the rows of the slots to `terms`, their squared vectors to `squares`."""
    for row in range(slots.shape[0]):
        for column in range(slots.shape[1]):
            slot = slots[row, column]
            for n in range(terms.shape[1]):
                terms[row, n] += table[slot, n]
            for d in range(squares.shape[1]):
                squares[row, d] += table[slot, d] * table[slot, d]


@njit(cache=True, nogil=True)
def add_products(
    terms: np.ndarray,
    squares: np.ndarray,
    weights: np.ndarray,
    bias: np.ndarray,
    logits: np.ndarray,
) -> None:
    """logits = bias + first order + weighted pairwise products."""
    factors, heads = weights.shape
    for row in range(terms.shape[0]):
        for head in range(heads):
            logits[row, head] = bias[head] + terms[row, factors + head]
        for d in range(factors):
            total = terms[row, d]
            product = np.float32(0.5) * (total * total - squares[row, d])
            for head in range(heads):
                logits[row, head] += product * weights[d, head]


@njit(cache=True, nogil=True)
def follow_curves(numbers: np.ndarray, curves: np.ndarray, logits: np.ndarray) -> None:
    """Add the heights of the numbers' curves, as `FactorizedNet` reads them."""
    groups, columns, pieces = curves.shape[:3]
    lines = curves.reshape((groups, columns * pieces, 2, _LANES))
    half = np.float32(pieces / 2)
    at, line = np.empty(columns, np.float32), np.empty(columns, np.int32)
    height = np.empty(_LANES, np.float32)
    for row in range(numbers.shape[0]):
        for column in range(columns):
            at[column] = (numbers[row, column] + np.float32(1)) * half
            piece = min(max(np.int32(at[column]), np.int32(0)), np.int32(pieces - 1))
            line[column] = column * pieces + piece
        for group in range(groups):
            height[:] = 0
            for column in range(columns):
                x, n = at[column], line[column]
                for lane in range(_LANES):
                    height[lane] += lines[group, n, 0, lane] + x * lines[group, n, 1, lane]
            first = group * _LANES
            for head in range(first, min(first + _LANES, logits.shape[1])):
                logits[row, head] += height[head - first]


@njit(cache=True, nogil=True)
def rectify(hidden: np.ndarray, bias: np.ndarray) -> None:
    """hidden = max(hidden + bias, 0), in place."""
    for row in range(hidden.shape[0]):
        for n in range(hidden.shape[1]):
            hidden[row, n] = max(hidden[row, n] + bias[n], np.float32(0))
