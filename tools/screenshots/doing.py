"""What is done in the demo's hub before its pages are worth a picture: pressed as people press it, waited for."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from tools.screenshots.camera import Camera, Visit

NOBODY = "00000000-0000-4000-8000-000000000000"


def send(camera: Camera, query: str, *marks: str) -> None:
    """Send a resync of what the query chooses, with these boxes marked, and wait for its end."""
    page = camera.go(f"/d/1/batch/confirm/?{query}")
    for mark in marks:
        page.get_by_label(mark).check()
    camera.press("Send Resync")
    ended(page)


def ended(page: Page) -> None:
    """Wait until nothing runs any more on the Batch page."""
    expect(page.locator("#batch-live")).to_contain_text(re.compile("Last: resync [0-9]+ of Dana"))
    expect(page.locator("#batch-live")).not_to_contain_text(re.compile("Running|Waiting"))


def run_ended(page: Page) -> None:
    """Wait until the run whose page this is has ended, with what went on from it."""
    expect(page.locator("#run")).not_to_contain_text(re.compile("waiting|running|Look again"))
    expect(page.locator("#run")).not_to_have_attribute("hx-get", re.compile("."))


def verify(camera: Camera) -> None:
    """Compare all objects, and wait for the end."""
    page = camera.go("/d/1/verifications/")
    camera.press("Compare")
    expect(page.locator("#verifications-live")).not_to_contain_text(re.compile("waits for its turn|looked at"))


def select(camera: Camera) -> Page:
    """Ask for two records, one of which is not there; nothing is sent yet."""
    page = camera.go("/d/1/verifications/1/differences/?object=TestScore")
    known = page.locator("tbody .key").first.inner_text()
    camera.go("/d/1/selective/")
    page.get_by_label("DIS object").select_option("TestScore")
    page.get_by_label("Records", exact=True).fill(f"{known}\n{NOBODY}")
    return camera.press("Look it over")


def heal(camera: Camera) -> Page:
    """Come to the confirmation of healing the first problem; nothing is sent yet."""
    page = camera.go("/d/1/errors/")
    page.locator("a.heal").first.click()
    page.wait_for_load_state("networkidle")
    return page


def ask(camera: Camera) -> Page:
    """Write a request of the state, and look it over; nothing is placed yet."""
    page = camera.go("/requests/new/")
    page.get_by_label("Lakeside").check()
    page.get_by_label("Enrollment", exact=True).check()
    page.get_by_label("Reason").fill("The October count closes.")
    page.get_by_label("Due date").fill((datetime.now(UTC) + timedelta(days=14)).date().isoformat())
    return camera.press("Look it over")


@contextmanager
def held_removal(visit: Visit, lakeside: Path) -> Iterator[None]:
    """Have a removal of Lakeside's leftovers wait for approval: for the block, a school of its lost all its rosters."""
    with closing(sqlite3.connect(lakeside)) as connection:
        with connection:
            lost = connection.execute(_LOSE_ROSTERS).fetchall()
        try:
            with visit("Dana") as camera:
                send(camera, "object=Roster&check=0", "Remove leftovers")
            yield
        finally:
            with connection:
                connection.executemany(f"insert into roster values ({', '.join('?' for _ in lost[0])})", lost)


# of the school that has the fewest
_LOSE_ROSTERS = """
delete from roster where section_guid in (
    select section.guid from course_section as section join calendar on calendar.guid = section.calendar_guid
    where calendar.school_guid = (
        select calendar.school_guid from roster
        join course_section as section on section.guid = roster.section_guid
        join calendar on calendar.guid = section.calendar_guid
        group by 1 order by count(*), 1 limit 1
    )
) returning *
"""
