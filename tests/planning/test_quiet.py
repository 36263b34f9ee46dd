"""Quiet hours: which minutes they hold, when they end, in the zone's own time; what cannot be read is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstate.errors import PlanError
from upstate.planning.quiet import DAYS, check_time_zone, parse_quiet, quiet_until

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(MONDAY.replace(year=2000, tzinfo=None), MONDAY.replace(year=2040, tzinfo=None)).map(
    lambda at: at.replace(tzinfo=UTC)
)
ZONES = st.sampled_from(["UTC", "America/New_York", "America/Phoenix", "Asia/Kathmandu", "Australia/Lord_Howe"])


@st.composite
def spans(draw: st.DrawFn) -> str:
    clock = st.integers(0, 24 * 60 - 1)
    begins, ends = draw(clock), draw(clock)
    ends += begins == ends
    days = draw(st.sampled_from(["", "mon ", "sat-sun ", "fri-mon ", "wed-tue "]))
    return f"{days}{begins // 60:02}:{begins % 60:02}-{ends // 60:02}:{ends % 60:02}"


@given(st.lists(spans(), min_size=1, max_size=3), ZONES, MOMENTS)
def test_quiet_hours_end_at_the_first_minute_that_is_not_quiet(texts: list[str], zone: str, now: datetime) -> None:
    until = quiet_until(texts, zone, now)
    if until is None:
        return
    assert until > now.replace(second=0, microsecond=0)
    if until - now < timedelta(days=7):
        assert quiet_until(texts, zone, until) is None
    assert quiet_until(texts, zone, until - timedelta(minutes=1)) is not None


@given(st.integers(0, 7 * 24 * 60 - 1), spans(), spans())
def test_two_texts_together_are_quiet_when_either_is(minute: int, one: str, other: str) -> None:
    at = MONDAY + timedelta(minutes=minute)
    either = quiet_until([one], "UTC", at) is not None or quiet_until([other], "UTC", at) is not None
    assert (quiet_until([one, other], "UTC", at) is not None) is either
    assert (quiet_until([f"{one}; {other}"], "UTC", at) is not None) is either


@pytest.mark.parametrize(
    ("text", "at", "until"),
    [
        ("mon-fri 07:30-16:00", (1, 7, 29), None),
        ("mon-fri 07:30-16:00", (1, 7, 30), (1, 16, 0)),
        ("mon-fri 07:30-16:00", (1, 16, 0), None),
        ("mon-fri 07:30-16:00", (6, 9, 0), None),
        ("22:00-06:00", (1, 23, 0), (2, 6, 0)),
        ("22:00-06:00", (2, 5, 59), (2, 6, 0)),
        ("sat 22:00-06:00", (7, 5, 0), (7, 6, 0)),
        ("sat 22:00-06:00", (1, 5, 0), None),
        ("sun 00:00-24:00\nmon 00:00-07:00", (7, 12, 0), (8, 7, 0)),
        ("", (1, 0, 0), None),
    ],
)
def test_a_minute_lies_in_them_or_not(text: str, at: tuple[int, int, int], until: tuple[int, int, int] | None) -> None:
    moment = datetime(2024, 1, *at, tzinfo=UTC)
    assert quiet_until([text], "UTC", moment) == (None if until is None else datetime(2024, 1, *until, tzinfo=UTC))


def test_they_are_in_the_zones_own_time() -> None:
    at = datetime(2024, 7, 1, 11, 45, tzinfo=UTC)  # a quarter to eight in New York's summer
    assert quiet_until(["07:30-16:00"], "America/New_York", at) == datetime(2024, 7, 1, 20, 0, tzinfo=UTC)


def test_hours_that_never_end_are_said_to_end_after_a_week_at_least() -> None:
    until = quiet_until(["00:00-24:00"], "UTC", MONDAY)
    assert until is not None
    assert until - MONDAY >= timedelta(days=7)


@pytest.mark.parametrize(
    "text", ["noon", "07:30", "25:00-26:00", "07:60-08:00", "07:30-07:30", "xyz 07:00-08:00", "mon-xyz 07:00-08:00"]
)
def test_what_cannot_be_read_is_said_in_a_line(text: str) -> None:
    with pytest.raises(PlanError) as said:
        parse_quiet(text)
    assert "\n" not in said.value.message


def test_a_time_zone_that_there_is_not_is_said() -> None:
    assert check_time_zone("UTC") == "UTC"
    with pytest.raises(PlanError, match="America/New_York"):
        check_time_zone("Mars/Olympus")


def test_days_begin_with_monday() -> None:
    assert DAYS[MONDAY.weekday()] == "mon"
