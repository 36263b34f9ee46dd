"""The closed list of reasons why a value does not fit its column, and the exception that carries one."""

from __future__ import annotations

from typing import Literal, get_args

Reason = Literal[
    "date_out_of_range",  # a date or a moment outside the years 1 to 9999, infinity too
    "has_zone",  # a moment with a zone where the column has none
    "no_zone",  # a moment without a zone where the column needs one
    "not_a_date",
    "not_a_number",
    "not_a_time",
    "not_a_timestamp",
    "not_a_uuid",
    "not_an_integer",
    "not_boolean",
    "not_bytes",
    "not_finite",  # NaN or infinity where the column holds only finite numbers
    "not_json",
    "not_text",  # bytes where text is wanted
    "not_utf8",  # an unpaired surrogate too
    "nul_character",
    "out_of_range",
    "too_many_digits",  # it would have to be rounded
]

REASONS: tuple[str, ...] = get_args(Reason)


class MisfitError(ValueError):
    """One value does not fit its column. It never leaves this room: it becomes a row of a batch's misfits."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
