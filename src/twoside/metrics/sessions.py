"""Sessions: what a person sees without a long pause between."""

from __future__ import annotations

import numpy as np

SESSION_GAP_MS = 30 * 60_000
"""A pause of more than half an hour ends a session: the convention of web analytics."""


def session_starts(person: np.ndarray, ts_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From exposures in any order: the person and the first ts_ms of every session, by person."""
    order = np.lexsort((ts_ms, person))
    who, when = person[order], ts_ms[order]
    starts = np.ones(len(who), bool)
    starts[1:] = (who[1:] != who[:-1]) | (when[1:] - when[:-1] > SESSION_GAP_MS)
    return who[starts], when[starts]
