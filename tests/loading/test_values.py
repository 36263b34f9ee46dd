"""Values arrive as they were: odd texts, large texts, long decimals, early dates, JSON."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import inf, isnan, nan
from typing import Any

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe

from upstate.planning import Counts

VALUES: dict[str, tuple[str, list[Any]]] = {
    "t": (
        "text",
        ["", " ", "it's", 'say "no"', "two\r\nlines\ttab", "\\N", "\\.", "a|b,c;", "Zoë 龍 🐉 ﷽", "NULL", "%s {}"],
    ),
    "s": ("text(3)", ["", "龍🐉ë", "   "]),
    "i": ("integer", [0, 2**31 - 1, -(2**31)]),
    "l": ("bigint", [0, 2**63 - 1, -(2**63)]),
    "n": ("decimal(38.0)", [Decimal("9" * 38), Decimal("-" + "9" * 38), Decimal(0), Decimal(10) ** 37]),
    "d": ("decimal(38.19)", [Decimal("9" * 19 + "." + "9" * 19), Decimal("1E-19"), Decimal("-1.1"), Decimal(10_000)]),
    "f": ("double", [0.1, -0.0, 5e-324, 1.7976931348623157e308, inf, -inf, nan]),
    "b": ("boolean", [True, False]),
    "day": ("date", [date(1, 1, 1), date(1582, 10, 10), date(1899, 12, 31), date(2000, 2, 29), date(9999, 12, 31)]),
    "c": ("time", [time(0), time(23, 59, 59, 999999)]),
    "m": ("timestamp", [datetime.fromisoformat("0001-01-01"), datetime.fromisoformat("9999-12-31T23:59:59.999999")]),
    "z": ("timestamptz", [datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]),
    "x": ("bytes", [b"", b"\0\xff\\x00'"]),
}
MOST = max(len(values) for _, values in VALUES.values())


@pytest.fixture
def things(make_desk: MakeDesk) -> Desk:
    """Things with a column of every type."""
    columns = ", ".join(["id integer!", *(f"{name} {kind}" for name, (kind, _) in VALUES.items()), "j json"])
    desk = make_desk({"Thing.toml": describe("Thing", columns)})
    desk.connection.execute("set timezone = 'UTC'")
    return desk


@pytest.mark.parametrize("held", [False, True], ids=["first load", "later"])
def test_every_value_arrives_exactly_and_is_equal_when_it_comes_again(things: Desk, held: bool) -> None:
    rows: list[Row] = [
        {"id": n, **{c: (v[n] if n < len(v) else None) for c, (_, v) in VALUES.items()}} for n in range(MOST)
    ]
    if held:
        assert things.send("Thing", [{"id": n} for n in range(MOST)]) == Counts(created=MOST)
    landed = Counts(updated=MOST) if held else Counts(created=MOST)
    assert things.send("Thing", rows) == landed
    for sent, row in zip(rows, things.rows("thing"), strict=True):
        for name, value in sent.items():
            assert row[name] == value or (isnan(value) and isnan(row[name])), name
    before = things.versions()
    assert things.send("Thing", rows) == Counts(unchanged=MOST)
    assert things.versions() == before


def test_an_empty_text_and_a_null_are_two_values(things: Desk) -> None:
    things.send("Thing", [{"id": 1, "t": ""}, {"id": 2, "t": None}])
    assert [row["t"] for row in things.rows("thing")] == ["", None]
    assert things.send("Thing", [{"id": 1, "t": None}, {"id": 2, "t": ""}]) == Counts(updated=2)


def test_a_text_of_ten_megabytes_arrives(things: Desk) -> None:
    text = "0123456789é" * 1_000_000
    assert things.send("Thing", [{"id": 1, "t": text}, {"id": 2, "t": "short"}]) == Counts(created=2)
    assert things.send("Thing", [{"id": 1, "t": text}, {"id": 2, "t": text}]) == Counts(unchanged=1, updated=1)
    assert things.rows("thing")[1]["t"] == text


def test_json_arrives_as_json(things: Desk) -> None:
    texts = ['{"b": [1, 2.50, null], "a": "é\\n"}', "null", "[]", '"text"', "1e2"]
    rows = [{"id": n, "j": text} for n, text in enumerate([*texts, None])]
    assert things.send("Thing", rows) == Counts(created=6)
    assert things.send("Thing", rows) == Counts(unchanged=6)
    respaced = [{**row, "j": row["j"] and str(row["j"]).replace(" ", "  ")} for row in rows]
    assert things.send("Thing", respaced) == Counts(unchanged=6)
    assert things.rows("thing")[5]["j"] is None
    assert things.rows("thing")[0]["j"] == {"a": "é\n", "b": [1, 2.5, None]}


def test_a_text_is_counted_in_characters_and_never_cut(things: Desk) -> None:
    counts = things.send("Thing", [{"id": 1, "s": "龍🐉ë"}, {"id": 2, "s": "龍🐉ë!"}, {"id": 3, "s": "abc "}])
    assert counts == Counts(created=1, failed=2)
    assert {key[2] for key in things.rejections()} == {"too_long"}
