"""A funnel's TOML: what ships is valid, what is wrong is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from twoside.domains import catalogue
from twoside.errors import ConfigError
from twoside.funnel import settings as funnel_settings

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("scene", catalogue.scenes())
def test_every_scene_ships_a_valid_funnel(scene: str) -> None:
    settings = catalogue.settings(scene)
    assert len(funnel_settings.channels(settings)) >= 6
    assert {choice.name for choice in funnel_settings.rankers(settings)} >= {"deepfm", "xgboost"}


def test_the_toml_of_the_guide_is_valid() -> None:
    text = (ROOT / "docs" / "funnel.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.S)
    assert block is not None
    assert funnel_settings.read(tomllib.loads(block.group(1))).length == 20


def whole(**changes: Any) -> dict[str, Any]:
    table = {
        "scene": "jobs_for_seeker",
        "recall": [{"use": "hot"}],
        "merge": {"how": "snake"},
        "prerank": {"use": "linear"},
        "rank": [{"use": "xgboost"}],
        "rerank": {"fusion": {"use": "weighted"}},
    }
    return {**table, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lenght": 3}, "top level has no setting 'lenght'. Did you mean 'length'?"),
        (
            {"recall": [{"use": "swign"}]},
            "recall[0]: there is no 'swign' in funnel.recall.channels. Did you mean 'swing'?",
        ),
        (
            {"recall": [{"use": "swing", "alhpa": 1.0}]},
            "recall[0] has no setting 'alhpa'. Did you mean 'alpha'?",
        ),
        ({"merge": {"how": "snake", "limit": "500"}}, "merge.limit = '500': expected int, got str"),
        ({"merge": {"how": "learned", "folds": 1}}, "merge.folds = 1: expected 2 or more."),
        (
            {"merge": {"how": "learned", "costs": {"hto": 1.0}}},
            "merge.costs: there is no channel 'hto'. Did you mean 'hot'?",
        ),
        ({"rank": []}, "rank: needs at least one [[rank]] table with `use`."),
        (
            {"rerank": {"fusion": {"use": "weighted"}, "rule": {}}},
            "rerank has no table 'rule'. Did you mean 'rules'?",
        ),
        (
            {"prerank": {"use": "linear", "keep": -1}},
            "prerank.keep = -1: expected a number of items, 1 or more.",
        ),
        (
            {"rank": [{"use": "xgboost"}, {"use": "deepfm"}, {"use": "xgboost"}]},
            "rank[2]: 'xgboost' is the name of rank[0] too. Give it another: name =",
        ),
        (
            {"recall": [{"use": "hot"}, {"use": "fresh", "name": "hot"}]},
            "recall[1]: 'hot' is the name of recall[0] too.",
        ),
    ],
)
def test_a_wrong_funnel_says_where_and_what(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        funnel_settings.read(whole(**changes))
    assert str(caught.value).startswith(message)


def test_a_column_that_items_lack_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    shipped = ROOT / "src/twoside/domains/feed/configs/videos_for_viewer.toml"
    text = shipped.read_text(encoding="utf-8").replace("author = 1.0", "autor = 1.0")
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
    expected = (
        r"rerank\.diversity\.columns\.autor: video has no column 'autor'. Did you mean 'author'"
    )
    with pytest.raises(ConfigError, match=expected):
        catalogue.settings("feed/videos_for_viewer", tmp_path / "wrong.toml")


def test_an_unknown_scene_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"Did you mean 'recruiting/jobs_for_seeker'\?"):
        catalogue.settings("recruiting/job_for_seeker")
