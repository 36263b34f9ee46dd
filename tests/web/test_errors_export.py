"""The Error Log as a file, and who may have it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.test import Client
from tests.web.conftest import World
from tests.web.page_text import words
from tests.web.rejected import address, rejections, sum_all

AsPerson = Callable[[str], Client]


def read_csv(browser: Client, path: str) -> list[dict[str, str]]:
    answer: Any = browser.get(path)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content: Iterator[bytes] = answer.streaming_content
    return list(csv.DictReader(io.StringIO(b"".join(content).decode("utf-8-sig"))))


def test_the_export_holds_every_row_of_the_filter(many: World, as_person: AsPerson) -> None:
    dana = as_person("dana")
    both: tuple[dict[str, str], ...] = ({}, {"object": "Roster"})
    for query in both:
        rows = read_csv(dana, address(many, "errors_export", **query))
        open_ = rejections(district=many.lakeside, resolved_at=None, cleared_at=None, **query)
        assert sorted((r["object"], r["key"], r["reason"]) for r in rows) == sorted(
            (name, "|".join(part or "" for part in key), reason)
            for name, key, reason in open_.values_list("object", "key", "reason")
        )
        assert len(rows) > 100
    from upstate.hub.models import AuditEntry

    assert AuditEntry.objects.filter(action="exported rejections", district=many.lakeside).count() == 2


def test_no_cell_of_the_export_is_a_formula(world: World, as_person: AsPerson) -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "@SUM(1)", "-1+1", "\t=1", " =1", "＝1"]
    for number, text in enumerate(evil):
        some = rejections(district=world.lakeside).first()
        some.pk = None
        some.key, some.message, some.column = [text], text, f"evil {number}"
        some.save()
    rows = [r for r in read_csv(as_person("dana"), address(world, "errors_export")) if r["column"].startswith("evil")]
    assert sorted(r["message"] for r in rows) == sorted(f"'{text}" for text in evil)
    assert all(r["key"].startswith("'") for r in rows)


def test_another_district_is_in_no_page_and_no_file(world: World, as_person: AsPerson) -> None:
    from upstate.hub.models import Rejection

    for row in list(Rejection.objects.filter(district=world.lakeside)[:20]):
        row.pk, row.district_id, row.key = None, world.riverton, ["riverton's own"]
        row.column = f"{row.column} {id(row)}"
        row.save()
    with psycopg.connect(world.url) as connection:
        sum_all(connection, world.riverton)
    dana = as_person("dana")
    pages = [address(world, page) for page in ("errors", "errors_policy", "errors_all")]
    pages += [address(world, "errors_record", object="Enrollment", key="riverton's own")]
    assert all(
        "riverton's own" not in words(dana.get(path).text).replace("Enrollment riverton's own", "") for path in pages
    )
    assert all(r["key"] != "riverton's own" for r in read_csv(dana, address(world, "errors_export")))
    olive = as_person("olive").get(f"/d/{world.riverton}/errors/all/")
    assert "riverton&#x27;s own" in olive.text
