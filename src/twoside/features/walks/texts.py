"""How alike the texts of the two parties are, as they were at the request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.features.graph.content import text_column
from twoside.features.text import Bags, write_cosines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.graph.content import Texts
    from twoside.features.kinds.content import TextSimilarity
    from twoside.features.walks.questions import Questions
    from twoside.features.walks.rows import Rows


def texts(
    asked: Questions,
    feature: TextSimilarity,
    known: Mapping[tuple[str, str], Texts],
    values: np.ndarray,
    place: int,
) -> None:
    """Write one feature into `values` (float32 (rows, columns)) at `place`. `known` is by (side,
    column)."""
    mine, my_bags = _texts(asked.rows, "person", feature.person_column, known)
    its, its_bags = _texts(asked.rows, "item", feature.item_column, known)
    # A text of a person is laid out once for all that it is asked with.
    order = np.argsort(mine, kind="stable")
    first = np.flatnonzero(np.diff(mine[order], prepend=-1))
    start = np.append(first, len(order))
    found = np.empty((len(order), 1), np.float32)
    write_cosines(
        mine[order][first],
        my_bags,
        my_bags.squares(),
        its[order],
        its_bags,
        its_bags.squares(),
        start,
        found,
        0,
    )
    values[asked.row[order], place] = found[:, 0]


def _texts(
    asked: Rows, side: str, column: str, known: Mapping[tuple[str, str], Texts]
) -> tuple[np.ndarray, Bags]:
    """The number of each asked text, and the texts with an empty one at the end for "unknown"."""
    bags = known[side, column].bags
    whole = Bags(bags.codes, np.append(bags.start, bags.start[-1]), bags.vectors)
    number = asked.part(f"{side}.{text_column(column)}")
    return np.where(number < 0, len(bags.start) - 1, number).astype(np.int32), whole
