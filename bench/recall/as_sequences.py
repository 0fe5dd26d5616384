"""A log as a set of sequences, so that `bench.recall` runs on it.

    python -m bench.recall.as_sequences LOG --person COLUMN --item COLUMN [--time COLUMN]
        [--where COLUMN] [--items TABLE --words COLUMN ...] [--least 5] --out DIR/NAME

LOG and TABLE are Parquet, or CSV as pandas reads it (.gz too; tabs if a header has them). Each
person's items in order of time (of the file where there is none), each item where it came first;
people and items of fewer than `least` are left out until none are left (the k-core of He and
McAuley 2016, "Ups and Downs"). `--where` keeps rows in which a column is neither 0
nor empty. The words of an item are the values of its columns; a value with commas is several.

Writes DIR/NAME.txt and, with words, DIR/NAME_item2attributes.json: numbers from 1, by the order of
the ids.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd


def main() -> None:
    """Read, cut, write, and say how much it is."""
    asked = _asked()
    log = _read(asked.log)
    names = [asked.person, asked.item, *([asked.time] if asked.time else [])]
    _expect(log, asked.log, [*names, *([asked.where] if asked.where else [])])
    kept = log[log[asked.where].fillna(0) != 0] if asked.where else log
    pairs = _core(_in_order(kept, *names), asked.least)
    if pairs.empty:
        raise SystemExit(f"{asked.log}: no person and item with {asked.least} of each other.")
    person, _ = pd.factorize(pairs["person"], sort=True)
    item, ids = pd.factorize(pairs["item"], sort=True)
    numbered = pd.DataFrame({"person": person + 1, "item": item + 1})
    out = asked.out.with_name(f"{asked.out.name}.txt")
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = numbered.groupby("person")["item"].agg(lambda found: " ".join(map(str, found)))
    out.write_text("".join(f"{number} {line}\n" for number, line in rows.items()))
    if asked.words:
        table = _read(asked.items)
        _expect(table, asked.items, [asked.item, *asked.words])
        words = _words(table.set_index(asked.item)[asked.words], ids)
        path = asked.out.with_name(f"{asked.out.name}_item2attributes.json")
        path.write_text(json.dumps(words))
    print(f"{out}: {len(rows)} people, {len(ids)} items, {len(numbered)} likes")


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    tabs = pd.read_csv(path, sep="\t", nrows=0).shape[1] > 1
    return pd.read_csv(path, sep="\t" if tabs else ",")


def _expect(table: pd.DataFrame, path: Path, columns: list[str]) -> None:
    for name in columns:
        if name not in table.columns:
            raise SystemExit(f"{path}: no column '{name}': it has {', '.join(table.columns)}.")


def _in_order(log: pd.DataFrame, person: str, item: str, time: str = "") -> pd.DataFrame:
    """Rows person, item: each pair once, where it came first."""
    rows = log.sort_values(time, kind="stable") if time else log
    pairs = rows[[person, item]].set_axis(["person", "item"], axis=1).dropna()
    return pairs.drop_duplicates().sort_values("person", kind="stable")


def _core(pairs: pd.DataFrame, least: int) -> pd.DataFrame:
    """What is left when everybody has `least` items and each item `least` people."""
    while True:
        often = pairs.groupby("person")["item"].transform("size") >= least
        often &= pairs.groupby("item")["person"].transform("size") >= least
        if often.all():
            return pairs
        pairs = pairs[often]


def _words(columns: pd.DataFrame, ids: pd.Index) -> dict[str, list[int]]:
    """Words of the items by their number; a word is a column and one of its values."""
    number: dict[tuple[str, str], int] = {}
    said: dict[str, list[int]] = {}
    known = columns[~columns.index.duplicated()].reindex(ids)
    for row, values in enumerate(known.itertuples(index=False), start=1):
        found = [
            number.setdefault((name, word), len(number) + 1)
            for name, value in zip(known.columns, values, strict=True)
            if not pd.isna(value)
            for word in str(value).split(",")
        ]
        said[str(row)] = found
    return said


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--person", required=True, metavar="COLUMN")
    parser.add_argument("--item", required=True, metavar="COLUMN")
    parser.add_argument("--time", default="", metavar="COLUMN")
    parser.add_argument("--where", default="", metavar="COLUMN", help="rows that have it")
    parser.add_argument("--items", type=Path, default=None, metavar="TABLE")
    parser.add_argument("--words", nargs="*", default=[], metavar="COLUMN", help="of that table")
    parser.add_argument("--least", type=int, default=5)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR/NAME")
    asked = parser.parse_args()
    if bool(asked.words) != (asked.items is not None):
        parser.error("--items and --words go together.")
    if asked.least < 1:
        parser.error(f"--least {asked.least}: expected 1 or more.")
    return asked


if __name__ == "__main__":
    main()
