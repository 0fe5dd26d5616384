"""The three day tables of a lake, as Arrow schemas.

    requests    somebody opened a list: who, when, in which scene
    exposures   what the list showed, one row an item, with its position
    events      what followed: behaviours of a pair, with who acted

`person` and `item` are dense rows of the scene's entity kinds. An event that is known to answer
one exposure carries its id; otherwise `exposure_id` is -1 and samples attribute it by time.
A scene's context columns are appended to `exposures` (float64 numbers, int32 category codes), and
those of `ORIGIN` where the log tells them.
"""

from __future__ import annotations

import pyarrow as pa

from twoside.schema.entities import Column

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

ORIGIN = (
    Column("channel", "category", "the recall channel that brought the item into the list"),
    Column("policy", "category", "who made the list: a funnel, a rule, a version"),
    Column("arm", "category", "the arm of the experiment that the list was part of"),
)
"""How a list came about: optional columns of `exposures`, int32 codes, -1 unknown. They are told of
what was shown, never read as features, and metrics split by them. A lake without them reads as it
did; `policy` and `arm` are those of the request, repeated on its rows."""

DAY_TABLES = {"requests": REQUESTS, "exposures": EXPOSURES, "events": EVENTS}
