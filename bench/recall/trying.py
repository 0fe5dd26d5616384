"""Tune every method on the validation part, run it on the test, and merge what they found."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.recall.kept import Kept
from bench.recall.quality import judged, paired_gain
from bench.recall.spaces import trials
from twoside import components
from twoside.errors import DataError
from twoside.funnel.merge.learned import Learned, learn_merge
from twoside.funnel.merge.learning.kinds import kinds_of
from twoside.funnel.merge.snake import Snake
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.terms import term_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.recall.sets import PublicSet, Stage
    from twoside.funnel.merge.learned import FittedLearned

FOLDER = "twoside.funnel.recall.channels"
CHANNEL = [sys.executable, "-m", "bench.recall.channel_jobs"]
"""What runs the jobs of a channel."""
NEEDS = {
    "activity": "times",
    "cold_start": "times of beginning",
    "distance": "places",
    "fresh": "times of beginning",
    "history": "items that may be taken again",
    "similarity": "declared wishes",
}
"""Channels that a public set has nothing for."""
NEEDS_ORDER = {"item2vec": "neighbours in time", "mind": "what came next", "two_tower": "the same"}
"""Those that learn from who took what after what."""
NEEDS_WORDS = {"content": "words of items", "content_simitem": "the same", "preference": "the same"}
WIDTH = 200
HEAVY = 10
"""Liked items from which a person is heavy, in the learned merge."""
REPO = Path(__file__).parents[2]


@dataclass
class Trying:
    """One set, and the lists found so far, in `scratch` with what each method said
    (`kept.py`)."""

    folder: Path
    found: PublicSet
    scratch: Path
    seeds: int
    trials: int
    lists: dict[str, dict[Stage, Path]] = field(default_factory=dict)
    """channel -> the lists of its best settings, for the merge"""
    fixed: dict[str, Any] = field(default_factory=dict)
    """What every trial of a channel is set to, whatever it tries"""

    def channels(self, only: list[str]) -> dict[str, Any]:
        """Every channel that applies, or those named."""
        names = only or applying(self.found)
        tried = {
            name: [{**one, **self.fixed} for one in trials(name, self.found.format)]
            for name in names
        }
        return {name: self._said(name, CHANNEL, tried[name], keep=True) for name in names}

    def peers(self, pythons: Mapping[str, str], only: list[str]) -> dict[str, Any]:
        """Every peer, by the name of its file and method; one that cannot run says why.

        Args:
            pythons: library -> the Python to run it; "" for all others.
        """
        from bench.recall.peers import PEERS

        self.share()
        report = {}
        for peer in PEERS:
            if (only and peer.name not in only) or not peer.suits(self.found.ordered):
                continue
            command = peer.command(pythons)
            report[peer.name] = self._said(peer.name, command, peer.trials, keep=False)
        return report

    def merged(self) -> dict[str, Any]:
        """The lists of all channels as one: by turns, and learned on the validation part; with
        what the learned merge says of each channel. Where candidates must be told apart a second
        merge orders everything: one that is learned from all places knows less of the first."""
        if len(self.lists) < 2:
            return {}
        tune, test = (
            {name: self._loaded(paths[stage]) for name, paths in self.lists.items()}
            for stage in ("tune", "test")
        )
        began = time.process_time()
        kinds = [kinds_of(self.found.stage(s).asking().past, HEAVY) for s in ("tune", "test")]
        first = [_cut(lists) for lists in (tune, test)]
        try:
            learned, items = self._learned(*first, kinds)
            whole = items if self.width == WIDTH else self._learned(tune, test, kinds)[1]
        except DataError as error:
            return {"failed": str(error)}
        learned_in = time.process_time() - began
        ways = {"snake": Snake(limit=WIDTH).merge(first[1]).items, "learned": items}
        orders = {"snake": Snake(limit=self.width).merge(test).items, "learned": whole}
        report: dict[str, Any] = {
            name: judged(self.found.test, items, self._places(orders[name]))
            for name, items in ways.items()
        }
        report["learned"]["fit_cpu_s"] = round(learned_in, 1)
        report["learned over"] = {
            name: paired_gain(self.found.test.truth, ways["learned"], items)
            for name, items in {
                "snake": ways["snake"],
                **{name: found.items for name, found in test.items()},
            }.items()
        }
        report["report"] = learned.report.as_json()
        return report

    def _learned(
        self, tune: dict[str, Recalled], test: dict[str, Recalled], kinds: list[np.ndarray]
    ) -> tuple[FittedLearned, np.ndarray]:
        """The merge learned from lists of one length, and its lists of the test."""
        width = next(iter(test.values())).items.shape[1]
        settings = Learned(limit=width, heavy=HEAVY, total=len(test) * width, refuse=False)
        learned = learn_merge(tune, self.found.tune.truth, kinds[0], settings=settings)
        return learned, learned.merge(test, kinds=kinds[1]).items

    def _places(self, items: np.ndarray) -> np.ndarray | None:
        """float32 (n, 100): minus each candidate's place in the list; -inf if it has none."""
        candidates = self.found.test.candidates
        if candidates is None:
            return None
        place = np.full((len(items), self.found.test.data.items.size + 1), -np.inf, np.float32)
        ranks = np.broadcast_to(-np.arange(items.shape[1], dtype=np.float32), items.shape)
        np.put_along_axis(place, items, np.where(items >= 0, ranks, -np.inf), axis=1)
        return np.take_along_axis(place, candidates, axis=1)

    def _said(
        self, name: str, command: list[str], settings: list[dict[str, Any]], keep: bool
    ) -> dict[str, Any]:
        """What a method did, now or in a run before, or why it could not run."""
        tried = settings[: self.trials]
        asked = {"tried": tried, "seeds": self.seeds, "set": self.found.fingerprint}
        kept = Kept(self.scratch)
        said = kept.said(name, asked)
        if said is None:
            try:
                said = self._method(name, command, tried, keep)
            except subprocess.CalledProcessError as error:
                return {"failed": "".join((error.stderr or "").strip().splitlines()[-1:])}
            kept.keep(name, asked, said)
        if keep:
            stages: tuple[Stage, ...] = ("tune", "test")
            self.lists[name] = {stage: self.scratch / f"{name}-{stage}.npz" for stage in stages}
        return said

    def _method(
        self, name: str, command: list[str], tried: list[dict[str, Any]], keep: bool
    ) -> dict[str, Any]:
        best, gained = 0, [float("nan")]
        if len(tried) > 1 or keep:
            jobs = [self.job(name, "tune", n, one, 0) for n, one in enumerate(tried)]
            self.run(name, command, jobs)
            gained = [self.judged("tune", job)[self.tuned_by] for job in jobs]
            best = int(np.argmax(gained))
            if keep:
                Path(jobs[best]["out"]).replace(self.scratch / f"{name}-tune.npz")
            for job in jobs:
                Path(job["out"]).unlink(missing_ok=True)
        jobs, costs = [], []
        for seed in range(self.seeds):
            jobs.append(self.job(name, "test", best, tried[best], seed))
            costs += self.run(name, command, jobs[-1:])
            if seed == 1 and self._same(jobs):
                break  # the seed changes nothing
        quality = [self.judged("test", job) for job in jobs]
        for seed, job in enumerate(jobs):
            out = Path(job["out"])
            if keep:
                np.savez(self.seed_lists(name, seed), items=np.load(out)["items"][:, :100])
            if keep and not seed:
                out.replace(self.scratch / f"{name}-test.npz")
            out.unlink(missing_ok=True)
        return {
            "settings": tried[best],
            f"validation {self.tuned_by}": [round(g, 4) for g in gained],
            **_over_seeds(quality),
            "runs": len(jobs),
            **{key: costs[0][key] for key in costs[0] if key != "job"},
        }

    def seed_lists(self, name: str, seed: int) -> Path:
        """Where the first places of a channel's lists of the test lie."""
        return self.scratch / f"{name}-test-seed{seed}.npz"

    def job(
        self, name: str, stage: Stage, number: int, settings: dict[str, Any], seed: int
    ) -> dict[str, Any]:
        """A method with some settings on a stage, as a plan has it (`jobs.py`)."""
        title = f"{name}-{stage}-{number}-{seed}"
        candidates = self.found.stage(stage).candidates
        path = self.scratch / f"candidates-{stage}.npy"
        if candidates is not None and not path.exists():
            np.save(path, candidates)
        return {
            "name": title,
            "stage": stage,
            "settings": settings,
            "seed": seed,
            "width": self.width,
            "candidates": "" if candidates is None else str(path),
            "out": str(self.scratch / f"{title}.npz"),
        }

    @property
    def tuned_by(self) -> str:
        """The figure of the validation part that chooses: that of the set's own protocol."""
        return "ndcg@10" if self.found.test.candidates is None else "ndcg@10 of 100"

    @property
    def width(self) -> int:
        """Items asked of each method: all of them where candidates must be told apart."""
        return WIDTH if self.found.test.candidates is None else self.found.test.data.items.size

    def run(
        self, name: str, command: list[str], jobs: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Do jobs in one process; what each cost."""
        plan = self.scratch / f"{name}.json"
        of = {"folder": str(self.folder), "name": self.found.name, "format": self.found.format}
        told = {"method": name, "set": {**of, "seed": 0}, "jobs": jobs}
        told["shared"] = str(self.scratch)
        plan.write_text(json.dumps(told))
        whole = [*command, str(plan)]
        done = subprocess.run(whole, capture_output=True, text=True, check=False, cwd=REPO)
        if done.returncode:
            print(done.stderr[-3000:], file=sys.stderr)
            done.check_returncode()
        lines = [json.loads(row) for row in done.stdout.splitlines() if row.startswith("{")]
        for line in lines:
            print(f"  {line}", file=sys.stderr, flush=True)
        return lines

    def judged(self, stage: Stage, job: dict[str, Any]) -> dict[str, float]:
        """How good the lists of a job are."""
        with np.load(job["out"]) as arrays:
            among = arrays.get("among")
            return judged(self.found.stage(stage), arrays["items"], among)

    def _same(self, jobs: list[dict[str, Any]]) -> bool:
        first, second = (np.load(job["out"])["items"][:, :100] for job in jobs[:2])
        return np.array_equal(first, second)

    def _loaded(self, path: Path) -> Recalled:
        with np.load(path) as arrays:
            return Recalled(arrays["items"], arrays["scores"])

    def share(self) -> None:
        """The set as arrays, for peers."""
        for stage in ("tune", "test"):
            held = self.found.stage(stage)
            log, _ = held.data.behaviours.by_person(held.data.people.size)
            np.savez(
                self.scratch / f"shared-{stage}.npz",
                person=log.person,
                item=log.item,
                step=log.ts_ms,
                people=held.data.people.size,
                items=held.data.items.size,
                asked=held.person,
            )


def _cut(lists: dict[str, Recalled]) -> dict[str, Recalled]:
    """The first places of every list."""
    return {
        name: Recalled(found.items[:, :WIDTH], found.scores[:, :WIDTH])
        for name, found in lists.items()
    }


def applying(found: PublicSet) -> list[str]:
    """The channels that a set has something for."""
    unfit = dict(NEEDS)
    unfit |= {} if found.ordered else NEEDS_ORDER
    unfit |= {} if term_columns(found.test.data.items) else NEEDS_WORDS
    return [name for name in components.names(FOLDER) if name not in unfit]


def _over_seeds(quality: list[Mapping[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in quality[0]:
        values = [one[name] for one in quality]
        found[name] = round(float(np.mean(values)), 4)
        if len(values) > 2 and "±" not in name and name.startswith(("ndcg", "hr")):
            found[f"{name} over seeds"] = round(float(np.std(values, ddof=1)), 4)
    return found
