"""What agent and hub say to each other: messages, Arrow schemas, the digest. Pure."""

from upstate.wire.batch import Batch, decode, digest, encode, encode_keys, no_misfits
from upstate.wire.messages import Compared, Parcel, Receipt, WorkOrder
from upstate.wire.schema import MISFITS, arrow_schema, arrow_type
from upstate.wire.selection import (
    Selection,
    decode_lacking,
    decode_rejected,
    decode_selection,
    encode_lacking,
    encode_rejected,
    encode_selection,
    table_of_ids,
    table_of_keys,
)
from upstate.wire.spelling import spell, spell_rows

__all__ = [
    "MISFITS",
    "Batch",
    "Compared",
    "Parcel",
    "Receipt",
    "Selection",
    "WorkOrder",
    "arrow_schema",
    "arrow_type",
    "decode",
    "decode_lacking",
    "decode_rejected",
    "decode_selection",
    "digest",
    "encode",
    "encode_keys",
    "encode_lacking",
    "encode_rejected",
    "encode_selection",
    "no_misfits",
    "spell",
    "spell_rows",
    "table_of_ids",
    "table_of_keys",
]
