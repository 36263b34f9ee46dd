"""The one record that the state lacks in a bucket is told from the sums, and nothing is told that is not so."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.wire.rows import PUPIL

from upstate.wire.digests import Sums, differing, lone_records, sums_from_hashes

BUCKETS = 8
Record = tuple[int, int]  # the hash of its key, and its digest


def hashes(records: list[Record]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys, digests = zip(*records, strict=True) if records else ((), ())
    return np.array(keys, np.int64), np.array(digests, np.int64)


def sums(records: list[Record]) -> Sums:
    return sums_from_hashes(PUPIL, [hashes(records)], BUCKETS)


def bucket(of: Record) -> int:
    return of[0] & (BUCKETS - 1)


def told(district: list[Record], state: list[Record]) -> tuple[list[Record], list[int]]:
    """The lone records, and the buckets that are settled."""
    theirs = sums(state)
    wanted = differing(sums(district), theirs)
    inside = [each for each in district if bucket(each) in wanted]
    lone, settled = lone_records(*hashes(inside), wanted, theirs)
    return [each for each, is_lone in zip(inside, lone, strict=True) if is_lone], wanted[settled].tolist()


def record(key: int, version: int) -> Record:
    """A record's digest tells it from any other, of the same key or of another."""
    return key, int.from_bytes(blake2b(f"{key} {version}".encode(), digest_size=8).digest(), "little", signed=True)


# few keys and versions, so that they come twice and share buckets
records = st.lists(st.builds(record, st.integers(0, 40), st.integers(0, 2)), max_size=30)


@given(district=records, lacks=st.sets(st.integers(0, 29), max_size=6), more=st.one_of(st.just([]), records))
@example(district=[record(1, 0), record(1, 0)], lacks={0}, more=[])
@example(district=[record(1, 0), record(1, 1)], lacks={0}, more=[])
@example(district=[record(1, 0), record(9, 0)], lacks={0}, more=[])
@example(district=[record(1, 0), record(9, 0)], lacks={0, 1}, more=[record(9, 1)])
def test_a_settled_bucket_is_the_states_but_for_its_one_lone_record(
    district: list[Record], lacks: set[int], more: list[Record]
) -> None:
    state = [each for number, each in enumerate(district) if number not in lacks] + more
    lone, settled = told(district, state)
    assert sorted(map(bucket, lone)) == settled
    for one in lone:
        here, there = (Counter(each for each in side if bucket(each) == bucket(one)) for side in (district, state))
        assert here - there == {one: 1}
        assert there - here == {}
        assert sum(key == one[0] for key, _ in district) == 1


@given(keys=st.sets(st.integers(0, 1 << 40), min_size=1), at=st.data())
def test_whatever_the_state_lacks_alone_in_its_bucket_is_found(keys: set[int], at: st.DataObject) -> None:
    district = [record(key, 0) for key in sorted(keys)]
    lacking = at.draw(st.sampled_from(district))
    assert told(district, [each for each in district if each != lacking]) == ([lacking], [bucket(lacking)])


def test_what_is_changed_gone_or_lacking_twice_is_left_for_the_keys_to_tell() -> None:
    district = [(1, 10), (9, 20), (2, 30), (10, 40), (3, 50)]
    assert told(district, [(1, 11), (9, 20), *district[2:]]) == ([], [])
    assert told(district, [*district, (17, 5)]) == ([], [])
    assert told(district, district[2:]) == ([], [])
    assert told(district, district[1:]) == ([(1, 10)], [1])
    assert told(district, district[:4]) == ([(3, 50)], [3])
    assert told([], district) == ([], [])
