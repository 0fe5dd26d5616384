"""Places as points on the unit sphere: the straight line between two is enough to compare."""

from __future__ import annotations

import numpy as np

EARTH_KM = 6371.0088
"""Mean radius, as in `features.kinds.distance`."""


def unit_vectors(latitude: np.ndarray, longitude: np.ndarray) -> np.ndarray:
    """float64 (n, 3) from degrees (n,); NaN where a coordinate is unknown."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def km_of_chord(chord: np.ndarray) -> np.ndarray:
    """Great-circle km of straight lines between unit vectors: 2 R asin(chord / 2)."""
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0)))
