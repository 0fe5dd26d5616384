"""What online states must know of a lake's vocabularies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.features.graph.party import words_of
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Equal, Overlap
from twoside.features.text import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.store.lake import Lake


def translations(
    features: Sequence[Feature], scene: Scene, domain: Domain, lake: Lake
) -> dict[tuple[str, str], np.ndarray]:
    """(person column, item column) -> int32 item's code of each person's code, -1 where the
    item's vocabulary lacks the word; for every Equal and Overlap of two vocabularies."""
    pairs = {(f.person_column, f.item_column) for f in features if isinstance(f, Equal | Overlap)}
    found = {}
    for mine, its in sorted(pairs):
        if mine == its or _same_kind(scene, domain, mine, its):
            continue
        code_of = {word: code for code, word in enumerate(lake.words(scene.item, its))}
        words = lake.words(scene.person, mine)
        found[mine, its] = np.array([code_of.get(word, -1) for word in words], np.int32)
    return found


def _same_kind(scene: Scene, domain: Domain, mine: str, its: str) -> bool:
    other = domain.entity(scene.person).column(mine).refers_to
    return bool(other) and other == domain.entity(scene.item).column(its).refers_to


def texts(features: Sequence[Feature], scene: Scene, lake: Lake) -> dict[tuple[str, str], Vectors]:
    """(side, column) -> the n-grams of its words, for every column that is read as text. Words
    that come later are not known."""
    alike = [f for f in features if isinstance(f, TextSimilarity)]
    columns = {("person", f.person_column) for f in alike}
    columns |= {("item", f.item_column) for f in alike}
    return {
        (side, column): Vectors.of(
            words_of(lake, scene.person if side == "person" else scene.item, column)
        )
        for side, column in sorted(columns)
    }


def context_sizes(scene: Scene, lake: Lake) -> dict[str, int]:
    """Vocabulary size of every category context of the scene."""
    return {
        column.name: len(lake.vocabulary(column.name))
        for column in scene.context
        if column.type == "category"
    }
