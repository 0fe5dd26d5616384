"""What is tried of each method on the validation part: at most as many trials for all; those that
take minutes each try fewer.

Trial 0 is the method's own defaults for sequences; other sets begin with the method's textbook form
(no order, no decay, all of the past), those with times then let likes age. A method that is not
named here, or not for this format, runs by its defaults.
"""

from __future__ import annotations

from typing import Any

Trials = list[dict[str, Any]]

ORDERED: dict[str, Trials] = {
    "itemcf": [
        {},
        {"decay": 0.65, "window": 10},
        {"decay": 0.65, "window": 10, "words": 0.2},
        {"decay": 0.65, "window": 10, "words": 0.3},
        {"decay": 0.65, "window": 10, "words": 0.3, "neighbours": 400},
        {"decay": 0.65, "window": 10, "words": 0.25, "neighbours": 400, "shrink": 3.0},
    ],
    "swing": [
        {},
        {"decay": 0.6},
        {"decay": 0.6, "fame": 0.2},
        {"decay": 0.6, "fame": 0.2, "alpha": 10.0, "damping": 0.3},
        {"decay": 0.6, "fame": 0.4},
        {"decay": 0.6, "fame": 0.4, "alpha": 10.0, "damping": 0.3},
    ],
    "usercf": [
        {},
        {"decay": 0.65},
        {"fame": 0.3},
        {"order": 0.8},
        {"neighbours": 400},
        {"sharp": 1.0, "fame": 0.1},
    ],
    "two_tower": [{}, {"decay": 0.8}, {"forget": 0.2}],
    "als_simitem": [
        {},
        {"by": "items", "decay": 0.6, "fame": 0.4},
        {"by": "items", "decay": 0.6, "fame": 0.4, "als": {"dim": 192, "alpha": 40.0}},
        {"fame": 0.5},
        {"als": {"dim": 192, "alpha": 40.0, "penalty": 0.2}, "fame": 0.5},
    ],
    "u2i2i": [
        {},
        {"decay": 0.6, "als": {"dim": 128, "alpha": 40.0}},
        {"decay": 0.6, "fame": 0.2},
    ],
    "u2u2i": [{}, {"trust": 3.0}, {"decay": 0.7, "fame": 0.85}],
    "ease": [{"words": 0.0}, {"words": 30.0}],
    "mind": [{}],
    "item2vec": [{}, {"fame": 0.3}, {"fame": 0.6}],
    "content_simitem": [{}, {"decay": 0.6}],
}

_NEVER = 1e6
"""Days after which a like of a set without times would count half."""
_ALL = {"last": 5000, "decay": 1.0}
_BAG = {**_ALL, "latest": 5000}
_KEEPS = {"latest": 5000, "half_life_days": _NEVER}
_PEOPLE = {**_BAG, "order": 1.0, "max_people": 5000}


def _named(names: tuple[str, ...], *rows: tuple[Any, ...]) -> Trials:
    return [dict(zip(names, row, strict=True)) for row in rows]


UNORDERED: dict[str, Trials] = {
    "itemcf": [
        {**_BAG, "order_weight": 0.0, "kept": "candidate", **one}
        for one in _named(
            ("damp", "fame", "shrink", "neighbours"),
            (False, 0.5, 10.0, 50),
            (True, 0.5, 10.0, 50),
            (True, 0.5, 3.0, 100),
            (True, 0.4, 20.0, 200),
            (True, 0.3, 20.0, 50),
            (True, 0.3, 3.0, 50),
        )
    ],
    "swing": [
        {**_BAG, **one}
        for one in _named(
            ("alpha", "damping", "max_people", "fame", "neighbours"),
            (1.0, 0.5, 200, 0.0, 200),
            (20.0, 0.3, 500, 0.0, 200),
            (5.0, 0.7, 500, 0.2, 200),
            (5.0, 0.7, 500, 0.5, 200),
            (10.0, 0.5, 10**6, 0.8, 200),
            (10.0, 0.5, 10**6, 0.9, 400),
        )
    ],
    "usercf": [
        {**_PEOPLE, **one}
        for one in _named(
            ("fame", "sharp", "neighbours", "shrink", "rarity"),
            (0.0, 1.0, 100, 0.0, 1.0),
            (0.2, 1.0, 100, 0.5, 1.0),
            (0.2, 0.7, 200, 0.5, 1.0),
            (0.1, 1.0, 400, 0.5, 1.0),
            (0.1, 2.0, 50, 0.0, 0.5),
            (0.2, 2.0, 100, 0.0, 0.0),
        )
    ],
    "ease": [
        {**_BAG, "order": 0.0, "neighbours": 4000, **one}
        for one in _named(
            ("penalty", "damping", "words"),
            (500.0, 0.0, 0.0),
            (500.0, 0.0, 100.0),
            (300.0, 0.2, 50.0),
            (100.0, 0.4, 0.0),
            (100.0, 0.4, 10.0),
            (20.0, 0.4, 0.0),
        )
    ],
    "als_simitem": [
        {
            **_ALL,
            "fame": fame,
            "als": {
                "latest": 5000,
                "alpha": alpha,
                "penalty": penalty,
                "nu": nu,
                "dim": dim,
                "iterations": iterations,
            },
        }
        for alpha, penalty, nu, dim, iterations, fame in (
            (5.0, 0.78, 0.3, 128, 12, 0.85),
            (5.0, 0.78, 0.5, 128, 12, 0.85),
            (3.4, 1.1, 0.0, 192, 12, 0.85),
            (30.0, 0.6, 0.3, 192, 8, 1.0),
            (30.0, 0.8, 0.3, 192, 8, 0.85),
            (30.0, 0.6, 0.3, 128, 8, 1.0),
        )
    ],
    "u2i2i": [
        {**_ALL, "half_life_days": _NEVER, "vectors": "als", "als": {**_KEEPS, "alpha": a}}
        for a in (8.0, 20.0, 40.0)
    ],
    "u2u2i": [
        {"last": 5000, "decay": 1.0, "fame": fame, "recent": 5000, "als": {"latest": 5000, **als}}
        for fame in (0.75, 0.85, 1.0)
        for als in ({}, {"alpha": 60.0})
    ],
}


TIMED: dict[str, Trials] = {
    **UNORDERED,
    "als_simitem": [
        {**_ALL, "fame": fame, "als": {"latest": 5000, "half_life_days": half_life, **als}}
        for als, fame in (
            ({"alpha": 5.0, "penalty": 0.78, "nu": 0.3, "iterations": 12}, 0.85),
            ({"alpha": 30.0, "penalty": 0.6, "nu": 0.3, "iterations": 8}, 1.0),
            ({"alpha": 30.0, "penalty": 0.6, "nu": 0.3, "iterations": 8}, 0.85),
        )
        for half_life in (_NEVER, 90.0)
    ],
    "u2u2i": [
        {
            "last": 5000,
            "decay": 1.0,
            "recent": 5000,
            "fame": fame,
            "half_life_days": half_life,
            "als": {"latest": 5000, "half_life_days": of_vectors},
        }
        for fame, half_life, of_vectors in (
            (1.0, _NEVER, _NEVER),
            (1.0, 90.0, _NEVER),
            (0.85, 90.0, _NEVER),
            (0.85, 45.0, 180.0),
            (0.85, 90.0, 90.0),
            (0.75, 45.0, 180.0),
        )
    ],
}

_BY_FORMAT = {"sequences": ORDERED, "careerbuilder": TIMED}


def trials(method: str, form: str) -> Trials:
    """What to try on sets of a format, the first the plainest."""
    return _BY_FORMAT.get(form, UNORDERED).get(method, [{}])
