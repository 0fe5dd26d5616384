"""Time: int64 epoch milliseconds in UTC, and an integer day.

A market lives by its local day, so a lake states one offset from UTC and every day number is
counted in it. Nothing else inside knows a local time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from twoside.errors import DataError

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Calendar:
    """The days of one lake."""

    utc_offset_hours: float = 0.0
    """Local time minus UTC, in hours: 8 for China."""

    @property
    def offset_ms(self) -> int:
        """The offset from UTC in milliseconds."""
        return int(self.utc_offset_hours * HOUR_MS)

    def day_of(self, ts_ms: int) -> int:
        """The day number (days since 1970-01-01, local) in which a moment lies."""
        return (int(ts_ms) + self.offset_ms) // DAY_MS

    def start_of(self, day: int) -> int:
        """The first millisecond (UTC epoch) of a day."""
        return int(day) * DAY_MS - self.offset_ms

    def hour_of(self, ts_ms: int) -> int:
        """The local hour, 0 to 23."""
        return int((int(ts_ms) + self.offset_ms) // HOUR_MS % 24)


def iso(day: int) -> str:
    """A day number as `YYYY-MM-DD`.

    >>> iso(19_000)
    '2022-01-08'
    """
    return (_EPOCH + timedelta(days=int(day))).isoformat()


def day_number(text: str, where: str = "day") -> int:
    """`YYYY-MM-DD` as a day number."""
    try:
        return (date.fromisoformat(text) - _EPOCH).days
    except ValueError:
        raise DataError(f"{where} = {text!r}: expected a day such as 2026-05-02.") from None


def ms_of(moment: datetime) -> int:
    """A datetime as epoch milliseconds; one without a zone is taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)
