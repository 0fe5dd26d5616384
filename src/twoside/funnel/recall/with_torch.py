"""What channels share that learn with torch and answer without: their files of learning are only
loaded to learn, and their settings of learning are looked at alike."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twoside.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COUNTS = ("dim", "epochs", "again", "batch", "rows", "last", "averaged", "threads")
_ABOVE = ("temperature", "half_life_days", "learning_rate")
_LEAST = ("negatives", "power", "penalty")
_SHARES = ("decay", "forget")


def learning(channel: str) -> Any:
    """The module `channels/_CHANNEL_learning.py`; without torch a `MissingExtra`."""
    try:
        return import_module(f"twoside.funnel.recall.channels._{channel}_learning")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingExtra(
            f"recall: learning '{channel}' needs 'torch'. "
            "Install it with: pip install 'twoside[deep]'"
        ) from None


def refuse_nonsense(
    channel: str, settings: object, counts: Sequence[str] = (), least: Sequence[str] = ()
) -> None:
    """A `ConfigError` for a setting out of bounds; counts (1 or more) and least (0 or more) name
    those that the channel has beside the common ones."""
    bounds: tuple[tuple[Sequence[str], Callable[[float], bool], str], ...] = (
        ((*_COUNTS, *counts), lambda value: value >= 1, "1 or more"),
        (_ABOVE, lambda value: value > 0, "more than 0"),
        ((*_LEAST, *least), lambda value: value >= 0, "0 or more"),
        (_SHARES, lambda value: 0 <= value <= 1, "0 to 1"),
    )
    for names, holds, expected in bounds:
        for name in names:
            value = getattr(settings, name)
            if not holds(value):
                raise ConfigError(f"{channel}.{name} = {value}: expected {expected}.")


def refuse_other_shape(channel: str, settings: object, former: object, names: str) -> None:
    """A `ConfigError` if an update is to go on from parameters of another shape; `names`: the
    settings that decide it, with blanks between."""
    for name in names.split():
        asked, before = getattr(settings, name), getattr(former, name)
        if asked != before:
            raise ConfigError(
                f"{channel}.{name} = {asked}: expected {before}, as what shall be updated was "
                "learned with. Keep it, or fit anew."
            )
