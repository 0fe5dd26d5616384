"""Online values against plain loops over the raw rows."""

from __future__ import annotations

import numpy as np
import pytest
from feature_reference import reference_values
from online_world import (
    CALENDAR,
    DOMAIN,
    SCENE,
    TRANSLATE,
    TRANSLATE_ARRAYS,
    Log,
    features,
    random_log,
)

from twoside.features.online import Memory, OnlineStates, replay

NEVER_MS = 0


def empty_states(log: Log) -> OnlineStates:
    return OnlineStates.start(
        features(),
        SCENE,
        DOMAIN,
        CALENDAR,
        log.table("seeker", NEVER_MS),
        log.table("job", NEVER_MS),
        TRANSLATE_ARRAYS,
        {"tab": 3},
    )


def candidates(log: Log, n: int) -> np.ndarray:
    return np.array([ask.item for ask in log.asked[n]], np.int32)


def expected(log: Log) -> np.ndarray:
    """float64 (requests * 3, features) by brute force."""
    values = reference_values(
        features(),
        SCENE,
        DOMAIN,
        CALENDAR,
        log.exposures,
        log.events,
        log.versions,
        [ask for asked in log.asked for ask in asked],
        TRANSLATE,
    )
    return np.column_stack([values[f.name] for f in features()])


def replayed(log: Log, states: OnlineStates) -> np.ndarray:
    found = []
    requests = log.requests()
    for n, request in enumerate(replay(states, requests, log.exposures, log.events, log.tables())):
        assert request is requests[n]
        found.append(states.read([request], np.array([0, 3]), candidates(log, n)))
    return np.concatenate(found)


def assert_same(found: np.ndarray, wanted: np.ndarray) -> None:
    for n, f in enumerate(features()):
        np.testing.assert_allclose(
            found[:, n], wanted[:, n].astype(np.float32), rtol=1e-6, atol=1e-6, err_msg=f.name
        )


@pytest.mark.parametrize("seed", range(6))
def test_a_replayed_log_gives_the_values_of_brute_force(seed: int) -> None:
    log = random_log(seed)
    assert_same(replayed(log, empty_states(log)), expected(log))
