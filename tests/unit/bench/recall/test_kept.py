"""What a method said is used again only for the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.recall.kept import Kept

if TYPE_CHECKING:
    from pathlib import Path

ASKED: dict[str, Any] = {"tried": [{"alpha": 1.0}, {}], "seeds": 5, "set": "f00"}
SAID = {"ndcg@10": 0.2}


def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    Kept(tmp_path).keep("swing", ASKED, SAID)
    assert Kept(tmp_path).said("swing", ASKED) == SAID


def test_another_question_is_asked_anew(tmp_path: Path) -> None:
    Kept(tmp_path).keep("swing", ASKED, SAID)
    for other in ({"tried": [{}]}, {"seeds": 2}, {"set": "f01"}):
        assert Kept(tmp_path).said("swing", {**ASKED, **other}) is None
    assert Kept(tmp_path).said("itemcf", ASKED) is None


def test_another_code_is_asked_anew(tmp_path: Path) -> None:
    Kept(tmp_path).keep("swing", ASKED, SAID)
    path = tmp_path / "swing.said.json"
    path.write_text(path.read_text().replace('"code": "', '"code": "0'))
    assert Kept(tmp_path).said("swing", ASKED) is None


def test_what_could_not_run_is_tried_again(tmp_path: Path) -> None:
    Kept(tmp_path).keep("swing", ASKED, {"failed": "no memory"})
    assert Kept(tmp_path).said("swing", ASKED) is None
