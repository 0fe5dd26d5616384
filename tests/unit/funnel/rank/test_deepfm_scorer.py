"""The arithmetic that serves against the net that learned."""

import numpy as np
import pytest
import torch
from made_samples import samples_of

from twoside.funnel.rank.code_rates import CodeRates
from twoside.funnel.rank.models._deepfm_scorer import FactorizedScorer, Inputs
from twoside.nn.factorized import FactorizedNet
from twoside.schema.samples import FeatureColumn

COLUMNS = (
    FeatureColumn("title", "category", 9),
    FeatureColumn("gap"),
    FeatureColumn("city", "category", 4),
    FeatureColumn("views"),
)


def some_samples(rows=700):
    rng = np.random.default_rng(0)
    values = [
        rng.integers(-1, 9, rows),
        rng.normal(size=rows),
        rng.integers(0, 5, rows),  # 4 is no code
        np.where(rng.random(rows) < 0.2, np.nan, rng.poisson(2.0, rows)),
    ]
    label = (rng.random(rows) < 0.3).astype(np.float32)
    labels = {"view": label, "chat": label}
    day = np.full(rows, 5, np.int32)
    return samples_of(COLUMNS, np.column_stack(values), labels, day=day)


@pytest.mark.parametrize("layers", [(), (8,), (16, 4)])
def test_scores_are_those_of_the_net(layers):
    samples = some_samples()
    rates, seen = CodeRates.fit(samples, ("view", "chat"), [(0, -1), (0, 2)], 1.0)
    inputs = Inputs.fit(samples, rates, seen, fewest=2)
    slots, numbers = inputs.transform(samples.values)
    random = torch.Generator().manual_seed(0)
    net = FactorizedNet(
        slots=inputs.vocabulary.slots,
        categories=slots.shape[1],
        numbers=numbers.shape[1],
        heads=2,
        factors=4,
        layers=layers,
        dropout=0.5,
        forget=0.5,
        unknown=inputs.vocabulary.first,
        random=random,
    ).eval()
    with torch.no_grad():  # nothing at zero, or it would not be seen
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=random) * 0.3)
        expected = torch.sigmoid(net(torch.from_numpy(slots), torch.from_numpy(numbers)))
    arrays = {name: parameter.detach().numpy() for name, parameter in net.named_parameters()}
    scorer = FactorizedScorer(("view", "chat"), samples.columns, inputs, arrays)
    found = scorer.score(samples.values)
    assert found == pytest.approx(expected.numpy(), abs=2e-6)
    assert found.std() > 0.1
