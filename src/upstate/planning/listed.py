"""Keys and ids as people give them, typed as a list or in a CSV file, as rows of texts; `ask` judges them."""

from __future__ import annotations

import csv
import io

from upstate.errors import PlanError


def rows_of_text(text: str) -> tuple[tuple[str, ...], ...]:
    """One record a line, or several with commas between; what stands empty is none."""
    return tuple((part,) for line in text.splitlines() for part in line.split(",") if part.strip())


def rows_of_csv(data: bytes) -> tuple[tuple[str, ...], ...]:
    """A record a line, a column for each part of its key; PlanError where it is no CSV file in UTF-8."""
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        return tuple(tuple(row) for row in rows if any(part.strip() for part in row))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PlanError("It is no CSV file in UTF-8.") from error
