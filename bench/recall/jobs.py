"""A method at work in a process of its own, so that its memory and CPU are its own.

The plan is a JSON file: the method's name, where the set lies, and jobs (stage, settings, seed,
where the answer goes). Only numpy and the standard library are needed here, for peers run in
environments that twoside does not share.
"""

from __future__ import annotations

import json
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


class Answering(Protocol):
    """A fitted method."""

    def top(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """items int32 (n, width) and scores float32 of those asked, what they know left out."""

    def among(self, candidates: np.ndarray) -> np.ndarray:
        """float32 (n, m): the scores of candidates int32 (n, m); -inf for none."""


def told(plan: Path) -> tuple[str, str]:
    """A peer's method, and the folder with the likes of both stages."""
    found = json.loads(plan.read_text())
    return found["method"].partition(".")[2], found["shared"]


def work(plan: Path, fit: Callable[[dict[str, Any]], Answering]) -> None:
    """Do every job of the plan and print a line of costs for each.

    Args:
        fit: from a job to what answers; what it does once before (reading, compiling) belongs
            before this call.
    """
    jobs = json.loads(plan.read_text())["jobs"]
    for job in jobs:
        wall, cpu = time.perf_counter(), time.process_time()
        fitted = fit(job)
        fitted_at = time.perf_counter(), time.process_time()
        items, scores = fitted.top(job["width"])
        answered = time.process_time()
        arrays = {"items": items, "scores": scores}
        if job.get("candidates"):
            arrays["among"] = fitted.among(np.load(job["candidates"]))
        np.savez(job["out"], **arrays)
        costs = {
            "fit_cpu_s": round(fitted_at[1] - cpu, 3),
            "fit_wall_s": round(fitted_at[0] - wall, 3),
            "lists_cpu_s": round(answered - fitted_at[1], 3),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        print(json.dumps({"job": job["name"], **costs}), flush=True)
