"""Online values: bytes by key, read many at once while a list is made.

Two homes with the same behaviour: memory (tests, one process) and LMDB (a file that many
processes map; a reader is never blocked by the writer).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import lmdb

from twoside.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class OnlineValues(Protocol):
    """Bytes by key. Keys are 1 to 511 bytes."""

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Set all these values, or none of them."""

    def delete_many(self, keys: Sequence[bytes]) -> None:
        """Forget these keys; one that is not there is fine."""

    def close(self) -> None:
        """Give the resources back; what was put stays where it is kept."""


class MemoryValues:
    """Values of this process only."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none."""
        _check(keys)
        return [self._values.get(key) for key in keys]

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Set all these values."""
        _check(values)
        self._values.update(values)

    def delete_many(self, keys: Sequence[bytes]) -> None:
        """Forget these keys."""
        _check(keys)
        for key in keys:
            self._values.pop(key, None)

    def close(self) -> None:
        """Nothing to give back."""


class LmdbValues:
    """Values in an LMDB folder, shared by the processes of one machine."""

    def __init__(self, folder: Path, max_bytes: int = 1 << 36) -> None:
        """`max_bytes` only reserves address space (64 GiB), not disk."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._env = lmdb.open(str(folder), map_size=max_bytes, max_readers=1024)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """The value of each key, None where there is none; all from one snapshot."""
        _check(keys)
        with self._env.begin() as reading:
            return [reading.get(key) for key in keys]

    def put_many(self, values: Mapping[bytes, bytes]) -> None:
        """Set all these values, or none of them."""
        _check(values)
        try:
            with self._env.begin(write=True) as writing:
                for key, value in sorted(values.items()):
                    writing.put(key, value)
        except lmdb.MapFullError:
            raise DataError(f"{self._folder}: full. Open it with a larger `max_bytes`.") from None

    def delete_many(self, keys: Sequence[bytes]) -> None:
        """Forget these keys."""
        _check(keys)
        with self._env.begin(write=True) as writing:
            for key in keys:
                writing.delete(key)

    def close(self) -> None:
        """Unmap the file."""
        self._env.close()


def _check(keys: Sequence[bytes] | Mapping[bytes, bytes]) -> None:
    for key in keys:
        if not 1 <= len(key) <= 511:
            raise DataError(f"online key {key[:20]!r}: {len(key)} bytes, expected 1 to 511.")
