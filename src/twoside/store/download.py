"""Fetching a file from an address, or a wheel with the user's own pip; both checked by sha256."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from twoside.errors import DataError
from twoside.schema.progress import quiet
from twoside.store.artefacts import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.schema.progress import Tick

_CHUNK = 1 << 18
_NO_MORE = 416
"""HTTP: the asked range begins after the end of the file."""


@dataclass(frozen=True)
class Wheel:
    """A pinned package of a package index."""

    package: str
    version: str
    sha256: str


def fetch(url: str, path: Path, sha256: str = "", tick: Tick = quiet) -> Path:
    """Fetch an address into a file.

    A finished file is kept; a partial one (`<name>.part`) is continued by an HTTP range if the
    server still has the same file (its ETag is kept beside), and replaced otherwise."""
    if path.is_file() and (not sha256 or sha256_of(path) == sha256):
        tick(1.0)
        return path
    part, tag = path.with_name(path.name + ".part"), path.with_name(path.name + ".etag")
    try:
        with httpx.Client(follow_redirects=True, timeout=30.0) as client:
            _continue(client, url, part, tag, tick)
    except httpx.HTTPError as error:
        raise DataError(
            f"{url}: {error or type(error).__name__}. Try again: what has come is kept."
        ) from None
    _must_be(part, sha256, url)
    part.replace(path)
    tag.unlink(missing_ok=True)
    return path


def _continue(client: httpx.Client, url: str, part: Path, tag: Path, tick: Tick) -> None:
    have = part.stat().st_size if part.exists() and tag.exists() else 0
    # Without compression, so that bytes on the way are bytes of the file.
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": tag.read_text(encoding="utf-8")}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == _NO_MORE:
            return  # all of it was there; the sha256 will say
        answer.raise_for_status()
        if answer.status_code != httpx.codes.PARTIAL_CONTENT:
            have = 0
        whole = have + int(answer.headers.get("Content-Length") or 0)
        _keep_tag(tag, answer.headers.get("ETag", ""))
        with part.open("ab" if have else "wb") as file:
            for chunk in answer.iter_bytes(_CHUNK):
                have += file.write(chunk)
                tick(min(have / whole, 1.0) if whole else 0.5)


def _keep_tag(tag: Path, etag: str) -> None:
    """A weak tag (W/...) does not promise the same bytes, so it cannot continue a file."""
    if etag and not etag.startswith("W/"):
        tag.write_text(etag, encoding="utf-8")
    else:
        tag.unlink(missing_ok=True)


def fetch_wheel(wheel: Wheel, folder: Path, tick: Tick = quiet) -> Path:
    """Fetch a pinned wheel with `pip download`, so that the user's mirrors and proxies count."""
    found = _wheel_in(folder, wheel)
    if found is None or sha256_of(found) != wheel.sha256:
        tick(0.1)
        wanted = f"{wheel.package}=={wheel.version}"
        command = [sys.executable, "-m", "pip", "download", "--no-deps"]
        command += ["--only-binary", ":all:", "--disable-pip-version-check", "-q"]
        done = subprocess.run(
            [*command, "-d", str(folder), wanted], capture_output=True, text=True, check=False
        )
        found = _wheel_in(folder, wheel)
        if done.returncode or found is None:
            why = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            raise DataError(
                f"pip download {wanted} failed: {' '.join(why) or done.stderr.strip()[-300:]} "
                "Check the index that pip is configured for, and try again."
            )
    _must_be(found, wheel.sha256, f"{wheel.package}=={wheel.version}")
    tick(1.0)
    return found


def _wheel_in(folder: Path, wheel: Wheel) -> Path | None:
    name = wheel.package.replace("-", "_")
    return next(iter(sorted(folder.glob(f"{name}-{wheel.version}-*.whl"))), None)


def _must_be(path: Path, sha256: str, what: str) -> None:
    got = sha256_of(path)
    if sha256 and got != sha256:
        path.unlink()
        raise DataError(
            f"{what}: sha256 {got}, expected {sha256}. The file was removed: try again, and if it "
            "stays so, it is not the file that this version of twoside was made for."
        )
