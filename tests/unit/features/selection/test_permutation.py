"""Permutation is its definition: shuffle a column, predict all rows again, compare the loss."""

import numpy as np
from contracts.planted_samples import TARGETS, planted

from twoside.features.selection.evidence import Evidence
from twoside.features.selection.methods.permutation import Permutation
from twoside.schema.progress import quiet


def by_definition(evidence, target, repeats):
    """With the same draws: columns that no tree asks are not shuffled."""
    trees, table = evidence.trees(target), evidence.table(target)
    values, label = table.values[table.held], table.label[table.held]
    weight = table.weight[table.held]
    rng = np.random.default_rng(evidence.seed)

    def loss(rows):
        chance = np.clip(trees.inplace_predict(rows).astype(np.float64), 1e-7, 1 - 1e-7)
        return -np.average(np.where(label > 0, np.log(chance), np.log1p(-chance)), weights=weight)

    found = np.zeros(values.shape[1])
    for column in sorted(int(name.removeprefix("f")) for name in trees.get_score()):
        worse = []
        for _ in range(repeats):
            changed = values.copy()
            changed[:, column] = rng.permutation(values[:, column])
            worse.append(loss(changed) - loss(values))
        found[column] = max(0.0, np.mean(worse))
    return found


def test_scores_are_the_definitions():
    evidence = Evidence(planted(1, rows=3_000), TARGETS, 5)
    scores = Permutation(repeats=3).scores(evidence, quiet)
    for n, target in enumerate(evidence.targets):
        expected = by_definition(evidence, target, 3)
        assert np.allclose(scores[:, n], expected, atol=2e-6)
        assert expected.max() > 0.01
