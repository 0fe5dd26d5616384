"""The console says everything in both languages, and says what it was given."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from twoside.schema.explanation import Shown
from twoside.server.console.brief import brief, few_words
from twoside.server.console.explain import list_markup
from twoside.server.console.mount import PAGES
from twoside.server.console.overview import key_figures
from twoside.server.console.pieces import markup, number
from twoside.server.console.recall import quality_markup
from twoside.server.console.recall_map import attributes
from twoside.server.console.recall_merge import worth_markup
from twoside.server.console.words import WORDS, scene_name, texts_for
from twoside.server.fake import FakeService

SCENE = "recruiting/jobs_for_seeker"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def fake():
    return FakeService(people=10, items=100)


@pytest.mark.parametrize("key", WORDS)
def test_every_text_has_both_languages_with_the_same_values(key):
    english, chinese = WORDS[key]
    assert english and chinese
    assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", chinese))
    assert not CHINESE.search(english)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_name_and_a_lead(page):
    assert {f"page_{page}", f"lead_{page}"} <= set(WORDS)


def test_behaviours_and_scenes_are_called_as_the_domain_calls_them(fake):
    texts = texts_for("zh", fake.domain(SCENE), fake.scenes())
    assert texts("reach") == "达成"
    assert texts(SCENE) == "给求职者推职位"
    assert scene_name(fake.scenes()[SCENE], "en") == "jobs for seeker"


def shown(**more):
    given = {
        "item": 7,
        "position": 0,
        "score": 0.5,
        "channel_ranks": {"swing": 3, "hot": 0},
        "merge_rank": 4,
        "prerank_rank": -1,
        "targets": {"view": 0.25},
        "fused_rank": 0,
    }
    return Shown(**(given | more))


def test_the_list_counts_ranks_from_one_and_names_channels_best_first(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    made = list_markup([shown()], ["id7"], [{"City": "Wuhan"}], {}, texts)
    assert made.index("Popular 1") < made.index("Swing 4")
    assert "<td class='n'>5</td><td class='n'>–</td><td class='n'>1</td>" in made
    assert "25.0%" in made


def test_an_item_of_the_fallback_says_so(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    alone = shown(channel_ranks={}, targets={}, fused_rank=-1)
    assert "Fallback" in list_markup([alone], ["id7"], [{}], {}, texts)


def test_what_person_and_item_share_is_marked_and_all_data_is_escaped(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    about = {"City": "<i>Wuhan", "Pay": "1"}
    made = list_markup([shown()], ["<script>"], [about], {"City": "<i>Wuhan", "Pay": "2"}, texts)
    assert "<b>&lt;i&gt;Wuhan</b> · 1" in made
    assert "<script>" not in made


def test_a_line_about_an_entity_leaves_long_lists_out():
    assert brief({"a": "short", "b": "x" * 60, "c": "too"}) == {"a": "short", "c": "too"}


def test_a_few_words_do_not_say_the_same_twice():
    about = {"Name": "Cook, Wuhan", "City": "Wuhan", "Title": "Cook", "Pay": "9k", "Age": "30"}
    assert few_words(about) == "Cook, Wuhan · 9k · 30"
    assert few_words({}) == ""


def test_under_a_refused_channel_stands_why_and_all_is_escaped(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    rows = list(fake.evaluation(SCENE).merge.channels[-2:])
    made = worth_markup(
        texts, [replace(rows[0], refused="<b>not above 0"), rows[1]], {"fresh": 0.25}
    )
    assert "0.25" in made
    assert "Refused: &lt;b&gt;not above 0" in made
    assert "–" in made


def test_colours_are_attributes_whose_words_come_again():
    about = [{"City": "ab"[n % 2], "Name": str(n), "Kind": "one"} for n in range(100)]
    assert attributes([*about, {"City": "c", "Title": "x"}, {"Title": "y"}]) == ["City", "Title"]
    assert attributes([]) == []


def test_channels_are_in_groups_only_where_they_are_many(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    found = dict(fake.evaluation(SCENE).recall)
    assert "By near items" not in quality_markup(found, texts)
    more = {f"swing-{n}": found["swing"] for n in range(3)}
    made = quality_markup(found | more, texts)
    assert made.index("By near items") < made.index("swing-0") < made.index("By attributes")
    assert made.count("<tr") == 1 + len(found) + 3 + 4


def test_key_figures_name_the_best_channel_and_the_best_model_of_the_goal(fake):
    texts = texts_for("en", fake.domain(SCENE), fake.scenes())
    rows = key_figures(fake.evaluation(SCENE), fake.play(SCENE), "reach", texts)
    said = {label: (value, below) for label, value, below in rows}
    assert said["Recall@500, merged"] == ("0.470", "best channel alone: ItemCF 0.286")
    assert said["GAUC of reach"] == ("0.730", "by DeepFM; AUC 0.820")
    assert said["Way to the oracle"][0] == "61%"


def test_a_figure_that_is_not_known_is_a_dash():
    assert (number(float("nan")), number(0.12345)) == ("–", "0.123")


def test_a_table_escapes_its_head():
    assert "&lt;b&gt;" in markup(["<b>"], [["cell"]])
