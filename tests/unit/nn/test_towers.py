"""The two towers against their formulas."""

from __future__ import annotations

import numpy as np
import torch

from twoside.nn.towers import TwoTowerNet


def net(**given):
    sizes = {"people": 4, "items": 5, "person_words": 3, "item_words": 6, "dim": 7}
    random = torch.Generator().manual_seed(1)
    made = TwoTowerNet(**{**sizes, "temperature": 0.5, **given}, random=random)
    made.bias.data.normal_(generator=random)
    made.turn.data.normal_(generator=random)
    return made


def normal(x):
    return x / np.linalg.norm(x)


def test_a_logit_is_the_product_of_the_towers() -> None:
    made = net()
    p = {name: value.detach().numpy() for name, value in made.named_parameters()}
    words = (torch.tensor([0, 2]), torch.tensor([1, 4, 5]), torch.tensor([1.0, 0.5, 2.0]))
    x = made.items(torch.tensor([3, 0]), words)
    by_hand = np.stack(
        [
            p["item_id"][3] + p["item_word"][1] + 0.5 * p["item_word"][4],
            p["item_id"][0] + 2 * p["item_word"][5],
        ]
    )
    np.testing.assert_allclose(x.detach().numpy(), by_hand, rtol=1e-5, atol=1e-6)
    said = (torch.tensor([0]), torch.tensor([2]), torch.tensor([1.5]))
    u = made.people(
        torch.tensor([1]), said, x, torch.tensor([[0, 1]]), torch.tensor([[0.75, 0.25]])
    )
    past = 0.75 * by_hand[0] + 0.25 * by_hand[1]
    mine = normal(p["person_id"][1] + 1.5 * p["person_word"][2] + past @ p["turn"])
    np.testing.assert_allclose(u.detach().numpy()[0], mine, rtol=1e-5, atol=1e-6)
    logits = made.logits(u, x, torch.tensor([3, 0])).detach().numpy()[0]
    wanted = [
        mine @ normal(row) / 0.5 + p["bias"][n] for row, n in zip(by_hand, (3, 0), strict=True)
    ]
    np.testing.assert_allclose(logits, wanted, rtol=1e-4)


def test_who_has_no_words_and_no_past_is_the_id_alone() -> None:
    made = net()
    nothing = (torch.tensor([0]), torch.empty(0, dtype=torch.int64), torch.empty(0))
    x = made.items(torch.tensor([2]), nothing)
    assert torch.equal(x[0], made.item_id[2])
    u = made.people(torch.tensor([4]), nothing, x, torch.tensor([[0]]), torch.tensor([[0.0]]))
    np.testing.assert_allclose(
        u.detach().numpy()[0], normal(made.person_id[4].detach().numpy()), rtol=1e-5
    )
