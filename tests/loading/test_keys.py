"""Keys of every type: a child finds its parent, and the rejection of its parent, whatever a key looks like as text."""

from datetime import date, datetime, time
from decimal import Decimal
from math import inf, nan
from typing import Any
from uuid import UUID

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule

from upstate.planning import Counts

MOMENTS = ("0001-01-01", "2024-02-29T12:00:00.12", "2024-02-29", "9999-12-31T23:59:59.999999")
KEYS: dict[str, list[Any]] = {
    "text": [
        "plain",
        "a|b",
        'a "no"',
        "back\\slash",
        "{curly,braces}",
        "two\nlines",
        "Zoë 龍 🐉",
        "",
        " ",
        "NULL",
        "%s",
    ],
    "text(12)": ["twelve chars", "x "],
    "integer": [0, -1, 2**31 - 1],
    "bigint": [2**63 - 1, -(2**63)],
    "decimal(38.0)": [Decimal("9" * 38), Decimal(-1), Decimal(0)],
    "decimal(12.10)": [Decimal("0.0000000001"), Decimal("1.5"), Decimal(0), Decimal("-99.9999999999")],
    "double": [0.0, 1.0, -2.5, 0.1, 1e15, 1e16, 123456789012345.0, 1e-5, 0.0001, 1e300, 5e-324, inf, -inf, nan],
    "boolean": [True, False],
    "date": [date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31)],
    "time": [time(0), time(10, 30), time(10, 30, 0, 500000), time(23, 59, 59, 999999)],
    "timestamp": [datetime.fromisoformat(text) for text in MOMENTS],
    "timestamptz": [datetime.fromisoformat(f"{text}+00:00") for text in MOMENTS],
    "uuid": [UUID("0f8fad5b-d9cb-469f-a165-70867728950e").bytes, b"\0" * 16],
    "bytes": [b"", b"\x00\xff", b"it's \\x41"],
    "json": ['{"a": [1, 2], "b": 1}', '"text"', "1.50", "null"],
}
KINDS = {f"{kind.partition('(')[0].title()}{n}": (kind, keys) for n, (kind, keys) in enumerate(KEYS.items())}


@pytest.fixture
def every_kind(make_desk: MakeDesk) -> Desk:
    """A parent and a child for each type of key; the child's name sorts before its parent's."""
    texts: dict[str, str] = {}
    for name, (kind, _) in KINDS.items():
        texts |= parent_and_child(kind, f"Parent{name}", f"Child{name}")
    return make_desk(texts)


def parent_and_child(kind: str, parent: str = "Zulu", child: str = "Alpha") -> dict[str, str]:
    return {
        f"{parent}.toml": describe(parent, f"id {kind}!, n integer!, bad boolean", rule("bad", "record.bad")),
        f"{child}.toml": describe(child, f"id integer!, parent_id {kind}", refers(parent, "parent_id")),
    }


def parents(**values: Any) -> dict[str, list[Row]]:
    """Every parent object's rows, each with these values."""
    return {f"Parent{name}": [{"id": key, **values} for key in keys] for name, (_, keys) in KINDS.items()}


def children() -> dict[str, list[Row]]:
    """A child for every parent."""
    return {
        f"Child{name}": [{"id": n, "parent_id": key} for n, key in enumerate(keys)] for name, (_, keys) in KINDS.items()
    }


def test_a_child_finds_its_parent_by_a_key_of_any_type(every_kind: Desk) -> None:
    rows = {**parents(n=1), **children()}
    first, again = every_kind.resync(rows), every_kind.resync(rows)
    assert first == {name: Counts(created=len(sent)) for name, sent in rows.items()}
    assert again == {name: Counts(unchanged=len(sent)) for name, sent in rows.items()}
    assert every_kind.orphans() == 0


@pytest.mark.parametrize("bad", [{"n": 1, "bad": True}, {"n": None}], ids=["judged", "refused"])
def test_a_child_of_a_rejected_parent_is_blocked_and_never_missing(every_kind: Desk, bad: Row) -> None:
    name = every_kind.connection.info.dbname
    for setting in ("datestyle = 'German, DMY'", "timezone = 'Asia/Kathmandu'", "bytea_output = escape"):
        every_kind.connection.execute(f'alter database "{name}" set {setting}')  # as a state may have set its own up
    with every_kind.reconnected() as theirs:
        counts = theirs.resync({**parents(**bad), **children()})
    assert {n: c for n, c in counts.items() if n.startswith("Parent")} == {
        n: Counts(failed=len(sent)) for n, sent in parents().items()
    }
    assert {n: c for n, c in counts.items() if n.startswith("Child")} == {
        n: Counts(blocked=len(sent)) for n, sent in children().items()
    }
    strangers = (
        "select root_object, root_key from hub_rejection except "
        "select object, key from hub_rejection where object like 'Parent%'"
    )
    assert every_kind.connection.execute(strangers).fetchall() == []


def test_a_key_is_spelled_alike_whoever_turned_its_record_away(every_kind: Desk) -> None:
    keys = "select object, key from hub_rejection where reason = %s order by 1, 2"
    every_kind.resync(parents(n=1, bad=True))
    every_kind.resync(parents(n=None))
    judged, refused = (every_kind.connection.execute(keys, (reason,)).fetchall() for reason in ("bad", "required"))
    assert judged == refused


def test_a_refused_record_that_the_state_holds_is_no_leftover(every_kind: Desk) -> None:
    every_kind.resync(parents(n=1))
    assert every_kind.resync(parents(n=None)) == {n: Counts(failed=len(sent)) for n, sent in parents().items()}


def test_a_key_that_came_once_more_in_a_refused_record_is_a_repeated_key(every_kind: Desk) -> None:
    twice = {name: [*rows, *parents(n=1)[name]] for name, rows in parents(n=None).items()}
    assert every_kind.resync(twice) == {n: Counts(failed=len(sent)) for n, sent in twice.items()}


def test_a_child_table_may_sort_before_its_parents_and_have_more_rows(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child("integer"))
    rows = {"Zulu": [{"id": 1, "n": 1}], "Alpha": [{"id": n, "parent_id": 1} for n in range(5000)]}
    assert desk.resync(rows)["Alpha"].created == 5000


def test_a_value_that_never_fitted_a_key_blocks_no_child_of_what_it_resembles(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child("decimal(6.2)"))
    misfits = [{"record": 0, "key": ["1.234"], "column": "id", "reason": "too_many_digits"}]
    desk.resync({"Zulu": [{"id": Decimal("1.23"), "n": 1}]}, misfits=misfits)
    assert desk.send("Alpha", [{"id": 1, "parent_id": Decimal("1.23")}]).created == 1


def test_a_text_key_too_long_for_its_column_blocks_no_child_of_what_it_begins_with(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child("text(4)"))
    desk.send("Zulu", [{"id": "abcd", "n": 1}, {"id": "abcdef", "n": 1}, {"id": "abcd ", "n": 1}])
    assert desk.send("Alpha", [{"id": 1, "parent_id": "abcd"}]).created == 1
    assert set(desk.verdicts("Zulu")) == {"abcdef", "abcd "}


def test_an_object_with_nothing_but_its_key_lands_and_lands_again(make_desk: MakeDesk) -> None:
    desk = make_desk({"Pair.toml": describe("Pair", "a integer!, b text!", key="a b")})
    rows = [{"a": n, "b": "x"} for n in range(10)]
    assert desk.send("Pair", rows).created == 10
    again = desk.send("Pair", rows[:9])
    assert (again.unchanged, again.leftovers) == (9, 1)


def test_a_key_column_may_have_a_name_that_the_loader_uses(make_desk: MakeDesk) -> None:
    names = [
        "c0",
        "k1",
        "class",
        "verdict",
        "reason",
        "hit",
        "records",
        "root key",
        "order",
        "upstate ordinal",
        "mine",
        "first",
        "c1",
    ]
    desk = make_desk(
        {
            "Odd.toml": describe(
                "Odd",
                ", ".join(f"{n.replace(' ', '-')} integer!" for n in names) + ", note text!",
                refers("Odd", " ".join(n.replace(" ", "-") for n in names), 'name = "held"'),
                rule("odd", "record.c1 % 2 = 1 and record.note like '%{}%'"),
                key=" ".join(n.replace(" ", "-") for n in names),
            )
        }
    )
    rows = [{**{n.replace(" ", "-"): k for n in names}, "note": "{}"} for k in range(4)]
    counts = desk.send("Odd", rows)
    assert (counts.created, counts.failed) == (2, 2)
    assert desk.send("Odd", [*rows, {**rows[0], "note": None}]).failed == 4
