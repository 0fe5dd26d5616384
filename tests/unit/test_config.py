"""Settings from TOML: built as declared, and a wrong one is told with place and remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from twoside import config
from twoside.errors import ConfigError


@dataclass(frozen=True)
class Part:
    alpha: float = 1.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    limit: int
    part: Part = field(default_factory=Part)
    parts: tuple[Part, ...] = ()


def test_nested_tables_become_nested_dataclasses() -> None:
    table = {"limit": 5, "part": {"alpha": 2, "names": ["a"]}, "parts": [{}, {"alpha": 0.5}]}
    expected = Whole(5, Part(2.0, ("a",)), (Part(), Part(0.5)))
    assert config.build(Whole, table) == expected


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"limit": "500"}, "merge.limit = '500': expected int, got str"),
        (
            {"limt": 1},
            "merge has no setting 'limt'. Did you mean 'limit'? Known: limit, part, parts.",
        ),
        (
            {"limit": 1, "parts": [{"alhpa": 1}]},
            "merge.parts[0] has no setting 'alhpa'. Did you mean 'alpha'? Known: alpha, names.",
        ),
        ({}, "merge.limit: this setting is required. Add it."),
    ],
)
def test_a_wrong_setting_says_where_and_what(table: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.build(Whole, table, "merge")
    assert str(caught.value) == message


def test_without_a_place_the_message_says_top_level() -> None:
    with pytest.raises(ConfigError, match="top level has no setting 'lenght'"):
        config.build(Whole, {"lenght": 1})


def test_a_broken_toml_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("a = ", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"broken\.toml: not valid TOML"):
        config.read_toml(path)
    with pytest.raises(ConfigError, match=r"none\.toml: there is no such file"):
        config.read_toml(tmp_path / "none.toml")
