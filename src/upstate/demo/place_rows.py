"""The records of the district, its schools and calendars."""

from __future__ import annotations

import numpy as np

from upstate.demo.chance import Rows
from upstate.demo.names import PLACES, street_addresses
from upstate.demo.places import ALTERNATIVE, ELEMENTARY, LEVELS
from upstate.demo.world import Columns, Table, Values, World, always, texts

DISTRICT = 0
STATE_IDS = {"KY": "275", "BIE": "901", "SD": "410", "ME": "118", "MT": "320"}


def place_tables(world: World) -> list[Table]:
    """District, schools and calendars, parents first; the closed schools are the faulty ones."""
    places = world.places
    return [
        world.table("District", lambda rows: _district(world, rows), count=1, faulty=np.arange(0)),
        world.table("ReportingEntity", lambda rows: _entity(world, rows), count=1),
        world.table("School", lambda rows: _school(world, rows), faulty=np.flatnonzero(places.closed)),
        world.table("Calendar", lambda rows: _calendar(world, rows), len(places.school), world.counts["Calendar"]),
    ]


def _district(world: World, rows: Rows) -> Columns:
    edition = world.recipe.edition
    states = world.catalog["District"].column("state").codes or {}
    return {
        "district_number": always(STATE_IDS.get(edition or "", "275"), rows),
        "name": always("Lakeside", rows),
        "state": always(edition if edition in states else "KY", rows),
        "region_number": always("3", rows),
        "phone": always("(502) 555-0100", rows),
        "address": always("1 Lakeside Plaza, Lakeside", rows),
    }


def _entity(world: World, rows: Rows) -> Columns:
    return {
        "entity_number": always("LKS", rows),
        "name": always("Lakeside Reporting Office", rows),
        "district_guid": world.guid("District", always(DISTRICT, rows)),
    }


def school_names(world: World, schools: Rows) -> Values:
    """Names of schools: a place and a level, no two alike."""
    place = world.of("school place").shuffled(schools, len(PLACES))
    around = np.array(["", "North ", "South ", "East ", "West "], dtype=object)[schools // len(PLACES) % 5]
    again = schools // (5 * len(PLACES))
    names = texts("{}{} {} School", around, PLACES[place], np.array(LEVELS, dtype=object)[world.places.level[schools]])
    return np.where(again > 0, texts("{} {}", names, again + 1), names)


def _school(world: World, rows: Rows) -> Columns:
    level = world.places.level[rows]
    return {
        "district_guid": world.guid("District", always(DISTRICT, rows)),
        "school_number": texts("{:03d}", 10 + 5 * rows),
        "name": school_names(world, rows),
        "nces_number": texts("2102990{:05d}", 300 + 7 * rows),
        "type": np.where(level == ALTERNATIVE, "04", "01").astype(object),
        "abbreviation": texts("{}{:03d}", np.array(["ES", "MS", "HS", "ALT"], dtype=object)[level], 10 + 5 * rows),
        "address": street_addresses(world.of("school address"), rows),
    }


def _calendar(world: World, rows: Rows) -> Columns:
    places = world.places
    school, summer, year = places.school[rows], places.summer[rows], places.year[rows]
    number = np.where(summer, (rows - world.counts["School"]) // world.counts.open_schools + 1, 0)
    season = np.where(summer, texts("Summer {}", number), "").astype(object)
    long_day = places.level[school] != ELEMENTARY
    return {
        "end_year": year,
        "school_guid": world.guid("School", school),
        "name": texts("{:02d}-{:02d} {} {}", (year - 1) % 100, year % 100, school_names(world, school), season),
        "start_date": places.first[rows],
        "end_date": places.last[rows],
        "type": np.where(summer, "S", np.where(places.level[school] == ALTERNATIVE, "A", "I")).astype(object),
        "exclude": places.excluded[rows],
        "summer_school": summer,
        "student_day": np.where(summer, 240, 390 + 10 * long_day),
        "teacher_day": np.where(summer, 300, 450),
        "whole_day_absence": np.where(summer, 200, 320),
        "half_day_absence": np.where(summer, 100, 160),
        "bie_type": always("D" if world.recipe.edition == "BIE" else None, rows),
    }
