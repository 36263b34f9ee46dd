"""What holds of every plan, for any catalog without a cycle and for the K-12 one."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from upstate.catalog import Catalog, Column, Graph, Reference, SyncObject, read_catalog, shipped_catalog
from upstate.planning import Zone, make_plan, offered

K12 = read_catalog(shipped_catalog("k12"))
EDITIONS = (None, *sorted(set().union(*(obj.editions | obj.not_editions for obj in K12))))
SWITCHES = frozenset(obj.switch for obj in K12 if obj.switch)


def linked(name: str, parents: Sequence[str], scope: Sequence[str], after: Sequence[str], year: bool) -> SyncObject:
    columns = (Column("guid", "uuid", required=True), Column("end_year", "integer"))
    pointers = tuple(Column(f"{parent}_guid", "uuid") for parent in (*parents, name))
    references = tuple(Reference(parent, (f"{parent}_guid",), parent) for parent in (*parents, name))
    return SyncObject(
        name,
        name.lower(),
        ("guid",),
        (*columns, *pointers),
        references,
        scope=tuple(scope),
        after=tuple(after),
        school_year="end_year" if year else None,
    )


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog:
    """Any catalog whose arrows, of every kind, point back along one hidden order; each object also points at itself."""
    names = draw(st.permutations([f"O{number}" for number in range(draw(st.integers(1, 12)))]))
    objects = {}
    for number, name in enumerate(names):
        some = st.lists(st.sampled_from(names[:number]), max_size=3, unique=True) if number else st.just([])
        objects[name] = linked(name, draw(some), draw(some), draw(some), draw(st.booleans()))
    order = draw(st.permutations(names))
    return Catalog({name: objects[name] for name in order})


@st.composite
def choices(draw: st.DrawFn) -> tuple[Catalog, Zone, list[str]]:
    """A catalog, a zone of it, and any objects that are offered there."""
    if draw(st.booleans()):
        catalog, zone = draw(catalogs()), Zone("Lakeside", 2024)
    else:
        switches = draw(st.frozensets(st.sampled_from(sorted(SWITCHES))))
        catalog, zone = K12, Zone("Lakeside", 2024, draw(st.sampled_from(EDITIONS)), switches)
    chosen = draw(st.lists(st.sampled_from(offered(catalog, zone)), min_size=1, max_size=8))
    return catalog, zone, chosen


def arrows(catalog: Catalog, zone: Zone) -> list[tuple[str, str]]:
    """Every (earlier, later) pair, said by the objects themselves and not by the graph under test."""
    here = {obj.name: obj for obj in catalog if obj.offered_in(zone.edition, zone.switches)}
    return [
        (earlier, obj.name)
        for obj in here.values()
        for earlier in (*(r.to for r in obj.references), *obj.scope, *obj.after)
        if earlier != obj.name and earlier in here
    ]


@given(choices())
def test_every_parent_comes_before_its_child(made: tuple[Catalog, Zone, list[str]]) -> None:
    catalog, zone, chosen = made
    place = {name: number for number, name in enumerate(make_plan(catalog, chosen, zone).objects)}
    for earlier, later in arrows(catalog, zone):
        if earlier in place and later in place:
            assert place[earlier] < place[later]


@given(choices())
def test_with_dependencies_a_plan_is_the_smallest_that_holds_the_chosen_and_every_parent(
    made: tuple[Catalog, Zone, list[str]],
) -> None:
    catalog, zone, chosen = made
    needed = set(chosen)
    here = {obj.name: obj for obj in catalog if obj.offered_in(zone.edition, zone.switches)}
    while True:
        more = {
            parent
            for name in needed
            for parent in (*(r.to for r in here[name].references if r.drives), *here[name].scope)
            if parent in here
        } - needed
        if not more:
            break
        needed |= more
    plan = make_plan(catalog, chosen, zone)
    assert set(plan.objects) == needed
    assert len(plan.objects) == len(needed)
    assert plan.warnings == ()


@given(choices())
def test_a_step_is_chosen_or_says_for_which_chosen_it_was_added(made: tuple[Catalog, Zone, list[str]]) -> None:
    catalog, zone, chosen = made
    graph = Graph.of(catalog.offered(zone.edition, zone.switches))
    for step in make_plan(catalog, chosen, zone).steps:
        assert (step.added_for == ()) == (step.object in chosen)
        for name in step.added_for:
            assert name in chosen
            assert step.object in graph.ancestors(name)
        assert step.school_year == (2024 if catalog[step.object].school_year else None)


@given(choices(), st.randoms(use_true_random=False))
def test_a_plan_is_the_same_whatever_the_order_of_catalog_and_choice(
    made: tuple[Catalog, Zone, list[str]], chance: Random
) -> None:
    catalog, zone, chosen = made
    names = list(catalog.objects)
    chance.shuffle(names)
    again = list(chosen)
    chance.shuffle(again)
    shuffled = Catalog(
        {name: replace(obj, references=obj.references[::-1]) for name in names for obj in [catalog[name]]}
    )
    assert make_plan(shuffled, again, zone) == make_plan(catalog, chosen, zone)


@given(choices(), st.booleans())
def test_a_partial_order_agrees_with_the_full_one(made: tuple[Catalog, Zone, list[str]], dependencies: bool) -> None:
    catalog, zone, chosen = made
    full = make_plan(catalog, None, zone).objects
    partial = make_plan(catalog, chosen, zone, check_dependencies=dependencies).objects
    assert partial == tuple(name for name in full if name in partial)


@given(choices(), st.data())
def test_without_dependencies_exactly_the_chosen_go_and_every_unmet_parent_is_named(
    made: tuple[Catalog, Zone, list[str]], data: st.DataObject
) -> None:
    catalog, zone, chosen = made
    ever_sent = data.draw(st.frozensets(st.sampled_from(offered(catalog, zone))))
    plan = make_plan(catalog, chosen, zone, check_dependencies=False, ever_sent=ever_sent)
    assert set(plan.objects) == set(chosen)
    assert all(step.added_for == () for step in plan.steps)
    graph = Graph.of(catalog.offered(zone.edition, zone.switches))
    unmet = {name for name in plan.objects if set(graph.parents[name]) - ever_sent - set(chosen)}
    assert {warning.split(" ", 1)[0] for warning in plan.warnings} == unmet
    assert len(plan.warnings) == len(unmet)


@given(choices(), st.data())
def test_another_year_never_sends_what_it_does_not_offer_and_names_all_it_leaves_to_luck(
    made: tuple[Catalog, Zone, list[str]], data: st.DataObject
) -> None:
    catalog, zone, _ = made
    configured = data.draw(st.frozensets(st.sampled_from(offered(catalog, zone))))
    if not any(catalog[name].school_year for name in configured):
        return
    zone = replace(zone, other_years={2023: configured})
    available = offered(catalog, zone, 2023)
    chosen = data.draw(st.lists(st.sampled_from(available), min_size=1))
    ever_sent = data.draw(st.frozensets(st.sampled_from(offered(catalog, zone))))
    plan = make_plan(catalog, chosen, zone, year=2023, ever_sent=ever_sent)
    assert set(plan.objects) <= set(available)
    assert all(step.school_year == 2023 for step in plan.steps)
    hidden = Graph.of(catalog.offered(zone.edition, zone.switches)).closure(chosen) - set(available) - ever_sent
    assert {warning.split(" ", 1)[0] for warning in plan.warnings} == hidden


@settings(max_examples=20)
@given(st.sampled_from(EDITIONS), st.booleans())
def test_the_whole_k12_catalog_is_offered_less_other_editions_and_what_is_turned_off(
    edition: str | None, switched: bool
) -> None:
    zone = Zone("Lakeside", 2024, edition, SWITCHES if switched else frozenset())
    plan = make_plan(K12, None, zone)
    missing = {obj.name for obj in K12} - set(plan.objects)
    assert plan.mode == "full"
    for name in missing:
        obj = K12[name]
        assert (obj.switch and not switched) or (obj.editions and edition not in obj.editions) or obj.not_editions
