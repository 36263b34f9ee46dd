"""GUIDs out of their texts, a whole column at a time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
for _value, _pair in enumerate(("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "aA", "bB", "cC", "dD", "eE", "fF")):
    _DIGITS[[ord(digit) for digit in _pair]] = _value
_DASHES = [8, 13, 18, 23]
_DASHED = 36
_PLAIN = 32


def uuids_from_texts(texts: pa.Array) -> pa.Array | None:
    """The 16 bytes of each; None unless all are alike, of 36 characters with four dashes or of 32 without."""
    present = texts.drop_null()
    lengths = pc.min_max(pc.binary_length(present)).as_py()
    width = lengths["min"]
    if width not in (_PLAIN, _DASHED) or lengths["max"] != width:
        return None
    _, offsets, data = present.buffers()
    start = int(np.frombuffer(offsets, np.int32)[present.offset])
    letters = np.frombuffer(data, np.uint8)[start : start + len(present) * width].reshape(-1, width)
    if width == _DASHED:
        if (letters[:, _DASHES] != ord("-")).any():
            return None
        letters = np.delete(letters, _DASHES, axis=1)
    digits = _DIGITS[letters]
    if (digits == _NO_DIGIT).any():
        return None
    found = pa.py_buffer(((digits[:, 0::2] << 4) | digits[:, 1::2]).tobytes())
    uuids = pa.Array.from_buffers(pa.binary(16), len(present), [None, found])
    if not texts.null_count:
        return uuids
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    return uuids.take(pa.array(np.cumsum(valid) - 1, mask=~valid))
