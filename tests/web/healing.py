"""Lakeside with a source of the test's own, so that a root can be mended there, and the pages that heal it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from tests.web.batch_form import change, form_of
from tests.web.conftest import World


def own_source(world: World, folder: Path) -> Path:
    """A copy of Lakeside's database, which it is read from now on."""
    from upstate.hub.models import Source

    source = Source.objects.get(district=world.lakeside)
    copy = folder / "lakeside.sqlite"
    shutil.copy(source.url, copy)
    change(world, "UPDATE hub_source SET url = %s WHERE district_id = %s", str(copy), world.lakeside)
    return copy


def root_school() -> Any:
    """The school whose type holds an unknown code, and that holds back the most."""
    from upstate.hub.models import Root

    return Root.objects.get(object="School", reason="unknown_code")


def mend_school(source: Path, guid: str) -> None:
    """Give the school, in the district's database, the type that another has."""
    with closing(sqlite3.connect(source)) as connection, connection:
        same = "lower(replace(guid, '-', '')) = lower(replace(?, '-', ''))"
        done = connection.execute(
            f"UPDATE school SET type = (SELECT type FROM school WHERE NOT {same} LIMIT 1) WHERE {same}",
            (guid, guid),
        )
        assert done.rowcount == 1


def at(world: World, page: str, root: Any = None, district: int | None = None) -> str:
    path = f"/d/{district or world.lakeside}/errors/{page}"
    return path if root is None else f"{path}?{urlencode({'object': root.object, 'key': json.dumps(root.key)})}"


def confirmed(browser: Client, world: World, root: Any) -> dict[str, Any]:
    """What the confirmation's form would send."""
    answer = browser.get(at(world, "heal/", root))
    assert answer.status_code == 200
    form = form_of(answer.text)
    return {**form, "key": json.dumps(root.key)}
