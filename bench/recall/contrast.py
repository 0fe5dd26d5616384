"""A channel against a plainer form of itself: what the part that is left out is worth.

Both forms try the same settings, each keeps its own best by NDCG@10 on the validation part and
runs on the test with the same seeds. A person's figure is the mean over the seeds; the interval of
a gain is a paired bootstrap over people.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.recall.quality import RARE, ndcg
from twoside.funnel.recall.terms import term_columns
from twoside.metrics.topn import hit_ranks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.recall.sets import Held
    from bench.recall.trying import Trying

PLAINER: dict[str, dict[str, Any]] = {"item2vec": {"side": False}}
"""Channel -> what makes it plain. Looked at where the set has an order and words."""
_DRAWS = 1000


def contrasts(trying: Trying) -> dict[str, dict[str, Any]]:
    """Of each channel that was run and has a plain form: how that one did, and the gain over it."""
    report: dict[str, dict[str, Any]] = {}
    if not (trying.found.ordered and term_columns(trying.found.test.data.items)):
        return report
    for name, plain in PLAINER.items():
        if name not in trying.lists:
            continue
        scratch = trying.scratch / f"{name}-plain"
        scratch.mkdir(exist_ok=True)
        plainer = replace(trying, scratch=scratch, fixed=plain, lists={})
        report[name] = plainer.channels([name])[name]
        if name in plainer.lists:
            lists = (_of_seeds(folder, name) for folder in (trying.scratch, scratch))
            report[name]["gain"] = gains(trying.found.test, *lists)
    return report


def gains(
    held: Held, whole: Sequence[np.ndarray], plain: Sequence[np.ndarray]
) -> dict[str, dict[str, float]]:
    """By figure the mean of both forms, the gain, and its 95 % interval from `low` to `high`.

    Args:
        whole: of each seed the lists int32 (n, width >= 100), best first, -1 at the end.
        plain: of the plain form; perhaps of fewer seeds, where they change nothing.
    """
    rng = np.random.default_rng(0)
    people = len(held.truth.start) - 1
    times = [np.bincount(rng.integers(0, people, people), minlength=people) for _ in range(_DRAWS)]
    told = _per_person(held, whole), _per_person(held, plain)
    report = {}
    for name, (one, worth) in told[0].items():
        other = told[1][name][0]
        if not worth.any():
            continue
        drawn = [float(n @ (one - other) / max(n @ worth, 1)) for n in times]
        low, high = np.quantile(drawn, [0.025, 0.975])
        whole_mean, plain_mean = one.sum() / worth.sum(), other.sum() / worth.sum()
        figures = {"whole": whole_mean, "plain": plain_mean, "gain": whole_mean - plain_mean}
        figures |= {"low": low, "high": high}
        report[name] = {figure: round(float(value), 4) for figure, value in figures.items()}
    return report


def _per_person(
    held: Held, lists: Sequence[np.ndarray]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By figure: what each person adds to its sum, mean over seeds, and how much they count there,
    both float64 (n,). The figures are those of `judged`."""
    start, size = held.truth.start, held.data.items.size
    rare = np.bincount(held.data.behaviours.item, minlength=size)[held.truth.item] <= RARE
    owner = np.repeat(np.arange(len(start) - 1), np.diff(start))

    def of_person(marked: np.ndarray) -> np.ndarray:
        return np.bincount(owner, marked, minlength=len(start) - 1)

    ranks = [hit_ranks(one, held.truth) for one in lists]
    everybody = np.ones(len(start) - 1)
    found = {"ndcg@10": (np.mean([ndcg(one, held.truth) for one in lists], axis=0), everybody)}
    hit = [of_person((r >= 0) & (r < 10)) > 0 for r in ranks]
    found["hr@10"] = np.mean(hit, axis=0), everybody
    for k in (10, 100):
        hit = [of_person(rare & (r >= 0) & (r < k)) for r in ranks]
        found[f"rare hr@{k}"] = np.mean(hit, axis=0), of_person(rare)
    return found


def _of_seeds(folder: Path, name: str) -> list[np.ndarray]:
    """The lists of the test, a seed each."""
    return [np.load(path)["items"] for path in sorted(folder.glob(f"{name}-test-seed*.npz"))]
