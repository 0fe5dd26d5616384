"""Rules of the house that a linter does not know."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "twoside"
FILES = sorted(SOURCE.rglob("*.py"))
EDGE = ("store", "cli", "server")
DOMAIN_WORDS = re.compile(r"\b(boss|bosses|seeker|seekers|job|jobs|resume|resumes|cart)\b", re.I)
NAMELESS = {"utils", "util", "helpers", "helper", "misc", "common", "core", "base", "manager"}


def code_words(path: Path) -> set[str]:
    """Names in the code of a file, without docstrings and comments."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def top(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def test_help_imports_only_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); sys.argv = ['twoside', '--help'];"
        "from twoside.cli.app import main; main();"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'twoside'}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "twoside NOUN" in done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_names_say_what_is_inside(path: Path) -> None:
    assert path.stem not in NAMELESS


def test_nothing_below_the_edge_opens_a_file_or_reads_the_clock() -> None:
    forbidden = re.compile(
        r"(?<![\w.])open\(|\.read_text\(|\.write_text\(|time\.time\(|datetime\.now\(|date\.today\("
        r"|np\.random\.(?!default_rng|Generator|SeedSequence|PCG64)|(?<!\w)print\("
    )
    found = []
    for path in FILES:
        if top(path) in EDGE or path.name == "config.py":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if forbidden.search(line.partition("#")[0]):
                found.append(f"{path.relative_to(SOURCE)}:{number}: {line.strip()}")
    assert found == []


def test_algorithms_know_no_word_of_a_domain() -> None:
    allowed = {"domains", "cli", "server", "charts"}
    found = [
        f"{path.relative_to(SOURCE)}: {word}"
        for path in FILES
        if top(path) not in allowed
        for word in sorted(code_words(path))
        if DOMAIN_WORDS.search(word.replace("_", " "))
    ]
    assert found == []


def test_nothing_is_pickled() -> None:
    found = [
        str(path.relative_to(SOURCE))
        for path in FILES
        if re.search(r"^\s*(import|from) (pickle|joblib|dill|cloudpickle)", path.read_text(), re.M)
        or "allow_pickle=True" in path.read_text(encoding="utf-8")
    ]
    assert found == []
