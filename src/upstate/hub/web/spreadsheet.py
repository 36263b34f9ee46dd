"""CSV files as people open them: in UTF-8 that spreadsheets know, sent while they are read, and no cell a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import StreamingHttpResponse

from upstate.hub.templatetags.wording import key_text

_FORMULA: Final = re.compile(r"\s*(?:[=+@＝＋＠－]|-(?![\d.]+(?:\||$)))|[\t\r\n]")
_LINES_AT_ONCE: Final = 500


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """An answer that is a file of that name; keys are joined by |, moments are ISO 8601."""
    answer = StreamingHttpResponse(csv_lines(columns, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """The lines of such a file, some hundred at once."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(row[column]) for column in columns])
        if number % _LINES_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = key_text(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    # a spreadsheet would take such a text for a formula
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
