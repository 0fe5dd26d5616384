"""The folder of lists: whole parts, the same bytes after a stop, one clear refusal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from unit.funnel.recall.little_market import market

from twoside.errors import ArtefactError
from twoside.funnel.merge import Fixed
from twoside.funnel.merge.snake import Snake
from twoside.funnel.recall.channels.hot import Hot
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recommend_all import Block, RecommendAll
from twoside.store.recommended import Recommended, about, tables

EVERYBODY = RecommendAll(limit=9, block=25)
ABOUT = {**EVERYBODY.about(), "artefact": "v0007"}


def block(number: int = 0) -> Block:
    items = np.array([[4, 2, -1], [-1, -1, -1]], np.int32)
    scores = np.array([[0.5, 0.25, 0], [0, 0, 0]], np.float32)
    return Block(number, np.array([2, 3], np.int32), items, scores, None)


def files(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in root.iterdir()}


def test_what_was_kept_is_read_again(tmp_path: Path) -> None:
    with Recommended.begin(tmp_path / "lists", ABOUT) as kept:
        kept.keep(block())
        assert kept.finished() == [0]
    (table,) = tables(tmp_path / "lists")
    assert table.to_pydict() == {
        "person": [2, 3],
        "items": [[4, 2], []],
        "scores": [[0.5, 0.25], []],
    }
    assert about(tmp_path / "lists") == ABOUT


def test_a_stopped_run_ends_in_the_same_bytes(tmp_path: Path) -> None:
    data = market()
    channels = {"itemcf": ItemCF().fit(data, 0), "hot": Hot().fit(data, 0)}
    with Recommended.begin(tmp_path / "whole", ABOUT) as kept:
        EVERYBODY.run(channels, data, kept, merge=Fixed(Snake()))

    class Stopped(Exception):  # noqa: N818 - not an error
        pass

    def stop(_share: float) -> None:
        raise Stopped

    for _ in range(2):
        with pytest.raises(Stopped), Recommended.begin(tmp_path / "parts", ABOUT) as kept:
            EVERYBODY.run(channels, data, kept, merge=Fixed(Snake()), tick=stop)
    with Recommended.begin(tmp_path / "parts", ABOUT) as kept:
        assert kept.finished() == [0, 1]
        EVERYBODY.run(channels, data, kept, merge=Fixed(Snake()))
    assert files(tmp_path / "whole") == files(tmp_path / "parts")
    assert len(files(tmp_path / "whole")) == 5  # three parts, the manifest, the lock
    assert sum(len(table) for table in tables(tmp_path / "whole")) == data.people.size


def test_a_part_of_a_killed_run_is_thrown_away(tmp_path: Path) -> None:
    Recommended.begin(tmp_path, ABOUT).__exit__(None, None, None)
    (tmp_path / ".part-000000.parquet.17").write_bytes(b"half")
    with Recommended.begin(tmp_path, ABOUT) as kept:
        assert kept.finished() == []
    assert sorted(files(tmp_path)) == [".lock", "manifest.json"]


def test_it_does_not_go_on_with_other_settings(tmp_path: Path) -> None:
    with Recommended.begin(tmp_path, ABOUT) as kept:
        kept.keep(block())
    with pytest.raises(ArtefactError) as error:
        Recommended.begin(tmp_path, {**ABOUT, "limit": 10})
    assert str(error.value) == (
        f"{tmp_path} was begun with limit = 9, now it is 10. Go on with the same, or take another "
        "folder."
    )
    with pytest.raises(ArtefactError, match='artefact = "v0007", now it is null'):
        Recommended.begin(tmp_path, EVERYBODY.about())
    with Recommended.begin(tmp_path, ABOUT) as kept:  # the refusals let go of the lock
        assert kept.finished() == [0]


def test_two_writers_at_once_are_refused(tmp_path: Path) -> None:
    with (
        Recommended.begin(tmp_path, ABOUT),
        pytest.raises(ArtefactError, match="somebody else is writing lists here"),
    ):
        Recommended.begin(tmp_path, ABOUT)


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    for use in (lambda: Recommended.begin(tmp_path, ABOUT), lambda: list(tables(tmp_path))):
        with pytest.raises(ArtefactError, match="not the manifest of lists of format 1"):
            use()
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "part-000000.parquet").write_bytes(b"")
    with pytest.raises(ArtefactError, match="lists without a manifest"):
        Recommended.begin(tmp_path, ABOUT)
