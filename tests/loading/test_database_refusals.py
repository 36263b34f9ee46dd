"""What the state's own database refuses is narrowed down to the records at fault; every other record lands."""

import pytest
from psycopg.errors import ForeignKeyViolation
from tests.loading.conftest import MakeDesk
from tests.loading.desk import Desk, Row, describe, refers, rule

from upstate.loading.landing import land
from upstate.planning import Counts

TEXTS = {
    "Box.toml": describe(
        "Box",
        "id integer!, inside_id integer, size integer, label text, data json, bad boolean",
        refers("Box", "inside_id"),
        rule("marked", "record.bad"),
    ),
    "Item.toml": describe("Item", "id integer!, box_id integer", refers("Box", "box_id")),
}
RULES = {
    "check": "alter table state.box add constraint not_thirteen check (size <> 13)",
    "unique": "create unique index no_label_twice on state.box (label)",
    "exclusion": "alter table state.box add constraint apart exclude using gist (int4range(size, size, '[]') with &&) "
    "where (size > 500)",
    "trigger": "create function state.refuse() returns trigger language plpgsql as $$ begin if new.size = 13 then "
    "raise exception 'thirteen is not lucky'; end if; return new; end $$; "
    "create trigger refuse before insert or update on state.box for each row execute function state.refuse(); "
    "alter table state.box enable always trigger refuse",
    "foreign key": "create table state.label (label text primary key); insert into state.label values ('good'); "
    "alter table state.box add constraint known_label foreign key (label) references state.label",
}
SAID = {
    "check": "The state's check not_thirteen refuses it.",
    "unique": "The state's unique rule no_label_twice refuses it.",
    "exclusion": "The state's exclusion rule apart refuses it.",
    "trigger": "A trigger at the state refuses it: thirteen is not lucky.",
    "foreign key": "The state's reference known_label refuses it.",
}


def box(key: int, size: int = 1, **more: object) -> Row:
    return {"id": key, "size": size, **more}


def offend(rule: str, key: int) -> Row:
    match rule:
        case "unique":
            return box(key, label="the same")
        case "exclusion":
            return box(key, size=1000)
        case "foreign key":
            return box(key, label="unknown")
        case _:
            return box(key, size=13)


@pytest.fixture
def boxes(make_desk: MakeDesk) -> Desk:
    """Boxes within boxes, and items in them."""
    return make_desk(TEXTS)


@pytest.mark.parametrize("slow", [False, True], ids=["quick way", "slow way"])
@pytest.mark.parametrize("held", [False, True], ids=["first load", "later"])
@pytest.mark.parametrize("rule", RULES)
def test_only_the_records_that_the_database_refuses_stay_out(boxes: Desk, rule: str, held: bool, slow: bool) -> None:
    boxes.connection.execute(RULES[rule])
    if held:
        boxes.send("Box", [box(1), box(2000)])
    taken = rule in ("unique", "exclusion")  # there the first may have it and the others are refused
    bad = {7, 400, 1500}
    rows = [offend(rule, n) if n in bad else box(n, inside_id=n - 1 if n - 1 in bad else None) for n in range(1, 2001)]
    with boxes.as_role(may_skip_triggers=not slow) as desk:
        counts = desk.resync({"Box": rows, "Item": [{"id": n, "box_id": n} for n in range(1, 2001)]}, batch=512)
    refused = 3 - taken
    assert counts["Box"].failed == refused
    assert counts["Box"].blocked == refused  # the one inside it
    assert counts["Item"] == Counts(created=2000 - 2 * refused, blocked=2 * refused)
    assert boxes.orphans() == 0
    found = [
        r for (obj, _, reason), r in boxes.rejections().items() if obj == "Box" and reason == "refused_by_database"
    ]
    assert [r["message"] for r in found] == [SAID[rule]] * refused
    assert {tuple(r["root_key"]) for r in boxes.rejections().values()} == {tuple(r["key"]) for r in found}


def test_fifty_refused_among_thousands_are_found(boxes: Desk) -> None:
    boxes.connection.execute(RULES["check"])
    bad = set(range(11, 10_000, 200))
    counts = boxes.resync({"Box": [box(n, size=13 if n in bad else 1) for n in range(10_000)]}, batch=4000)["Box"]
    assert counts == Counts(created=10_000 - len(bad), failed=len(bad))
    again = boxes.send("Box", [box(n, size=13 if n in bad else 1) for n in range(10_000)])
    assert again == Counts(unchanged=10_000 - len(bad), failed=len(bad))


def test_a_refused_update_leaves_the_row_as_it_was(boxes: Desk) -> None:
    boxes.connection.execute(RULES["check"])
    boxes.send("Box", [box(1), box(2)])
    assert boxes.send("Box", [box(1, size=13), box(2, size=2)]) == Counts(updated=1, failed=1)
    assert [r["size"] for r in boxes.rows("box")] == [1, 2]


def test_a_value_that_the_database_cannot_hold_is_one_record_s_error(boxes: Desk) -> None:
    rows = [box(n) for n in range(300)]
    rows[10] = box(10, label="a\0b")
    rows[200] = box(200, data="{not json")
    rows[201] = box(201, data='"\\u0000"')
    rows[299] = box(299, inside_id=200)
    for counts in (Counts(created=296, failed=3, blocked=1), Counts(unchanged=296, failed=3, blocked=1)):
        assert boxes.resync({"Box": rows}, batch=64)["Box"] == counts
    assert boxes.verdicts("Box") == {"10": "failed", "200": "failed", "201": "failed", "299": "blocked"}


def test_a_key_that_no_index_takes_is_one_record_s_error(make_desk: MakeDesk) -> None:
    desk = make_desk(
        {
            "Doc.toml": describe("Doc", "id text!, part bytes!, n integer!, up text", key="id part"),
            "Line.toml": describe("Line", "id integer!, doc_id text, part bytes", refers("Doc", "doc_id part")),
        }
    )
    long = "".join(chr(97 + n * n % 26) + str(n) for n in range(2000))
    rows = [
        {"id": long, "part": b"", "n": 1},
        {"id": long + "x", "part": b"", "n": 1},
        {"id": "a", "part": bytes(range(256)) * 8, "n": 1},
        {"id": "é" * 990, "part": b"123", "n": 1},
        {"id": "b", "part": bytes(range(256)) * 8, "n": None},
        {"id": "c", "part": b"", "n": 1, "up": long * 100},
    ]
    assert desk.send("Doc", rows) == Counts(created=2, failed=4)
    assert desk.send("Doc", rows) == Counts(unchanged=2, failed=4)
    assert all(len(str(key)) < 250 for key in desk.rejections())
    counts = desk.send("Line", [{"id": 1, "doc_id": long, "part": b""}, {"id": 2, "doc_id": "c", "part": b""}])
    assert counts == Counts(created=1, failed=1)
    assert len(desk.rejections()["Line", "1", "missing_reference"]["message"]) < 400


def test_a_value_too_long_for_an_index_of_the_state_s_own_is_one_record_s_error(boxes: Desk) -> None:
    boxes.connection.execute("create index own on state.box (label)")
    long = "".join(chr(97 + n * n % 26) + str(n) for n in range(3000))
    assert boxes.send("Box", [box(1), box(2, label=long), box(3)]) == Counts(created=2, failed=1)
    assert boxes.rejections()["Box", "2", "refused_by_database"]["message"].startswith("A value is too long")


def test_the_state_may_add_columns_of_its_own_that_need_a_value(boxes: Desk) -> None:
    boxes.connection.execute("alter table state.box add seen_at timestamptz not null default now()")
    assert boxes.send("Box", [box(1)]) == Counts(created=1)
    assert boxes.send("Box", [box(1, size=2), box(2)]) == Counts(created=1, updated=1)


@pytest.mark.parametrize("slow", [False, True], ids=["quick way", "slow way"])
def test_a_slow_landing_ends_like_a_quick_one(boxes: Desk, slow: bool) -> None:
    with boxes.as_role(may_skip_triggers=not slow) as desk:
        first = desk.resync(
            {
                "Box": [
                    box(1, inside_id=2),
                    box(2, inside_id=1),
                    box(3, bad=True),
                    box(4, inside_id=3),
                    box(5, inside_id=9),
                ],
                "Item": [{"id": n, "box_id": n} for n in range(1, 7)],
            }
        )
        assert first == {"Box": Counts(created=2, failed=2, blocked=1), "Item": Counts(created=2, failed=1, blocked=3)}
        second = desk.resync(
            {
                "Box": [box(1, inside_id=4), box(2, inside_id=4), box(3), box(4, inside_id=3)],
                "Item": [{"id": n, "box_id": 4} for n in range(1, 7)],
            }
        )
        assert second == {"Box": Counts(created=2, updated=2), "Item": Counts(created=4, updated=2)}
    assert boxes.rejections() == {}
    assert len(boxes.rejections(resolved=True)) == 7
    assert boxes.orphans() == 0


def test_triggers_are_on_again_after_a_landing(boxes: Desk) -> None:
    boxes.send("Box", [box(1)])
    with pytest.raises(ForeignKeyViolation):
        boxes.connection.execute("insert into state.item values (1, 1, 99)")


def test_a_trigger_of_the_state_s_own_schema_that_is_broken_stops_the_object_in_one_line(boxes: Desk) -> None:
    boxes.connection.execute(
        "create function state.broken() returns trigger language plpgsql as $$ begin perform no_such(); end $$; "
        "create trigger broken before insert on state.box for each row execute function state.broken(); "
        "alter table state.box enable always trigger broken"
    )
    resync = boxes.place(["Box"], 1)
    task = boxes.task(resync, "Box")
    boxes.deliver(task, [box(1)])
    with pytest.raises(Exception, match=r"^Box could not land, and nothing of it was changed: .*no_such.*\.$"):
        land(boxes.connection, task)
    assert boxes.rows("box") == []


def test_a_missing_batch_stops_the_landing(boxes: Desk) -> None:
    task = boxes.task(boxes.place(["Box"], 1), "Box")
    boxes.deliver(task, [box(n) for n in range(30)], batch=10)
    boxes.connection.execute("delete from hub_batch where order_id = %s and number = 1", (task.order,))
    with pytest.raises(Exception, match="Batch 1 of 3 of Box is gone from the hub"):
        land(boxes.connection, task)
    assert boxes.rows("box") == []


def test_kept_batches_and_rejections_survive_a_crash_as_the_rows_do(boxes: Desk) -> None:
    query = (
        "select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
        "where nspname in ('public', 'state') and relkind = 'r' and relpersistence <> 'p'"
    )
    assert boxes.connection.execute(query).fetchall() == []  # no unlogged table may hold a receipt or a row
