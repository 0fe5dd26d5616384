"""The random market played through online states, and what brute force says of it."""

from __future__ import annotations

import numpy as np
from feature_reference import reference_values
from online_world import (
    CALENDAR,
    DOMAIN,
    SCENE,
    TEXTS,
    TRANSLATE,
    TRANSLATE_ARRAYS,
    WORDS,
    Log,
    features,
)

from twoside.features.online import Memory, OnlineStates, replay
from twoside.schema.artefact import Packed

BEFORE_ALL_MS = 0


def empty_states(log: Log, memory: Memory | None = None) -> OnlineStates:
    return OnlineStates.start(
        features(),
        SCENE,
        DOMAIN,
        CALENDAR,
        log.table("seeker", BEFORE_ALL_MS),
        log.table("job", BEFORE_ALL_MS),
        TRANSLATE_ARRAYS,
        {"tab": 3},
        memory,
        TEXTS,
    )


def unpacked(log: Log, packed: Packed, ts_ms: int, memory: Memory | None = None) -> OnlineStates:
    return OnlineStates.unpack(
        packed,
        features(),
        SCENE,
        DOMAIN,
        CALENDAR,
        log.table("seeker", ts_ms),
        log.table("job", ts_ms),
        TRANSLATE_ARRAYS,
        {"tab": 3},
        memory,
        TEXTS,
    )


def candidates(log: Log, n: int) -> np.ndarray:
    """int32 (3,): what request n asks about."""
    return np.array([ask.item for ask in log.asked[n]], np.int32)


def expected(log: Log) -> np.ndarray:
    """float64 (requests * 3, features) by brute force."""
    asked = [ask for request in log.asked for ask in request]
    values = reference_values(
        features(),
        SCENE,
        DOMAIN,
        CALENDAR,
        log.exposures,
        log.events,
        log.versions,
        asked,
        TRANSLATE,
        WORDS,
    )
    return np.column_stack([values[f.name] for f in features()])


def replayed(log: Log, states: OnlineStates) -> np.ndarray:
    """float32 (requests * 3, features): every request read in its turn."""
    found = []
    turns = replay(states, log.requests(), log.exposures, log.events, log.tables())
    for n, request in enumerate(turns):
        found.append(states.read([request], np.array([0, 3]), candidates(log, n)))
    return np.concatenate(found)


def read_all(log: Log, states: OnlineStates) -> np.ndarray:
    """float32 (requests * 3, features): all requests at once, with the states as they are."""
    start = np.arange(len(log.asked) + 1) * 3
    items = np.concatenate([candidates(log, n) for n in range(len(log.asked))])
    return states.read(log.requests(), start, items)


def assert_same_features(found: np.ndarray, wanted: np.ndarray) -> None:
    for n, f in enumerate(features()):
        np.testing.assert_allclose(
            found[:, n], wanted[:, n].astype(np.float32), rtol=1e-6, atol=1e-6, err_msg=f.name
        )
