"""Mapping files: what they say, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.agent.cases import thing

from upstate.agent.mapping import ColumnOrigin, ObjectOrigin, parse_mapping, read_mapping
from upstate.catalog import Catalog, Column
from upstate.errors import MappingError

_ROSTER = thing(Column("name", "text", True), Column("start_date", "date"), Column("credits", "double"), name="Roster")
_CATALOG = Catalog({obj.name: obj for obj in (_ROSTER, thing())})


def test_an_object_that_is_not_mapped_comes_from_the_table_of_its_own_name() -> None:
    mapping = parse_mapping("m.toml", "", _CATALOG)
    assert mapping.origin(_ROSTER) == ObjectOrigin("roster")
    assert mapping.origin(_ROSTER).column("name") == ColumnOrigin(column="name")
    assert mapping.absent == frozenset()


def test_a_mapping_says_table_select_columns_and_what_is_absent() -> None:
    text = """
[Roster]
table = "sis.rosters"

[Roster.columns]
name = "full_name"
start_date = { column = "began", stored = "unix" }
credits = { sql = "minutes / 60.0" }

[Thing]
absent = true
"""
    mapping = parse_mapping("m.toml", text, _CATALOG)
    origin = mapping.origin(_ROSTER)
    assert origin.table == "sis.rosters"
    assert origin.column("id") == ColumnOrigin(column="id")
    assert origin.column("name") == ColumnOrigin(column="full_name")
    assert origin.column("start_date") == ColumnOrigin(column="began", stored="unix")
    assert origin.column("credits") == ColumnOrigin(sql="minutes / 60.0")
    assert mapping.absent == {"Thing"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[Roster", "m.toml, line 1: this is not TOML"),
        ("\n[Rooster]\ntable = 'a'", "m.toml, line 2: there is no object Rooster. Did you mean Roster?"),
        ("Roster = 1", "m.toml, line 1: Roster is not a table. Write it under [Roster]."),
        ("[Roster]\ntabel = 'a'", 'm.toml, line 2: the key "tabel" is not known here. Did you mean table?'),
        ("[Roster]\ntable = 7", 'm.toml, line 2: "table" has a value of the wrong type. Give a text in quotes.'),
        ("[Roster]\ntable = 'a'\nselect = 'b'", "m.toml, line 1: Roster comes from two places."),
        ("[Roster]\nabsent = true\n[Roster.columns]\nname = 'a'", "m.toml, line 1: Roster comes from two places."),
        ("[Roster.columns]\nnam = 'a'", "m.toml, line 2: Roster has no column nam. Did you mean name?"),
        ("[Roster.columns]\nname = 3", "m.toml, line 2: name has a value of the wrong type."),
        ("[Roster.columns]\nname = { sql = 'a', column = 'b' }", "m.toml, line 2: name comes from two places."),
        ("[Roster.columns]\nname = { sq = 'a' }", 'm.toml, line 2: the key "sq" is not known here.'),
        ("[Roster.columns]\nname = { absent = true }", "m.toml, line 2: name is required. It cannot be absent"),
        ("[Roster.columns]\nname = { stored = 'unix' }", 'm.toml, line 2: stored = "unix" does not fit name.'),
        (
            "[Roster.columns]\nstart_date = { stored = 'days' }",
            'm.toml, line 2: stored = "days" does not fit start_date.',
        ),
        ("[Roster]\ncolumns = { name = '' }", "m.toml, line 2: the column of name is empty."),
    ],
)
def test_a_wrong_mapping_is_named_with_file_line_and_what_to_do(text: str, message: str) -> None:
    with pytest.raises(MappingError) as caught:
        parse_mapping("m.toml", text, _CATALOG)
    assert caught.value.message.startswith(message)
    assert "\n" not in caught.value.message


def test_a_mapping_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"^The mapping file .*none\.toml cannot be read: No such file or directory"):
        read_mapping(tmp_path / "none.toml", _CATALOG)


def test_the_example_in_the_documentation_is_a_mapping() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    columns = [Column("start_date", "date"), Column("end_date", "date"), Column("note", "text")]
    names = ("Roster", "Enrollment", "Behavior")
    catalog = Catalog({name: thing(*columns, name=name) for name in names})
    mapping = parse_mapping("mapping.md", example, catalog)
    assert mapping.absent == {"Behavior"}
    assert mapping.origins["Roster"].column("end_date").stored == "unix"
