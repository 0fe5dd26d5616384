"""Fitted boosters as arrays, walked through by one kernel for all targets.

A booster of the library answers five hundred rows in a millisecond, most of it spent on getting
there; a list needs one answer a target. Here every test of a node is `input < threshold`: an
unknown number is minus or plus infinity, by the side its node sends it to, and a set of codes is
an input of its own that is 0 or 1. The scores are the library's (tested on the same rows).
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ROWS = 512
"""Rows taken together, so that their inputs stay near."""


@dataclass(frozen=True)
class Forest:
    """The trees of T targets, one after another."""

    column: np.ndarray
    """int32 (k,): the column an input reads, -1: it is always 0, as leaves ask"""
    unknown: np.ndarray
    """float32 (k,): the input's value where the column's is unknown"""
    code_start: np.ndarray
    """int32 (k + 1,): if not empty, the input is `member[start + code]`, 0 beyond the last"""
    member: np.ndarray
    """float32"""
    root: np.ndarray
    """int32 (trees,)"""
    depth: np.ndarray
    """int32 (trees,)"""
    target: np.ndarray
    """int32 (trees,)"""
    asks: np.ndarray
    """int32 (nodes,): the input"""
    threshold: np.ndarray
    """float32 (nodes,)"""
    left: np.ndarray
    """int32 (nodes,): where it is below; the node after that where it is not; itself at a leaf"""
    value: np.ndarray
    """float32 (nodes,): what a leaf adds to the log-odds"""
    base: np.ndarray
    """float32 (T,): log-odds before the first tree"""

    @staticmethod
    def of(boosters: Sequence[Any]) -> Forest:
        """From fitted `xgboost.Booster`s of binary:logistic, one a target."""
        growing = _Growing()
        base = []
        for target, booster in enumerate(boosters):
            learner = json.loads(bytes(booster.save_raw("json")))["learner"]
            rate = float(learner["learner_model_param"]["base_score"].strip("[]"))
            base.append(np.log(rate / (1 - rate)))
            for tree in learner["gradient_booster"]["model"]["trees"]:
                growing.add(tree, target)
        return growing.forest(base)

    def log_odds(self, seen: np.ndarray) -> np.ndarray:
        """float32 (n, columns), unknown NaN -> float32 (n, T)."""
        out = np.empty((len(seen), len(self.base)), np.float32)
        _walk(
            seen,
            self.column,
            self.unknown,
            self.code_start,
            self.member,
            self.root,
            self.depth,
            self.target,
            self.asks,
            self.threshold,
            self.left,
            self.value,
            self.base,
            out,
        )
        return out


class _Growing:
    """Collects trees; every distinct input once."""

    def __init__(self) -> None:
        self.inputs: dict[tuple[int, float, tuple[int, ...]], int] = {(-1, 0.0, ()): 0}
        self.trees: list[tuple[int, int, int]] = []
        self.nodes: list[tuple[int, float, int, float]] = []

    def add(self, tree: dict[str, Any], target: int) -> None:
        """The nodes of one tree, breadth first, the children of a node side by side."""
        sets = {
            node: tuple(tree["categories"][start : start + size])
            for node, start, size in zip(
                tree["categories_nodes"],
                tree["categories_segments"],
                tree["categories_sizes"],
                strict=True,
            )
        }
        root = len(self.nodes)
        waiting, found, deepest = deque([(0, 0)]), root + 1, 0
        while waiting:
            node, level = waiting.popleft()
            deepest = max(deepest, level)
            below = tree["left_children"][node]
            if below < 0:
                leaf = tree["split_conditions"][node]
                self.nodes.append((0, 1.0, len(self.nodes), leaf))
                continue
            self.nodes.append((*self._test(tree, node, sets.get(node, ())), found, 0.0))
            waiting += [(below, level + 1), (tree["right_children"][node], level + 1)]
            found += 2
        self.trees.append((root, deepest, target))

    def _test(self, tree: dict[str, Any], node: int, codes: tuple[int, ...]) -> tuple[int, float]:
        """The input and the threshold of a node. Codes of its set go to the right."""
        is_set = bool(tree["split_type"][node])
        to_left = bool(tree["default_left"][node])
        if is_set:
            unknown, threshold = float(not to_left), 0.5
        else:
            unknown, threshold = (-np.inf if to_left else np.inf), tree["split_conditions"][node]
        key = (tree["split_indices"][node], unknown, codes)
        return self.inputs.setdefault(key, len(self.inputs)), threshold

    def forest(self, base: Iterable[float]) -> Forest:
        """All of it as arrays."""
        members = [_members(codes) for _, _, codes in self.inputs]
        asks, threshold, left, value = zip(*self.nodes, strict=True) if self.nodes else [()] * 4
        root, depth, target = zip(*self.trees, strict=True) if self.trees else [()] * 3
        return Forest(
            column=np.array([column for column, _, _ in self.inputs], np.int32),
            unknown=np.array([unknown for _, unknown, _ in self.inputs], np.float32),
            code_start=np.cumsum([0, *map(len, members)]).astype(np.int32),
            member=np.concatenate(members),
            root=np.array(root, np.int32),
            depth=np.array(depth, np.int32),
            target=np.array(target, np.int32),
            asks=np.array(asks, np.int32),
            threshold=np.array(threshold, np.float32),
            left=np.array(left, np.int32),
            value=np.array(value, np.float32),
            base=np.array(base, np.float32),
        )


def _members(codes: tuple[int, ...]) -> np.ndarray:
    """float32 (largest code + 1,): 1 for the codes of a set."""
    member = np.zeros(max(codes, default=-1) + 1, np.float32)
    member[list(codes)] = 1
    return member


@njit(cache=True, nogil=True)
def _walk(  # type: ignore[no-untyped-def]
    seen,
    column,
    unknown,
    code_start,
    member,
    root,
    depth,
    target,
    asks,
    threshold,
    left,
    value,
    base,
    out,
):
    inputs = np.zeros((len(column), _ROWS), np.float32)
    added = np.empty((len(base), _ROWS), np.float32)
    node = np.empty(_ROWS, np.int32)
    for first in range(0, len(seen), _ROWS):
        rows = min(_ROWS, len(seen) - first)
        columns = np.ascontiguousarray(seen[first : first + rows].T)
        for k in range(1, len(column)):
            start, size = code_start[k], code_start[k + 1] - code_start[k]
            for row in range(rows):
                x = columns[column[k], row]
                if np.isnan(x):
                    x = unknown[k]
                elif size > 0:
                    x = member[start + int(x)] if 0 <= x < size else np.float32(0)
                inputs[k, row] = x
        for t in range(len(base)):
            added[t] = base[t]
        for tree in range(len(root)):
            node[:rows] = root[tree]
            for _ in range(depth[tree]):
                for row in range(rows):
                    at = node[row]
                    node[row] = left[at] + np.int32(inputs[asks[at], row] >= threshold[at])
            for row in range(rows):
                added[target[tree], row] += value[node[row]]
        out[first : first + rows] = added[:, :rows].T
