"""GUIDs out of their texts, a whole column at a time."""

from __future__ import annotations

import binascii

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.letters import letters

_DASHES = [8, 13, 18, 23]
_DASHED = 36
_PLAIN = 32
_BYTES = 16


def uuids_from_texts(texts: pa.Array) -> pa.Array | None:
    """The 16 bytes of each; None unless all are alike, of 36 characters with four dashes or of 32 without."""
    present = texts.drop_null()
    lengths = pc.min_max(pc.binary_length(present)).as_py()
    width = lengths["min"]
    if width not in (_PLAIN, _DASHED) or lengths["max"] != width:
        return None
    spelled = letters(present)
    digits = spelled.tobytes()
    if width == _DASHED:
        if (spelled.reshape(-1, width)[:, _DASHES] != ord("-")).any():
            return None
        digits = digits.translate(None, b"-")
    try:
        found = binascii.unhexlify(digits)
    except binascii.Error:
        return None
    if len(found) != len(present) * _BYTES:  # there were more dashes in one of them
        return None
    uuids = pa.Array.from_buffers(pa.binary(_BYTES), len(present), [None, pa.py_buffer(found)])
    if not texts.null_count:
        return uuids
    valid = texts.is_valid().to_numpy(zero_copy_only=False)
    return uuids.take(pa.array(np.cumsum(valid) - 1, mask=~valid))
