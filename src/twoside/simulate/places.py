"""Where people live and work: towns of homes around centres, and how far apart two places are."""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit

EARTH_KM = 6371.0088


def scatter(
    centre: np.ndarray, spread_km: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Places around centres: (n, 2) degrees, (n,) km -> latitude, longitude float64 (n,).

    Distances from the centre are those of a two-dimensional normal, with a tail of suburbs: one in
    seven lies twice as far out.
    """
    wide = np.where(rng.random(len(centre)) < 1 / 7, 2.0, 1.0) * spread_km
    north, east = rng.standard_normal((2, len(centre))) * wide
    latitude = centre[:, 0] + np.degrees(north / EARTH_KM)
    longitude = centre[:, 1] + np.degrees(east / (EARTH_KM * np.cos(np.radians(latitude))))
    return latitude, longitude


def flat(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Degrees as float32 (north km, east km at the equator, cosine of the latitude)."""
    north = EARTH_KM * np.radians(latitude)
    east = EARTH_KM * np.radians(longitude)
    return (
        north.astype(np.float32),
        east.astype(np.float32),
        np.cos(np.radians(latitude)).astype(np.float32),
    )


@njit(cache=True, inline="always")
def km_between(north: float, east: float, cosine: float, north_2: float, east_2: float) -> float:
    """Distance by the equirectangular rule: within 1 % of the great circle below 500 km, which is
    where it matters; beyond, far is far."""
    dy = north - north_2
    dx = (east - east_2) * cosine
    return np.sqrt(dx * dx + dy * dy)
