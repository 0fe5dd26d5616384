import numpy as np

from twoside.simulate.memory import (
    blank,
    forget_left,
    forget_right,
    recall_left,
    recall_right,
    remember,
    with_room,
)


def test_both_parties_find_exactly_the_pairs_that_were_remembered():
    rng = np.random.default_rng(0)
    pairs = {(int(a), int(b)) for a, b in rng.integers(0, [12, 9], (40, 2))}
    memory = with_room(blank(12, 9), len(pairs), 12, 9)
    for left, right in sorted(pairs):
        memory.state[remember(memory, left, right)] = left + right
    at = np.full(9, -1, np.int32)
    for left in range(12):
        recall_left(memory, left, at)
        assert {r for r in range(9) if at[r] >= 0} == {r for le, r in pairs if le == left}
        assert all(memory.state[at[r]] == left + r for r in range(9) if at[r] >= 0)
        forget_left(memory, left, at)
        assert (at == -1).all()
    at = np.full(12, -1, np.int32)
    for right in range(9):
        recall_right(memory, right, at)
        assert {le for le in range(12) if at[le] >= 0} == {le for le, r in pairs if r == right}
        forget_right(memory, right, at)
        assert (at == -1).all()


def test_more_room_loses_nothing():
    memory = with_room(blank(2, 2), 1, 2, 2)
    remember(memory, 1, 0)
    memory = with_room(memory, 100, 5, 7)
    remember(memory, 4, 6)
    at = np.full(7, -1, np.int32)
    recall_left(memory, 1, at)
    assert list(np.flatnonzero(at >= 0)) == [0]
    assert len(memory.left_head) == 5 and len(memory.right_head) == 7
