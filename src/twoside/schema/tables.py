"""The three day tables of a lake, as Arrow schemas.

    requests    somebody opened a list: who, when, in which scene
    exposures   what the list showed, one row an item, with its position
    events      what followed: behaviours of a pair, with who acted

`person` and `item` are dense rows of the scene's entity kinds. An event that is known to answer
one exposure carries its id; otherwise `exposure_id` is -1 and samples attribute it by time.
A scene's context columns are appended to `exposures` (float64 numbers, int32 category codes).
"""

from __future__ import annotations

import pyarrow as pa

REQUESTS = pa.schema(
    [
        ("request_id", pa.int64()),
        ("ts_ms", pa.int64()),
        ("scene", pa.string()),
        ("person", pa.int32()),
    ]
)

EXPOSURES = pa.schema(
    [
        ("exposure_id", pa.int64()),
        ("request_id", pa.int64()),
        ("ts_ms", pa.int64()),
        ("scene", pa.string()),
        ("person", pa.int32()),
        ("item", pa.int32()),
        ("position", pa.int16()),
    ]
)
"""`ts_ms` is when the item was shown, at or after the request's own `ts_ms`. `position` counts
from 0."""

EVENTS = pa.schema(
    [
        ("event_id", pa.int64()),
        ("ts_ms", pa.int64()),
        ("scene", pa.string()),
        ("kind", pa.string()),
        ("person", pa.int32()),
        ("item", pa.int32()),
        ("by", pa.string()),
        ("exposure_id", pa.int64()),
        ("value", pa.float32()),
    ]
)
"""`by` is "person" or "item": the party of the pair who acted. `value` is the kind's own
quantity (seconds, stars), NaN when it has none."""

DAY_TABLES = {"requests": REQUESTS, "exposures": EXPOSURES, "events": EVENTS}
