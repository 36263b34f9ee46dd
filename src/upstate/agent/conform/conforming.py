"""A batch from raw columns: fit each, then part the records that fit from those that do not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from upstate.agent.conform.fitting import Fitted, fit_native, fit_text
from upstate.agent.conform.reasons import Reason
from upstate.agent.conform.tidying import tidy
from upstate.catalog import Column, SyncObject
from upstate.wire import MISFITS, Batch, arrow_schema, no_misfits, spell_rows

# A raw batch has for a column a field "native:<name>" with values of the database's own type, a field "text:<name>"
# with values as text, or both; of the two at most one is not null in a record.
NATIVE = "native:"
TEXT = "text:"


def conform(obj: SyncObject, raw: pa.RecordBatch) -> Batch:
    """The records of a raw batch in `arrow_schema(obj)`, and apart from them a row for every value that does not fit.

    Nothing is truncated, rounded or guessed. KeyError where the raw batch lacks a column altogether.
    """
    fitted = {column.name: _fit(column, raw) for column in obj.columns}
    arrays = [fitted[column.name].values for column in obj.columns]
    records = pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(obj))
    wrong = [(record, column, reason) for column, fit in fitted.items() for record, reason in fit.misfits]
    if not wrong:
        return Batch(tidy(records), no_misfits())
    wrong.sort(key=lambda misfit: misfit[0])
    places = sorted({record for record, _, _ in wrong})
    misfits = _misfits(obj, records.take(pa.array(places)), places, wrong)
    good = np.ones(len(records), np.bool_)
    good[places] = False
    return Batch(tidy(records.filter(pa.array(good))), misfits)


def _fit(column: Column, raw: pa.RecordBatch) -> Fitted:
    names = raw.schema.names
    parts = []
    if NATIVE + column.name in names:
        parts.append(fit_native(column, raw.column(NATIVE + column.name)))
    if TEXT + column.name in names:
        texts = raw.column(TEXT + column.name)
        if not parts or texts.null_count < len(texts):
            parts.append(fit_text(column, texts))
    if not parts:
        raise KeyError(column.name)
    if len(parts) == 1:
        return parts[0]
    native, text = parts
    return Fitted(pc.coalesce(native.values, text.values), native.misfits + text.misfits)


def _misfits(
    obj: SyncObject, keys: pa.RecordBatch, places: list[int], wrong: list[tuple[int, str, Reason]]
) -> pa.RecordBatch:
    key_of = dict(zip(places, spell_rows(obj, obj.key, keys), strict=True))
    return pa.RecordBatch.from_arrays(
        [
            pa.array([record for record, _, _ in wrong], pa.int32()),
            pa.array([list(key_of[record]) for record, _, _ in wrong], pa.list_(pa.string())),
            pa.array([column for _, column, _ in wrong], pa.string()),
            pa.array([reason for _, _, reason in wrong], pa.string()),
        ],
        schema=MISFITS,
    )
