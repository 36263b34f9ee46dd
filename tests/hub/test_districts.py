"""Districts are added, changed by being added again, and found by any spelling."""

from __future__ import annotations

import pytest
from tests.hub.state import State, send

from upstate.errors import ConfigError
from upstate.hub.districts import KnownDistrict, add_district, all_districts, ever_sent, find_district


def add(state: State, name: str = "Lakeside", **changed: object) -> tuple[KnownDistrict, tuple[str, ...]]:
    wanted = {"source_url": "lakeside.sqlite", "mapping": "", "school_year": 2024, "edition": None, **changed}
    return add_district(state.catalog, name, **wanted)  # type: ignore[arg-type]


def test_a_district_that_is_added_again_as_it_was_is_unchanged(state: State) -> None:
    assert add(state) == (state.district, ())


def test_a_district_that_is_added_again_changes_and_says_what(state: State) -> None:
    known, changed = add(state, source_url="other.sqlite", mapping="[School]\n", school_year=2025, edition="KY")
    assert changed == ("source", "mapping", "school year", "edition")
    assert known.id == state.district.id
    assert (known.source_url, known.mapping, known.zone.school_year, known.zone.edition) == (
        "other.sqlite",
        "[School]\n",
        2025,
        "KY",
    )
    assert len(all_districts()) == 1


def test_a_new_district_may_send_what_is_bound_to_a_year_for_the_years_beside_its_own(state: State) -> None:
    assert state.district.zone.other_years == {2023: frozenset({"Month"}), 2025: frozenset({"Month"})}


def test_every_district_has_an_id_of_its_own(state: State) -> None:
    other, changed = add(state, "Hillside")
    assert changed == ("district",)
    assert other.id != state.district.id
    assert [d.name for d in all_districts()] == ["Hillside", "Lakeside"]


def test_a_district_is_found_by_any_spelling_of_its_name(state: State) -> None:
    assert find_district("LAKESIDE ") == state.district


def test_a_district_that_is_not_there_is_named_with_those_like_it(state: State) -> None:
    with pytest.raises(ConfigError, match=r'There is no district "Lakesid"\. Did you mean Lakeside\?'):
        find_district("Lakesid")
    with pytest.raises(ConfigError, match=r'There is no district "x"\. Known are: Lakeside\.'):
        find_district("x")


def test_a_district_without_a_name_is_refused(state: State) -> None:
    with pytest.raises(ConfigError, match="needs a name"):
        add(state, "  ")


def test_only_what_has_landed_counts_as_ever_sent(state: State) -> None:
    assert ever_sent(state.district) == frozenset()
    send(state, {}, "School")
    state.place("Bus")
    assert ever_sent(state.district) == {"School"}
