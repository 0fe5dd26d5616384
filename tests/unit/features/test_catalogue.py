from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from small_market import DOMAIN, SCENE, every_kind

from twoside.domains import catalogue
from twoside.domains.recruiting.domain import DOMAIN as RECRUITING
from twoside.domains.recruiting.features import FEATURES, LIGHT
from twoside.errors import ConfigError
from twoside.features.catalogue import check, together
from twoside.features.derived import with_sources
from twoside.features.describe import described
from twoside.features.kinds.activity import Age
from twoside.features.kinds.attribute import Attribute, Context
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Equal, Overlap, Preference
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate, Trend

if TYPE_CHECKING:
    from twoside.features.definition import Feature

SEEKERS = "recruiting/jobs_for_seeker"
RECRUITING_JOBS = RECRUITING.scene("jobs_for_seeker")
KINDS = "Known: drop, expose, keep, look, take."


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (
            Attribute("f", "item", "trades"),
            "feature 'f': thing (the item) has no column 'trades'. Did you mean 'trade'? "
            "Known: born_ms, city, latitude, longitude, needs, pay, trade.",
        ),
        (
            Attribute("f", "person", "has"),
            "feature 'f': column 'has' of buyer (the person) is of type categories, expected "
            "number or category. Use another column or another kind of feature.",
        ),
        (
            Age("f", "person", "pay"),
            "feature 'f': column 'pay' of buyer (the person) is of type number, expected time. "
            "Use another column or another kind of feature.",
        ),
        (
            Context("f", "tabs"),
            "feature 'f': the context of things has no column 'tabs'. Did you mean 'tab'? "
            "Known: price, tab.",
        ),
        (
            Equal("f", "wish", "needs"),
            "feature 'f': column 'needs' of thing (the item) is of type categories, expected "
            "category. Use another column or another kind of feature.",
        ),
        (
            Overlap("f", "has", "trade"),
            "feature 'f': column 'trade' of thing (the item) is of type category, expected "
            "categories. Use another column or another kind of feature.",
        ),
        (
            TextSimilarity("f", "wish", "pay"),
            "feature 'f': column 'pay' of thing (the item) is of type number, expected category "
            "or categories. Use another column or another kind of feature.",
        ),
        (
            Count("f", ("item",), ("tke",), 1),
            f"feature 'f'.events: market has no event 'tke'. Did you mean 'take'? {KINDS}",
        ),
        (
            Rate("f", ("item",), ("take",), ("exposed",), 1, 0.1, 1),
            f"feature 'f'.over: market has no event 'exposed'. Did you mean 'expose'? {KINDS}",
        ),
        (
            Count("f", ("itm",), ("take",), 1),
            "feature 'f'.key: there is no part 'itm'. Did you mean 'item'? "
            "Known: context.<column>, item, item.<column>, person.",
        ),
        (
            Count("f", ("item.pay",), ("take",), 1),
            "feature 'f': column 'pay' of thing (the item) is of type number, expected category. "
            "Use another column or another kind of feature.",
        ),
        (
            Count("f", (), ("take",), 1),
            "feature 'f'.key: needs at least one part, such as 'item'.",
        ),
        (
            Count("f", ("item",), (), 1),
            f"feature 'f'.events: needs at least one event. {KINDS}",
        ),
        (
            Count("f", ("item",), ("take",), -1),
            "feature 'f'.days = -1: expected 0 (today) or more days.",
        ),
        (
            ActiveDays("f", ("item",), ("take",), 90),
            "feature 'f'.days = 90: expected at most 61. Count events instead.",
        ),
        (
            Rate("f", ("item",), ("take",), ("expose",), 1, 0.1, 0),
            "feature 'f'.weight = 0: expected more than 0, else a key without history divides "
            "by 0.",
        ),
        (
            RecentShare("f", ("take",), 0, "city"),
            "feature 'f': expected at least 1 behaviour back, got 0.",
        ),
        (
            RecentSimilarity("f", ("take",), 3, ("city", "pay"), "mean"),
            "feature 'f': column 'pay' of thing (the item) is of type number, expected category. "
            "Use another column or another kind of feature.",
        ),
        (
            RecentSimilarity("f", ("take",), 3, (), "mean"),
            "feature 'f'.columns: needs at least one category column of the item.",
        ),
        (
            RecentSimilarity("f", ("take",), 0, ("city",), "mean"),
            "feature 'f': expected at least 1 behaviour back, got 0.",
        ),
        (
            RecentSimilarity("f", ("take",), 3, ("city",), "man"),
            "feature 'f'.how: there is no 'man'. Did you mean 'mean'? Known: max, mean.",
        ),
        (
            RecentValue("f", ("take",), 1, "pay"),
            "feature 'f': column 'pay' of thing (the item) is of type number, expected category. "
            "Use another column or another kind of feature.",
        ),
        (
            RecentGap("f", ("take",), 1, "city"),
            "feature 'f': column 'city' of thing (the item) is of type category, expected number. "
            "Use another column or another kind of feature.",
        ),
    ],
)
def test_a_feature_that_cannot_be_computed_is_refused(feature: Feature, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        check([feature], DOMAIN, SCENE)
    assert str(error.value) == message


RATE = Rate("rate", ("person", "item.city"), ("take",), ("expose",), 3, 0.1, 5)
SHOWN = Count("shown", ("item",), ("expose",), 1)
ALL = Rate("all", ("person",), ("take",), ("expose",), 7, 0.1, 5)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            [RATE, Preference("f", "rat", "rate")],
            "feature 'f'.of: the list has no feature 'rat'. Did you mean 'rate'? Known: f, rate.",
        ),
        (
            [RATE, Trend("f", "rate", "f")],
            "feature 'f'.over: a feature cannot be computed from itself. Name another feature of "
            "the list.",
        ),
        (
            [RATE, Attribute("city", "item", "city"), Trend("f", "rate", "city")],
            "feature 'f'.over: feature 'city' is a category, expected a number. Name a count, a "
            "rate or another number.",
        ),
        (
            [
                RATE,
                Trend("d", "a", "rate"),
                Trend("a", "rate", "b"),
                Preference("b", "c", "rate"),
                Trend("c", "a", "a"),
            ],
            "features of things: 'a' of 'b' of 'c' of 'a' goes round in a circle. Compute one of "
            "them from features that are not derived.",
        ),
    ],
)
def test_a_derived_feature_that_cannot_be_computed_is_refused(
    features: list[Feature], message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        check(features, DOMAIN, SCENE)
    assert str(error.value) == message


def test_a_derived_feature_is_about_whom_its_sources_are_and_says_their_windows() -> None:
    features = (
        Preference("prefers", "rate", "all"),
        Trend("twice", "prefers", "all"),
        Preference("by_price", "all", "price"),
        Context("price", "price"),
        RATE,
        ALL,
    )
    check(features, DOMAIN, SCENE)
    lines = {line.name: line for line in described(features, SCENE)}
    told = lines["prefers"]
    assert (told.kind, told.form, told.about) == ("cross", "Preference", "pair")
    assert (told.window, told.events) == ("3 days / 7 days", "take / expose")
    assert told.source == "buyer, thing.city"
    assert (lines["twice"].kind, lines["twice"].about) == ("statistic", "pair")
    assert lines["by_price"].about == "person"


def test_a_part_of_a_list_brings_what_it_is_computed_from() -> None:
    features = (ALL, Trend("twice", "f", "rate"), Preference("f", "rate", "all"), RATE, SHOWN)
    assert with_sources(["twice"], features) == features[:-1]
    assert with_sources(["shown"], features) == (SHOWN,)


def test_two_features_of_one_name_are_refused() -> None:
    twice = [Context("price", "price"), Context("price", "price")]
    with pytest.raises(ConfigError) as error:
        check(twice, DOMAIN, SCENE)
    assert str(error.value) == (
        "features of things: 'price' is declared 2 times. Rename the others."
    )


def test_every_kind_passes_and_is_described() -> None:
    features = every_kind()
    check(features, DOMAIN, SCENE)
    lines = {line.name: line for line in described(features, SCENE)}
    assert lines["rate_0_3"].window == "3 days"
    assert lines["rate_0_3"].events == "look+drop / expose+take"
    assert lines["count_0_0"].window == "today"
    assert lines["since_0"].window == "always"
    assert lines["gap_drop"].window == "last 4"
    assert lines["km"].unit == "km"
    assert lines["count_1_1"].about == "person"


@pytest.mark.parametrize("scene", sorted(FEATURES))
def test_the_features_of_recruiting_can_be_computed_and_are_many(scene: str) -> None:
    features = FEATURES[scene]
    check(features, RECRUITING, RECRUITING.scene(scene))
    names = {f.name for f in features}
    assert len(names) >= 80
    assert len({type(f) for f in features}) >= 12
    assert set(LIGHT[scene]) <= names


@pytest.mark.parametrize("scene", catalogue.scenes())
def test_the_whole_catalogue_can_be_computed_and_begins_with_what_is_served(scene: str) -> None:
    domain, short = catalogue.split(scene)
    features, served = catalogue.wide(scene), catalogue.features(scene)
    check(features, domain, domain.scene(short))
    assert features[: len(served)] == served
    assert len(features) >= (1_500 if domain.name == "recruiting" else 300)


def test_one_name_with_two_meanings_is_refused() -> None:
    one = Count("f", ("item",), ("take",), 1)
    other = Count("f", ("item",), ("take",), 7)
    assert together([one], [one]) == (one,)
    with pytest.raises(ConfigError, match=r"feature 'f' has two meanings: .*days=1.*days=7"):
        together([one], [other])


def test_sources_are_told_in_the_words_of_the_scene() -> None:
    lines = {line.name: line for line in described(catalogue.wide(SEEKERS), RECRUITING_JOBS)}
    assert lines["same_city"].source == "seeker.city, job.city"
    assert lines["item_boss_reply_rate_30d"].source == "job.boss"
    assert lines["person_item_title_view_rate_30d"].source == "seeker, job.title"
    assert (lines["item_view_rate_7d"].kind, lines["item_view_rate_7d"].form) == (
        "statistic",
        "Rate",
    )
