"""What can be said of a definition alone."""

import math

from twoside.features.definition import look_back_days
from twoside.features.kinds.attribute import Attribute
from twoside.features.kinds.statistic import Count, Rate, Trend

COUNT = Count("shown", ("item",), ("expose",), None)
SHORT = Rate("rate_1d", ("item",), ("click",), ("expose",), 1, 0.1, 20.0)
LONG = Rate("rate_7d", ("item",), ("click",), ("expose",), 7, 0.1, 20.0)
TREND = Trend("trend", "rate_1d", "rate_7d")
NAMED = {f.name: f for f in (COUNT, SHORT, LONG, TREND)}


def test_a_window_is_looked_back_and_a_derived_feature_as_far_as_its_shorter_part():
    assert look_back_days(LONG, NAMED) == 7.0
    assert look_back_days(TREND, NAMED) == 1.0


def test_what_has_no_window_looks_back_for_ever():
    assert look_back_days(COUNT, NAMED) == math.inf
    assert look_back_days(Attribute("age", "item", "age"), NAMED) == math.inf
