"""Every error that a user can cause or meet.

    TwosideError
    ├── ConfigError      a setting, mapping or name is wrong
    ├── DataError        rows, columns or files are not as declared
    ├── LakeError        a lake folder is foreign, half-written or of another format
    ├── ArtefactError    a stored model is missing, corrupt or of another version
    ├── RequestError     a request to the funnel or the server is wrong
    ├── LeakError        a feature is an outcome of the row it describes
    └── MissingExtra     a library of an optional extra is not installed

A message says where, the value, what was expected and what to do.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class TwosideError(Exception):
    """The root: catch this to catch all that twoside raises on purpose."""


class ConfigError(TwosideError):
    """A setting, a mapping or a name is wrong."""


class DataError(TwosideError):
    """Rows, columns or files are not as declared."""


class LakeError(TwosideError):
    """A lake folder is foreign, half-written or of another format."""


class ArtefactError(TwosideError):
    """A stored model is missing, corrupt or of another version."""


class RequestError(TwosideError):
    """A request to the funnel or the server is wrong."""


class LeakError(TwosideError):
    """A feature is an outcome of the row that it describes."""


class MissingExtra(TwosideError):  # noqa: N818 - reads as what it is
    """A library of an optional extra is not installed."""


_MOST_NAMES = 60
"""More are not listed but counted."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The tail of a message about an unknown name: the nearest one, then all (of very many the
    nearest five).

    >>> did_you_mean("swign", ["swing", "itemcf"])
    "Did you mean 'swing'? Known: itemcf, swing."
    """
    names = sorted(known)
    near = get_close_matches(name, names, n=5)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    if len(names) > _MOST_NAMES:
        return f"{guess}Known: {', '.join([*near, f'{len(names) - len(near):,} others'])}."
    return f"{guess}Known: {', '.join(names) or 'none'}."
