"""PostgreSQL's seeded 64-bit hashes (lookup3, by Bob Jenkins; little-endian) over whole arrays at once.

A hash is held as its two halves, arrays of uint32: (upper, lower). Numbers wrap around as C's do. Arrays of about
16,000 values are best: they stay in the processor's cache, and numpy lets go of the interpreter's lock.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Lanes = tuple[Words, Words]
Bytes = NDArray[np.uint8]

BLOCK = 12  # bytes that are mixed in at once
PADDING = 16  # bytes that must follow the last text in a buffer
_START = 0x9E3779B9 + 3923095
_MIX = ((0, 2, 1, 4), (1, 0, 2, 6), (2, 1, 0, 8), (0, 2, 1, 16), (1, 0, 2, 19), (2, 1, 0, 4))
_FINAL = ((2, 1, 14), (0, 2, 11), (1, 0, 25), (2, 1, 16), (0, 2, 4), (1, 0, 14), (2, 1, 24))
_FIRST_BYTES = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
_NAN = np.uint64(0x7FF8000000000000)


def hash_int4(values: NDArray[np.int32], seed: int | Lanes) -> Lanes:
    """hashint4extended, with one seed (a signed bigint) or a seed for each value."""
    a, b, c = _begin(len(values), 4, seed)
    a += values.view(np.uint32)
    return _end(a, b, c)


def hash_float8(values: NDArray[np.float64], seed: int | Lanes) -> Lanes:
    """hashfloat8extended: both zeros give the seed itself, and every NaN the same."""
    bits = values.view(np.uint64).copy()
    bits[np.isnan(values)] = _NAN
    upper, lower = split(bits)
    a, b, c = _begin(len(values), 8, seed)
    a += lower
    b += upper
    high, low = _end(a, b, c)
    zero = values == 0
    if zero.any():
        given = split(np.full(len(values), seed, np.int64)) if isinstance(seed, int) else seed
        high[zero], low[zero] = given[0][zero], given[1][zero]
    return high, low


def hash_fixed(data: Bytes, width: int, count: int, seed: int) -> Lanes:
    """The hash of `count` values of `width` bytes that lie one after the other, with PADDING bytes behind."""
    a, b, c = _begin(count, width, seed)

    def word(at: int) -> Words:
        return np.ndarray((count,), np.dtype("<u4"), data, at, (width,))

    whole = width - width % BLOCK
    for at in range(0, whole, BLOCK):
        a += word(at)
        b += word(at + 4)
        c += word(at + 8)
        _mix(a, b, c)
    left = width - whole
    if left > 0:
        a += word(whole) & _FIRST_BYTES[min(left, 4)]
    if left > 4:
        b += word(whole + 4) & _FIRST_BYTES[min(left - 4, 4)]
    if left > 8:
        c += (word(whole + 8) & _FIRST_BYTES[left - 8]) << 8
    return _end(a, b, c)


def hash_bytes(data: Bytes, starts: NDArray[np.int64], lengths: NDArray[np.int64], seed: int) -> Lanes:
    """As hashtextextended, of values of any length: value i is data[starts[i]:][:lengths[i]]; PADDING bytes behind."""
    count = len(starts)
    words = np.ndarray((len(data) - 3,), np.dtype("<u4"), data, 0, (1,))
    blocks = lengths // BLOCK
    # The longest first: those with a block more to mix are then always the first so many.
    order = np.argsort(-blocks, kind="stable") if blocks.any() else None
    if order is not None:
        starts, lengths, blocks = starts[order], lengths[order], blocks[order]
    table = _openings(1 << int(lengths.max(initial=0)).bit_length(), seed)
    a, b, c = (column[lengths] for column in table)
    for block in range(int(blocks.max(initial=0))):
        many = int(np.searchsorted(-blocks, -block, side="left"))
        at = starts[:many] + block * BLOCK
        a[:many] += words[at]
        b[:many] += words[at + 4]
        c[:many] += words[at + 8]
        _mix(a[:many], b[:many], c[:many])
    at, left = starts + blocks * BLOCK, lengths - blocks * BLOCK
    a += words[at] & _FIRST_BYTES[np.minimum(left, 4)]
    b += words[at + 4] & _FIRST_BYTES[np.clip(left - 4, 0, 4)]
    c += (words[at + 8] & _FIRST_BYTES[np.clip(left - 8, 0, 4)]) << 8
    high, low = _end(a, b, c)
    if order is None:
        return high, low
    unsorted = np.empty(count, np.uint32), np.empty(count, np.uint32)
    unsorted[0][order], unsorted[1][order] = high, low
    return unsorted


def split(values: NDArray[Any]) -> Lanes:
    """64-bit numbers as their upper and lower halves."""
    bits = values.view(np.uint64)
    return (bits >> 32).astype(np.uint32), bits.astype(np.uint32)


def join(lanes: Lanes) -> NDArray[np.int64]:
    """Halves as 64-bit numbers, signed as PostgreSQL's bigint."""
    return ((lanes[0].astype(np.uint64) << 32) | lanes[1]).view(np.int64)


def _begin(count: int, length: int, seed: int | Lanes) -> tuple[Words, Words, Words]:
    if isinstance(seed, int):
        a, b, c = _opening(length, seed)
        return np.full(count, a, np.uint32), np.full(count, b, np.uint32), np.full(count, c, np.uint32)
    start = np.uint32((_START + length) & 0xFFFFFFFF)
    state = seed[0] + start, seed[1] + start, np.full(count, start, np.uint32)
    _mix(*state)
    unseeded = (seed[0] | seed[1]) == 0
    if unseeded.any():
        for part in state:
            part[unseeded] = start
    return state


@cache
def _opening(length: int, seed: int) -> tuple[int, int, int]:
    a, b, c = (int(column[0]) for column in _seeded(np.array([length], np.uint32), seed))
    return a, b, c


@cache
def _openings(many: int, seed: int) -> tuple[Words, Words, Words]:
    """What the state is after the seed, by length from 0."""
    return _seeded(np.arange(many, dtype=np.uint32), seed)


def _seeded(lengths: Words, seed: int) -> tuple[Words, Words, Words]:
    a = lengths + np.uint32(_START & 0xFFFFFFFF)
    b, c = a.copy(), a.copy()
    if seed:
        a += np.uint32((seed >> 32) & 0xFFFFFFFF)
        b += np.uint32(seed & 0xFFFFFFFF)
        _mix(a, b, c)
    return a, b, c


def _mix(a: Words, b: Words, c: Words) -> None:
    state, (s, t) = (a, b, c), (np.empty_like(a), np.empty_like(a))
    for x, y, z, bits in _MIX:
        np.subtract(state[x], state[y], out=state[x])
        np.bitwise_xor(state[x], _rotated(state[y], bits, s, t), out=state[x])
        np.add(state[y], state[z], out=state[y])


def _end(a: Words, b: Words, c: Words) -> Lanes:
    state, (s, t) = (a, b, c), (np.empty_like(a), np.empty_like(a))
    for x, y, bits in _FINAL:
        np.bitwise_xor(state[x], state[y], out=state[x])
        np.subtract(state[x], _rotated(state[y], bits, s, t), out=state[x])
    return b, c


def _rotated(x: Words, bits: int, s: Words, t: Words) -> Words:
    np.left_shift(x, bits, out=s)
    np.right_shift(x, 32 - bits, out=t)
    return np.bitwise_or(s, t, out=s)
