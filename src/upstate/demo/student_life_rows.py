"""The records of behavior, meals, buses, truancy and messages: what happens to students in a year."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

import numpy as np

from upstate.demo.calendar_dates import day, on_weekdays
from upstate.demo.chance import Rows
from upstate.demo.recipe import HERE
from upstate.demo.world import Columns, Table, World, always, student_table, texts, unset

BEHAVIOR_CODES = ("BehaviorType", "BehaviorResolutionType", "BehaviorResponseType")
FORMS = ["Registration", "Technology agreement", "Field trip", "Home language survey", "Media release"]
REMARKS = np.array(
    tomllib.loads((HERE / "words" / "remarks.toml").read_text(encoding="utf-8"))["remarks"], dtype=object
)


def student_life_tables(world: World) -> list[Table]:
    """All of them that the edition has; codes before the behavior that uses them."""
    makers: dict[str, Callable[[World, str], Table]] = {
        **dict.fromkeys(BEHAVIOR_CODES, _behavior_codes),
        "Behavior": _behavior,
        "ContactLog": _contact_log,
        "Form": _form,
        "POSEligibility": _meals,
        "ProcessMessage": _message,
        "Transportation": _bus,
        "Truancy": _truancy,
    }
    return [make(world, name) for name, make in makers.items() if name in world.catalog]


def _behavior_codes(world: World, name: str) -> Table:
    """A district's own codes, several of them for one of the state's; faults are among the last, rarely used ones."""
    known = world.catalog[name].column("state_code").codes or {}
    codes, titles = np.array(list(known), dtype=object), np.array(list(known.values()), dtype=object)

    def columns(rows: Rows) -> Columns:
        which, level = rows % len(codes), rows // len(codes) + 1
        return {
            "code": texts("{}-{}", codes[which], level),
            "name": texts("{}, level {}", titles[which], level),
            "state_code": codes[which],
            "active": always(True, rows),
        }

    count = world.counts[name]
    return world.table(name, columns, faulty=np.arange(count - max(4, count // 5), count))


def _behavior(world: World, name: str) -> Table:
    chance = world.of(name)
    kinds, resolutions, responses = (world.counts[code] for code in BEHAVIOR_CODES)

    def common(count: int, label: str, rows: Rows) -> Rows:
        """Some codes are used a hundred times as often as others; the first ones most."""
        return np.floor(chance.of(label).unit(rows) ** 3 * count).astype(np.int64)

    def columns(rows: Rows) -> Columns:
        enrollment, _ = world.enrolled(name, rows, world.attending)
        incident = rows // 3 * 2 + np.minimum(rows % 3, 1)  # every other one has two participants
        date = on_weekdays(world.autumn(chance.of("date"), incident, 270))
        settled = chance.of("settled").true(0.8, rows)
        days = chance.of("days").below(6, rows)
        return {
            "incident_id": texts("I{:07d}", 4_000_000 + incident),
            "incident_date": date,
            "calendar_guid": world.guid("Calendar", world.enrollments.calendar[enrollment]),
            "participant_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "type_guid": world.guid("BehaviorType", common(kinds, "type", rows)),
            "resolution_guid": unset(
                world.guid("BehaviorResolutionType", common(resolutions, "resolution", rows)), ~settled
            ),
            "resolution_start": unset(date + 1, ~settled),
            "resolution_end": unset(date + 1 + days, ~settled),
            "resolution_days": unset(days + 0.5, ~settled),
            "response_guid": unset(
                world.guid("BehaviorResponseType", common(responses, "response", rows)),
                chance.of("response?").true(0.7, rows),
            ),
            "weapon": unset(world.codes(name, "weapon", rows), chance.of("weapon?").true(0.995, rows)),
        }

    return world.table(name, columns)


def _contact_log(world: World, name: str) -> Table:
    chance = world.of(name)

    def more(rows: Rows, _student: Rows, again: Rows) -> Columns:
        date = world.autumn(chance, rows, 270) + again
        return {
            "date_time": date * 86400 + 8 * 3600 + chance.of("time").below(8 * 60, rows) * 60,
            "contacted_by": chance.of("by").one_of(["Homeroom teacher", "Counselor", "Front office", "Nurse"], rows),
            "details": chance.of("details").one_of(REMARKS, rows),
        }

    return student_table(world, name, more)


def _form(world: World, name: str) -> Table:
    chance = world.of(name)

    def more(rows: Rows, _student: Rows, again: Rows) -> Columns:
        return {"form_name": chance.one_of(FORMS, rows), "date": world.autumn(chance.of("date"), rows) + again}

    return student_table(world, name, more)


def _meals(world: World, name: str) -> Table:
    def more(rows: Rows, _student: Rows, again: Rows) -> Columns:
        first = world.autumn(world.of(name), rows, 40) + again
        return {"start_date": first, "end_date": always(day(world.recipe.school_year, 6, 30), rows)}

    return student_table(world, name, more)


def _message(world: World, name: str) -> Table:
    chance = world.of(name)

    def more(rows: Rows, _student: Rows, again: Rows) -> Columns:
        posted = world.autumn(chance, rows, 200) + again
        return {
            "name": chance.of("name").one_of(["Form due", "Please review", "Conference", "Records request"], rows),
            "posted_date": posted,
            "due_date": unset(posted + 14, chance.of("no due").true(0.3, rows)),
            "body": chance.of("body").one_of(REMARKS, rows),
        }

    return student_table(world, name, more)


def _bus(world: World, name: str) -> Table:
    chance = world.of(name)

    def columns(rows: Rows) -> Columns:
        enrollment, again = world.enrolled(name, rows, world.attending)
        route = texts("{}", 100 + chance.of("route").below(400, rows))
        return {
            "person_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "calendar_guid": world.guid("Calendar", world.enrollments.calendar[enrollment]),
            "start_date": world.enrollments.start[enrollment] + again,
            # only every other record may have ended: a planted overlap needs one before it that goes on
            "end_date": unset(
                world.enrollments.start[enrollment] + 120, (rows % 2 == 0) | chance.of("open").true(0.9, rows)
            ),
            "in_bus": route,
            "out_bus": route,
            "in_time": 6 * 3600 + 1800 + chance.of("in").below(60, rows) * 60,
            "out_time": 14 * 3600 + 1800 + chance.of("out").below(60, rows) * 60,
            "miles_transported": np.round(0.4 + chance.of("miles").unit(rows) ** 2 * 18, 1),
        }

    return world.table(name, columns, count=min(world.counts[name], len(world.attending)))


def _truancy(world: World, name: str) -> Table:
    chance = world.of(name)

    def columns(rows: Rows) -> Columns:
        enrollment, _ = world.enrolled(name, rows, world.attending)
        first = world.autumn(chance, rows, 150) + 60
        referred = chance.of("referred").true(0.1, rows)
        return {
            "person_guid": world.guid("PersonIdentity", world.enrollments.person[enrollment]),
            "school_guid": world.guid("School", world.places.school[world.enrollments.calendar[enrollment]]),
            "start_date": first,
            "end_date": unset(first + 30, (rows % 2 == 0) | chance.of("open").true(0.3, rows)),
            "notify_superintendent_date": first + 5,
            "law_enforcement_referral_date": unset(first + 20, ~referred),
        }

    return world.table(name, columns, count=min(world.counts[name], len(world.attending)))
