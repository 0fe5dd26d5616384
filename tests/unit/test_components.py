"""The folder is the registry: a file is a choice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from twoside import components
from twoside.errors import ConfigError, MissingExtra


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    package = tmp_path / "toyfolder"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.startswith("toyfolder")]:
        monkeypatch.delitem(sys.modules, name)
    return "toyfolder"


def add(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "toyfolder" / f"{name}.py").write_text(text, encoding="utf-8")


def test_a_new_file_is_a_new_choice(folder: str, tmp_path: Path) -> None:
    head = "from dataclasses import dataclass\n@dataclass(frozen=True)\n"
    add(tmp_path, "item_cf", f"{head}class ItemCF:\n    k: int = 3\n")
    assert components.names(folder) == ["item_cf"]
    assert components.build(folder, {"use": "item_cf", "k": 7}, "recall").k == 7


def test_an_unknown_choice_names_the_nearest() -> None:
    package = "twoside.funnel.recall.channels"
    with pytest.raises(ConfigError) as caught:
        components.load(package, "swign", "recall")
    text = str(caught.value)
    assert text.startswith("recall: there is no 'swign' in funnel.recall.channels.")
    assert "Did you mean 'swing'?" in text


def test_a_table_without_use_lists_the_choices(folder: str, tmp_path: Path) -> None:
    add(tmp_path, "one", "class One: ...")
    with pytest.raises(ConfigError, match=r"rank: needs `use`\. Known: one\."):
        components.build(folder, {}, "rank")


def test_a_missing_extra_says_how_to_install(folder: str, tmp_path: Path) -> None:
    add(tmp_path, "deep", "raise ModuleNotFoundError('no torch', name='torch')")
    with pytest.raises(MissingExtra) as caught:
        components.load(folder, "deep", "rank")
    expected = "rank: 'deep' needs 'torch'. Install it with: pip install 'twoside[deep]'"
    assert str(caught.value) == expected


def test_a_file_without_its_class_is_told(folder: str, tmp_path: Path) -> None:
    add(tmp_path, "empty", "")
    with pytest.raises(ConfigError, match="expected a class named like the file, 'empty'"):
        components.load(folder, "empty")
