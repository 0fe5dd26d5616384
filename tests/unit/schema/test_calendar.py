"""Days are counted in the local time of the lake."""

from __future__ import annotations

import pytest

from twoside.errors import DataError
from twoside.schema.calendar import DAY_MS, Calendar, day_number, iso


def test_a_day_begins_at_local_midnight() -> None:
    china = Calendar(8)
    day = day_number("2022-05-05")
    midnight = china.start_of(day)
    assert china.day_of(midnight) == day
    assert china.day_of(midnight - 1) == day - 1
    assert china.hour_of(midnight) == 0
    assert midnight == day * DAY_MS - 8 * 3_600_000


def test_iso_and_day_number_are_inverse() -> None:
    assert [day_number(iso(day)) for day in range(19_000, 19_400)] == [*range(19_000, 19_400)]


def test_a_wrong_day_says_what_was_expected() -> None:
    with pytest.raises(DataError, match="--train-until = '4 May': expected a day such as"):
        day_number("4 May", "--train-until")
