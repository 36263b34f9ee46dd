"""GUIDs out of their texts, a whole column at a time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NO_BYTE = 0xFFFF
_DIGITS = "0123456789abcdefABCDEF"
_BYTES = np.full(1 << 16, _NO_BYTE, np.uint16)  # the byte that two letters spell, by both as they lie in memory
for _high in _DIGITS:
    for _low in _DIGITS:
        _BYTES[np.frombuffer((_high + _low).encode(), np.uint16)] = int(_high + _low, 16)
_DASHES = [8, 13, 18, 23]
_BETWEEN = (slice(8), slice(9, 13), slice(14, 18), slice(19, 23), slice(24, 36))
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
        letters = np.concatenate([letters[:, part] for part in _BETWEEN], axis=1)
    read = _BYTES[np.ascontiguousarray(letters).view(np.uint16)]
    if (read == _NO_BYTE).any():
        return None
    found = pa.py_buffer(read.astype(np.uint8).tobytes())
    uuids = pa.Array.from_buffers(pa.binary(16), len(present), [None, found])
    if not texts.null_count:
        return uuids
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    return uuids.take(pa.array(np.cumsum(valid) - 1, mask=~valid))
