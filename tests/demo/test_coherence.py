"""The made-up district holds together in all that its manifest does not name."""

import datetime as dt

from tests.demo.district import District


def test_every_object_of_the_edition_has_a_table_with_the_catalogs_columns_and_records_in_it(
    lakeside: District,
) -> None:
    for synced in lakeside.catalog:
        columns = [name for _, name, *_ in lakeside.ask(f'pragma table_info("{synced.table}")')]
        assert columns == [column.name for column in synced.columns], synced.name
        assert lakeside.ask(f'select count(*) from "{synced.table}"') == [(lakeside.made.rows[synced.name],)]
        assert lakeside.made.rows[synced.name] > 0, synced.name


def test_every_reference_finds_its_parent_but_for_the_planted_orphans(lakeside: District) -> None:
    for synced in lakeside.catalog:
        for reference in synced.references:
            parent = lakeside.catalog[reference.to]
            (column,) = reference.columns
            dangling = lakeside.ask(
                f'select guid from "{synced.table}" as record where {column} is not null'
                f' and not exists (select 1 from "{parent.table}" as parent where parent.guid = record.{column})'
            )
            assert {key for (key,) in dangling} == lakeside.keys("missing_reference", synced.name, column), (
                synced.name,
                column,
            )


def test_no_key_and_nothing_unique_comes_twice_but_for_the_planted_ones(lakeside: District) -> None:
    for synced in lakeside.catalog:
        twice = lakeside.ask(f'select guid from "{synced.table}" group by guid having count(*) > 1')
        assert {key for (key,) in twice} == lakeside.keys("duplicate_key", synced.name)
        for unique in synced.uniques:
            names = ", ".join(unique.columns)
            same = "is" if unique.nulls == "equal" else "="
            repeated = lakeside.ask(
                f'select record.guid from "{synced.table}" as record join (select {names} from "{synced.table}"'
                f" group by {names} having count(*) > 1) as twice on "
                + " and ".join(f"record.{name} {same} twice.{name}" for name in unique.columns)
            )
            planted = lakeside.keys("duplicate", synced.name) | lakeside.keys("duplicate_key", synced.name)
            assert {key for (key,) in repeated} <= planted, (synced.name, names)


def test_every_planted_pair_of_equal_records_is_there(lakeside: District) -> None:
    for fault in lakeside.made.faults:
        if fault.reason == "duplicate":
            table = lakeside.catalog[fault.object].table
            names = ", ".join(lakeside.catalog[fault.object].uniques[0].columns)
            keys = ", ".join(f"'{key}'" for key in fault.keys)
            (pairs,) = lakeside.ask(
                f"select count(*) from (select {names} from {table} where guid in ({keys})"
                f" group by {names} having count(*) = 2)"
            )
            assert pairs == (fault.count // 2,)


def test_values_fit_their_columns_but_for_the_planted_ones(lakeside: District) -> None:
    kinds = {"integer": "integer", "boolean": "integer", "date": "text", "uuid": "text", "time": "text"}
    for synced in lakeside.catalog:
        for column in synced.columns:
            wrong = []
            name = f"record.{column.name}"
            if column.required:
                wrong.append(("required", f"{name} is null"))
            if column.codes is not None:
                codes = ", ".join(f"'{code}'" for code in column.codes)
                wrong.append(("unknown_code", f"{name} not in ({codes})"))
            if column.length is not None:
                wrong.append(("too_long", f"length({name}) > {column.length}"))
            if column.type in kinds:
                reason = f"not_a{'n' if column.type == 'integer' else ''}_{column.type}"
                fits = f"typeof({name}) <> '{kinds[column.type]}'"
                if column.type == "date":
                    fits = f"date({name}) is not {name}"
                wrong.append((reason, f"{name} is not null and {fits}"))
            if column.type == "integer":
                wrong.append(("out_of_range", f"typeof({name}) = 'integer' and abs({name}) > 2147483647"))
            if column.precision is not None and column.scale is not None:
                wrong.append(("too_many_digits", f"abs({name}) >= {10 ** (column.precision - column.scale)}"))
                wrong.append(("too many places", f"abs({name} - round({name}, {column.scale})) > 1e-9"))
            for reason, condition in wrong:
                found = lakeside.ask(f'select guid from "{synced.table}" as record where {condition}')
                assert {key for (key,) in found} == lakeside.keys(reason, synced.name, column.name), (
                    synced.name,
                    column.name,
                    reason,
                )


def test_students_are_of_an_age_that_fits_their_grade(lakeside: District) -> None:
    ages = lakeside.ask(
        "select level.sequence, min(person.birth_date), max(person.birth_date)"
        " from enrollment join person_identity as person on person.guid = enrollment.person_guid"
        " join structure_grade_level as level on level.guid = enrollment.grade_guid"
        " where enrollment.end_year = 2024 and level.name <> 'Adult evening' group by level.sequence"
    )
    assert len(ages) == 14
    for sequence, oldest, youngest in ages:
        years = 3 + int(str(sequence))
        began = dt.date(2023, 8, 1)
        assert (began - dt.date.fromisoformat(str(youngest))).days >= years * 365.25 - 1
        assert (began - dt.date.fromisoformat(str(oldest))).days <= (years + 1) * 365.25 + 1


def test_rosters_are_of_sections_in_the_enrollments_own_calendar_and_for_its_grade(lakeside: District) -> None:
    astray = lakeside.ask(
        "select count(*) from roster join enrollment on enrollment.guid = roster.enrollment_guid"
        " join course_section as section on section.guid = roster.section_guid"
        " join structure_grade_level as level on level.guid = enrollment.grade_guid"
        " where section.calendar_guid <> enrollment.calendar_guid"
        " or (level.name <> 'Adult evening' and section.name not like '% ' || level.name)"
    )
    assert astray == [(0,)]


def test_siblings_share_their_guardians(lakeside: District) -> None:
    shared = lakeside.ask(
        "select count(*) from (select contact_guid from census_contact_summary where guardian"
        " group by contact_guid having count(distinct person_guid) > 1)"
    )
    assert shared[0][0] > lakeside.made.rows["PersonIdentity"] // 20


def test_closed_schools_have_sections_but_no_days_and_no_students(lakeside: District) -> None:
    closed = lakeside.keys("required", "School") | lakeside.keys("unknown_code", "School")
    assert closed
    for school in closed:
        of_school = "join calendar on calendar.guid = record.calendar_guid where calendar.school_guid = ?"
        assert lakeside.ask(f"select count(*) from course_section as record {of_school}", school)[0][0] > 0
        assert lakeside.ask(f"select count(*) from enrollment as record {of_school}", school) == [(0,)]
        days = "select count(*) from day join schedule_structure as record on record.guid = day.structure_guid "
        assert lakeside.ask(days + of_school, school) == [(0,)]


def test_the_year_before_is_there_too_but_small(lakeside: District) -> None:
    years = dict(lakeside.ask("select end_year, count(*) from enrollment group by end_year"))
    assert set(years) == {2023, 2024}
    assert 0 < years[2023] < years[2024] / 10


def test_a_column_of_odd_but_sound_texts_has_quotes_line_breaks_and_other_scripts(lakeside: District) -> None:
    details = {text for (text,) in lakeside.ask("select distinct details from contact_log")}
    assert any("\n" in str(text) for text in details)
    assert {"", "学校からの手紙を送りました"} <= details
