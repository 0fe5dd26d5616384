"""Every picture shows the numbers it was given, in both languages, and needs nothing outside."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.charts.arms import arms
from twoside.charts.budgets import budgets
from twoside.charts.calibration import calibration
from twoside.charts.channel_groups import grouped
from twoside.charts.channels import channels
from twoside.charts.durations import durations
from twoside.charts.item_map import item_map
from twoside.charts.label_rates import label_rates
from twoside.charts.lorenz import curve, lorenz
from twoside.charts.overlap import overlap, share_map, shares
from twoside.charts.positions import positions
from twoside.charts.ranker import ranker
from twoside.charts.realism import realism
from twoside.charts.stages import stages
from twoside.charts.texts import WORDS, Texts
from twoside.funnel.recall.item_map import flat
from twoside.schema.evaluation import (
    ArmResult,
    Calibration,
    ChannelQuality,
    PlayResult,
    StageQuality,
    TargetQuality,
)
from twoside.schema.item_map import ItemMap
from twoside.schema.merge_report import ChannelWorth

NAN = float("nan")
CURVE = Calibration((0.01, 0.1), (0.0, 0.12), (50, 50))
QUALITY = TargetQuality(0.74, 0.65, 0.01, 0.3, 1.02, 100, 0.05, CURVE)
PLAY = PlayResult(
    "market/lists",
    10,
    3,
    {
        "random": ArmResult(1.0, 0.9, 1.1),
        "popularity": ArmResult(2.0, 1.9, 2.1),
        "funnel": ArmResult(5.0, 4.5, 5.5),
        "oracle": ArmResult(8.0, 7.9, 8.1),
    },
)
WORTH = [
    ChannelWorth("new", "hot", 90.0, 0, NAN, NAN, NAN, 0.1, "finds nothing right"),
    ChannelWorth("new", "swing", 110.0, 300, 0.04, 0.03, 0.06, 0.3),
]
POINTS = ItemMap(np.arange(3), np.array([0.1, 0.2, 0.3]), np.zeros(3), (0.5, 0.25), 9)
PICTURES = {
    "stages": lambda t: stages([StageQuality("recall", 2000, 0.6)], t),
    "channels": lambda t: channels({"swing": ChannelQuality(0.1, 0.3, 0.5, 0.6, 0.1, 1.0)}, t),
    "overlap": lambda t: overlap({"swing": np.array([1, 2]), "hot": np.array([2])}, t),
    "share_map": lambda t: share_map(["swing", "hot"], np.array([[1, 0.5], [NAN, NAN]]), t),
    "budgets": lambda t: budgets(WORTH, t),
    "item_map": lambda t: item_map(POINTS, ["cook", "cook", ""], ["1", "2", "3"], t),
    "ranker": lambda t: ranker({"xgboost": {"click": QUALITY}}, t),
    "calibration": lambda t: calibration({"xgboost": CURVE}, t),
    "arms": lambda t: arms(PLAY, t),
    "label_rates": lambda t: label_rates(["2026-01-01"], [10], {"click": [2]}, t),
    "realism": lambda t: realism({"world": {"item_gini": 0.7}, "log": {"item_gini": 0.6}}, t),
    "lorenz": lambda t: lorenz({"log": np.array([1, 2, 3])}, t),
    "positions": lambda t: positions({"click": [0.3, 0.2]}, t),
    "durations": lambda t: durations({"recall": 1.5}, "milliseconds", t),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_drawn_in_both_languages(name, language):
    figure = PICTURES[name](Texts(language))
    assert len(figure.data) > 0
    assert figure.layout.height >= 150
    assert "http" not in figure.to_json()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_nothing_is_drawn_without_error(name):
    texts = Texts()
    empty = {
        "stages": lambda: stages([], texts),
        "channels": lambda: channels({}, texts),
        "overlap": lambda: overlap({}, texts),
        "share_map": lambda: share_map([], np.empty((0, 0)), texts),
        "budgets": lambda: budgets([], texts),
        "item_map": lambda: item_map(flat(np.empty((0, 4)), np.empty(0, int)), [], [], texts),
        "ranker": lambda: ranker({}, texts),
        "calibration": lambda: calibration({}, texts),
        "arms": lambda: arms(PlayResult("s", 0, 0, {}), texts),
        "label_rates": lambda: label_rates([], [], {}, texts),
        "realism": lambda: realism({}, texts),
        "lorenz": lambda: lorenz({}, texts),
        "positions": lambda: positions({}, texts),
        "durations": lambda: durations({}, "seconds", texts),
    }
    assert empty[name]().layout.height > 0


def test_the_merged_list_stands_first_then_channels_by_recall_500():
    found = {
        "hot": ChannelQuality(0.1, 0.2, 0.1, 0.9, 0.0, 1.0),
        "swing": ChannelQuality(0.1, 0.4, 0.1, 0.9, 0.0, 1.0),
        "merged": ChannelQuality(0.1, 0.3, 0.1, 0.9, NAN, 1.0),
    }
    bars = channels(found, Texts()).data[0]
    assert list(bars.y) == ["Merged", "Swing", "Popular"]
    assert list(bars.x) == [0.3, 0.4, 0.2]


def test_shares_are_of_the_rows_own_items():
    share = shares({"a": np.array([1, 2, 3, 4]), "b": np.array([4, 9]), "c": np.array([], int)})
    assert share[0].tolist() == [1.0, 0.25, 0.0]
    assert share[1].tolist() == [0.5, 1.0, 0.0]
    assert np.isnan(share[2]).all()


def test_budgets_stand_beside_what_a_list_in_turn_has_and_refused_are_told_apart():
    turn, budget, asked, refused = budgets(WORTH, Texts()).data[:4]
    assert list(turn.y) == list(budget.y) == ["Swing", "Popular"]
    assert (list(turn.x), list(budget.x)) == ([110.0, 90.0], [300.0, 0.0])
    assert (list(asked.y), list(refused.y)) == (["Swing"], ["Popular"])
    assert asked.error_x.array[0] == pytest.approx(0.02)
    assert asked.error_x.arrayminus[0] == pytest.approx(0.01)


def test_channels_stand_in_groups_and_one_of_two_names_with_its_kind():
    found = grouped(["hot", "swing", "mine", "itemcf", "swing-2"])
    assert found == {
        "by_near_items": ["swing", "itemcf", "swing-2"],
        "by_everybody": ["hot"],
        "by_other": ["mine"],
    }
    assert set(found) <= set(WORDS)


def test_words_that_many_items_have_get_a_colour_and_the_rest_is_grey():
    words = [*("abcdefgh"[n] for n in range(8) for _ in range(8 - n)), ""]
    points = ItemMap(np.arange(37), np.arange(37.0), np.zeros(37), (0.5, 0.25), 37)
    dots = item_map(points, words, [str(n) for n in range(37)], Texts()).data
    assert [group.name for group in dots] == ["others", *"abcdef"]
    assert [len(group.x) for group in dots] == [2 + 1 + 1, 8, 7, 6, 5, 4, 3]
    assert list(dots[0].text) == ["33", "34", "35", "36"]
    assert len({group.marker.color for group in dots}) == 7


def test_error_bars_reach_the_ends_of_the_interval():
    bars = arms(PLAY, Texts()).data[0]
    assert list(bars.y) == [1.0, 2.0, 5.0, 8.0]
    assert bars.error_y.array[2] == pytest.approx(0.5)
    assert bars.error_y.arrayminus[3] == pytest.approx(0.1)


def test_the_share_of_the_way_to_the_oracle_is_said_in_words():
    said = [annotation.text for annotation in arms(PLAY, Texts()).layout.annotations]
    assert "50% of the way from popularity to the oracle" in said


def test_a_bin_without_events_is_drawn_at_half_an_event():
    line = calibration({"xgboost": CURVE}, Texts()).data[0]
    assert list(line.y) == [0.5 / 50, 0.12]


def test_a_day_without_behaviours_leaves_a_gap():
    figure = label_rates(["a", "b", "c"], [10, 0, 10], {"click": [1, 0, 0]}, Texts())
    assert list(figure.data[1].y) == [0.1, None, None]


@pytest.mark.parametrize(("counts", "gini"), [([5, 5, 5, 5], 0.0), ([0, 0, 0, 9], 0.75)])
def test_gini_equals_its_closed_form(counts, gini):
    # n equal items: 0. One of n has all: 1 - 1/n.
    assert curve(np.array(counts))[2] == pytest.approx(gini)


def test_the_curve_of_a_million_items_stays_small_and_ends_at_one():
    items, held, _ = curve(np.random.default_rng(0).pareto(1.2, 1_000_000))
    assert len(items) <= 201
    assert (items[0], held[0], items[-1]) == (0.0, 0.0, 1.0)
    assert held[-1] == pytest.approx(1.0)
    assert (np.diff(held) >= 0).all()


def test_every_word_has_both_languages_and_the_same_values():
    for key, (english, chinese) in WORDS.items():
        assert english and chinese, key
        assert ("{share" in english) == ("{share" in chinese), key


def test_a_name_that_nobody_translated_is_shown_as_it_is():
    assert Texts("zh")("my_own_channel") == "my_own_channel"
    assert Texts("zh", {"like": ("like", "点赞")})("like") == "点赞"
