"""The feature report is one file that asks nobody for anything, with every feature in it."""

import re

import pytest
from contracts.planted_samples import planted
from plotly.offline import get_plotlyjs

from twoside.charts.feature_report import render_features
from twoside.features.analysis.analyse import analyse

FOUND = analyse(planted(0, rows=3_000))


@pytest.fixture(scope="module")
def page():
    words = {"chat": ("chat", "沟通</script>")}
    whole = render_features("m/s", FOUND, words, "twoside features report <x>")
    script = get_plotlyjs().replace("</script", "<\\/script")
    assert whole.count(script) == 1
    return whole.replace(script, "")


def test_nothing_outside_is_loaded(page):
    assert not re.search(r"(src|href)\s*=|https?://|url\(|@import", page)


def test_every_place_of_a_figure_has_its_figure(page):
    places = set(re.findall(r'<div id="(figure-\d+)"', page))
    assert places == set(re.findall(r'"(figure-\d+)": \{en:', page)) == {"figure-0", "figure-1"}


def test_every_feature_has_a_row_with_as_many_cells_as_there_are_heads(page):
    heads = page.split("<thead>")[1].split("</thead>")[0].count("<th")
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    assert [row.count("<td") for row in rows] == [heads] * len(FOUND.features)
    best_first = sorted(FOUND.features, key=lambda f: -f.best_auc)
    for row, feature in zip(rows, best_first, strict=True):
        assert f"<td>{feature.name}</td>" in row
        assert f"{feature.auc['chat']:.4f}" in row
        assert row.count('class="flag"') == len(feature.flags)


def test_words_of_both_languages_are_inside_and_escaped(page):
    assert "What each feature is worth" in page
    assert "特征价值分析" in page
    assert "twoside features report &lt;x&gt;" in page
    assert page.count("<script>") == page.count("</script>") == 2
