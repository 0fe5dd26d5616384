"""How alike the texts of the two parties are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.features.text import Bags, Vectors, write_cosines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.kinds.content import TextSimilarity
    from twoside.features.online.batch import Batch
    from twoside.features.online.parties import Party


class Texts:
    """Cosines of hashed n-gram counts."""

    def __init__(
        self,
        placed: list[tuple[TextSimilarity, int]],
        vectors: Mapping[tuple[str, str], Vectors],
    ) -> None:
        self._placed = placed
        self._vectors = vectors
        self._bags: dict[tuple[str, str], tuple[Bags, np.ndarray]] = {}
        self._version = (-1, -1)

    def write(self, batch: Batch, out: np.ndarray) -> None:
        version = batch.people.version, batch.items.version
        if self._version != version:
            for f, _ in self._placed:
                self._renew(batch.people, "person", f.person_column)
                self._renew(batch.items, "item", f.item_column)
            self._version = version
        mine, its = _rows(batch.person, batch.people), _rows(batch.item, batch.items)
        for f, column in self._placed:
            my_bags, my_squares = self._bags["person", f.person_column]
            its_bags, its_squares = self._bags["item", f.item_column]
            write_cosines(
                mine, my_bags, my_squares, its, its_bags, its_squares, batch.start, out, column
            )

    def _renew(self, party: Party, side: str, column: str) -> None:
        vectors = self._vectors[side, column]
        if party.type_of(column) == "category":
            bags = Bags.of_one(party.column(column), vectors)
        else:
            bags = Bags(*party.lists(column), vectors)
        self._bags[side, column] = bags, bags.squares()


def _rows(known: np.ndarray, party: Party) -> np.ndarray:
    """Rows in which whoever is unknown is the last one."""
    return np.where(known < 0, np.int32(party.size), known)
