"""What agent and hub say to each other: messages, Arrow schemas, the digest. Pure."""

from upstate.wire.batch import Batch, decode, digest, encode, encode_keys, no_misfits
from upstate.wire.messages import Compared, Parcel, Receipt, WorkOrder
from upstate.wire.schema import MISFITS, arrow_schema, arrow_type
from upstate.wire.spelling import spell

__all__ = [
    "MISFITS",
    "Batch",
    "Compared",
    "Parcel",
    "Receipt",
    "WorkOrder",
    "arrow_schema",
    "arrow_type",
    "decode",
    "digest",
    "encode",
    "encode_keys",
    "no_misfits",
    "spell",
]
