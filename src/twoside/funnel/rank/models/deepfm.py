"""DeepFM: a factorisation machine and a deep net on shared vectors, one head a target.

Source: Guo et al. 2017, "DeepFM: A Factorization-Machine based Neural Network for CTR
Prediction", IJCAI. `nn/factorized.py` has the net and what we changed in it.

Learning needs torch (the extra `deep`); scoring is arithmetic on arrays, so a server needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.errors import MissingExtra
from twoside.funnel.rank.models._deepfm_scorer import FactorizedScorer

if TYPE_CHECKING:
    from twoside.schema.artefact import Packed
    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples


@dataclass(frozen=True)
class DeepFM:
    """Settings of the net and of learning it."""

    factors: int = 8
    """Length of a vector."""
    layers: tuple[int, ...] = (128, 64)
    dropout: float = 0.1
    forget: float = 0.1
    """Share of codes that learning sees as unknown, so that unknown ones are learned too."""
    fewest: int = 20
    """Rows that a code needs for a vector of its own."""
    max_codes: int = 200
    """Category columns with more codes enter also as the rate of each target."""
    crosses: tuple[tuple[str, str], ...] = ()
    """Pairs of category columns that enter as rates too, for example an id and the tab."""
    smoothing: float = 20.0
    """Rows at the mean rate that are added to every code's own."""
    within_lists: float = 1.0
    """Weight of the loss of order inside a list, beside the one of each row alone."""
    epochs: int = 8
    looks: int = 2
    """Looks at the next day in one pass over the rows."""
    patience: int = 4
    """Looks without gain after which to stop."""
    batch_rows: int = 512
    learning_rate: float = 1e-3
    averaged: int = 150
    """Steps over which the parameters are averaged, the oldest counting least."""
    decay: float = 1e-2
    """Weight decay of the vectors (AdamW)."""
    refit: bool = True
    """Learn again from all days with the number of steps found: the newest day tells most."""
    threads: int = 1
    """More than one wait for each other, on a busy machine for long."""

    def fit(
        self, fit: Samples, valid: Samples, targets: tuple[str, ...], seed: int, tick: Tick
    ) -> FactorizedScorer:
        """All targets at once, stopped by the mean of AUC and GAUC over targets on `valid`."""
        try:
            from twoside.funnel.rank.models._deepfm_learning import learn
        except ModuleNotFoundError as error:
            if error.name != "torch":
                raise
            raise MissingExtra(
                "rank: learning 'deepfm' needs 'torch'. "
                "Install it with: pip install 'twoside[deep]'"
            ) from None
        return learn(self, fit, valid, targets, seed, tick)

    def unpack(self, packed: Packed) -> FactorizedScorer:
        """From the columns and the arrays."""
        return FactorizedScorer.unpack(packed)
