"""A selected set as TOML, which a funnel's [training] names: `features = "FILE.toml"`."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Selected:
    """The file."""

    scene: str
    """Full name, such as recruiting/jobs_for_seeker"""
    until: str
    """Last day looked at, YYYY-MM-DD"""
    features: tuple[str, ...]
    """Names, best first"""
    methods: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    """Methods for which there was no time"""

    def toml(self) -> str:
        """The text of the file."""
        names = "".join(f"    {_quoted(name)},\n" for name in self.features)
        return (
            "# Features chosen by `twoside features select`, best first.\n"
            '# A funnel learns and serves with them by [training] features = "THIS FILE".\n'
            f"scene = {_quoted(self.scene)}\n"
            f"until = {_quoted(self.until)}\n"
            f"methods = {_list(self.methods)}\n"
            f"left_out = {_list(self.left_out)}\n"
            f"features = [\n{names}]\n"
        )


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(_quoted(name) for name in names) + "]"
