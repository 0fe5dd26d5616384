"""Vocabulary: which codes get a vector of their own."""

import numpy as np

from twoside.nn.vocabulary import Vocabulary


def test_rare_unseen_and_unknown_codes_share_the_first_slot_of_their_column():
    codes = np.array([[0, 2], [0, 2], [0, 1], [1, 2]], np.float32)
    words = Vocabulary.fit(codes, [3, 4], fewest=2)
    asked = np.array([[0, 2], [1, 1], [2, 3], [-1, -1], [99, np.nan]], np.float32)
    found = words.slots_of(asked)
    assert found[0].tolist() == [1, 3]
    assert (found[1:] == words.first).all()
    assert words.first.tolist() == [0, 2]
    assert words.slots == 4


def test_frequent_codes_have_slots_of_their_own():
    codes = np.tile(np.arange(10), 20).astype(np.float32)[:, None]
    words = Vocabulary.fit(codes, [10], fewest=20)
    assert sorted(words.slots_of(codes[:10])[:, 0]) == list(range(1, 11))


def test_a_column_without_codes_has_only_the_shared_slot():
    words = Vocabulary.fit(np.full((3, 1), -1, np.float32), [0], fewest=1)
    assert words.slots == 1
    assert words.slots_of(np.array([[0.0], [-1]], np.float32)).tolist() == [[0], [0]]
