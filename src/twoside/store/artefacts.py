"""Artefacts: fitted things in versions that never change, and a pointer to the one in use.

    <root>/<name>/v0001/manifest.json     what it is, from what, and the sha256 of every file
                        <part>.npz        the arrays of one fitted part
    <root>/<name>/current                 the version in use; replaced at once

A version is published by renaming a finished folder, so nobody loads half of one, and rolling
back is moving the pointer. Arrays are numbers only: loading a file never runs code from it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside import __version__
from twoside.errors import ArtefactError, did_you_mean
from twoside.schema.artefact import Packed
from twoside.store import journal

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9_\-]+(/[A-Za-z0-9_\-]+)*")
_PART = re.compile(r"[A-Za-z0-9_\-]+")
_VERSION = re.compile(r"v\d{4,}")


@dataclass(frozen=True)
class Artefact:
    """One version of one artefact, loaded."""

    name: str
    version: str
    parts: Mapping[str, Packed]
    about: Mapping[str, Any]
    """What the publisher said of it: settings, the days and files of its data, its report."""
    code: str
    """The version of twoside that wrote it."""


@dataclass(frozen=True)
class Artefacts:
    """All artefacts below a folder. A name may have slashes: `feed/videos_for_viewer`."""

    root: Path

    def publish(self, name: str, parts: Mapping[str, Packed], about: Mapping[str, Any]) -> str:
        """Write a new version, point `current` to it, and return its name."""
        home = self._home(name)
        home.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
        aside.chmod(0o755)  # mkdtemp gives 0700, but other accounts may serve what we trained
        try:
            written = {part: _write(aside, name, part, p) for part, p in parts.items()}
            version = self._publish(name, aside, {"about": dict(about), "parts": written})
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        self.point(name, version)
        return version

    def load(self, name: str, version: str | None = None) -> Artefact:
        """A version, or the current one; every file is checked against its manifest."""
        version = version or self.current(name)
        folder = self._version(name, version)
        manifest = _manifest(folder, f"artefact {name} {version}")
        parts = {
            part: _read(folder, f"artefact {name} {version}", written)
            for part, written in manifest["parts"].items()
        }
        return Artefact(name, version, parts, manifest["about"], manifest["code"])

    def names(self) -> list[str]:
        """All artefacts that have a current version."""
        found = self.root.rglob("current") if self.root.is_dir() else ()
        return sorted(str(path.parent.relative_to(self.root)) for path in found)

    def versions(self, name: str) -> list[str]:
        """All versions, oldest first; empty if there is none."""
        home = self._home(name)
        found = home.iterdir() if home.is_dir() else ()
        names = [entry.name for entry in found if _VERSION.fullmatch(entry.name)]
        return sorted(names, key=lambda version: int(version[1:]))

    def current(self, name: str) -> str:
        """The version in use."""
        pointer = self._home(name) / "current"
        if not pointer.is_file():
            known = did_you_mean(name, self.names())
            raise ArtefactError(
                f"artefact {name}: none was published in {self.root}. Train it first. {known}"
            )
        return pointer.read_text(encoding="utf-8").strip()

    def point(self, name: str, version: str) -> None:
        """Use another version: roll back, or forward again."""
        self._version(name, version)
        journal.replace_text(self._home(name) / "current", version + "\n")

    def _home(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ArtefactError(
                f"artefact {name!r}: expected letters, digits, '-', '_' and '/' between words."
            )
        return self.root / name

    def _version(self, name: str, version: str) -> Path:
        folder = self._home(name) / version
        if not _VERSION.fullmatch(version) or not folder.is_dir():
            raise ArtefactError(
                f"artefact {name}: there is no version {version!r} in {self.root}. "
                f"{did_you_mean(version, self.versions(name))}"
            )
        return folder

    def _publish(self, name: str, aside: Path, manifest: dict[str, Any]) -> str:
        while True:
            known = self.versions(name)
            version = f"v{int(known[-1][1:]) + 1 if known else 1:04d}"
            whole = {"format": FORMAT, "name": name, "version": version, "code": __version__}
            try:
                text = json.dumps({**whole, **manifest}, indent=1)
            except TypeError as error:
                raise ArtefactError(
                    f"artefact {name}: about and meta must be JSON: {error}."
                ) from None
            journal.write_text(aside / "manifest.json", text)
            try:
                aside.rename(self._home(name) / version)
            except OSError:
                if version not in self.versions(name):
                    raise
                continue  # somebody else published this number first
            return version


def _write(folder: Path, name: str, part: str, packed: Packed) -> dict[str, Any]:
    if not _PART.fullmatch(part):
        raise ArtefactError(f"artefact {name}: part {part!r}: expected letters, digits, '-', '_'.")
    for array_name, array in packed.arrays.items():
        if array.dtype.hasobject:
            raise ArtefactError(
                f"artefact {name}: {part}.{array_name} holds Python objects, expected numbers. "
                "Pack texts into `meta`."
            )
    path = folder / f"{part}.npz"
    with path.open("wb") as file:
        np.savez(file, **dict(packed.arrays))  # type: ignore[arg-type]
    return {"file": path.name, "sha256": sha256_of(path), "meta": dict(packed.meta)}


def _manifest(folder: Path, where: str) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        number, _, _, _ = found["format"], found["parts"], found["about"], found["code"]
    except FileNotFoundError:
        raise ArtefactError(f"{where}: {path} is missing. Publish it again or roll back.") from None
    except (ValueError, KeyError, TypeError):
        raise ArtefactError(f"{where}: {path} is corrupt. Publish it again or roll back.") from None
    if number != FORMAT:
        raise ArtefactError(
            f"{where}: {path} has format {number}, but this twoside knows format {FORMAT}. "
            "Train again, or use the twoside that wrote it."
        )
    return found


def _read(folder: Path, where: str, written: Mapping[str, Any]) -> Packed:
    path = folder / written["file"]
    if not path.is_file():
        raise ArtefactError(f"{where}: {path} is missing. Publish it again or roll back.")
    if sha256_of(path) != written["sha256"]:
        raise ArtefactError(
            f"{where}: {path} is corrupt (its sha256 is not the manifest's). "
            "Publish it again or roll back."
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        raise ArtefactError(f"{where}: {path} is not readable: {error}.") from None
    return Packed(written["meta"], arrays)


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
