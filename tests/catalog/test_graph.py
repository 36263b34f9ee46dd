"""Which object needs which, drawn and said, for catalogs of any shape."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.catalog import Branch, Catalog, Column, CycleError, Graph, Lookup, Reference, SyncObject, draw, tree
from upstate.catalog.drawing import dot, mermaid

GUID = Column("guid", "uuid", required=True)


def linked(name: str, *parents: str, **more: object) -> SyncObject:
    columns = (GUID, *(Column(f"{parent}_guid", "uuid") for parent in parents))
    references = tuple(Reference(parent, (f"{parent}_guid",), parent) for parent in parents)
    return SyncObject(name, name.lower(), ("guid",), columns, references, **more)  # type: ignore[arg-type]


def catalog_of(*objects: SyncObject) -> Catalog:
    return Catalog({obj.name: obj for obj in objects})


FIELD = catalog_of(
    linked("Day", "Structure", after=("Period",)),
    linked("Enrollment", "Person", "Structure"),
    linked("Period", "Structure"),
    linked("Person", scope=("Structure",)),
    linked("Structure"),
    linked("Lep", "Person", editions=frozenset({"KY", "TN"})),
    linked("Entity", not_editions=frozenset({"MT"}), switch="entity"),
)


@st.composite
def any_graphs(draw: st.DrawFn) -> Catalog:
    """Objects that point anywhere, also in circles."""
    names = [f"O{number}" for number in range(draw(st.integers(1, 7)))]
    pick = st.lists(st.sampled_from(names), max_size=2, unique=True)
    return catalog_of(*(linked(name, *draw(pick), after=tuple(draw(pick))) for name in names))


def reaches(catalog: Catalog, start: str) -> set[str]:
    """Everything that comes before an object, said by the objects themselves; it is its own in a circle."""
    found: set[str] = set()
    left = [start]
    while left:
        obj = catalog[left.pop()]
        for earlier in {*(r.to for r in obj.references), *obj.after} - {obj.name}:
            if earlier not in found:
                found.add(earlier)
                left.append(earlier)
    return found


@given(any_graphs())
def test_a_circle_is_found_exactly_where_there_is_one_and_named_in_full(catalog: Catalog) -> None:
    circular = any(name in reaches(catalog, name) for name in catalog.objects)
    if not circular:
        assert set(Graph.of(catalog).order(catalog.objects)) == set(catalog.objects)
        return
    with pytest.raises(CycleError) as caught:
        Graph.of(catalog)
    cycle = caught.value.cycle
    assert cycle[0] == cycle[-1]
    assert len(set(cycle)) == len(cycle) - 1 > 1
    for later, earlier in itertools.pairwise(cycle):
        assert earlier in {*(r.to for r in catalog[later].references), *catalog[later].after}
    assert " -> ".join(cycle) in caught.value.message


@given(any_graphs())
def test_every_object_is_in_the_tree_once_under_its_first_parent(catalog: Catalog) -> None:
    try:
        graph = Graph.of(catalog)
    except CycleError:
        return
    seen: dict[str, tuple[str, ...]] = {}

    def walk(branches: tuple[Branch, ...], above: str | None) -> None:
        for branch in branches:
            assert branch.object not in seen
            needs = branch.also_needs if above is None else (above, *branch.also_needs)
            seen[branch.object] = needs
            walk(branch.children, branch.object)

    walk(tree(catalog), None)
    assert seen == dict(graph.parents)


def test_ancestors_and_descendants_are_the_same_arrows_seen_from_both_ends() -> None:
    graph = Graph.of(FIELD)
    assert graph.ancestors("Enrollment") == {"Person", "Structure"}
    assert graph.descendants("Structure") == {"Day", "Enrollment", "Person", "Period", "Lep"}
    assert graph.children("Person") == ("Enrollment", "Lep")
    assert graph.closure(["Lep", "Entity"]) == {"Lep", "Person", "Structure", "Entity"}
    for name in FIELD.objects:
        assert {other for other in FIELD.objects if name in graph.ancestors(other)} == graph.descendants(name)


def test_a_reference_that_does_not_drive_and_a_lookup_order_but_are_no_parents() -> None:
    judged = SyncObject(
        "Score",
        "score",
        ("guid",),
        (GUID, Column("test_guid", "uuid")),
        (Reference("Test", ("test_guid",), "test", drives=False),),
        lookups=(Lookup("enrolled", "Zoo", {"guid": "guid"}, {"last": "max(row.guid)"}),),
    )
    graph = Graph.of(catalog_of(judged, linked("Test"), linked("Zoo")))
    assert graph.parents["Score"] == ()
    assert graph.order(["Score", "Test", "Zoo"]) == ("Test", "Zoo", "Score")


def test_an_arrow_to_what_a_zone_is_not_offered_is_dropped() -> None:
    school = linked("School", "District", scope=("Entity",))
    catalog = catalog_of(school, linked("District"), linked("Entity", "District", switch="entity"))
    assert Graph.of(catalog.offered(None, frozenset({"entity"}))).parents["School"] == ("District", "Entity")
    assert Graph.of(catalog.offered(None)).parents["School"] == ("District",)


def test_the_tree_says_what_else_an_object_needs_and_where_alone_it_is_offered() -> None:
    assert draw(FIELD) == (
        "Entity  (not in edition MT; only where entity is on)\n"
        "Structure\n"
        "  Period\n"
        "  Day\n"
        "  Person\n"
        "    Enrollment  (also needs Structure)\n"
        "    Lep  (only in edition KY or TN)\n"
    )


def test_a_picture_has_a_full_arrow_for_a_dependency_and_a_broken_one_for_order_alone() -> None:
    dotted = dot(FIELD)
    assert dotted.startswith("digraph catalog {\n")
    assert '  "Structure" -> "Day";\n' in dotted
    assert '  "Period" -> "Day" [style=dashed];\n' in dotted
    flow = mermaid(FIELD).splitlines()
    assert flow[0] == "flowchart LR"
    assert {'  o0["Day"]', '  o2["Period"]', '  o4["Structure"]'} < set(flow)
    assert {"  o4 --> o0", "  o2 -.-> o0"} < set(flow)


@pytest.mark.parametrize("edition", [None, "KY", "MT"])
def test_a_catalog_knows_its_editions_and_switches_and_what_each_edition_is_offered(edition: str | None) -> None:
    assert FIELD.editions == {"KY", "TN", "MT"}
    assert FIELD.switches == {"entity"}
    offered = set(FIELD.offered(edition, frozenset({"entity"})).objects)
    assert ("Lep" in offered) == (edition == "KY")
    assert ("Entity" in offered) == (edition != "MT")
    assert "Entity" not in FIELD.offered(edition)
