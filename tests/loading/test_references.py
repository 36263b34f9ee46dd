"""References at the state are counted from the rows, whoever wrote them."""

from collections.abc import Mapping

from tests.loading.desk import Desk, Row

from upstate.loading.references import check_references

ROWS: Mapping[str, list[Row]] = {
    "School": [{"id": 1, "name": "Lincoln"}],
    "Pupil": [{"id": 1, "school_id": 1}, {"id": 2, "school_id": 1, "mentor_id": 1}, {"id": 3, "school_id": 9}],
    "Note": [{"pupil_id": 1, "line": 1}, {"pupil_id": 3, "line": 1}],
}


def test_after_a_resync_no_reference_leads_nowhere(desk: Desk) -> None:
    desk.resync(ROWS)
    checked = check_references(desk.connection, desk.catalog, 1)
    assert {(c.object, c.columns, c.parent) for c in checked} == {
        ("Pupil", ("school_id",), "School"),
        ("Pupil", ("mentor_id",), "Pupil"),
        ("Note", ("pupil_id",), "Pupil"),
        ("Note", ("reader_id",), "School"),
    }
    assert {c.missing for c in checked} == {0}


def test_what_another_writer_broke_with_the_keys_off_is_counted_in_its_district_alone(desk: Desk) -> None:
    desk.resync(ROWS)
    desk.resync(ROWS, district=2)
    with desk.connection.transaction():
        desk.connection.execute("set local session_replication_role = replica")
        desk.connection.execute("delete from state.pupil where district_id = 1 and id = 1")
    missing = {(c.object, c.columns): c.missing for c in check_references(desk.connection, desk.catalog, 1)}
    assert missing["Pupil", ("mentor_id",)] == 1
    assert missing["Note", ("pupil_id",)] == 1
    assert {c.missing for c in check_references(desk.connection, desk.catalog, 2)} == {0}
    assert [c.object for c in check_references(desk.connection, desk.catalog, 1, ["Note"])] == ["Note", "Note"]
