"""Documents that cannot rot: what they show runs, what they name exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from twoside.cli.app import NOUNS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
IDS = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def blocks(path: Path, language: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)


def test_the_blocks_of_the_readme_run(tmp_path: Path) -> None:
    found = blocks(ROOT / "README.md", "python")
    assert found
    for block in found:
        command = [sys.executable, "-c", block]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        assert done.returncode == 0, f"{block}\n{done.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_sketches_are_python_and_import_what_exists(path: Path) -> None:
    for block in blocks(path, "python"):
        tree = ast.parse(block)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("twoside."):
                module = import_module(node.module or "")
                for alias in node.names:
                    assert hasattr(module, alias.name) or find_spec(f"{node.module}.{alias.name}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=IDS)
def test_commands_have_known_nouns(path: Path) -> None:
    for line in re.findall(r"^\s*(?:\$ )?(?:\S*bin/)?twoside (\S+)", path.read_text("utf-8"), re.M):
        assert line in NOUNS or line.startswith(("-", "NOUN")), f"{path.name}: twoside {line}"


@pytest.mark.parametrize("noun", NOUNS)
def test_every_noun_has_a_help(noun: str) -> None:
    command = [sys.executable, "-m", "twoside.cli.app", noun, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


def test_the_map_names_every_folder() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    source = ROOT / "src" / "twoside"
    folders = [p.name for p in source.iterdir() if p.is_dir() and p.name != "__pycache__"]
    missing = [name for name in folders if f"── {name}/" not in text]
    assert missing == []
    assert len(text.splitlines()) <= 150


def test_no_document_names_a_machine() -> None:
    for path in DOCUMENTS:
        found = re.findall(r"(?<![\w.])/(?:work|root|home|tmp)/\S*", path.read_text("utf-8"))
        assert found == [], path.name
