"""The cosine of two texts by joins alone: an engine needs no function of ours.

A text is a distinct set of words, numbered in Python; `asked` carries the numbers of the two
texts. The product of two texts is the sum over their pairs of words of a table of products, taken
once for each pair of texts that is asked about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from twoside.features.graph.spans import column_of
from twoside.features.text import BUCKETS, Bags, Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis.expr.types as ir

    from twoside.features.kinds.content import TextSimilarity

    Table = Callable[[pa.Table], ir.Table]

_NAN = float("nan")


@dataclass(frozen=True)
class Texts:
    """The distinct texts of a column: their words, and those words' vectors."""

    bags: Bags
    """A row a text"""

    def words(self, text: str, words: str, table: Table) -> ir.Table:
        """(text, words): the list of words of each text, under the names that are given. The
        lists are made by the engine, in any order: Spark takes no table of lists."""
        bags = self.bags
        of = np.repeat(np.arange(len(bags.start) - 1), np.diff(bags.start))
        flat = table(_arrow({text: of, "word": bags.codes}))
        return flat.group_by(text).agg(**{words: flat.word.collect()})

    def squares(self, text: str, square: str, table: Table) -> ir.Table:
        """(text, square): the squared length of each text."""
        squares = self.bags.squares()
        return table(_arrow({text: np.arange(len(squares)), square: squares}))


def numbered(column: pa.ChunkedArray | pa.Array, words: Vectors) -> tuple[pa.Array, Texts]:
    """The number of the text of each entry (int32, -1: there is none), and the texts. The column
    holds codes, or lists of codes."""
    entry, code = _said(column)
    length = np.bincount(entry, minlength=len(column))
    begin = np.append(0, np.cumsum(length))
    numbers = np.full(len(column), -1, np.int32)
    codes, lengths = [np.empty(0, np.int32)], [0]
    for size in np.unique(length[length > 0]).tolist():
        entries = np.flatnonzero(length == size)
        lists = code[begin[entries][:, None] + np.arange(size)]
        texts, number = np.unique(lists, axis=0, return_inverse=True)
        numbers[entries] = len(lengths) - 1 + number.reshape(-1)
        codes.append(texts.reshape(-1))
        lengths += [size] * len(texts)
    start = np.cumsum(lengths, dtype=np.int64)
    return pa.array(numbers), Texts(Bags(np.concatenate(codes), start, words))


def _said(column: pa.ChunkedArray | pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """(entry, code), in order: the different known codes of each entry."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_list(column.type):
        entry = pc.list_parent_indices(column).to_numpy()
        code = pc.list_flatten(column).to_numpy()
    else:
        entry, code = np.arange(len(column)), column.to_numpy()
    known = code >= 0
    width = int(code.max(initial=0)) + 1
    pairs = np.unique(entry[known].astype(np.int64) * width + code[known])
    return pairs // width, (pairs % width).astype(np.int32)


def text_column(column: str) -> str:
    """The name of a party's column that holds the numbers of its texts."""
    return f"{column}__text"


def text_similarity(
    asked: ir.Table, f: TextSimilarity, texts: Mapping[tuple[str, str], Texts], table: Table
) -> ir.Table:
    """(row, feature) from asked rows that carry the numbers of both texts; `texts` is by
    (side, column), `table` makes Arrow rows a table of the engine."""
    my_texts, its_texts = texts["person", f.person_column], texts["item", f.item_column]
    rows = asked.select(
        row=asked.row,
        mine=asked[column_of("person", text_column(f.person_column))],
        its=asked[column_of("item", text_column(f.item_column))],
    )
    pairs = rows.filter(rows.mine >= 0, rows.its >= 0).select("mine", "its").distinct()
    # Lists are carried to the pairs and unnested there: joined word by word instead, DuckDB chose
    # an order of joins that took a hundred times longer.
    met = pairs.inner_join(my_texts.words("mine", "my_words", table), "mine")
    met = met.inner_join(its_texts.words("its", "its_words", table), "its")
    met = met.select("mine", "its", "its_words", my_word=met.my_words.unnest())
    met = met.select("mine", "its", "my_word", its_word=met.its_words.unnest())
    met = met.inner_join(table(_products(my_texts, its_texts)), ["my_word", "its_word"])
    products = met.group_by("mine", "its").agg(product=met["product"].sum().cast("int64"))
    rows = rows.left_join(products, ["mine", "its"]).select("row", "mine", "its", "product")
    rows = rows.left_join(my_texts.squares("mine", "my_square", table), "mine")
    rows = rows.select("row", "its", "product", "my_square")
    rows = rows.left_join(its_texts.squares("its", "its_square", table), "its")
    none = ibis.literal(0, "int64")
    square = ibis.coalesce(rows.my_square, none).cast("float64") * ibis.coalesce(
        rows.its_square, none
    ).cast("float64")
    cosine = ibis.coalesce(rows["product"], none) / square.sqrt()
    return rows.select(
        row=rows.row, **{f.name: ibis.ifelse(square > 0, cosine, _NAN).cast("float32")}
    )


def _products(mine: Texts, its: Texts) -> pa.Table:
    """(my_word, its_word, product): of all words that share a bucket."""
    found = sparse.coo_array(_matrix(mine.bags.vectors) @ _matrix(its.bags.vectors).T)
    return _arrow({"my_word": found.row, "its_word": found.col, "product": found.data})


def _matrix(vectors: Vectors) -> sparse.csr_array:
    """int64 (words, buckets)"""
    shape = len(vectors.start) - 1, BUCKETS
    return sparse.csr_array((vectors.count, vectors.bucket, vectors.start), shape)


def _arrow(columns: Mapping[str, np.ndarray]) -> pa.Table:
    """Numbers of texts and words as int32, products as int64."""
    wide = ("product", "my_square", "its_square")
    arrays = {
        name: pa.array(values.astype(np.int64 if name in wide else np.int32))
        for name, values in columns.items()
    }
    return pa.table(arrays)
