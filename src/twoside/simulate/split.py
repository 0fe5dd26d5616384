"""An experiment: every person is served by one of several policies, drawn once and for all.

All arms play in one world at the same time and learn from all that happens in it, as in a real
market; what one arm shows can fill an opening that the other would have shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.schema.slates import Origin
from twoside.simulate.draws import key, uniform
from twoside.simulate.play import served
from twoside.simulate.world import Visits

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from twoside.simulate.play import Policy
    from twoside.simulate.world import World


class SplitPolicy:
    """Arm -> policy; people are spread evenly over the arms by a draw of the seed."""

    def __init__(self, arms: Mapping[str, Policy], seed: int) -> None:
        if not arms:
            raise ConfigError("experiment: no arms. Name at least one policy.")
        self._arms, self._seed = dict(arms), seed

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        return self.serve_told(world, visits, length)[0]

    def serve_told(self, world: World, visits: Visits, length: int) -> tuple[np.ndarray, Origin]:
        """The lists of all arms, with the arm of each and the policy that it tells, or its arm's
        name."""
        lists = np.full((len(visits), length), -1, np.int32)
        told = Origin.of(len(visits), length)
        arm = arm_of(visits.person, len(self._arms), self._seed)
        for n, (name, policy) in enumerate(self._arms.items()):
            mine = np.flatnonzero(arm == n)
            if not len(mine):
                continue
            some = Visits(visits.request_id[mine], visits.person[mine], visits.ts_ms[mine])
            lists[mine], origin = served(policy, world, some, length)
            told.channel[mine] = origin.channel
            told.policy[mine] = np.where(origin.policy == "", name, origin.policy)
            told.arm[mine] = name
        return lists, told

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """Every arm learns from all."""
        for policy in self._arms.values():
            policy.learn(exposures, events)


@njit(cache=True)
def arm_of(person: np.ndarray, arms: int, seed: int) -> np.ndarray:
    """int8 (n,): the place of each person's arm, the same whenever he comes."""
    found = np.empty(len(person), np.int8)
    for n in range(len(person)):
        found[n] = int(uniform(key(seed, person[n], 0), 0) * arms)
    return found
