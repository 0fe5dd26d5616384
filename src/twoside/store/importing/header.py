"""The first line of text files: what their columns are called."""

from __future__ import annotations

import csv as python_csv
import gzip
from typing import TYPE_CHECKING

from twoside.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twoside.store.importing.mapping import Csv


def text_columns(paths: Sequence[Path], csv: Csv, where: str) -> tuple[str, ...]:
    """The columns of all files; files of different columns are an error."""
    first = _columns(paths[0], csv, where)
    for path in paths[1:]:
        other = _columns(path, csv, where)
        if other != first:
            raise DataError(
                f"{where}: {path.name} has the columns {', '.join(other)}, but {paths[0].name} "
                f"has {', '.join(first)}. Files of one pattern must have the same columns."
            )
    return first


def _columns(path: Path, csv: Csv, where: str) -> tuple[str, ...]:
    line = _first_line(path, csv, where)
    if len(csv.delimiter) == 1 and csv.quote:
        found = next(python_csv.reader([line], delimiter=csv.delimiter, quotechar=csv.quote), [])
    else:
        found = line.split(csv.delimiter)
    # A data frame written with its index has a first column without a name.
    names = tuple(name.strip() or f"column{n}" for n, name in enumerate(found))
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{where}: {path.name} has two columns '{name}'. Rename one.")
    return names


def _first_line(path: Path, csv: Csv, where: str) -> str:
    # With utf-8-sig, because some programs put a mark (BOM) before the first name.
    encoding = "utf-8-sig" if csv.encoding == "utf-8" else csv.encoding
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding=encoding) as file:
            line = str(file.readline()).rstrip("\r\n")
    except (UnicodeDecodeError, gzip.BadGzipFile, LookupError) as error:
        raise DataError(f"{where}: {path.name} is not text in {csv.encoding}: {error}.") from None
    if not line:
        raise DataError(f"{where}: {path.name} is empty, expected a line with column names.")
    return line
