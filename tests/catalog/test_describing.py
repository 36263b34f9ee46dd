"""An object in words: the same facts on the screen and in the reference, and a reference that cannot drift."""

from pathlib import Path

import pytest

from upstate.catalog import Catalog, Column, Lookup, Reference, Rule, SyncObject, Unique, read_catalog, shipped_catalog
from upstate.catalog.describing import object_markdown, sections, type_text
from upstate.cli.catalog import catalog_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "k12.md"

GUID = Column("guid", "uuid", required=True)
PERSON = SyncObject("Person", "person", ("guid",), (GUID,))
SCORE = SyncObject(
    "Score",
    "score",
    ("guid",),
    (
        GUID,
        Column("person_guid", "uuid", required=True),
        Column("end_year", "integer"),
        Column("points", "decimal", precision=5, scale=2, sensitive=True),
        Column("grade", "text", length=2, owner="state", codes={"A": "Best", "F": "Fail | worst"}),
    ),
    (Reference("Person", ("person_guid",), "person", when_excluded="clear", drives=False),),
    (Unique(("person_guid", "end_year"), "state", "equal"),),
    (Lookup("enrolled", "Person", {"guid": "person_guid"}, {"last": "max(\n row.guid)"}, "row.guid\n is not null"),),
    (Rule("negative", "failed", "record.points\n  < 0", "Points are below zero.", "Enter zero or more."),),
    school_year="end_year",
)
CATALOG = Catalog({"Score": SCORE, "Person": PERSON})


def test_the_committed_reference_of_the_k12_catalog_is_what_the_catalog_says_today() -> None:
    today = catalog_page(read_catalog(shipped_catalog("k12")), "The K-12 catalog")
    assert REFERENCE.read_text(encoding="utf-8") == today, (
        "Write it anew: upstate catalog show --markdown > docs/reference/k12.md"
    )


def test_every_fact_of_an_object_is_in_its_sections() -> None:
    said = {section.title: section.rows for section in sections(CATALOG, SCORE)}
    assert said == {
        "At a glance": (
            ("Table", "score"),
            ("Key", "guid"),
            ("School year", "bound to it by end_year"),
            ("Offered", "everywhere"),
            ("In the order", "2 of 2"),
            ("Parents", "none"),
            ("All it needs", "nothing"),
            ("Also comes after", "Person"),
            ("Children", "none"),
        ),
        "Columns": (
            ("guid", "uuid", "yes", "district", "key"),
            ("person_guid", "uuid", "yes", "district", "to Person"),
            ("end_year", "integer", "", "district", "school year"),
            ("points", "decimal(5, 2)", "", "district", "sensitive"),
            ("grade", "text(2)", "", "state", "2 codes"),
        ),
        "References": (
            (
                "person_guid",
                "Person",
                "person",
                "not marked by Check dependencies, emptied where policy keeps the parent out",
            ),
        ),
        "Unique": (("person_guid, end_year", "across the state, empty equals empty"),),
        "Lookups": (
            (
                "enrolled",
                "Person",
                "row.guid = record.person_guid and row.guid is not null",
                "last: max( row.guid)",
            ),
        ),
        "Rules": (("negative\nfailed", "record.points < 0", "Points are below zero.\nEnter zero or more."),),
        "Codes": (("grade", "A Best, F Fail | worst"),),
    }


def test_every_row_is_as_long_as_its_head_for_every_object_of_the_k12_catalog() -> None:
    k12 = read_catalog(shipped_catalog("k12"))
    for obj in k12:
        found = sections(k12, obj)
        assert {"At a glance", "Columns"} <= {section.title for section in found}
        for section in found:
            assert {len(row) for row in section.rows} == {len(section.head)}


def test_markdown_keeps_what_would_break_a_table_apart() -> None:
    lines = object_markdown(CATALOG, SCORE).splitlines()
    assert lines[0] == "## Score"
    assert "- Parents: none" in lines
    assert "| negative<br>failed | record.points &lt; 0 | Points are below zero.<br>Enter zero or more. |" in lines
    assert r"| grade | A Best, F Fail \| worst |" in lines


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Column("a", "text"), "text"),
        (Column("a", "text", length=7), "text(7)"),
        (Column("a", "decimal", precision=38, scale=0), "decimal(38, 0)"),
        (Column("a", "timestamptz"), "timestamptz"),
    ],
)
def test_a_type_is_said_with_its_limits(column: Column, text: str) -> None:
    assert type_text(column) == text
