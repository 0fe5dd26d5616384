"""Progress on stderr: one bar a stage with the time that remains, or one line a stage in a log."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.schema.progress import Tick


class Stages:
    """Shows what runs, how far it is, and what each stage took.

    `with stages("features") as tick: work(tick)`
    """

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[Tick]:
        """Run one stage; the tick takes the fraction done, 0 to 1."""
        began = time.perf_counter()
        if self.console.is_terminal:
            with _bar(self.console) as bar:
                task = bar.add_task(name, total=1.0)
                yield lambda done: bar.update(task, completed=done)
                bar.update(task, completed=1.0)
        else:
            yield lambda _done: None
        took = time.perf_counter() - began
        self.seconds[name] = self.seconds.get(name, 0.0) + took
        if not self.console.is_terminal:
            self.console.print(f"{name:<44} {took:7.1f} s", highlight=False)

    def say(self, text: str) -> None:
        """A line between the stages."""
        self.console.print(text, highlight=False)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<44}"),
        BarColumn(bar_width=28),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
    )
