"""The shipped K-12 catalog: its graph against the published one, its keys, code lists, editions and rules."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from upstate.catalog import Catalog, Graph, read_catalog, shipped_catalog

GOLDEN = Path(__file__).parent.parent / "golden"

# Order only, though a column points at the parent: the graph has no such arrow, so Check dependencies ignores it.
ORDER_ONLY = {
    ("CourseSection", "CourseCode"),
    ("CourseSection", "PersonIdentity"),
    ("Roster", "CourseSection"),
    ("Day", "PeriodSchedule"),
    ("Behavior", "BehaviorType"),
    ("Behavior", "BehaviorResolutionType"),
    ("Behavior", "BehaviorResponseType"),
    ("BehaviorType", "School"),
    ("BehaviorResolutionType", "School"),
    ("BehaviorResponseType", "School"),
    ("ISEPResidentialCertification", "School"),
    ("ISEPResidentialVerification", "School"),
}


def golden(name: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_catalog(shipped_catalog("k12"))


@pytest.fixture(scope="module")
def graph(catalog: Catalog) -> Graph:
    """The graph of a zone that turns no switch on: ReportingEntity is there, and nothing hangs under it."""
    switched = {o.name for o in catalog if o.switch}
    within = Graph.of(Catalog(MappingProxyType({o.name: o for o in catalog if not o.switch})))
    whole = Graph.of(catalog)
    parents = {name: within.parents.get(name, whole.parents[name]) for name in catalog.objects}
    before = {name: within.before.get(name, whole.before[name]) for name in catalog.objects}
    assert switched == {"ReportingEntity"}
    return Graph(MappingProxyType(parents), MappingProxyType(before))


def differences(of: str, published: dict[str, Any]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """What each object gains and loses against the published lists, as listed; every listed one has its reason."""
    listed: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for entry in golden("hierarchy_differences.toml")["difference"]:
        assert entry["reason"]
        for name in entry["objects"] if entry["of"] == of else ():
            assert name in published
            gains, loses = listed.get(name, (frozenset(), frozenset()))
            assert not gains & set(entry.get("gains", ())), f"{name} is listed twice"
            listed[name] = (gains | set(entry.get("gains", ())), loses | set(entry.get("loses", ())))
    return listed


@pytest.mark.parametrize("of", ["ancestors", "descendants"])
def test_the_graph_differs_from_the_published_hierarchy_as_listed_and_in_nothing_else(graph: Graph, of: str) -> None:
    published = json.loads((GOLDEN / "published_hierarchy.json").read_text(encoding="utf-8"))
    found = {}
    for name, row in published.items():
        ours = graph.ancestors(name) if of == "ancestors" else graph.descendants(name)
        theirs = frozenset(row[of])
        if ours != theirs:
            found[name] = (ours - theirs, theirs - ours)
    assert len(published) == 55
    assert found == differences(of, published)


def test_the_direct_parents_are_those_of_the_graph_in_its_order(graph: Graph) -> None:
    wanted = {name: tuple(parents) for name, parents in golden("direct_parents.toml").items()}
    assert dict(graph.parents) == wanted
    assert len(wanted) == 62


def test_marking_enrollment_marks_exactly_what_the_published_screen_marks(graph: Graph) -> None:
    assert graph.ancestors("Enrollment") == {
        "District",
        "School",
        "Calendar",
        "ScheduleStructure",
        "StructureGradeLevel",
        "PersonIdentity",
    }


def test_a_school_hangs_under_its_reporting_entity_where_a_zone_turns_that_on(catalog: Catalog) -> None:
    assert Graph.of(catalog).ancestors("School") == {"District", "ReportingEntity"}
    assert catalog["ReportingEntity"].switch == "reporting_entity"
    assert catalog["ReportingEntity"].not_editions == {"MT"}


def test_a_reference_that_does_not_drive_is_to_an_ancestor_or_for_order_only(catalog: Catalog, graph: Graph) -> None:
    spared = {
        (o.name, r.to) for o in catalog for r in o.references if not r.drives and r.to not in graph.parents[o.name]
    }
    beyond = {(child, parent) for child, parent in spared if parent not in graph.ancestors(child)}
    assert beyond == ORDER_ONLY


def test_every_reference_and_every_after_arrow_puts_the_parent_first(catalog: Catalog) -> None:
    order = Graph.of(catalog).order(catalog.objects)
    place = {name: number for number, name in enumerate(order)}
    arrows = [(r.to, o.name) for o in catalog for r in o.references if r.to != o.name]
    arrows += [(earlier, o.name) for o in catalog for earlier in (*o.scope, *o.after)]
    arrows += [(lookup.object, o.name) for o in catalog for lookup in o.lookups]
    assert [(a, b) for a, b in arrows if place[a] >= place[b]] == []
    for earlier in ("TermSchedule", "PeriodSchedule"):
        assert earlier in catalog["CourseSection"].after
    assert catalog["EmploymentAssignment"].after == ("Employment",)
    assert catalog["TestScore"].after == ("Enrollment",)


def test_every_natural_key_is_a_unique_rule(catalog: Catalog) -> None:
    found = {}
    for obj in catalog:
        found[obj.name] = [
            " ".join(
                [f"{c}?" if u.nulls == "equal" and not obj.column(c).required else c for c in u.columns]
                + (["@state"] if u.across == "state" else [])
            )
            for u in obj.uniques
        ]
    assert found == golden("natural_keys.toml")


def test_every_record_is_known_by_its_guid_and_a_year_bound_one_by_its_year(catalog: Catalog) -> None:
    for obj in catalog:
        assert obj.key == ("guid",)
        assert obj.columns[0].name == "guid"
        assert obj.columns[0].type == "uuid"
        assert obj.school_year in (None, "end_year")
        if obj.school_year:
            assert obj.columns[1].name == "end_year"
            assert obj.columns[1].required


def test_every_code_column_has_a_list_and_room_for_its_codes(catalog: Catalog) -> None:
    found = {o.name: [c.name for c in o.columns if c.codes is not None] for o in catalog}
    assert {name: columns for name, columns in found.items() if columns} == golden("coded_columns.toml")
    for obj in catalog:
        for column in obj.columns:
            for code in column.codes or ():
                assert column.length is not None
                assert len(code) <= column.length, f"{obj.name}.{column.name} has no room for {code}"


def test_no_code_list_lies_unused() -> None:
    folder = shipped_catalog("k12")
    named = {tomllib.loads(p.read_text(encoding="utf-8"))["list"] for p in folder.glob("codes/*.toml")}
    used = {
        column.get("codes")
        for path in folder.glob("*.toml")
        for column in tomllib.loads(path.read_text(encoding="utf-8"))["column"]
        if isinstance(column.get("codes"), str)
    }
    assert named == used
    assert {path.stem for path in folder.glob("codes/*.toml")} == named


def test_every_file_bears_the_name_of_its_object(catalog: Catalog) -> None:
    assert {path.stem for path in shipped_catalog("k12").glob("*.toml")} == set(catalog.objects)


def test_an_object_of_one_state_is_offered_to_zones_of_that_edition_only(catalog: Catalog) -> None:
    of_bie = {"NASIS", "ISEPResidentialCertification", "ISEPResidentialVerification", "AttendanceBIEAbsentDays"}
    for obj in catalog:
        if obj.name in of_bie:
            assert obj.editions == {"BIE"}
        elif obj.name in ("AttendanceKYMinute", "AttendanceSDMinute"):
            assert obj.editions == {obj.name.removeprefix("Attendance")[:2]}
        elif obj.name[-2:] in ("KY", "SD", "ME"):
            assert obj.editions == {obj.name[-2:]}
        else:
            assert obj.editions == set()


def test_an_excluded_enrollment_does_not_keep_frysc_records_out(catalog: Catalog) -> None:
    cleared = [(o.name, r.to) for o in catalog for r in o.references if r.when_excluded == "clear"]
    assert cleared == [("FRYSCStatusKY", "Enrollment")]


def test_a_test_score_has_its_six_conditions_in_their_order(catalog: Catalog) -> None:
    excluded = [r.reason for r in catalog["TestScore"].rules if r.verdict == "excluded"]
    assert excluded == [
        "test_without_code",
        "test_not_published",
        "score_without_date",
        "score_outside_year",
        "test_locked_by_district",
        "not_actively_enrolled",
    ]


def test_what_policy_keeps_out_is_excluded_and_not_failed(catalog: Catalog) -> None:
    excluding = {(o.name, r.reason) for o in catalog for r in o.rules if r.verdict == "excluded"}
    assert {(name, reason) for name, reason in excluding if name != "TestScore"} == {
        ("Calendar", "calendar_excluded"),
        ("StructureGradeLevel", "grade_level_excluded"),
        ("Enrollment", "enrollment_excluded"),
        ("CourseSection", "section_excluded"),
        ("BehaviorType", "no_state_code"),
        ("BehaviorResolutionType", "no_state_code"),
        ("BehaviorResponseType", "no_state_code"),
        ("Plan", "not_locked"),
        ("PlanProgressReport", "not_locked"),
        ("Evaluation", "not_locked"),
        ("PersonIdentityNoStateIDOnly", "has_state_id"),
    }


def test_an_end_before_its_start_fails_wherever_both_exist(catalog: Catalog) -> None:
    for obj in catalog:
        if {"start_date", "end_date"} <= {c.name for c in obj.columns}:
            assert [r.verdict for r in obj.rules if r.reason == "end_before_start"] == ["failed"], obj.name


def test_every_rule_says_in_sentences_what_is_wrong_and_what_to_do(catalog: Catalog) -> None:
    for obj in catalog:
        for rule in obj.rules:
            assert rule.message[0].isupper()
            assert rule.message.endswith(".")
            assert rule.message != rule.advice
            assert rule.advice.endswith(".")


def test_names_and_health_and_plans_and_meals_are_sensitive_and_keys_are_not(catalog: Catalog) -> None:
    plain = {"guid", "person_guid", "plan_guid", "end_year", "effective_date", "locked"}
    for name in (
        "PersonIdentity",
        "PersonIdentityNoStateIDOnly",
        "HealthScreening",
        "ImmCertificate",
        "VaccineShot",
        "MedicaidInsurance",
        "Plan",
        "PlanProgressReport",
        "POSEligibility",
    ):
        for column in catalog[name].columns:
            assert column.sensitive == (column.name not in plain), f"{name}.{column.name}"
    assert not any(c.sensitive for o in catalog for c in o.key_columns)


def test_what_the_state_owns_is_named_by_the_objects_page(catalog: Catalog) -> None:
    owned = {o.name: [c.name for c in o.columns if c.owner == "state"] for o in catalog}
    assert {name: columns for name, columns in owned.items() if columns} == {
        "CourseCode": ["state_code", "name", "start_year", "end_year", "subject", "credits"],
        "District": ["district_number", "name", "state", "region_number", "edition_type"],
        "PersonIdentity": ["state_id", "staff_state_id"],
        "PersonIdentityNoStateIDOnly": ["state_id", "staff_state_id"],
        "ReportingEntity": ["entity_number", "name"],
        "School": ["school_number", "name", "nces_number", "type"],
        "Test": ["published", "district_locked"],
    }
