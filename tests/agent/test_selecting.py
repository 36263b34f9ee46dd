"""What a selection comes to: the records that were asked for, what they need, what hangs on them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.agent.cases import mapped, thing
from tests.agent.memory_door import MemoryDoor
from tests.agent.sqlite_maker import SqliteMaker

from upstate.agent.round import run_round
from upstate.agent.sources import open_source
from upstate.catalog import Catalog, Column, Reference, SyncObject
from upstate.wire import Selection, WorkOrder, decode, decode_lacking, table_of_ids, table_of_keys


def kind(name: str, **references: str) -> SyncObject:
    obj = thing(*(Column(column, "bigint") for column in references), name=name)
    return SyncObject(
        obj.name, obj.table, obj.key, obj.columns, tuple(Reference(to, (c,), c) for c, to in references.items())
    )


SCHOOL = kind("School")
PUPIL = kind("Pupil", school="School", mentor="Pupil")
SCORE = kind("Score", pupil="Pupil", school="School")
CATALOG = Catalog({obj.name: obj for obj in (SCHOOL, PUPIL, SCORE)})
OBJECTS = tuple(CATALOG.objects)


@pytest.fixture
def url(tmp_path: Path) -> str:
    maker = SqliteMaker(tmp_path / "district.sqlite")
    maker.natives(SCHOOL, [(n,) for n in range(1, 6)])
    # 1 is mentored by 2, 2 by 3; 4 stands alone; 5 points at a school that is not there
    maker.natives(PUPIL, [(1, 1, 2), (2, 2, 3), (3, 3, None), (4, 4, None), (5, 99, None)])
    maker.natives(SCORE, [(10, 1, 5), (11, 1, None), (12, 4, 4), (13, None, None)])
    return maker.url


def sent(url: str, selection: Selection, *objects: SyncObject) -> tuple[dict[str, list[int]], dict[str, object]]:
    """By object: the keys that were delivered, and what was said to be lacking."""
    chosen = objects or tuple(CATALOG)
    door = MemoryDoor(*(WorkOrder(n, 1, obj.name, None, 0, selective=True) for n, obj in enumerate(chosen)))
    door.selected = {obj.name: selection for obj in chosen}
    run_round(door, open_source(url), CATALOG)
    keys: dict[str, list[int]] = {}
    lacking: dict[str, object] = {}
    for obj, standing in zip(chosen, door.standings.values(), strict=True):
        assert standing.state == "delivered", standing.message
        batches = [decode(obj, parcel.payload) for parcel in standing.kept.values()]
        keys[obj.name] = sorted(n for batch in batches for n in batch.records.column("id").to_pylist())
        assert standing.compared is not None
        assert standing.compared.records == len(keys[obj.name])
        lacking[obj.name] = decode_lacking(standing.compared.gone).to_pydict()
    return keys, lacking


def asked(obj: SyncObject, *keys: int, parents: bool = False, dependents: bool = False) -> Selection:
    wanted = table_of_keys(obj.key, [(str(key),) for key in keys])
    return Selection(obj.name, wanted, 2024, OBJECTS, parents=parents, dependents=dependents)


def test_a_record_alone_is_that_record_and_what_is_not_there_is_said(url: str) -> None:
    keys, lacking = sent(url, asked(PUPIL, 1, 77))
    assert keys == {"School": [], "Pupil": [1], "Score": []}
    assert lacking == {"School": {"id": []}, "Pupil": {"id": ["77"]}, "Score": {"id": []}}


def test_with_its_parents_go_all_that_it_leads_to_and_no_other(url: str) -> None:
    keys, lacking = sent(url, asked(SCORE, 10, parents=True))
    assert keys == {"School": [1, 2, 3, 5], "Pupil": [1, 2, 3], "Score": [10]}
    assert all(each == {"id": []} for each in lacking.values())


def test_a_parent_that_the_district_lacks_is_said_for_its_object(url: str) -> None:
    keys, lacking = sent(url, asked(PUPIL, 5, parents=True))
    assert keys == {"School": [], "Pupil": [5], "Score": []}
    assert lacking["School"] == {"id": ["99"]}


def test_what_hangs_on_a_record_goes_down_to_the_last_and_up_again_to_what_that_needs(url: str) -> None:
    keys, _ = sent(url, asked(PUPIL, 2, parents=True, dependents=True))
    assert keys == {"School": [1, 2, 3, 5], "Pupil": [1, 2, 3], "Score": [10, 11]}
    keys, _ = sent(url, asked(PUPIL, 2, dependents=True))
    assert keys == {"School": [], "Pupil": [1, 2], "Score": [10, 11]}


def test_only_the_objects_of_the_resync_are_followed(url: str) -> None:
    selection = Selection("Pupil", table_of_keys(("id",), [("1",)]), 2024, ("Pupil",), parents=True, dependents=True)
    keys, _ = sent(url, selection, PUPIL)
    assert keys == {"Pupil": [1, 2, 3]}


def test_the_districts_own_ids_are_looked_up_and_those_of_nobody_are_said(url: str) -> None:
    source = open_source(url, mapped(SCORE, "[Score]\nid = { sql = \"'S' || r.id\" }"))
    selection = Selection("Score", table_of_ids(["S12", "S99"]), 2024, OBJECTS, by_id=True, parents=True)
    door = MemoryDoor(*(WorkOrder(n, 1, obj.name, None, 0, selective=True) for n, obj in enumerate(CATALOG)))
    door.selected = dict.fromkeys(OBJECTS, selection)
    run_round(door, source, CATALOG)
    delivered = {s.order.object: sum(parcel.records for parcel in s.kept.values()) for s in door.standings.values()}
    assert delivered == {"School": 1, "Pupil": 1, "Score": 1}
    compared = door.standings[2].compared
    assert compared is not None
    assert decode_lacking(compared.gone).to_pydict() == {"id": ["S99"]}


def test_ids_without_a_word_in_the_mapping_fail_the_order_and_say_what_to_write(url: str) -> None:
    door = MemoryDoor(WorkOrder(0, 1, "Pupil", None, 0, selective=True))
    door.selected = {"Pupil": Selection("Pupil", table_of_ids(["7"]), 2024, OBJECTS, by_id=True)}
    run_round(door, open_source(url), CATALOG)
    (standing,) = door.standings.values()
    assert standing.state == "failed"
    assert standing.message == (
        "Pupil cannot be found by the district's own id, as the mapping does not say which column is the district's "
        'own id. Add id = "…" under [Pupil] in the mapping file, or ask by key.'
    )
