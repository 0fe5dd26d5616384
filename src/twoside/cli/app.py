"""`twoside`: one file a noun. Nothing heavy is imported before its noun is named."""

from __future__ import annotations

import sys
from importlib import import_module

from twoside import __version__
from twoside.errors import TwosideError, did_you_mean

NOUNS = {
    "demo": "a whole marketplace day on a real log and in a world, with a report",
    "data": "public data sets: list them, get one",
    "import": "read anybody's logs into a lake by a mapping",
    "world": "make a market whose truth is known, and play policies in it",
    "lake": "the statements that make a lake known to Hive and Spark",
    "samples": "labels of a scene, and quality gates of a day",
    "features": "what features a scene declares, what each is worth, which to keep",
    "bi": "metrics by day: build their cube, show one, write the daily report",
    "recall": "candidates for everybody from the published channels, as Parquet",
    "funnel": "train, evaluate, run, replay and explain the funnel of a scene",
    "serve": "the HTTP API and the web console",
}
_FILES = {"import": "import_"}


def usage() -> str:
    """The text of `twoside --help`."""
    lines = [f"  {noun:<10}{meaning}" for noun, meaning in NOUNS.items()]
    return "\n".join(
        [
            f"twoside {__version__}: the open AI stack of a two-sided marketplace.",
            "",
            "Usage: twoside NOUN [...]     `twoside NOUN --help` says more.",
            "",
            *lines,
        ]
    )


def main() -> None:
    """Entry point of the command."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stdout.write(usage() + "\n")
        return
    noun = arguments[0]
    if noun == "--version":
        sys.stdout.write(__version__ + "\n")
        return
    if noun not in NOUNS:
        sys.exit(f"twoside: there is no '{noun}'. {did_you_mean(noun, NOUNS)}")
    module = import_module(f"twoside.cli.{_FILES.get(noun, noun)}")
    try:
        module.app(arguments[1:], prog_name=f"twoside {noun}")
    except TwosideError as error:
        sys.exit(f"twoside {noun}: {error}")


if __name__ == "__main__":
    main()
