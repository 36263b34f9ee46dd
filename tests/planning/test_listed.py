"""Keys and ids as people give them become rows, whatever stands around them."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.errors import PlanError
from upstate.planning import rows_of_csv, rows_of_text

PART = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=","), min_size=1)


@given(st.lists(PART), st.sampled_from([",", "\n", ",\n", "\r\n\r\n", ", ,"]))
def test_a_list_is_read_whatever_separates_it(parts: list[str], between: str) -> None:
    assert rows_of_text(between.join(parts)) == tuple((part,) for part in parts)


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))), max_size=5))
def test_a_csv_file_gives_the_rows_that_were_written(rows: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    written = tuple(tuple(row) for row in rows if any(part.strip() for part in row))
    assert rows_of_csv(b"\xef\xbb\xbf" + file.getvalue().encode()) == written


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b'"open', b'"a"b'])
def test_what_is_no_csv_file_is_one_line(data: bytes) -> None:
    with pytest.raises(PlanError, match=r"It is no CSV file in UTF-8\."):
        rows_of_csv(data)
