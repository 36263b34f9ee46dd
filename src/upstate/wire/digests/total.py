"""The digest of an object as one end holds it: of all its records together, whatever their order and their buckets."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstate.catalog import SyncObject
from upstate.errors import WireError
from upstate.wire.digests.beside import digests_of
from upstate.wire.digests.definition import UNFIT
from upstate.wire.digests.shipping import for_shipping
from upstate.wire.digests.sums import Sums

Numbers = NDArray[np.int64]
_LARGEST = 1 << 63


@dataclass(frozen=True, slots=True)
class Total:
    """How many records, and the exact sums of the upper and of the lower halves of their digests.

    It is a sum over a set, so what is known of a part can be added and taken away. A record that does not fit its
    columns has no digest and is in no total.
    """

    records: int = 0
    uppers: int = 0
    lowers: int = 0

    def __add__(self, other: Total) -> Total:
        return Total(self.records + other.records, self.uppers + other.uppers, self.lowers + other.lowers)

    def __sub__(self, other: Total) -> Total:
        return Total(self.records - other.records, self.uppers - other.uppers, self.lowers - other.lowers)

    def shown(self, of: bytes) -> str:
        """What people compare: 16 hexadecimal digits over the numbers and the `definition` they were made by."""
        return blake2b(of + self.to_text().encode(), digest_size=8).hexdigest()

    def numbers(self) -> list[int]:
        """The three numbers, as they are kept."""
        return [self.records, self.uppers, self.lowers]

    def to_text(self) -> str:
        """A form for the wire: the three numbers with commas."""
        return ",".join(map(str, self.numbers()))


class Totalling:
    """Adds up records as they pass by, digested as both sides do to find what must be shipped."""

    def __init__(self, obj: SyncObject) -> None:
        self._obj = for_shipping(obj)
        self.total = Total()

    def add(self, records: pa.RecordBatch) -> None:
        """Add these records."""
        self.total += total_of(digests_of(self._obj, records))


def total_of(digests: Numbers) -> Total:
    """The total of records by their digests, without those that are UNFIT."""
    fit = digests[digests != UNFIT]
    return Total(len(fit), int((fit >> 32).sum()), int(((fit << 32) >> 32).sum()))


def total_of_sums(sums: Sums, without: Numbers | None = None) -> Total:
    """The total of all buckets, or of all but some."""
    kept = np.ones(sums.buckets, np.bool_)
    if without is not None:
        kept[without] = False
    return Total(*(int(numbers[kept].sum()) for numbers in (sums.records, sums.uppers, sums.lowers)))


def total_from_text(obj: SyncObject, text: str) -> Total:
    """What `to_text` made; WireError where it cannot be a total."""
    try:
        records, uppers, lowers = (int(part) for part in text.split(","))
    except ValueError as error:
        raise WireError(f"The digest of {obj.name} cannot be read.") from error
    if records < 0 or max(abs(uppers), abs(lowers)) > records << 31 or records << 31 >= _LARGEST:
        raise WireError(f"The digest of {obj.name} is of no {records} records.")
    return Total(records, uppers, lowers)
