"""How far apart the two parties are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Distance:
    """Great-circle distance in km (haversine, radius 6371.0088 km); NaN when a place is unknown.
    Columns are degrees."""

    name: str
    person_latitude: str
    person_longitude: str
    item_latitude: str
    item_longitude: str
    meaning: str = ""
    unit: str = "km"
