"""What a record's digest is: which columns, which seeds, which buckets. The faces beside this module only compute it.

digest(record) = hashint4extended(number of compared columns, x), where x is the exclusive or of the compared columns'
hashes and enters as the seed. A column's hash is one of PostgreSQL's own seeded 64-bit hashes (Bob Jenkins' lookup3) of
the value's canonical form; null counts as 0. The seed comes from the column's name, so that equal values in two columns
differ and a column more in the catalog moves no other's seed.

    type                  canonical form and its hash (s: the column's seed)
    boolean, integer      int4: hashint4extended(v, s)
    bigint                the low half, seeded with the hash of the high half: hashint4extended twice
    date                  days since 1970-01-01 as integer; infinity as text
    time                  seconds since midnight as double
    timestamp             seconds since midnight as double, seeded with the hash of its date; infinity as text
    timestamptz           the same in UTC
    decimal               text with exactly as many digits after the point as the column's scale
    double                hashfloat8extended(v, s): one zero, one NaN
    uuid                  its 16 bytes: uuid_hash_extended(v, s)
    text                  UTF-8 bytes: hashtextextended(v, s); above LONG bytes its SHA-256 in hex, seeded for that
    bytes                 hex text; above LONG hex digits its SHA-256 in hex, seeded for that
    json                  jsonb's own text form, always by its SHA-256 in hex

A key's hash is the exclusive or of its columns' hashes under seeds of their own; its low bits are the record's bucket.
A bucket's value is a count and two sums: of the digests' upper and of their lower halves, as signed 32-bit numbers.
The sums are exact: nothing in them wraps around, and equal records do not cancel.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import Literal

from upstate.catalog import Column, SyncObject

VERSION = 1
LONG = 256
MOST_BUCKETS = 131_072
# 16 to 32 records a bucket: few sums to send, and few equal records to look at beside each that differs.
_RECORDS_A_BUCKET = 32

Purpose = Literal["value", "key"]
Form = Literal["plain", "digested", "as written"]


def compared(obj: SyncObject) -> tuple[Column, ...]:
    """The columns in the digest, in the catalog's order: the key and what the district owns."""
    return tuple(c for c in obj.columns if c.owner == "district" or c.name in obj.key)


@cache
def seed(purpose: Purpose, name: str, form: Form = "plain") -> int:
    """The seed of a column's hash as PostgreSQL's bigint; `form` keeps a long text apart from a text like its hash."""
    text = f"upstate digest {VERSION}: {purpose}, {form}: {name}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little", signed=True)


def definition(obj: SyncObject) -> bytes:
    """What two sides must share before their digests can be compared: 16 bytes over columns, types and key."""
    parts = [str(VERSION), *obj.key, ""]
    parts += [f"{c.name} {c.type} {c.precision} {c.scale}" for c in compared(obj)]
    return blake2b("\n".join(parts).encode(), digest_size=16).digest()


# In place of the digest of what may not be taken for equal, whatever the other side holds: equal only by chance.
UNFIT = seed("value", "", "as written")


def bucket_count(records: int) -> int:
    """How many buckets suit so many records: a power of two, at most MOST_BUCKETS. Both sides must use the same."""
    wanted = -(-records // _RECORDS_A_BUCKET)
    return min(MOST_BUCKETS, 1 << max(0, wanted - 1).bit_length())
