"""What a plan holds for the zone, the year and the objects that were chosen."""

import pytest

from upstate.catalog import Catalog, Column, Reference, SyncObject
from upstate.errors import PlanError
from upstate.planning import Step, Zone, make_plan, offered, year_name

GUID = Column("guid", "uuid", required=True)
YEAR = Column("end_year", "integer")


def sync_object(name: str, *parents: str, year: bool = False, **more: object) -> SyncObject:
    columns = (GUID, YEAR, *(Column(f"{parent}_guid", "uuid") for parent in parents))
    references = tuple(Reference(parent, (f"{parent}_guid",), parent) for parent in parents)
    school_year = "end_year" if year else None
    return SyncObject(name, name.lower(), ("guid",), columns, references, school_year=school_year, **more)  # type: ignore[arg-type]


CATALOG = Catalog(
    {
        obj.name: obj
        for obj in (
            sync_object("Roster", "Enrollment", year=True, after=("Section",)),
            sync_object("Enrollment", "Person", "Grade", year=True),
            sync_object("Section", "Calendar", year=True),
            sync_object("Grade", "Calendar", year=True),
            sync_object("Calendar", "School", year=True),
            sync_object("Person", "School"),
            sync_object("School", scope=("Entity",)),
            sync_object("Entity", switch="entity", not_editions=frozenset({"MT"})),
            sync_object("LepKY", "Person", editions=frozenset({"KY"})),
        )
    }
)
LAKESIDE = Zone(
    "Lakeside",
    2024,
    edition="KY",
    other_years={2023: frozenset({"Roster", "Enrollment", "Grade", "Person"}), 2025: frozenset()},
)


def test_a_school_year_is_named_by_both_its_years() -> None:
    assert year_name(2024) == "2023-2024"
    assert year_name(2000) == "1999-2000"


def test_choosing_one_object_adds_its_ancestors_and_says_for_whom() -> None:
    plan = make_plan(CATALOG, ["Grade", "Roster"], LAKESIDE)
    assert plan.steps == (
        Step("School", ("Grade", "Roster"), None),
        Step("Calendar", ("Grade", "Roster"), 2024),
        Step("Grade", (), 2024),
        Step("Person", ("Roster",), None),
        Step("Enrollment", ("Roster",), 2024),
        Step("Roster", (), 2024),
    )
    assert (plan.district, plan.school_year, plan.mode, plan.warnings) == ("Lakeside", 2024, "partial", ())


def test_choosing_nothing_in_particular_takes_all_that_the_zone_is_offered() -> None:
    plan = make_plan(CATALOG, None, LAKESIDE)
    assert plan.mode == "full"
    assert plan.objects == offered(CATALOG, LAKESIDE)
    assert set(plan.objects) == {obj.name for obj in CATALOG} - {"Entity"}
    assert all(step.added_for == () for step in plan.steps)


def test_naming_every_object_is_a_full_resync_too() -> None:
    assert make_plan(CATALOG, offered(CATALOG, LAKESIDE), LAKESIDE) == make_plan(CATALOG, None, LAKESIDE)


def test_an_after_arrow_orders_but_never_adds() -> None:
    assert "Section" not in make_plan(CATALOG, ["Roster"], LAKESIDE).objects
    objects = make_plan(CATALOG, ["Roster", "Section"], LAKESIDE).objects
    assert objects.index("Section") < objects.index("Roster")


def test_without_dependencies_only_the_chosen_go_and_missing_parents_are_a_warning() -> None:
    plan = make_plan(CATALOG, ["Roster", "Enrollment"], LAKESIDE, check_dependencies=False)
    assert plan.objects == ("Enrollment", "Roster")
    (warning,) = plan.warnings
    assert warning.startswith("Enrollment needs Person and Grade, which Lakeside has never sent")


def test_without_dependencies_parents_that_were_sent_before_are_no_warning() -> None:
    ever_sent = frozenset({"Person", "Grade"})
    plan = make_plan(CATALOG, ["Enrollment"], LAKESIDE, check_dependencies=False, ever_sent=ever_sent)
    assert (plan.objects, plan.warnings) == (("Enrollment",), ())


def test_names_match_whatever_their_case_and_twice_is_once() -> None:
    assert make_plan(CATALOG, ["school", " SCHOOL ", "School"], LAKESIDE).objects == ("School",)


def test_another_year_takes_its_configured_objects_and_counts_hidden_ancestors_as_satisfied() -> None:
    plan = make_plan(CATALOG, ["Roster"], LAKESIDE, year=2023, ever_sent=frozenset({"Person", "School", "Calendar"}))
    assert plan.steps == (
        Step("Grade", ("Roster",), 2023),
        Step("Enrollment", ("Roster",), 2023),
        Step("Roster", (), 2023),
    )
    assert (plan.school_year, plan.mode, plan.warnings) == (2023, "full", ())


def test_another_year_warns_of_each_hidden_ancestor_that_was_never_sent() -> None:
    plan = make_plan(CATALOG, ["Enrollment"], LAKESIDE, year=2023, ever_sent=frozenset({"School"}))
    assert plan.warnings == (
        (
            "Calendar is not offered in 2022-2023 and Lakeside has never sent it, but Grade and Enrollment need it. "
            "Configure it for 2022-2023 first, or records that point at it will fail."
        ),
        (
            "Person is not offered in 2022-2023 and Lakeside has never sent it, but Enrollment needs it. "
            "Send it with 2023-2024 first, or records that point at it will fail."
        ),
    )


def test_another_year_offers_only_what_is_bound_to_a_year_and_configured() -> None:
    assert offered(CATALOG, LAKESIDE, 2023) == ("Grade", "Enrollment", "Roster")
    assert make_plan(CATALOG, None, LAKESIDE, year=2023).objects == ("Grade", "Enrollment", "Roster")


def test_a_switch_brings_its_object_and_hangs_others_under_it() -> None:
    zone = Zone("Lakeside", 2024, switches=frozenset({"entity"}))
    assert make_plan(CATALOG, ["School"], zone).objects == ("Entity", "School")
    assert make_plan(CATALOG, ["School"], LAKESIDE).objects == ("School",)


MONTANA = Zone("Butte", 2024, edition="MT", switches=frozenset({"entity"}))


@pytest.mark.parametrize(
    ("zone", "chosen", "year", "message"),
    [
        (LAKESIDE, [], None, "Nothing is chosen for Lakeside. Name at least one object, or ask for all of them."),
        (LAKESIDE, ["Rooster"], None, 'There is no object "Rooster". Did you mean Roster?'),
        (LAKESIDE, ["Xyzzy"], None, 'There is no object "Xyzzy". See `upstate catalog graph`.'),
        (LAKESIDE, ["Entity"], None, 'Entity is offered only where "entity" is turned on; Lakeside has it off.'),
        (MONTANA, ["Entity"], None, "Entity is not offered in edition MT, which Butte has."),
        (MONTANA, ["LepKY"], None, "LepKY is offered only in edition KY; Butte has edition MT."),
        (Zone("Ely", 2024), ["LepKY"], None, "LepKY is offered only in edition KY; Ely has no edition."),
        (LAKESIDE, ["Person"], 2023, "Person is not bound to a school year; send it with 2024, not with 2023."),
        (
            LAKESIDE,
            ["Section"],
            2023,
            "Section is not configured for 2022-2023. Configure it for Lakeside, or leave it out.",
        ),
        (
            LAKESIDE,
            None,
            2025,
            "Lakeside is not configured to send 2024-2025. Configure objects for that year, or take 2024.",
        ),
        (
            LAKESIDE,
            None,
            2022,
            (
                "2021-2022 is neither the year before nor the year after 2023-2024, which Lakeside is scoped to. "
                "Take 2023, 2024 or 2025, or change the zone's year."
            ),
        ),
        (
            Zone("Ely", 2024, other_years={2023: frozenset({"Person"})}),
            None,
            2023,
            "Ely is offered no object in 2022-2023. Check its edition and what that year has.",
        ),
    ],
)
def test_what_cannot_be_planned_is_one_line_that_says_why(
    zone: Zone, chosen: list[str] | None, year: int | None, message: str
) -> None:
    with pytest.raises(PlanError) as caught:
        make_plan(CATALOG, chosen, zone, year=year)
    assert str(caught.value) == message
