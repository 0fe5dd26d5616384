"""Laws of online values, for memory and LMDB alike."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.store.online import LmdbValues, MemoryValues


@pytest.fixture(params=["memory", "lmdb"])
def values(request, tmp_path):
    opened = MemoryValues() if request.param == "memory" else LmdbValues(tmp_path / "online")
    yield opened
    opened.close()


def test_what_was_put_is_got_in_the_asked_order(values):
    rng = np.random.default_rng(1)
    truth = {bytes(rng.bytes(int(n))): bytes(rng.bytes(int(n) * 3)) for n in range(1, 200)}
    values.put_many(truth)
    keys = [*truth, b"nobody", *reversed(truth)]
    assert values.get_many(keys) == [truth.get(key) for key in keys]


def test_putting_again_replaces_and_an_empty_value_is_a_value(values):
    values.put_many({b"a": b"1", b"b": b"2"})
    values.put_many({b"a": b"3", b"c": b""})
    assert values.get_many([b"a", b"b", b"c"]) == [b"3", b"2", b""]


def test_deleted_keys_are_gone(values):
    values.put_many({b"a": b"1", b"b": b"2"})
    values.delete_many([b"a", b"never there"])
    assert values.get_many([b"a", b"b"]) == [None, b"2"]


def test_asking_for_nothing_gives_nothing(values):
    values.put_many({})
    assert values.get_many([]) == []


@pytest.mark.parametrize("key", [b"", b"x" * 512])
def test_a_key_of_a_wrong_length_is_refused_and_nothing_is_put(values, key):
    with pytest.raises(DataError, match="bytes, expected 1 to 511"):
        values.put_many({b"good": b"1", key: b"2"})
    with pytest.raises(DataError, match="bytes, expected 1 to 511"):
        values.get_many([key])
    assert values.get_many([b"good"]) == [None]


def test_lmdb_keeps_values_for_the_next_process(tmp_path):
    first = LmdbValues(tmp_path / "online")
    first.put_many({b"a": b"1"})
    first.close()
    second = LmdbValues(tmp_path / "online")
    assert second.get_many([b"a"]) == [b"1"]
    second.close()


def test_a_full_lmdb_says_what_to_do_and_keeps_what_it_had(tmp_path):
    small = LmdbValues(tmp_path / "online", max_bytes=1 << 16)
    small.put_many({b"a": b"1"})
    with pytest.raises(DataError, match=r"full\. Open it with a larger `max_bytes`"):
        small.put_many({b"b": b"2", b"c": b"x" * (1 << 17)})
    assert small.get_many([b"a", b"b"]) == [b"1", None]
    small.close()
