"""The cells of a row that change while a resync runs; drawn once for as long as what they show stays the same."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from upstate.hub.models import District
from upstate.hub.web.pages.batch_table import Row

_MOST: Final = 8192  # rows; some 2 kB each
_OUT_OF_BAND: Final = ' hx-swap-oob="true"'


def cells(row: Row, errors_address: str, leftovers_address: str, *, live: bool) -> SafeString:
    """A row's cells, for the page or for a live part; with an address, a link to its errors, or to its leftovers."""
    drawn = _drawn(row, errors_address, leftovers_address)
    return drawn if live else SafeString(drawn.replace(_OUT_OF_BAND, ""))


def errors_address(district: District, year: int) -> str:
    """The address of the Error Log for one object, whose name is to follow."""
    own = year == district.zone.school_year
    return f"{reverse('errors', kwargs={'district': district.id})}?{'' if own else f'year={year}&'}object="


def leftovers_address(district: District, name: str) -> str:
    """The address of an object's leftovers."""
    return reverse("leftovers_of", kwargs={"district": district.id, "which": name})


@lru_cache(maxsize=_MOST)
def _drawn(row: Row, errors_address: str, leftovers_address: str) -> SafeString:
    # a row is a value, so that the same one always looks the same
    context = {"row": row, "errors_address": errors_address, "leftovers_address": leftovers_address}
    return render_to_string("hub/batch_cells.html", context)
