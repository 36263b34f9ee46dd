"""The records of people and of who is whose contact."""

from __future__ import annotations

import numpy as np

from upstate.demo.calendar_dates import day
from upstate.demo.chance import Rows
from upstate.demo.names import first_names, last_names, phone_numbers, street_addresses
from upstate.demo.population import birth_days
from upstate.demo.world import Columns, Table, Values, World, always, texts, unset

NEW_STUDENTS = 0.004  # still without a state ID
OWN_NAME = 0.12  # of students have another last name than their household
RELATIVES = np.array(["GM", "GF", "AU", "UN"], dtype=object)
OTHERS = np.array(["NE", "FR", "DC"], dtype=object)


def people_tables(world: World) -> list[Table]:
    """Everybody, those still without a state ID, and contacts."""
    students = np.arange(world.population.students)
    new = students[_new(world, students)]
    return [
        world.table("PersonIdentity", lambda rows: _person(world, rows), faulty=students),
        world.table(
            "PersonIdentityNoStateIDOnly",
            lambda rows: {"guid": world.guid("PersonIdentity", new[rows])} | _person(world, new[rows]),
            count=len(new),
        ),
        _contacts(world),
    ]


def _new(world: World, people: Rows) -> Values:
    """Which people are students whose state ID has not come yet; the third student's never has."""
    new = world.of("new student").true(NEW_STUDENTS, people) & (people < world.population.students)
    return np.asarray(new | (people == 2))


def household_names(world: World, households: Rows) -> Values:
    """The last name of each household."""
    return last_names(world.of("household name"), households)


def _person(world: World, people: Rows) -> Columns:
    population = world.population
    student, guardian = people < population.students, people >= population.first_guardian_person
    household = np.where(
        student,
        population.household[np.where(student, people, 0)],
        population.guardian_household[np.where(guardian, people - population.first_guardian_person, 0)],
    )
    own = ~(student | guardian) | world.of("own name").true(OWN_NAME, people)
    chance = world.of("person")
    gender = world.codes("PersonIdentity", "gender", people)
    second = guardian & (people - population.first_guardian_person >= population.households)
    gender = np.where(guardian, np.where(_mother_second(world, household) == second, "F", "M"), gender).astype(object)
    first = first_names(chance, people, gender)
    last = np.where(own, last_names(chance.of("last"), people), household_names(world, household))
    birth = birth_days(world.recipe, population, people, world.of("birth"))
    race = world.codes("PersonIdentity", "race_ethnicity", np.where(own, people + population.households, household))
    language = world.codes("PersonIdentity", "home_language", household)
    numbers = world.of("state id").shuffled(people, 8_000_000) + 1_000_000_000
    preferred = chance.of("preferred").true(0.04, people)
    initial = np.array([chr(65 + letter) for letter in range(26)], dtype=object)
    return {
        "state_id": unset(texts("{}", numbers), ~student | _new(world, people)),
        "staff_state_id": unset(texts("9{}", numbers), student | guardian),
        "last_name": last,
        "first_name": first,
        "middle_name": unset(chance.of("middle").one_of(initial, people), chance.of("no middle").true(0.3, people)),
        "suffix": unset(always("Jr", people), ~((gender == "M") & chance.of("suffix").true(0.01, people))),
        "legal_first_name": unset(first_names(chance.of("legal"), people, gender), ~preferred),
        "legal_last_name": unset(last, ~preferred),
        "gender": gender,
        "birth_date": birth,
        "race_ethnicity": race,
        "hispanic": race == "1",
        "home_language": language,
        "birth_country": unset(world.codes("PersonIdentity", "birth_country", people), guardian),
        "effective_date": np.maximum(
            birth, day(world.recipe.school_year - 1, 7, 1) - chance.of("effective").below(3000, people)
        ),
    }


def _mother_second(world: World, households: Rows) -> Values:
    """Households whose first guardian is not the mother."""
    return world.of("mother second").true(0.2, households)


def _contacts(world: World) -> Table:
    """Own guardians first, then relatives and neighbours, who are guardians of another household."""
    population, chance = world.population, world.of("contact")
    total = world.counts["CensusContactSummary"]
    students = np.arange(population.students)
    seconds = population.second_guardian[population.household]
    paired = students[seconds >= 0]
    others = max(total - len(students) - len(paired), 0)
    turn = np.arange(others) // len(students)
    asking = chance.shuffled(np.arange(others), len(students))
    home = population.household[asking]
    away = 1 + chance.of("away").below(max(population.households - 1, 1), np.arange(others))
    person = np.concatenate([students, paired, asking])[:total]
    guardian = np.concatenate([population.household, seconds[paired], (home + away) % population.households])[:total]
    kind = np.concatenate([np.zeros(len(students)), np.ones(len(paired)), 2 + turn])[:total].astype(np.int64)

    def columns(rows: Rows) -> Columns:
        own, household = kind[rows] < 2, population.household[person[rows]]
        mother = _mother_second(world, household) == (kind[rows] == 1)
        related = chance.of("related").one_of(RELATIVES, rows)
        known = chance.of("known").one_of(OTHERS, rows)
        relationship = np.where(own, np.where(mother, "MO", "FA"), np.where(kind[rows] == 2, related, known))
        theirs = population.guardian_household[guardian[rows]]
        lives = np.where(own, household, theirs)
        return {
            "person_guid": world.guid("PersonIdentity", person[rows]),
            "contact_guid": world.guid("PersonIdentity", population.first_guardian_person + guardian[rows]),
            "relationship": relationship.astype(object),
            "guardian": own,
            "emergency_seq": kind[rows] + 1,
            "phone": phone_numbers(world.of("phone"), guardian[rows]),
            "email": unset(texts("family{}@lakeside.example", guardian[rows]), chance.of("email").true(0.2, rows)),
            "address": street_addresses(world.of("home"), lives),
            "mailing": own,
        }

    return world.table("CensusContactSummary", columns, len(person))
