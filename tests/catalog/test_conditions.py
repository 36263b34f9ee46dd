"""What a condition is seen to name, and what is never mistaken for a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.catalog.conditions import Named, fault_in, names_in

SEES = {
    "record": frozenset({"end_date", "start_date", "date", "AlbumId", "unit price"}),
    "zone": frozenset({"school_year", "edition"}),
    "Artist": frozenset({"Name"}),
}


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ("record.end_date < record.start_date", ["record.end_date", "record.start_date"]),
        ("RECORD . End_Date is null", ["record.end_date"]),
        ('record."AlbumId" > 0', ["record.AlbumId"]),
        ('"record"."unit price" = 1.5', ["record.unit price"]),
        ('"Artist"."Name" = \'x.y\'', ["Artist.Name"]),
        ("record.date = 'it''s record.nothing'", ["record.date"]),
        (r"record.date = E'it\'s record.nothing'", ["record.date"]),
        ("record.date = $x$ record.nothing ' $x$", ["record.date"]),
        ("pg_catalog.lower(record.date) = 'a'", ["record.date"]),
        ("record.date::pg_catalog.text = '1'", ["record.date"]),
        ("cast(record.date as public.citext) = '1'", ["record.date"]),
        ("record.date collate pg_catalog.\"C\" < 'b'", ["record.date"]),
        ("record.date operator(pg_catalog.=) 'b'", ["record.date"]),
        ("record.date > 1.5 and record.date < .5e3 or record.date = 2.", ["record.date"]),
        ("(record.date).year = 1", ["record.date"]),
        ("record.* is null", ["record.*"]),
        ("count(*) over (partition by record.date) > 1", ["record.date"]),
        ("date '2024-01-01' < record.date", ["record.date"]),
        ("state.enrollment.guid is null", ["state.enrollment.guid"]),
        ("true", []),
    ],
)
def test_only_values_are_taken_for_names(condition: str, named: list[str]) -> None:
    assert [f"{each.alias}.{each.column}" for each in names_in(condition)] == named


@pytest.mark.parametrize(
    "condition",
    [
        "record.end_date < coalesce(record.start_date, date 'infinity')",
        "record.date between make_date(zone.school_year - 1, 7, 1) and make_date(zone.school_year, 6, 30)",
        "zone.edition = 'KY;--' and extract(year from record.date) > 1",
        "record.date is distinct from current_date",
        'record."unit price" * 1.10 > 5 and "Artist"."Name" like \'%)\'',
        (
            "max(coalesce(record.end_date, date 'infinity')) over (order by record.start_date\n"
            "rows between unbounded preceding and 1 preceding) > record.start_date"
        ),
    ],
)
def test_what_is_right_is_left_alone(condition: str) -> None:
    assert fault_in(condition, SEES, "record") is None


@pytest.mark.parametrize(
    ("condition", "wrong", "mend"),
    [
        ("  ", "the condition is empty", "Write one SQL expression."),
        (
            "true; drop table x",
            "the condition holds a semicolon",
            "Write one SQL expression without any.",
        ),
        ("true -- always", "the condition holds an SQL comment", "Write it above the rule, behind a #."),
        ("true /* always */", "the condition holds an SQL comment", "Write it above the rule, behind a #."),
        ("record.date = 'x", "the condition holds a quote that does not close", "Close the '."),
        ('record."date = 1', "the condition holds a quote that does not close", 'Close the ".'),
        (
            "true) or (true",
            "the condition's parentheses do not match",
            "Close each that is open, and no other.",
        ),
        (
            "(record.date is null",
            "the condition's parentheses do not match",
            "Close each that is open, and no other.",
        ),
        (
            "exists (Select 1)",
            "the condition holds a SELECT",
            "Look other objects up with a [[lookup]].",
        ),
        (
            "zone.year = 1",
            "zone has no column year",
            "It has: edition, school_year.",
        ),
        ("record.end_dat is null", "record has no column end_dat", "Did you mean end_date?"),
        (
            "record.AlbumId > 0",
            "record has no column albumid",
            'Write record."AlbumId": names without quotes are taken in small letters.',
        ),
        (
            "Artist.Name is null",
            'the condition names "artist", which it does not see',
            "It sees: record, zone, Artist.",
        ),
        (
            "state.enrollment.guid is null",
            'the condition names "state.enrollment", which it does not see',
            "It sees: record, zone, Artist.",
        ),
        (
            "end_date < record.start_date",
            "the condition does not say whose end_date it means",
            "Write record.end_date.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(condition: str, wrong: str, mend: str) -> None:
    fault = fault_in(condition, SEES, "record")
    assert fault is not None
    assert (fault.wrong, fault.mend) == (wrong, mend)


@given(st.text(alphabet=st.sampled_from("re.\"'$();-/*:% \n1aE\\")))
def test_no_text_stops_the_reading(condition: str) -> None:
    fault_in(condition, SEES, "record")
    names_in(condition)


@given(st.text(alphabet=st.characters(exclude_characters="'\0")))
def test_nothing_inside_a_text_is_ever_a_name_or_a_fault(inside: str) -> None:
    condition = f"record.date = '{inside}'"
    assert names_in(condition) == (Named("record", "date"),)
    assert fault_in(condition, SEES, "record") is None
