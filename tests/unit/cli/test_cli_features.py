"""`twoside features report` and `select` as a user calls them."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from twoside.cli.features import app
from twoside.domains import catalogue
from twoside.errors import TwosideError
from twoside.features.analysis.findings import FLAGS, Analysis
from twoside.features.analysis.sorted_column import QUANTILES
from twoside.schema.calendar import iso
from twoside.store.runs import Runs

if TYPE_CHECKING:
    from conftest import Market

SCENE = "recruiting/jobs_for_seeker"
ROWS = ("--rows", "4000")


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, (SystemExit, TwosideError)):
        raise done.exception
    said = done.stdout if done.exit_code == 0 else f"{done.output}{done.exception}"
    return done.exit_code, said


@pytest.fixture(scope="module")
def lake(market: Market, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the small market, for reports are kept in it; and the last day to look at."""
    root = tmp_path_factory.mktemp("features") / "lake"
    shutil.copytree(market.root, root)
    return root, iso(market.until_day)


@pytest.fixture(scope="module")
def reported(lake: tuple[Path, str]) -> tuple[dict[str, Any], str]:
    """What `report` says in JSON, and the page that it wrote."""
    root, until = lake
    page = root.parent / "features.html"
    code, said = run("report", SCENE, "--lake", root, "--until", until, *ROWS,
                     "--out", page, "--json")  # fmt: skip
    assert code == 0, said
    return json.loads(said), page.read_text(encoding="utf-8")


def test_the_report_tells_machines_of_every_feature(
    reported: tuple[dict[str, Any], str], lake: tuple[Path, str]
) -> None:
    told, _ = reported
    assert (told["scene"], told["until"]) == (SCENE, lake[1])
    assert {f["name"] for f in told["features"]} == {f.name for f in catalogue.features(SCENE)}
    assert told["quantiles_at"] == list(QUANTILES)
    assert set(told["flagged"]) == set(FLAGS)
    for flag, count in told["flagged"].items():
        assert count == sum(flag in f["flags"] for f in told["features"])
    labels = set(told["rates"])
    assert {"view", "chat"} <= labels
    for f in told["features"]:
        assert 0 <= f["coverage"] <= 1
        assert len(f["quantiles"]) == len(QUANTILES)
        assert len(f["drift_by_day"]) == len(told["days"])
        assert set(f["auc"]) == set(f["iv"]) == set(f["pearson"]) == labels
    best = {f["name"]: f["auc"]["view"] for f in told["features"]}
    assert best["item_view_rate_30d"] > 0.55


def test_the_page_opens_offline_and_says_how_it_was_made(
    reported: tuple[dict[str, Any], str], lake: tuple[Path, str]
) -> None:
    told, page = reported
    assert page.startswith("<!doctype html>")
    command = f"twoside features report {SCENE} --lake lake --until {lake[1]} --rows 4000"
    assert command in page
    assert all(f"<td>{f['name']}</td>" in page for f in told["features"])


def test_the_report_is_kept_for_the_console(
    reported: tuple[dict[str, Any], str], lake: tuple[Path, str]
) -> None:
    told, _ = reported
    kept = Analysis.of_json(Runs(lake[0] / "runs").load(f"features/{SCENE}").result)
    assert [f.name for f in kept.features] == [f["name"] for f in told["features"]]
    assert kept.flagged("shifted") == tuple(
        f["name"] for f in told["features"] if "shifted" in f["flags"]
    )


def test_the_report_for_people_is_a_table_best_first(lake: tuple[Path, str]) -> None:
    root, until = lake
    code, said = run("report", SCENE, "--lake", root, "--until", until, *ROWS)
    assert code == 0
    assert f"{len(catalogue.features(SCENE))} features over" in said
    cells = [line.split("│") for line in said.splitlines() if line.startswith("│")]
    figures = [float(row[3]) for row in cells if row[3].strip()]
    assert len(figures) == len(catalogue.features(SCENE))
    assert figures == sorted(figures, reverse=True)


def test_a_set_is_chosen_written_and_read_by_a_funnel(
    lake: tuple[Path, str], tmp_path: Path
) -> None:
    root, until = lake
    out = tmp_path / "set.toml"
    asked = ("select", SCENE, "--lake", root, "--until", until, *ROWS, "--keep", 6, "--out", out)
    code, said = run(*asked, "--json")
    assert code == 0, said
    told = json.loads(said)
    assert (told["scene"], told["until"], told["out"]) == (SCENE, until, str(out))
    assert len(told["features"]) == 6
    assert told["left_out"] == []
    assert set(told["methods"]) == {
        "pearson", "xgboost_gain", "shap", "logistic_forward", "permutation",
    }  # fmt: skip
    assert set(told["rank"]) == {f.name for f in catalogue.features(SCENE)}
    assert all(0 <= rank <= 1 for rank in told["rank"].values())
    written = tomllib.loads(out.read_text(encoding="utf-8"))
    assert written["features"] == told["features"]
    kept = {path.name for path in (tmp_path / "set.scores").glob("*.json")}
    assert len([name for name in kept if not name.startswith("elimination")]) == 5
    funnel = tmp_path / "funnel.toml"
    shipped = Path(catalogue.__file__).parent / "recruiting/configs/jobs_for_seeker.toml"
    text = shipped.read_text(encoding="utf-8") + '\nfeatures = "set.toml"\n'
    funnel.write_text(text, encoding="utf-8")
    found = catalogue.settings(SCENE, funnel).training.features
    assert list(found) == told["features"]
    # Again with fewer: scores and rounds are kept, and elimination goes on from the larger set.
    code, said = run(*asked[:-4], "--keep", 3, "--out", out)
    assert code == 0
    assert said.startswith(f"{out}: 3 of {len(told['rank'])} features by pearson, xgboost_gain")
    again = tomllib.loads(out.read_text(encoding="utf-8"))["features"]
    assert set(again) < set(told["features"])
    now = {path.name for path in (tmp_path / "set.scores").glob("*.json")}
    assert kept < now
    assert all(name.startswith("elimination") for name in now - kept)


WRONG = {
    ("report", "recruiting/jobs_for_seekr"): "Did you mean 'recruiting/jobs_for_seeker'",
    ("report", "recruitin/jobs_for_seeker"): "Did you mean 'recruiting/jobs_for_seeker'",
    ("report", SCENE, "--until", "2026-13-01"): "--until = '2026-13-01'",
    ("report", SCENE, "--until", "2031-01-01"): "no exposures on these days",
    ("report", SCENE, "--rows", "10"): "--rows",
    ("report", SCENE, "--lake", "/nowhere"): "/nowhere",
    ("report", SCENE, "--out", "/nowhere/page.html"): "there is no folder /nowhere. Make it first",
    ("select", SCENE, "--budget", "0"): "budget = 0",
    (
        "select",
        SCENE,
        "--out",
        "/nowhere/set.toml",
    ): "--out = /nowhere/set.toml: there is no folder",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_is_said(
    lake: tuple[Path, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    given = {"--lake": str(lake[0]), "--until": lake[1], "--rows": "4000"}
    if arguments[0] == "select":
        given["--out"] = str(tmp_path / "set.toml")
    given |= dict(zip(arguments[2::2], arguments[3::2], strict=True))
    code, said = run(*arguments[:2], *[part for pair in given.items() for part in pair])
    assert code != 0
    assert WRONG[arguments] in said
