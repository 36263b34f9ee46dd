"""What hangs on leftovers is listed: what is left over too, and what stands in the way, of whatever table."""

from __future__ import annotations

from tests.loading.conftest import MakeDesk
from tests.loading.test_removing import CHAIN, chain, leftovers, sweep, without

from upstate.loading.dependents import Dependents, dependents_of, leftovers_listed


def test_dependents_say_what_goes_along_and_what_stands_in_the_way(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(chain(), district=2)
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[1, 2], Line=[20]))
    note, school = desk.catalog["Note"], desk.catalog["School"]
    assert dependents_of(desk.connection, desk.catalog, 1, [(note, None), (school, None)]) == (
        (Dependents("Line", leftovers=1, in_the_way=3),),
        (Dependents("Pupil", leftovers=1, in_the_way=0),),
    )
    first, second = leftovers_listed(desk.connection, desk.catalog, note, 1, None, after=0, most=10)
    assert (first.key, first.dependents) == (("1",), (Dependents("Line", 0, 2),))
    assert (second.key, second.dependents) == (("2",), (Dependents("Line", 1, 1),))
    assert leftovers_listed(desk.connection, desk.catalog, note, 1, None, after=first.id, most=1) == (second,)
    assert dependents_of(desk.connection, desk.catalog, 2, [(note, None)]) == ((),)


def test_dependents_in_a_table_of_the_states_own_are_told_of_wherever_the_rows_are(make_desk: MakeDesk) -> None:
    desk = make_desk(CHAIN)
    desk.resync(chain())
    desk.resync(without(chain(), School=[2], Pupil=[2], Note=[1, 2], Line=[10, 11, 20, 21]))
    desk.write(
        "create table public.reading (district_id integer, note integer, "
        "foreign key (district_id, note) references state.note (district_id, id)); "
        "insert into public.reading values (1, 1), (1, 1), (1, 2)"
    )
    note, pupil = desk.catalog["Note"], desk.catalog["Pupil"]
    assert dependents_of(desk.connection, desk.catalog, 1, [(note, None), (pupil, None)]) == (
        (Dependents("Line", 4, 0), Dependents("public.reading", 0, 3)),
        (Dependents("Note", 1, 0),),
    )
    listed = leftovers_listed(desk.connection, desk.catalog, note, 1, None, after=0, most=10)
    assert [each.dependents for each in listed] == [
        (Dependents("Line", 2, 0), Dependents("public.reading", 0, 2)),
        (Dependents("Line", 2, 0), Dependents("public.reading", 0, 1)),
    ]
    assert sweep(desk).rows == {"Line": 4}
    assert {why for (name, _), why in leftovers(desk).items() if name == "Note"} == {"needed public.reading"}
