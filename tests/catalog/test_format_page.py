"""The page about the catalog format: its example is a catalog, and it leaves out no key that the reader knows."""

import re
from pathlib import Path
from typing import get_args

import pytest

from upstate.catalog import ColumnType, parse_catalog
from upstate.catalog.keys import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "catalog-format.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", PAGE, re.DOTALL))


def test_the_example_on_the_page_is_a_catalog() -> None:
    catalog = parse_catalog(EXAMPLES)
    assert set(EXAMPLES) == {"School.toml", "Enrollment.toml", "codes/grade.toml"}
    assert catalog["Enrollment"].rules[1].message == "Correct the start date or the end date."


@pytest.mark.parametrize("table", KEYS)
def test_the_page_explains_every_key_and_no_other(table: str) -> None:
    heading = f"## `[[{table}]]`" if table else "## The object"
    part = PAGE[PAGE.index(f"{heading}\n") :].split("\n## ")[0]
    rows = part[part.index("| Key | Meaning |") :].split("\n\n")[0].splitlines()[2:]
    explained = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert explained == set(KEYS[table])
    needed = {key for row in rows if " Needed." in row for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert needed == {name for name, key in KEYS[table].items() if key.needed}


def test_the_page_explains_every_type() -> None:
    part = PAGE[PAGE.index("| Type | Holds |") :].split("\n\n")[0]
    listed = [name for row in part.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(listed) == sorted(get_args(ColumnType))
