"""Boosted trees as arrays, for one question: what if one column read otherwise?

Only the trees that ask the column can answer otherwise, so only those are walked again: with some
thousand columns a few trees of many. The answers are the library's (tested on the same rows).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Sequence


class Nodes(NamedTuple):
    """The nodes of all trees, one tree after another."""

    column: np.ndarray
    """int32: place in `asked`, -1 at a leaf"""
    threshold: np.ndarray
    """float32: below it goes left"""
    unknown_left: np.ndarray
    """bool: where unknown goes"""
    left: np.ndarray
    """int32"""
    right: np.ndarray
    """int32"""
    value: np.ndarray
    """float32: of a leaf, what it adds to the log-odds"""


@dataclass(frozen=True)
class TreeWalk:
    """Trees of numbers only, and what each says of some rows."""

    asked: np.ndarray
    """int64 (k,): columns that some tree asks, rising"""
    asked_by: tuple[np.ndarray, ...]
    """int32 (trees that ask it,) for each of them"""
    values: np.ndarray
    """float32 (n, k): the rows, those columns only; NaN is unknown"""
    nodes: Nodes
    root: np.ndarray
    """int32 (trees,)"""
    said: np.ndarray
    """float32 (trees, n): each tree's part of the log-odds"""
    log_odds: np.ndarray
    """float64 (n,)"""

    @staticmethod
    def of(booster: Any, values: np.ndarray) -> TreeWalk:
        """Of an `xgboost.Booster` of binary:logistic without categories, and rows (n, columns)."""
        learner = json.loads(bytes(booster.save_raw("json")))["learner"]
        trees = learner["gradient_booster"]["model"]["trees"]
        rate = float(learner["learner_model_param"]["base_score"].strip("[]"))
        sizes = [len(tree["left_children"]) for tree in trees]
        root = np.cumsum([0, *sizes])[:-1].astype(np.int32)
        inner = _joined(trees, "left_children", np.int32) >= 0
        column = _joined(trees, "split_indices", np.int64)
        asked = np.unique(column[inner])
        place = np.where(inner, np.searchsorted(asked, column), -1).astype(np.int32)
        of_tree = np.repeat(np.arange(len(trees), dtype=np.int32), sizes)
        condition = _joined(trees, "split_conditions", np.float32)
        start = np.repeat(root, sizes)
        nodes = Nodes(
            place,
            condition,
            _joined(trees, "default_left", np.uint8) > 0,
            _joined(trees, "left_children", np.int32) + start,
            _joined(trees, "right_children", np.int32) + start,
            np.where(inner, np.float32(0), condition),  # at a leaf the condition is its value
        )
        seen = np.ascontiguousarray(values[:, asked])
        said = np.zeros((len(trees), len(seen)), np.float32)
        none = np.zeros(len(seen), np.float32)
        for tree in range(len(trees)):
            _walk(seen, -2, none, root[tree], nodes, said[tree])
        asked_by = tuple(np.unique(of_tree[place == n]) for n in range(len(asked)))
        log_odds = np.log(rate / (1 - rate)) + said.sum(axis=0, dtype=np.float64)
        return TreeWalk(asked, asked_by, seen, nodes, root, said, log_odds)

    def otherwise(self, place: int, column: np.ndarray) -> np.ndarray:
        """float64 (n,): log-odds if `asked[place]` read float32 (n,) in the rows."""
        found = self.log_odds.copy()
        column = np.ascontiguousarray(column, np.float32)
        answer = np.empty(len(found), np.float32)
        for tree in self.asked_by[place]:
            _walk(self.values, place, column, self.root[tree], self.nodes, answer)
            found += answer.astype(np.float64) - self.said[tree]
        return found


def _joined(trees: Sequence[dict[str, Any]], name: str, kind: Any) -> np.ndarray:
    return np.concatenate([np.array(tree[name], kind) for tree in trees] or [np.array([], kind)])


@njit(cache=True, nogil=True)
def _walk(values, other, instead, root, nodes, answer):  # type: ignore[no-untyped-def]
    """What one tree says of every row, if column `other` reads `instead`."""
    for row in range(len(values)):
        node = root
        while nodes.column[node] >= 0:
            column = nodes.column[node]
            x = instead[row] if column == other else values[row, column]
            goes_left = nodes.unknown_left[node] if np.isnan(x) else x < nodes.threshold[node]
            node = nodes.left[node] if goes_left else nodes.right[node]
        answer[row] = nodes.value[node]
