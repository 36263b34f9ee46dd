"""Sharing exact totals out: how many go where, so that the sums come out to the record."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstate.demo.chance import Chance, Rows


def share_out(total: int, weights: NDArray[Any], at_least: int = 0) -> Rows:
    """Whole numbers that add up to the total, in proportion to the weights, each at least `at_least`.

    Where the total is too small for that, the first come first.
    """
    spare = total - at_least * len(weights)
    if spare < 0:
        return np.asarray(np.diff(np.minimum(np.arange(len(weights) + 1) * at_least, total)))
    parts = np.asarray(weights, dtype=np.float64)
    exact = parts / parts.sum() * spare
    whole: Rows = np.floor(exact).astype(np.int64)
    largest = np.argsort(whole - exact, kind="stable")[: spare - int(whole.sum())]
    whole[largest] += 1
    return whole + at_least


def spread(counts: Rows) -> tuple[Rows, Rows]:
    """For counts 2, 0, 3: whose each one is (0 0 2 2 2), and its number within its owner (0 1 0 1 2)."""
    owner = np.repeat(np.arange(len(counts)), counts)
    firsts = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - firsts[owner]


def keep_exactly(total: int, capacity: Rows, chance: Chance) -> tuple[Rows, Rows]:
    """Out of all that owners of these capacities could have, that many, by chance: owners and numbers within them."""
    owner, number = spread(capacity)
    kept = chance.sample(total, len(owner))
    return owner[kept], number[kept]
