"""Samples whose features are known to be honest, noise, repeated, shifted or leaking."""

import numpy as np
from made_samples import samples_of

from twoside.schema.samples import FeatureColumn

EACH = 40
KINDS = ("honest", "noise", "duplicate", "shifted", "leaking")


def planted_features(seed=0, rows=24_000, days=14, people=2_000, items=1_500):
    """EACH columns of each kind of KINDS but twice as many honest ones, named `<kind>_<n>`.

    People and items have leanings of their own, so rows of one are not independent, and noise is a
    person's, an item's or a row's. A copy is turned by a monotone change; what shifts starts in the
    middle or creeps; a leak knows the outcome with a little noise, or only where there was one.
    """
    rng = np.random.default_rng(seed)
    person, item = rng.integers(0, people, rows), rng.integers(0, items, rows)
    day = (np.arange(rows) * days // rows).astype(np.int32)
    honest = np.column_stack([_honest(rng, n, person, item, day) for n in range(2 * EACH)])
    pull = 0.15 * honest @ rng.choice([-1, 1], 2 * EACH)
    own = 0.4 * rng.normal(size=people)[person] + 0.4 * rng.normal(size=items)[item]
    label = (rng.random(rows) < 1 / (1 + np.exp(1.5 - pull - own))).astype(np.float32)
    late = (rng.random(rows) < 0.3 * label).astype(np.float32)
    blocks = {
        "honest": honest,
        "noise": np.column_stack([_noise(rng, n, person, item) for n in range(EACH)]),
        "duplicate": np.column_stack([_turned(n, honest[:, n]) for n in range(EACH)]),
        "shifted": np.column_stack([_shifted(rng, n, day, days, pull) for n in range(EACH)]),
        "leaking": np.column_stack([_leak(rng, n, label, pull) for n in range(EACH)]),
    }
    about = {"noise": ("person", "item", "pair")}
    columns = tuple(
        FeatureColumn(
            f"{kind}_{n}", about=about.get(kind, ("pair",))[n % 3 if kind == "noise" else 0]
        )
        for kind, block in blocks.items()
        for n in range(block.shape[1])
    )
    return samples_of(
        columns,
        np.hstack(list(blocks.values())),
        {"chat": label, "reply": late},
        request_id=np.arange(rows) // 10,
        person=person.astype(np.int32),
        item=item.astype(np.int32),
        day=day,
    )


def _honest(rng, n, person, item, day):
    """Of the row, the person or the item; every fourth rises a little from day to day."""
    own = rng.normal(size=len(day))
    if n % 4 == 1:
        own = rng.normal(size=person.max() + 1)[person]
    if n % 4 == 2:
        own = rng.normal(size=item.max() + 1)[item]
    return own + (0.01 * day if n % 4 == 3 else 0.0)


def _noise(rng, n, person, item):
    own = (rng.normal(size=person.max() + 1)[person], rng.normal(size=item.max() + 1)[item])
    return own[n % 3] if n % 3 < 2 else rng.exponential(size=len(person))


def _turned(n, values):
    turns = (lambda v: 3 * v - 7, lambda v: -v, np.exp, np.arctan, lambda v: v**3)
    return turns[n % 5](values)


def _shifted(rng, n, day, days, pull):
    own = 0.3 * pull + rng.normal(size=len(day))
    if n % 3 == 0:
        return own + 1.0 * (day >= days // 2)  # a new version of the code
    if n % 3 == 1:
        return own + 2.0 * day / days  # creeping
    return np.where((day >= days // 2) & (rng.random(len(day)) < 0.4), np.nan, own)  # a source fell


def _leak(rng, n, label, pull):
    if n % 3 == 0:
        return label + 0.45 * rng.normal(size=len(label))
    if n % 3 == 1:
        return np.where(
            (label > 0) & (rng.random(len(label)) < 0.95), rng.normal(size=len(label)), np.nan
        )
    return rng.poisson(0.2, len(label)) + 2 * label  # a counter that has counted this row too
