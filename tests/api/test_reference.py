"""The written reference cannot drift from the API."""

from __future__ import annotations

import re

from tools.api_reference import PAGE, current


def test_the_reference_is_what_the_api_says_of_itself() -> None:
    assert PAGE.read_text(encoding="utf-8") == current(), "write it anew: python tools/api_reference.py"


def test_every_operation_and_every_member_says_what_it_is_or_speaks_for_itself() -> None:
    page = current()
    operations = re.findall(r"^`(?:GET|POST|PUT|PATCH|DELETE) ", page, re.MULTILINE)
    assert operations
    assert len(re.findall(r"\bAnswers \d", page)) == len(operations)
    assert "module" not in page
