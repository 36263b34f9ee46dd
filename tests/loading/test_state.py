"""The state's tables: made as the catalog has them, widened as it grows, and never changed behind anyone's back."""

from collections.abc import Mapping

import pytest
from psycopg.errors import ForeignKeyViolation
from tests.loading.conftest import MakeDesk
from tests.loading.desk import CATALOG, Desk, describe, refers, rule, unique

from upstate.catalog import parse_catalog, read_catalog, shipped_catalog
from upstate.errors import CatalogError, DatabaseError
from upstate.loading.state import prepare_state
from upstate.planning import Counts


def prepare(desk: Desk, texts: Mapping[str, str]) -> list[str]:
    return prepare_state(desk.connection, parse_catalog(texts))


def shape(desk: Desk) -> list[tuple[object, ...]]:
    """Every column and constraint there is in the schema `state`."""
    return desk.connection.execute(
        "select table_name, column_name, data_type, character_maximum_length, is_nullable "
        "from information_schema.columns where table_schema = 'state' "
        "union all select conrelid::regclass::text, conname, pg_get_constraintdef(oid), 0, '' from pg_constraint "
        " where connamespace = 'state'::regnamespace order by 1, 2, 3"
    ).fetchall()


SHORT = "id integer!, up_id integer, note text(5)"


def parent_and_child(columns: str = SHORT, *more: str) -> dict[str, str]:
    return {
        "Up.toml": describe("Up", "id integer!, note text"),
        "Down.toml": describe("Down", columns, refers("Up", "up_id"), *more),
    }


def test_a_second_preparation_makes_nothing(desk: Desk) -> None:
    before = shape(desk)
    assert prepare(desk, CATALOG) == []
    assert shape(desk) == before


def test_the_shipped_catalog_is_understood_by_postgresql(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child())
    made = prepare_state(desk.connection, read_catalog(shipped_catalog("k12")))
    assert len([line for line in made if line.startswith("table ")]) == 62
    assert prepare_state(desk.connection, read_catalog(shipped_catalog("k12"))) == []


def test_what_the_catalog_gains_is_added_and_rows_stay(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child())
    desk.resync({"Up": [{"id": 1}], "Down": [{"id": 1, "up_id": 1, "note": "five!"}]})
    grown = {
        **parent_and_child(
            "id integer!, up_id integer, note text(9), more date!, other_id integer",
            refers("Up", "other_id"),
            unique("note", 'across = "state"'),
        ),
        "Side.toml": describe("Side", "id integer!"),
    }
    assert (
        prepare(desk, grown)
        == [
            "table state.side",
            "column state.down.note widened to character varying(9)",
            "column state.down.more",
            "column state.down.other_id",
            "foreign key down_other_id_fkey",
            "unique index down_note_unique",
        ]
        or set(prepare(desk, grown)) == set()
    )
    assert desk.rows("down") == [{"id": 1, "up_id": 1, "note": "five!", "more": None, "other_id": None}]
    assert prepare(desk, grown) == []
    assert prepare(desk, {**grown, **parent_and_child("id integer!, up_id integer, note text")}) == [
        "column state.down.note widened to text"
    ]


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (
            "id integer!, up_id integer, note integer",
            "state.down.note is character varying(5) at the state, but the catalog says integer",
        ),
        ("id integer!, up_id integer, note text(4)", "state.down.note is character varying(5) at the state"),
        ("id integer!, up_id integer, note text(5), up decimal(5.2)", None),
    ],
)
def test_a_type_that_changed_is_one_line_and_nothing_is_changed(
    make_desk: MakeDesk, columns: str, line: str | None
) -> None:
    desk = make_desk(parent_and_child())
    before = shape(desk)
    texts = {"New.toml": describe("New", "id integer!"), **parent_and_child(columns)}
    if line is None:
        assert "column state.down.up" in prepare(desk, texts)
        return
    with pytest.raises(DatabaseError) as refusal:
        prepare(desk, texts)
    assert line in refusal.value.message
    assert "\n" not in refusal.value.message
    assert shape(desk) == before


def test_another_key_is_one_line(make_desk: MakeDesk) -> None:
    desk = make_desk({"Up.toml": describe("Up", "id integer!, other integer!")})
    with pytest.raises(
        DatabaseError, match=r"The key of state.up is \(district_id, id\) at the state, but the catalog"
    ):
        prepare(desk, {"Up.toml": describe("Up", "id integer!, other integer!", key="other")})


def test_a_reference_that_points_elsewhere_now_is_one_line(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child())
    texts = {**parent_and_child(), "Side.toml": describe("Side", "id integer!")}
    texts["Down.toml"] = texts["Down.toml"].replace('to = "Up"', 'to = "Side"')
    with pytest.raises(
        DatabaseError, match=r"down_up_id_fkey of state.down does not point at state.side, as the catalog"
    ):
        prepare(desk, texts)


def test_foreign_keys_are_real(desk: Desk) -> None:
    with pytest.raises(ForeignKeyViolation):
        desk.connection.execute("insert into state.pupil (district_id, id, school_id) values (1, 1, 1)")


def test_a_parent_of_another_district_is_no_parent(desk: Desk) -> None:
    desk.resync({"School": [{"id": 1, "name": "Lincoln"}]}, district=2)
    with pytest.raises(ForeignKeyViolation):
        desk.connection.execute("insert into state.pupil (district_id, id, school_id) values (1, 1, 1)")
    assert desk.send("Pupil", [{"id": 1, "school_id": 1}]).failed == 1


def test_a_foreign_key_that_rows_violate_is_one_line(make_desk: MakeDesk) -> None:
    texts = {name: text.replace(refers("Up", "up_id"), "") for name, text in parent_and_child().items()}
    desk = make_desk(texts)
    desk.send("Down", [{"id": 1, "up_id": 9}])
    before = shape(desk)
    with pytest.raises(DatabaseError, match=r"Rows of state.down point at rows that state.up does not hold"):
        prepare(desk, parent_and_child())
    assert shape(desk) == before


def test_a_unique_index_that_rows_violate_is_one_line(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child())
    desk.send("Down", [{"id": 1, "note": "x"}, {"id": 2, "note": "x"}])
    with pytest.raises(DatabaseError, match=r"Rows of state.down share their note, which the catalog does not allow"):
        prepare(
            desk,
            parent_and_child(SHORT, unique("note", 'across = "state"')),
        )


def test_long_and_odd_names_are_told_apart(make_desk: MakeDesk) -> None:
    long = "a_column_whose_name_is_so_long_that_postgresql_would_cut_it_of"
    texts = {
        "Up.toml": describe("Up", "id integer!"),
        "Down.toml": describe(
            "Down",
            f"id integer!, {long}_ integer, {long}x integer, Sel-Ect integer",
            refers("Up", f"{long}_", 'name = "one"'),
            refers("Up", f"{long}x", 'name = "two"'),
            refers("Up", "Sel-Ect", 'name = "three"'),
        ).replace('table = "down"', 'table = "down the $table"'),
    }
    desk = make_desk(texts)
    assert prepare(desk, texts) == []
    counts = desk.resync(
        {"Up": [{"id": 1}], "Down": [{"id": 1, f"{long}_": 1}, {"id": 2, f"{long}x": 2}, {"id": 3, "Sel-Ect": 3}]}
    )
    assert counts["Down"] == Counts(created=1, failed=2)


def test_two_tables_may_have_constraints_of_one_name(make_desk: MakeDesk) -> None:
    up = describe("Up", "id integer!")
    one = describe("A", "id integer!, b_c integer", refers("Up", "b_c"))
    two = describe("Two", "id integer!, c integer", refers("Up", "c")).replace('table = "two"', 'table = "a_b"')
    desk = make_desk({"Up.toml": up, "A.toml": one, "Two.toml": two})
    query = "select count(*) from pg_constraint where conname = 'a_b_c_fkey'"
    assert desk.connection.execute(query).fetchone() == (2,)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("record.id > 5 and nonsense(record.id)", "nonsense"),
        ("record.note + 1", "integer"),
        ("record.id + 1", "boolean"),
        ("up.note ~ 'x' and sum(record.id) > 1", "aggregate"),
        ("record.id = 'one'", "invalid input syntax"),
    ],
)
def test_a_rule_that_is_no_sql_is_one_line_and_nothing_is_made(make_desk: MakeDesk, condition: str, said: str) -> None:
    desk = make_desk(parent_and_child())
    before = shape(desk)
    columns = "id integer!, up_id integer, note text(5), more text"
    texts = parent_and_child(columns, rule("fine", "record.id % 2 = 1"), rule("broken_one", condition))
    with pytest.raises(CatalogError) as refusal:
        prepare(desk, texts)
    assert refusal.value.message.startswith("Down.toml: the rule broken_one is no condition to PostgreSQL: ")
    assert said in refusal.value.message
    assert "\n" not in refusal.value.message
    assert shape(desk) == before


def test_a_lookup_that_is_no_sql_is_one_line(make_desk: MakeDesk) -> None:
    desk = make_desk(parent_and_child())
    lookup = (
        '[[lookup]]\nname = "seen"\nin = "Up"\non = { id = "up_id" }\nwhere = "row.note > 7"\n'
        'columns = { many = "count(*)" }'
    )
    with pytest.raises(
        CatalogError, match=r"^Down.toml: the lookup seen is no SQL to PostgreSQL: operator does not exist"
    ):
        prepare(desk, parent_and_child("id integer!, up_id integer", lookup, rule("many", "seen.many > 1")))


def test_a_reference_to_itself_cannot_be_cleared() -> None:
    clear = refers("Up", "up_id", 'when_excluded = "clear"')
    with pytest.raises(CatalogError, match="a reference of Up to itself cannot be cleared"):
        parse_catalog({"Up.toml": describe("Up", "id integer!, up_id integer", clear)})
