"""Every recall channel on a public set, the merge of them, and the peers in the same run.

    python -m bench.recall --data DIR --set NAME --format sequences|pairs|ncf|careerbuilder
        [--peers] [--peer-python [LIBRARY=]PYTHON ...] [--only NAME ...] [--seeds 5] [--trials 6]
        [--results FOLDER] [--json]

Each method is tuned on the validation part (as many trials for each, the best NDCG@10 wins, for
`ncf` that among its 99 negatives), then learned anew with what validation asked and asked for the
held-out items, once a seed; what a seed does not change is run once. Full ranking but for what
`ncf` says besides: its 99 negatives. Each method runs in a process of its own: CPU seconds of the
fit, of all lists, and the process's peak memory are printed with the quality, `±` being half a
95 % interval over people. A channel that has a plainer form (`contrast`) is also run in that one,
and says what it has over it (`against`). `bench.recall.front` draws quality against concentration;
`bench.recall.as_sequences` makes a set of a log.

With `--results` what each method said and its lists stay in a folder, and a run that was stopped
goes on there; a method whose code or trials are others is run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.recall.contrast import contrasts
from bench.recall.sets import FORMATS, read
from bench.recall.trying import Trying

if TYPE_CHECKING:
    from collections.abc import Iterator


def main() -> None:
    """Measure, and print it."""
    asked = _asked()
    found = read(asked.data, asked.set, asked.format)
    with _place(asked.results) as place:
        trying = Trying(asked.data, found, place, asked.seeds, asked.trials)
        report = {
            "set": {
                "name": asked.set,
                "format": asked.format,
                "people": found.test.data.people.size,
                "items": found.test.data.items.size,
                "likes": len(found.test.data.behaviours),
                "asked": len(found.test.person),
            },
            "methods": trying.channels(asked.only),
        }
        for name, found in contrasts(trying).items():
            report["methods"][name]["against"] = found
        if asked.peers:
            report["peers"] = trying.peers(pythons(asked.peer_python), asked.only_peers)
        report["merged"] = trying.merged()
    print(json.dumps(report, indent=None if asked.json else 2))


@contextmanager
def _place(results: Path | None) -> Iterator[Path]:
    """The folder of the results; without one, a folder that is thrown away."""
    if results is None:
        with tempfile.TemporaryDirectory() as scratch:
            yield Path(scratch)
    else:
        results.mkdir(parents=True, exist_ok=True)
        yield results.resolve()


def pythons(told: list[str]) -> dict[str, str]:
    """By library, "" for those not named."""
    named = dict(one.split("=", 1) if "=" in one else ("", one) for one in told)
    return {"": sys.executable, **named}


def add_set(parser: argparse.ArgumentParser) -> None:
    """What says which set, which methods and how many seeds."""
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", required=True)
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--only", nargs="*", default=[], help="channels; all that apply without")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only-peers", nargs="*", default=[])
    parser.add_argument(
        "--peer-python",
        nargs="*",
        default=[],
        metavar="[LIBRARY=]PYTHON",
        help="of environments that have the peers; this one's without",
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_set(parser)
    parser.add_argument("--trials", type=int, default=6)
    parser.add_argument("--results", type=Path, default=None, help="go on from what lies there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
