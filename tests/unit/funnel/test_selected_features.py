"""A funnel trained on a selected set is evaluated, stored and served on that set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from twoside import config
from twoside.domains import catalogue
from twoside.errors import ConfigError
from twoside.features.selection.selected import Selected
from twoside.funnel import learn as learning
from twoside.funnel.learn import about, learn, training_samples
from twoside.funnel.live import live_funnel
from twoside.funnel.replay import Effort, evaluate
from twoside.funnel.settings import FunnelSettings, Training
from twoside.schema.progress import silent
from twoside.schema.request import Request

if TYPE_CHECKING:
    from conftest import Market

SCENE = "recruiting/jobs_for_seeker"
NAMES = ("same_city", "item_view_rate_30d", "item_age_hours", "hour")
SHIPPED = Path(catalogue.__file__).parent / "recruiting/configs/jobs_for_seeker.toml"


@pytest.fixture(scope="module")
def settings(market: Market) -> FunnelSettings:
    own = market.settings[SCENE]
    return replace(own, training=replace(own.training, features=NAMES))


def test_the_ranker_learns_the_set_and_serves_it(market: Market, settings: FunnelSettings) -> None:
    declared = market.declared[SCENE]
    learned = learn(declared, settings, market.until_day, 3, silent)
    ranker = learned.rankers["xgboost"]
    assert {column.name for column in ranker.columns} == set(NAMES)
    funnel = live_funnel(declared, settings, learned, market.end_ms)
    wanted = {*NAMES, *declared.light}
    assert {feature.name for feature in funnel.states.features} == wanted
    # All features alive would have given the same lists: only what is read was left out.
    whole = live_funnel(declared, market.settings[SCENE], learned, market.end_ms)
    asked = [Request(person, market.end_ms + 1000, 20) for person in range(10)]
    for one, other in zip(funnel.serve(asked), whole.serve(asked), strict=True):
        assert len(one.items) == 20
        assert one.items.tolist() == other.items.tolist()


def test_samples_hold_the_set_and_the_light_ones_only(
    market: Market, settings: FunnelSettings
) -> None:
    declared = market.declared[SCENE].chosen(settings.training)
    samples = training_samples(declared, settings, market.until_day, 3, silent)
    assert {c.name for c in samples.columns} == {*NAMES, *market.declared[SCENE].light}


def test_what_a_derived_feature_is_computed_from_is_kept_up_but_not_learned(
    market: Market, settings: FunnelSettings
) -> None:
    names = ("same_city", "item_view_trend_7d")
    own = replace(settings, training=replace(settings.training, features=names))
    declared = market.declared[SCENE]
    kept = {feature.name for feature in declared.chosen(own.training).features}
    assert kept == {*names, *declared.light, "item_view_rate_7d", "item_view_rate_30d"}
    learned = learn(declared, own, market.until_day, 3, silent)
    assert {column.name for column in learned.rankers["xgboost"].columns} == set(names)
    funnel = live_funnel(declared, own, learned, market.end_ms)
    (slate,) = funnel.serve([Request(3, market.end_ms + 1000, 20)])
    assert len(slate.items) == 20


def test_it_is_evaluated_on_the_set(market: Market, settings: FunnelSettings) -> None:
    effort = Effort(recall_questions=50, stage_questions=10, test_rows=5_000)
    declared = market.declared[SCENE]
    done = evaluate(declared, settings, market.until_day, 3, silent, effort)
    assert {c.name for c in done.learned.rankers["xgboost"].columns} == set(NAMES)
    assert done.evaluation.rank["xgboost"]["view"].auc > 0.55


def test_what_is_published_names_the_set(market: Market, settings: FunnelSettings) -> None:
    told = about(market.declared[SCENE], settings, market.until_day, 3)
    read = config.build(FunnelSettings, dict(told["settings"]))
    assert read.training.features == NAMES


def funnel_file(folder: Path, features: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8") + f"\nfeatures = {features}\n"
    (folder / "funnel.toml").write_text(text, encoding="utf-8")
    return folder / "funnel.toml"


def test_a_toml_names_a_selected_file_beside_it_or_a_list(tmp_path: Path) -> None:
    selected = Selected(SCENE, "2026-03-28", NAMES)
    (tmp_path / "set.toml").write_text(selected.toml(), encoding="utf-8")
    for features in ('"set.toml"', str(list(NAMES)).replace("'", '"')):
        found = catalogue.settings(SCENE, funnel_file(tmp_path, features))
        assert found.training.features == NAMES


@pytest.mark.parametrize(
    ("scene", "names", "message"),
    [
        (SCENE, ("same_citty",), "has no feature 'same_citty'. Did you mean 'same_city'"),
        ("feed/videos_for_viewer", NAMES, f"expected '{SCENE}', the scene asked for"),
        (SCENE, (), "is empty, expected at least one feature"),
    ],
)
def test_a_wrong_set_says_where_and_what(
    tmp_path: Path, scene: str, names: tuple[str, ...], message: str
) -> None:
    (tmp_path / "set.toml").write_text(Selected(scene, "2026-03-28", names).toml())
    with pytest.raises(ConfigError, match=message):
        catalogue.settings(SCENE, funnel_file(tmp_path, '"set.toml"'))


def test_a_missing_set_and_one_that_was_not_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file"):
        catalogue.settings(SCENE, funnel_file(tmp_path, '"none.toml"'))
    with pytest.raises(ConfigError, match="the file was not read"):
        learning.named_features(Training(features="set.toml"))
