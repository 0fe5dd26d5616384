"""Elimination: of a good group one stays, what does not last goes, a round is not done twice."""

import numpy as np
from contracts.planted_samples import TARGETS, planted
from made_samples import samples_of

from twoside.features.selection.consensus import shares
from twoside.features.selection.elimination import Elimination
from twoside.features.selection.evidence import Evidence
from twoside.features.selection.methods.xgboost_gain import XGBoostGain
from twoside.schema.progress import quiet
from twoside.schema.samples import FeatureColumn
from twoside.store.kept import Kept


def drawn(columns, pull, seed, days=10):
    """Samples of named columns (n,), a label whose log-odds are `pull` (n,)."""
    rows = len(pull)
    label = np.random.default_rng(seed).random(rows) < 1 / (1 + np.exp(-pull))
    return samples_of(
        tuple(FeatureColumn(name) for name in columns),
        np.column_stack(list(columns.values())),
        {"chat": label.astype(np.float32)},
        request_id=np.arange(rows) // 10,
        day=(np.arange(rows) * days // rows).astype(np.int32),
    )


def best(samples, keep, kept=None, tick=quiet):
    evidence = Evidence(samples, tuple(samples.labels), 0)
    return Elimination().best(evidence, evidence.names, keep, kept, tick)


def test_a_worth_that_many_features_divide_is_not_lost():
    """Thirty measure the strongest cause, each with an error of its own; four causes are alone and
    each is worth more than any of the thirty. In the end one of the thirty is the best of all."""
    rng = np.random.default_rng(0)
    causes = rng.normal(size=(5, 12_000))
    group = {f"group_{n}": causes[4] + 0.5 * rng.normal(size=12_000) for n in range(30)}
    alone = {f"alone_{n}": causes[n] for n in range(4)}
    samples = drawn({**group, **alone}, 0.5 * causes[:4].sum(axis=0) + 0.8 * causes[4], 1)
    evidence = Evidence(samples, ("chat",), 0)
    at_once = shares(XGBoostGain().scores(evidence, quiet))[:, 0]
    assert at_once[:30].sum() > at_once[30:].max()
    assert at_once[:30].max() < at_once[30:].min()
    left = best(samples, 6)
    assert set(alone) < set(left)
    assert left[0].startswith("group")  # what all thirty were worth is now its own


def test_what_did_not_last_goes_before_what_did():
    """`fades` is the strongest of all until the held-out days, `lasts` are a little weaker."""
    rng = np.random.default_rng(0)
    day = np.arange(12_000) * 10 // 12_000
    causes = rng.normal(size=(6, 12_000))
    columns = {"fades": causes[0], **{f"lasts_{n}": causes[n] for n in range(1, 6)}}
    samples = drawn(columns, np.where(day < 8, 0.6, 0.0) * causes[0] + 0.5 * causes[1:].sum(0), 1)
    gained = XGBoostGain().scores(Evidence(samples, ("chat",), 0), quiet)[:, 0]
    assert gained.argmax() == 0
    assert "fades" not in best(samples, 5)


def test_a_round_is_kept_and_not_done_again(tmp_path):
    kept = Kept(tmp_path)
    samples = planted(2, rows=3_000)
    first, again = [], []
    one = best(samples, 4, kept, first.append)
    assert best(samples, 4, kept, again.append) == one
    assert len(first) > len(again) == 1  # only that all is done
    assert len(list(tmp_path.iterdir())) == len(Elimination().sizes(11, 4))


def test_another_number_of_features_asks_only_for_the_rounds_that_differ(tmp_path):
    kept = Kept(tmp_path)
    samples = planted(2, rows=3_000)
    best(samples, 4, kept)
    rounds = len(list(tmp_path.iterdir()))
    best(samples, 3, kept)
    assert len(list(tmp_path.iterdir())) == rounds + 1


def test_rounds_get_smaller_down_to_what_is_kept():
    assert Elimination(drop=0.5).sizes(40, 6) == [40, 20, 10, 6]
    assert Elimination().sizes(5, 5) == [5]
    assert Elimination().sizes(3, 5) == [3]


def test_it_starts_from_the_better_part_and_at_least_twice_what_is_kept():
    names = [f"f{n}" for n in range(90)]
    assert Elimination().start(names, 90, 10) == tuple(names[:30])
    assert Elimination().start(names, 90, 20) == tuple(names[:40])
    assert Elimination().start(names[:25], 90, 20) == tuple(names[:25])


def test_progress_rises_to_one():
    told = []
    best(planted(0, rows=2_000), 3, None, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 2 * len(TARGETS)
