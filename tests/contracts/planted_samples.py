"""Samples whose truth is known: what makes a label happen is planted in a few columns."""

import numpy as np
from made_samples import samples_of

from twoside.schema.samples import FeatureColumn, Samples

TARGETS = ("chat", "reply")
NUMBERS, CODES, WORDS = 8, 3, 12


def planted(seed=0, rows=6_000, days=5, people=300):
    """Label chances follow n0, a product n1 * n2 and the code of c0; the rest is noise."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, NUMBERS))
    codes = rng.integers(0, WORDS, (rows, CODES))
    taste = np.random.default_rng(99).normal(size=WORDS)  # the same in every draw
    pull = 1.2 * numbers[:, 0] + 0.8 * numbers[:, 1] * numbers[:, 2] + taste[codes[:, 0]]
    labels = {
        target: (rng.random(rows) < 1 / (1 + np.exp(shift - pull))).astype(np.float32)
        for target, shift in zip(TARGETS, (0.5, 1.5), strict=True)
    }
    numbers[rng.random(numbers.shape) < 0.05] = np.nan
    codes[rng.random(codes.shape) < 0.05] = -1
    columns = tuple(FeatureColumn(f"n{i}") for i in range(NUMBERS))
    columns += tuple(FeatureColumn(f"c{i}", "category", WORDS) for i in range(CODES))
    return samples_of(
        columns,
        np.column_stack([numbers, codes]),
        labels,
        request_id=np.arange(rows) // 10,
        person=rng.integers(0, people, rows).astype(np.int32),
        item=rng.integers(0, 100, rows).astype(np.int32),
        ts_ms=np.arange(rows, dtype=np.int64) * 60_000,
        day=(np.arange(rows) * days // rows).astype(np.int32),
        position=(np.arange(rows) % 10).astype(np.int16),
    )


def with_labels(samples, **labels):
    """The same samples with other labels."""
    return Samples(**{**vars(samples), "labels": {**samples.labels, **labels}})
