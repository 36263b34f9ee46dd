"""Every kind of mistake in a catalog file is one line: the file, the line in it, what is wrong, what to do."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from upstate.catalog import catalog_files, parse_catalog, read_catalog, shipped_catalog
from upstate.errors import CatalogError

HERE = Path(__file__).parent
GOOD = catalog_files(HERE / "good")
MISTAKES = tomllib.loads((HERE / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]


def with_mistake(file: str, right: str, wrong: str) -> Mapping[str, str]:
    assert right in GOOD[file], f"{right!r} does not stand in {file}"
    return {**GOOD, file: GOOD[file].replace(right, wrong, 1)}


def test_the_catalog_that_the_mistakes_are_made_in_is_right() -> None:
    assert set(parse_catalog(GOOD).objects) == {"School", "Calendar", "Day"}


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake["name"] for mistake in MISTAKES])
def test_a_mistake_is_one_line_with_its_file_its_line_and_what_to_do(mistake: dict[str, str]) -> None:
    with pytest.raises(CatalogError) as caught:
        parse_catalog(with_mistake(mistake["file"], mistake["right"], mistake["wrong"]))
    assert caught.value.message == mistake["said"]


def test_objects_whose_names_differ_in_case_only_are_refused() -> None:
    twin = GOOD["School.toml"].replace('"School"', '"SCHOOL"').replace('"school"', '"school2"')
    with pytest.raises(CatalogError) as caught:
        parse_catalog({**GOOD, "SCHOOL.toml": twin})
    assert caught.value.message == (
        "School.toml, line 1: School differs from SCHOOL in case only. Rename one of the two."
    )


def test_a_cycle_is_named_in_full_where_it_begins() -> None:
    to_calendar = '[[column]]\nname = "calendar_guid"\ntype = "uuid"\n\n[[reference]]\nto = "Calendar"\n'
    texts = {
        **GOOD,
        "School.toml": f'{GOOD["School.toml"]}\n{to_calendar}columns = ["calendar_guid"]\n',
        "Day.toml": GOOD["Day.toml"].replace('key = ["guid"]', 'key = ["guid"]\nafter = ["School"]'),
    }
    with pytest.raises(CatalogError) as caught:
        parse_catalog(texts)
    assert caught.value.message == (
        "Calendar.toml, line 40: these objects wait for each other: Calendar -> Day -> School -> Calendar. "
        "Remove one of these references, scope or after arrows, or lookups."
    )


def test_an_object_may_refer_to_itself() -> None:
    text = GOOD["School.toml"] + (
        '\n[[column]]\nname = "parent_guid"\ntype = "uuid"\n\n[[reference]]\nto = "School"\ncolumns = ["parent_guid"]\n'
    )
    school = parse_catalog({"School.toml": text})["School"]
    assert [(r.to, r.name) for r in school.references] == [("School", "parent")]


def test_lines_are_right_after_texts_and_lists_of_several_lines() -> None:
    text = GOOD["School.toml"].replace('key = ["guid"]', 'key = [\n  "guid",\n]') + (
        '\n[[rule]]\nreason = "one"\nverdict = "failed"\nwhen = """\nname = \'x\'\n[[column]]\n"""\nadvice = "A."\n'
        '\n[[column]]\nname = "more"\ntype = "text"\nlength = -1\n'
    )
    with pytest.raises(CatalogError, match=r"School\.toml, line 29: more has room for nothing"):
        parse_catalog({"School.toml": text})


def test_codes_written_as_a_table_of_their_own_are_found_there() -> None:
    text = GOOD["School.toml"] + '\n[column.codes]\nA = "Alpha"\nB = 2\n'
    with pytest.raises(CatalogError, match=r'School\.toml, line 15: the meaning of code "B" is not a text'):
        parse_catalog({"School.toml": text})


def test_a_folder_that_is_not_there_and_one_without_files_say_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"^There is no catalog folder .*none\. Name a folder that holds one"):
        read_catalog(tmp_path / "none")
    with pytest.raises(CatalogError, match=r"^The catalog folder .* holds no \.toml file; it needs one an object\.$"):
        read_catalog(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "School.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogError, match=r"School\.toml cannot be read: "):
        catalog_files(tmp_path)


def test_an_unknown_shipped_catalog_names_the_shipped_ones() -> None:
    with pytest.raises(CatalogError, match=r"^There is no catalog named k13\. Shipped are: k12\. Or name a folder"):
        shipped_catalog("k13")


def test_a_folder_is_read_with_its_code_lists_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "README.md").write_text("not a catalog file", encoding="utf-8")
    assert read_catalog(tmp_path) == parse_catalog(GOOD)
