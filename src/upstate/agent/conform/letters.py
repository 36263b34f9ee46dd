"""The bytes of a whole column of texts, as they lie in memory one text after the other."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def letters(texts: pa.Array) -> NDArray[np.uint8]:
    """All of them, of an array of strings or binary values, large or not; with nulls, whatever may lie there too."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.zeros(0, np.uint8)
    large = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    ends = np.frombuffer(offsets, np.int64 if large else np.int32)
    return np.frombuffer(data, np.uint8)[ends[texts.offset] : ends[texts.offset + len(texts)]]
