"""References of an object to itself: later rows, cycles, chains, two of them at once."""

import pytest
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule

TREE = {
    "Node.toml": describe(
        "Node",
        "id integer!, left_id integer, right_id integer, bad text",
        refers("Node", "left_id"),
        refers("Node", "right_id"),
        rule("marked", "record.bad = 'failed'"),
        rule("kept_out", "record.bad = 'excluded'", "excluded"),
    )
}


@pytest.fixture
def tree(make_desk: MakeDesk) -> Desk:
    """A hub of nodes, each with two references to its own kind."""
    return make_desk(TREE)


def node(key: int, left: int | None = None, right: int | None = None, bad: str | None = None) -> Row:
    return {"id": key, "left_id": left, "right_id": right, "bad": bad}


@pytest.mark.parametrize("held", [False, True])
def test_a_reference_to_a_later_row_lands(tree: Desk, held: bool) -> None:
    if held:
        tree.send("Node", [node(0)])
    counts = tree.send("Node", [node(0), node(1, left=2), node(2, left=3), node(3)])
    assert (counts.errors, counts.created) == (0, 4 - held)
    assert tree.orphans() == 0


@pytest.mark.parametrize("held", [False, True])
def test_two_records_that_point_at_each_other_land_when_both_are_good(tree: Desk, held: bool) -> None:
    if held:
        tree.send("Node", [node(0)])
    counts = tree.send("Node", [node(0), node(1, left=2), node(2, right=1), node(3, left=3)])
    assert (counts.errors, counts.created) == (0, 4 - held)


@pytest.mark.parametrize("held", [False, True])
def test_one_bad_record_of_a_cycle_blocks_the_other_and_is_its_root(tree: Desk, held: bool) -> None:
    if held:
        tree.send("Node", [node(0)])
    tree.send("Node", [node(0), node(1, left=2, bad="failed"), node(2, left=1)])
    assert tree.verdicts("Node") == {"1": "failed", "2": "blocked"}
    found = tree.rejections()["Node", "2", "parent_failed"]
    assert (found["root_object"], found["root_key"], found["root_reason"]) == ("Node", ["1"], "marked")
    assert [row["id"] for row in tree.rows("node")] == [0]


@pytest.mark.parametrize("held", [False, True])
def test_what_hangs_by_one_reference_on_what_hangs_by_the_other_does_not_land_either(tree: Desk, held: bool) -> None:
    if held:
        tree.send("Node", [node(0)])
    rows = [node(0), node(1, bad="failed"), node(2, right=1), node(3, left=2), node(4, right=3), node(5, left=4)]
    tree.send("Node", rows)
    assert tree.verdicts("Node") == {"1": "failed", "2": "blocked", "3": "blocked", "4": "blocked", "5": "blocked"}
    assert {tuple(r["root_key"]) for r in tree.rejections().values()} == {("1",)}
    assert tree.orphans() == 0


@pytest.mark.parametrize("refused", [False, True])
def test_a_failed_parent_weighs_more_than_an_excluded_one_whichever_is_named_first(tree: Desk, refused: bool) -> None:
    failed = {**node(1), "id": None} if refused else node(1, bad="failed")
    rows = [failed, node(2, bad="excluded"), node(3, left=2, right=1), node(4, left=1, right=2), node(5, left=2)]
    if refused:  # key 1 is refused by itself: it comes as a misfit
        misfits = [{"record": 0, "key": ["1"], "column": "bad", "reason": "not_text"}]
        tree.resync({"Node": rows[1:]}, misfits=misfits)
    else:
        tree.send("Node", rows)
    assert tree.verdicts("Node") == {"1": "failed", "2": "excluded", "3": "blocked", "4": "blocked", "5": "excluded"}


def test_a_record_with_two_parents_that_failed_names_both(tree: Desk) -> None:
    tree.send("Node", [node(1, bad="failed"), node(2, bad="failed"), node(3, left=1, right=2)])
    query = "select \"column\", root_key from hub_rejection where key = '{3}' order by 1"
    assert tree.connection.execute(query).fetchall() == [("left_id", ["1"]), ("right_id", ["2"])]


def test_children_of_a_refused_record_are_blocked_down_to_the_last(tree: Desk) -> None:
    misfits = [{"record": 0, "key": ["1"], "column": "bad", "reason": "not_text"}]
    rows = [node(2, left=1), node(3, right=2), node(4, left=3)]
    counts = tree.resync({"Node": rows}, misfits=misfits)["Node"]
    assert (counts.failed, counts.blocked) == (1, 3)
    assert {tuple(r["root_key"]) for r in tree.rejections().values()} == {("1",)}


def test_a_long_chain_is_blocked_to_its_end(tree: Desk) -> None:
    counts = tree.send("Node", [node(0, bad="failed"), *(node(n, left=n - 1) for n in range(1, 300))])
    assert (counts.failed, counts.blocked, counts.created) == (1, 299, 0)


def test_a_leftover_may_be_the_parent_of_a_record_of_the_same_object(tree: Desk) -> None:
    tree.send("Node", [node(1)])
    counts = tree.send("Node", [node(2, left=1)])
    assert (counts.created, counts.leftovers, counts.errors) == (1, 1, 0)


def test_a_record_that_points_nowhere_among_its_own_kind_is_missing_its_reference(tree: Desk) -> None:
    counts = tree.send("Node", [node(1, left=9), node(2, left=1)])
    assert (counts.failed, counts.blocked) == (1, 1)
    assert ("Node", "1", "missing_reference") in tree.rejections()
