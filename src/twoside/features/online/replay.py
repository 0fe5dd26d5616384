"""A logged past played through the states as if it were live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from twoside.features.online.states import OnlineStates
    from twoside.schema.entities import EntityTable
    from twoside.schema.request import Request


def replay(
    states: OnlineStates,
    requests: Sequence[Request],
    exposures: pa.Table | None,
    events: pa.Table | None,
    tables: Sequence[tuple[int, EntityTable, EntityTable]] = (),
) -> Iterator[Request]:
    """The requests in order of time, each when the states have seen exactly what came before it.

    Before a request at t is given out, all exposures and events with ts_ms < t are applied and
    none later, and of `tables` (from when, people, items; in order of time) all with from <= t.
    After the last request the rest of the log is applied.
    """
    log = states.happenings(exposures, events)
    moments = [(from_ms, 0, n) for n, (from_ms, _, _) in enumerate(tables)]
    moments += [(request.ts_ms, 1, n) for n, request in enumerate(requests)]
    done = 0
    for ts_ms, is_request, n in sorted(moments):
        end = int(np.searchsorted(log.ts_ms, ts_ms, side="left"))
        states.apply(log.between(done, end))
        done = end
        if is_request:
            yield requests[n]
        else:
            states.tables(tables[n][1], tables[n][2])
    states.apply(log.between(done, len(log)))
