"""How a commit becomes visible: all of it or nothing, also when the writer is killed.

A writer holds the lock and writes everything below `.staging/`. The commit point is one rename:
the journal, a list of moves, appears at the lake's root. Then the moves are made, in an order in
which a reader never finds a number that is not yet known (rows, words, entities, then days), and
the journal is removed. Whoever opens a lake with a journal and no live writer makes the moves
that are left: a move whose source is gone was made already. Without a journal, what lies in
`.staging/` was never committed and is thrown away by the next writer.

The lock is an advisory one of the operating system (flock), so it dies with its process.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from twoside.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from twoside.store.layout import Layout


@contextmanager
def writing(layout: Layout) -> Iterator[None]:
    """Hold the lake's lock; another live writer is an error, never a wait."""
    with layout.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LakeError(
                f"{layout.root}: somebody else is writing to this lake. "
                "Try again when they have finished."
            ) from None
        recover(layout)
        shutil.rmtree(layout.staging, ignore_errors=True)
        try:
            yield
        finally:
            if not layout.journal.exists():
                shutil.rmtree(layout.staging, ignore_errors=True)


def commit(layout: Layout, moves: Sequence[tuple[Path, Path]]) -> None:
    """Move files of the staging folder to their places in the lake, in their order."""
    with ThreadPoolExecutor(8) as pool:  # a file system writes many files out at once
        list(pool.map(sync, [source for source, _ in moves]))
    told = [
        [str(source.relative_to(layout.staging)), str(goal.relative_to(layout.root))]
        for source, goal in moves
    ]
    prepared = layout.staging / "journal.json"
    write_text(prepared, json.dumps(told))
    prepared.replace(layout.journal)  # the commit point
    sync(layout.root)
    recover(layout)


def recover(layout: Layout) -> None:
    """Make the moves of a journal that are left. Call it with the lock held."""
    if not layout.journal.exists():
        return
    try:
        moves = json.loads(layout.journal.read_text(encoding="utf-8"))
    except ValueError:
        raise LakeError(
            f"{layout.journal}: not a readable journal. Restore the lake from a copy."
        ) from None
    for name, place in moves:
        source, goal = layout.staging / name, layout.root / place
        if source.exists():
            goal.parent.mkdir(parents=True, exist_ok=True)
            source.replace(goal)
    layout.journal.unlink()
    shutil.rmtree(layout.staging, ignore_errors=True)


def recover_if_abandoned(layout: Layout) -> None:
    """Finish the commit of a writer who died; leave a live one alone."""
    if not layout.journal.exists():
        return
    with layout.lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        recover(layout)


def write_text(path: Path, text: str) -> None:
    """Write a small file that is on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_text(path: Path, text: str) -> None:
    """Replace a small file at once: a reader sees the old text or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    write_text(beside, text)
    beside.replace(path)


def sync(path: Path) -> None:
    """Make a file, or the renames in a folder, survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
