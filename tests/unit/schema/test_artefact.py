"""Parts of a fitted thing inside the whole."""

from __future__ import annotations

import numpy as np

from twoside.schema.artefact import Packed, inside, within


def test_a_part_comes_out_of_the_whole_as_it_went_in() -> None:
    near, index = Packed({"size": 3}, {"item": np.arange(3)}), Packed({}, {"near.x": np.zeros(1)})
    arrays = {"own": np.ones(2), **within("near", near), **within("index", index)}
    whole = Packed({"near": near.meta, "index": index.meta}, arrays)
    for name, part in (("near", near), ("index", index)):
        again = inside(whole, name)
        assert again.meta == part.meta
        assert list(again.arrays) == list(part.arrays)
    assert inside(whole, "near").arrays["item"] is near.arrays["item"]
