"""What is tried of each method on the validation part: the same number of trials for all.

Trial 0 is the method's own defaults where the set has an order; sets without one begin with the
method's textbook form (no order, no decay, all of the past). A method that is not named here, or
not for this format, runs by its defaults.
"""

from __future__ import annotations

from typing import Any

Trials = list[dict[str, Any]]

_ALL = {"last": 5000, "decay": 1.0}
_BAG = {**_ALL, "latest": 5000}

ORDERED: dict[str, Trials] = {
    "itemcf": [
        {},
        {"decay": 0.65},
        {"decay": 0.65, "order_weight": 4.0},
        {"decay": 0.65, "order_weight": 4.0, "fame": 0.4},
        {"decay": 0.65, "order_weight": 4.0, "fame": 0.4, "shrink": 1.0},
        {"decay": 0.75, "order_weight": 4.0, "window": 5, "fame": 0.4, "shrink": 2.0},
    ],
    "swing": [
        {},
        {"alpha": 5.0},
        {"decay": 0.6},
        {"damping": 0.0},
        {"decay": 0.6, "alpha": 10.0},
        {"decay": 0.6, "damping": 0.3},
    ],
    "two_tower": [
        {},
        {"epochs": 6},
        {"epochs": 6, "dim": 64},
        {"epochs": 10, "dim": 64},
        {"epochs": 6, "dim": 64, "temperature": 0.1},
        {"epochs": 6, "dim": 64, "decay": 0.7},
    ],
}
UNORDERED: dict[str, Trials] = {
    "itemcf": [
        {**_BAG, "order_weight": 0.0, "damp": damp, "fame": fame, "shrink": shrink, "kept": kept}
        for damp, fame, shrink, kept in (
            (False, 0.5, 100.0, "candidate"),
            (False, 0.5, 20.0, "candidate"),
            (True, 0.5, 20.0, "candidate"),
            (True, 0.4, 20.0, "candidate"),
            (True, 0.5, 5.0, "seed"),
            (True, 0.4, 5.0, "seed"),
        )
    ],
    "swing": [
        {**_BAG, "alpha": alpha, "damping": damping, "max_people": people}
        for alpha, damping, people in (
            (1.0, 0.5, 200),
            (10.0, 0.5, 200),
            (10.0, 0.0, 200),
            (1.0, 0.0, 200),
            (20.0, 0.3, 500),
            (5.0, 0.7, 500),
        )
    ],
}


def trials(method: str, ordered: bool) -> Trials:
    """What to try, the first the plainest."""
    return (ORDERED if ordered else UNORDERED).get(method, [{}])
