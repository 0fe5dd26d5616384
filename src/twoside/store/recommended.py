"""Lists for everybody in a folder, block by block, so that a run that was stopped can go on.

    <root>/manifest.json        what the lists were made with: settings and what they were made from
           part-000000.parquet  person int32, items list<int32>, and scores or sources, aligned
           part-000001.parquet  ...

A part appears whole, by a rename. The manifest comes first and never changes: another run may only
add to the folder if it was made with the same.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from twoside.errors import ArtefactError
from twoside.store import journal, parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import TextIO

FORMAT = 1
_PART = re.compile(r"part-(\d{6,})\.parquet")


class Block(Protocol):
    """The part of `funnel.recommend_all.Block` that is kept."""

    @property
    def number(self) -> int:
        """From 0."""

    @property
    def person(self) -> np.ndarray:
        """int32 (n,)"""

    @property
    def items(self) -> np.ndarray:
        """int32 (n, limit); -1 fills the end"""

    @property
    def scores(self) -> np.ndarray | None:
        """float32 (n, limit)"""

    @property
    def source(self) -> np.ndarray | None:
        """int16 (n, limit)"""


class Recommended:
    """The folder of one run for everybody, open for adding. One writer at a time."""

    def __init__(self, root: Path, lock: TextIO) -> None:
        self.root = root
        self._lock = lock

    @staticmethod
    def begin(root: Path, about: Mapping[str, Any]) -> Recommended:
        """Begin, or go on with what is there if it was made with the same.

        Args:
            about: JSON values that decide the lists: settings, block size, people, and a
                fingerprint of what was fitted and of the past (an artefact's version, a digest).
        """
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / ".lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise ArtefactError(
                f"{root}: somebody else is writing lists here. Try again when they have finished."
            ) from None
        wanted = json.loads(json.dumps({"format": FORMAT, "about": dict(about)}))
        try:
            if (root / "manifest.json").exists():
                _check_same(root, _manifest(root)["about"], wanted["about"])
            elif any(_PART.fullmatch(path.name) for path in root.iterdir()):
                raise ArtefactError(f"{root}: lists without a manifest. Take another folder.")
            else:
                journal.replace_text(root / "manifest.json", json.dumps(wanted, indent=1))
        except ArtefactError:
            lock.close()
            raise
        for path in root.glob(".part-*"):  # of a run that was killed
            path.unlink()
        return Recommended(root, lock)

    def __enter__(self) -> Recommended:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.close()

    def finished(self) -> list[int]:
        """The blocks that are there."""
        return sorted(_parts(self.root))

    def keep(self, block: Block) -> None:
        """Add a block; it is on the disk when this returns."""
        goal = self.root / f"part-{block.number:06d}.parquet"
        aside = self.root / f".{goal.name}.{os.getpid()}"
        parquet.write(aside, _table(block))
        journal.sync(aside)
        aside.replace(goal)


def tables(root: Path) -> Iterator[pa.Table]:
    """All blocks of a folder, in order of people."""
    _manifest(root)
    for _, path in sorted(_parts(root).items()):
        yield parquet.read(path)


def about(root: Path) -> Mapping[str, Any]:
    """What the lists of a folder were made with."""
    found: Mapping[str, Any] = _manifest(root)["about"]
    return found


def _parts(root: Path) -> dict[int, Path]:
    matches = ((_PART.fullmatch(path.name), path) for path in root.iterdir())
    return {int(match[1]): path for match, path in matches if match}


def _manifest(root: Path) -> dict[str, Any]:
    path, found = root / "manifest.json", None
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ArtefactError(
            f"{path}: not the manifest of lists of format {FORMAT}. Take another folder, or remove "
            "this one and run again."
        )
    return found


def _check_same(root: Path, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for key in sorted({*there, *wanted}):
        if there.get(key) != wanted.get(key):
            raise ArtefactError(
                f"{root} was begun with {key} = {json.dumps(there.get(key))}, now it is "
                f"{json.dumps(wanted.get(key))}. Go on with the same, or take another folder."
            )


def _table(block: Block) -> pa.Table:
    there = block.items >= 0
    offsets = np.zeros(len(block.person) + 1, np.int32)
    np.cumsum(there.sum(axis=1), out=offsets[1:])
    columns = {"person": pa.array(block.person, pa.int32())}
    for name, values in (
        ("items", block.items),
        ("scores", block.scores),
        ("source", block.source),
    ):
        if values is not None:
            columns[name] = pa.ListArray.from_arrays(offsets, pa.array(values[there]))
    return pa.table(columns)
