from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest

from twoside.errors import ConfigError
from twoside.features.engines import duckdb
from twoside.samples.share import in_share

IDS = {
    "counted": np.arange(200_000),
    "even": np.arange(200_000) * 1000,
    "large": np.arange(200_000) * 86_400_000 + 2**60,
}


@pytest.mark.parametrize("pattern", sorted(IDS))
@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_share_is_as_large_as_asked_whatever_the_ids(pattern: str, share: float) -> None:
    kept = in_share(IDS[pattern], share, seed=3)
    error = np.sqrt(share * (1 - share) / len(kept))
    assert abs(kept.mean() - share) < 5 * error


@pytest.mark.parametrize("pattern", sorted(IDS))
def test_neighbours_and_seeds_are_independent(pattern: str) -> None:
    one, two = in_share(IDS[pattern], 0.5, seed=1), in_share(IDS[pattern], 0.5, seed=2)
    for other in (two, np.roll(one, 1), np.roll(one, 20)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.02


def test_all_are_kept_at_a_share_of_one() -> None:
    assert in_share(IDS["counted"], 1.0, seed=0).all()


def test_the_engine_keeps_the_same_requests_as_arrays() -> None:
    for ids in IDS.values():
        some = ids[:1000]
        with duckdb.connection(threads=1) as con:
            table = ibis.memtable(pa.table({"request_id": some}))
            found = con.to_pyarrow(table.filter(in_share(table.request_id, 0.3, 7)))
        assert sorted(found["request_id"].to_pylist()) == some[in_share(some, 0.3, 7)].tolist()


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ConfigError) as error:
        in_share(ibis.literal(1), share, 0)
    assert str(error.value) == (
        f"request_share = {share}: expected a number above 0 and at most 1."
    )
