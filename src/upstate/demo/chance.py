"""Repeatable chance: every random value is a pure function of the seed, a label and a row's number.

Nothing here keeps a state, so rows may be made in any order and in chunks of any size and come out the same; and as it
is arithmetic of our own (SplitMix64), a later version of a library cannot change a made-up district.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Bits = NDArray[np.uint64]
Guids = NDArray[np.void]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Chance:
    """A source of chance with a name of its own; `of` gives others that are independent of it."""

    seed: int
    label: str = ""

    def of(self, *names: object) -> Chance:
        """The chance of this name under this one."""
        return Chance(self.seed, "/".join([self.label, *map(str, names)]))

    def bits(self, rows: Rows) -> Bits:
        """64 random bits a row; two rows never have the same ones."""
        digest = blake2b(f"{self.seed}{self.label}".encode(), digest_size=8).digest()
        mixed = rows.astype(np.uint64) * _GOLDEN + np.uint64(int.from_bytes(digest))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        return mixed ^ (mixed >> np.uint64(31))

    def unit(self, rows: Rows) -> NDArray[np.float64]:
        """A number in [0, 1) a row."""
        return (self.bits(rows) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def below(self, limit: int | NDArray[Any], rows: Rows) -> Rows:
        """A whole number in [0, limit) a row; `limit` may be one for each row."""
        return np.floor(self.unit(rows) * limit).astype(np.int64)

    def bell(self, mean: float, spread: float, rows: Rows) -> NDArray[np.float64]:
        """A number a row, spread like a bell around a mean: a sum of uniforms, so plain arithmetic everywhere."""
        total = sum(self.of("bell", turn).unit(rows) for turn in range(4)) - 2.0
        return np.asarray(mean + total * spread * 3.0**0.5)

    def true(self, share: float, rows: Rows) -> NDArray[np.bool_]:
        """True for about this share of the rows."""
        return self.unit(rows) < share

    def one_of(self, choices: Sequence[Any] | NDArray[Any], rows: Rows, weights: Sequence[float] | None = None) -> Any:
        """One of the choices a row, evenly or by weights; an array of objects or of the choices' own kind."""
        options = choices if isinstance(choices, np.ndarray) else np.array(choices, dtype=object)
        if weights is None:
            return options[self.below(len(options), rows)]
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        return options[np.searchsorted(edges, self.unit(rows) * edges[-1], side="right")]

    def sample(self, count: int, total: int) -> Rows:
        """That many different numbers below the total, ascending."""
        if count >= total:
            return np.arange(total)
        return np.sort(np.argsort(self.bits(np.arange(total)), kind="stable")[:count])

    def shuffled(self, rows: Rows, total: int) -> Rows:
        """Where each row goes in a fixed shuffle of `total` places; rows past the total begin the shuffle again."""
        stride, shift = (int(bits) % total for bits in self.bits(np.array([1, 2])))
        while gcd(stride, total) != 1:
            stride += 1
        return (rows % total * stride + shift) % total

    def guids(self, rows: Rows) -> Guids:
        """A GUID a row, 16 bytes each, of version 8: made in a way of our own."""
        halves = np.empty((len(rows), 16), dtype=np.uint8)
        halves[:, :8] = self.of("high").bits(rows).astype(">u8").view(np.uint8).reshape(-1, 8)
        halves[:, 8:] = self.of("low").bits(rows).astype(">u8").view(np.uint8).reshape(-1, 8)
        halves[:, 6] = halves[:, 6] & 0x0F | 0x80
        halves[:, 8] = halves[:, 8] & 0x3F | 0x80
        return halves.view("V16").ravel()
