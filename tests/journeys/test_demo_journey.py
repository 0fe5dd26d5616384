"""`twoside demo` at a small size: the contract for machines, and a report without internet."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey
ROOT = Path(__file__).parents[2]
DAY_S = 86_400


def made_films(folder: Path) -> None:
    """Files of the shape of MovieLens-100K: people have a taste for a class of films."""
    folder.mkdir()
    rng = random.Random(1)
    classes = ["Action", "Comedy", "Drama"]
    people = [(n, rng.choice(classes)) for n in range(80)]
    films = [(n, rng.choice(classes)) for n in range(120)]
    head = "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    lines = [f"{n}\t{20 + n % 40}\tM\tartist\t{10000 + n}\n" for n, _ in people]
    (folder / "ml-100k.user").write_text(head + "".join(lines), encoding="utf-8")
    head = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    lines = [f"{n}\tFilm {n}\t{1980 + n % 18}\t{kind}\n" for n, kind in films]
    (folder / "ml-100k.item").write_text(head + "".join(lines), encoding="utf-8")
    rows = []
    for day in range(30):
        for person, taste in rng.sample(people, 40):
            for film, kind in rng.sample(films, 6):
                stars = rng.choice([4, 5] if kind == taste else [1, 2, 3])
                at = 880_000_000 + day * DAY_S + rng.randrange(DAY_S // 2)
                rows.append(f"{person}\t{film}\t{stars}\t{at}\n")
    head = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    (folder / "ml-100k.inter").write_text(head + "".join(rows), encoding="utf-8")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    home = tmp_path_factory.mktemp("demo")
    made_films(home / "films")
    out = home / "out"
    command = [sys.executable, "-m", "twoside.cli.app", "demo", "--json", "--out", str(out)]
    command += ["--feed", str(ROOT / "examples/feed/ml-100k.toml"), "--data", str(home / "films")]
    command += ["--seekers", "300", "--jobs", "150", "--days", "9", "--rows", "8000"]
    command += ["--players", "60", "--play-days", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout.splitlines()[-1])


def test_the_object_on_stdout_is_the_contract(demo: tuple[Path, dict[str, object]]) -> None:
    told = demo[1]
    assert set(told) == {"seconds", "peak_gb", "feed", "world"}
    feed, world = told["feed"], told["world"]
    assert isinstance(feed, dict)
    assert isinstance(world, dict)
    for quality in feed["recall"].values():
        assert {"recall@100", "recall@500", "coverage"} <= set(quality)
    assert set(feed["rank"]) == {"deepfm", "xgboost", "blend", "prerank"}  # each learned once
    for model in ("xgboost", "deepfm"):
        assert {"auc", "gauc", "logloss"} <= set(feed["rank"][model]["like"])
    assert set(world) == {"recruiting/jobs_for_seeker", "recruiting/seekers_for_boss"}
    for arms in world.values():
        assert set(arms) == {"random", "popularity", "funnel", "oracle"}


def test_the_planted_taste_is_learned(demo: tuple[Path, dict[str, object]]) -> None:
    feed = demo[1]["feed"]
    assert isinstance(feed, dict)
    assert feed["rank"]["xgboost"]["like"]["auc"] > 0.8


def test_the_report_is_whole_and_asks_for_nothing_outside(
    demo: tuple[Path, dict[str, object]],
) -> None:
    page = (demo[0] / "report.html").read_text(encoding="utf-8")
    markup = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert not re.findall(r'(?:src|href)="https?://', markup)
    assert not re.findall(r"<script[^>]+src=", page)
    for scene in ("videos_for_viewer", "jobs_for_seeker", "seekers_for_boss"):
        assert scene in page
    assert len(re.findall(r"plotly\.js v", page)) == 1


def test_a_demo_never_removes_what_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine", encoding="utf-8")
    command = [sys.executable, "-m", "twoside.cli.app", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds precious.txt, which no demo made" in done.stderr
    assert (tmp_path / "precious.txt").exists()
