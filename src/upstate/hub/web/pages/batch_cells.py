"""The rows of the Batch page and their live cells; each is drawn once for as long as what it shows stays the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from upstate.hub.models import District, Person
from upstate.hub.rights import may
from upstate.hub.web.pages.batch_table import Row

_MOST: Final = 8192  # rows; some 2 kB each
_OUT_OF_BAND: Final = ' hx-swap-oob="true"'


@dataclass(frozen=True, slots=True)
class Sight:
    """What someone may see and do in the rows of a district, by id. `errors_address` awaits the name of an object; it
    is empty for whom there is no Error Log."""

    district: int
    errors_address: str
    may_see_leftovers: bool
    may_run: bool
    may_see_fields: bool


def sight_of(person: Person, district: District, year: int) -> Sight:
    """What a person may, in this district and year."""
    own = year == district.zone.school_year
    errors = f"{reverse('errors', kwargs={'district': district.id})}?{'' if own else f'year={year}&'}object="
    return Sight(
        district=district.id,
        errors_address=errors if may(person, "errors.view", district.id) else "",
        may_see_leftovers=may(person, "leftovers.view", district.id),
        may_run=may(person, "batch.run", district.id),
        may_see_fields=may(person, "fields.view", district.id),
    )


# A row is a value, and so is who looks: the same two always look the same.


@lru_cache(maxsize=_MOST)
def cells(row: Row, sight: Sight) -> SafeString:
    """A row's cells that change while a resync runs, for a live part."""
    return render_to_string("hub/batch_cells.html", {"row": row, "sight": sight})


@lru_cache(maxsize=_MOST)
def whole_row(row: Row, sight: Sight, *, marked: bool) -> SafeString:
    """A row of the table with all its cells, for the page."""
    drawn = SafeString(cells(row, sight).replace(_OUT_OF_BAND, ""))
    return render_to_string("hub/batch_row.html", {"row": row, "sight": sight, "marked": marked, "cells": drawn})
