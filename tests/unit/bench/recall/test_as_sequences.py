"""A log becomes lines of sequences, cut to its core, that the bench then reads."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from bench.recall.as_sequences import main
from bench.recall.sets import read

if TYPE_CHECKING:
    from pathlib import Path

LOG = pd.DataFrame(
    [
        ("ann", "tea", 3, 1),
        ("ann", "rum", 1, 1),
        ("ann", "tea", 0, 0),  # not taken
        ("bob", "tea", 0, None),  # not known to be
        ("ann", "rum", 5, 1),  # again
        ("bob", "rum", 2, 1),
        ("bob", "tea", 9, 1),
        ("bob", "gin", 4, 1),  # of bob alone
        ("cat", "tea", 1, 1),  # one item
        ("ann", "ale", 7, 1),
        ("bob", "ale", 1, 1),
    ],
    columns=["who", "what", "when", "taken"],
)
ASKED = ["--person", "who", "--item", "what", "--time", "when", "--where", "taken"]


def run(monkeypatch: pytest.MonkeyPatch, *told: object) -> None:
    monkeypatch.setattr(sys, "argv", ["as_sequences", *map(str, told)])
    main()


@pytest.mark.parametrize("kind", ["csv", "tsv", "csv.gz", "parquet"])
def test_a_log_in_order_of_time_cut_to_its_core(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / f"log.{kind}"
    if kind == "parquet":
        LOG.to_parquet(log)
    else:
        LOG.to_csv(log, index=False, sep="\t" if kind == "tsv" else ",")
    run(monkeypatch, log, *ASKED, "--least", 2, "--out", tmp_path / "sets" / "Bar")
    # ale is 1, rum 2, tea 3; gin had one person, and cat one item
    assert (tmp_path / "sets" / "Bar.txt").read_text() == "1 2 3 1\n2 1 2 3\n"
    assert not (tmp_path / "sets" / "Bar_item2attributes.json").exists()
    assert read(tmp_path / "sets", "Bar", "sequences").test.truth.item.tolist() == [1, 3]


def test_words_are_told_apart_by_their_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    LOG.to_parquet(tmp_path / "log.parquet")
    drinks = pd.DataFrame({"what": ["tea", "rum"], "made": [1, None], "tags": ["hot,1", "1"]})
    drinks.to_parquet(tmp_path / "drinks.parquet")
    told = ["--items", tmp_path / "drinks.parquet", "--words", "made", "tags", "--least", 2]
    run(
        monkeypatch,
        tmp_path / "log.parquet",
        *ASKED,
        *told,
        "--least",
        2,
        "--out",
        tmp_path / "Bar",
    )
    words = json.loads((tmp_path / "Bar_item2attributes.json").read_text())
    assert words["1"] == []  # nothing is known of ale
    assert len(words["2"]) == 1  # rum: tag 1
    assert len(words["3"]) == 3  # tea: made 1, tag hot, tag 1
    assert set(words["2"]) < set(words["3"])


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--time", "date"], "no column 'date': it has who, what, when, taken"),
        (["--least", 9], "no person and item with 9 of each other"),
        (["--least", 0], "--least 0: expected 1 or more"),
        (["--words", "made"], "--items and --words go together"),
    ],
)
def test_what_cannot_be_done_says_why(
    told: list[object],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    LOG.to_parquet(tmp_path / "log.parquet")
    asked = ["--person", "who", "--item", "what", "--out", tmp_path / "Bar", *told]
    with pytest.raises(SystemExit) as found:
        run(monkeypatch, tmp_path / "log.parquet", *asked)
    assert said in f"{found.value}{capsys.readouterr().err}"
