"""Features of what the two parties declare as of the request, and of the request itself."""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, Any

import ibis

from twoside.features.graph.happened import day_of
from twoside.features.graph.spans import column_of
from twoside.features.kinds.activity import Age
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.time import Hour, Weekday
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from twoside.features.definition import Feature
    from twoside.schema.calendar import Calendar

DECLARED = (Attribute, Identity, Context, Equal, Difference, Overlap, Distance, Age, Hour, Weekday)
"""The kinds that this graph computes."""

EARTH_KM = 6371.0088
"""Mean radius of the earth (IUGG)."""

_NAN = float("nan")


def declared(
    asked: ir.Table,
    features: Sequence[Feature],
    translated: Mapping[tuple[str, str], str],
    calendar: Calendar,
) -> ir.Table:
    """(row, features ...) from asked rows that carry the columns of both parties as of `ts`.

    `translated[(person column, item column)]` names the person's column whose codes are of the
    item's vocabulary.
    """
    return asked.select(
        row=asked.row,
        **{f.name: _value(asked, f, translated, calendar).cast("float32") for f in features},
    )


def _value(
    asked: ir.Table,
    f: Feature,
    translated: Mapping[tuple[str, str], str],
    calendar: Calendar,
) -> Any:
    match f:
        case Attribute():
            return asked[column_of(f.about, f.column)]
        case Identity():
            return asked[f.about]
        case Context():
            return asked[column_of("context", f.column)]
        case Equal():
            mine = asked[column_of("person", translated[f.person_column, f.item_column])]
            its = asked[column_of("item", f.item_column)]
            same = ibis.ifelse(mine == its, 1.0, 0.0)
            return ibis.ifelse((mine == -1) | (its == -1), _NAN, same)
        case Difference():
            return (
                asked[column_of("item", f.item_column)]
                - asked[column_of("person", f.person_column)]
            )
        case Overlap():
            have = asked[column_of("person", translated[f.person_column, f.item_column])]
            want = asked[column_of("item", f.item_column)].unique()
            wanted = want.length()
            share = want.intersect(have).length() / wanted
            return ibis.ifelse(wanted > 0, share, _NAN)
        case Distance():
            return _kilometres(
                asked[column_of("person", f.person_latitude)],
                asked[column_of("person", f.person_longitude)],
                asked[column_of("item", f.item_latitude)],
                asked[column_of("item", f.item_longitude)],
            )
        case Age():
            born = asked[column_of(f.about, f.column)]
            return ibis.ifelse(born == -1, _NAN, (asked.ts - born) / HOUR_MS)
        case Hour():
            into_day = (asked.ts + calendar.offset_ms) % DAY_MS
            return (into_day - into_day % HOUR_MS) / HOUR_MS
        case Weekday():
            return (day_of(asked.ts, calendar) + 3) % 7  # 1970-01-01 was a Thursday
    raise AssertionError(f)


def _kilometres(lat1: Any, lon1: Any, lat2: Any, lon2: Any) -> Any:
    """Haversine (Sinnott 1984, "Virtues of the Haversine", Sky and Telescope 68)."""
    to_radians = pi / 180
    phi1, phi2 = lat1 * to_radians, lat2 * to_radians
    half_phi, half_lambda = (phi2 - phi1) / 2, (lon2 - lon1) * (to_radians / 2)
    half = half_phi.sin() * half_phi.sin()
    half += phi1.cos() * phi2.cos() * half_lambda.sin() * half_lambda.sin()
    # Rounding may pass 1 at the antipodes, where asin is an error. NaN first: engines sort it
    # above every number.
    half = ibis.ifelse(half.isnan(), _NAN, ibis.ifelse(half > 1.0, 1.0, half))
    return half.sqrt().asin() * (2 * EARTH_KM)
