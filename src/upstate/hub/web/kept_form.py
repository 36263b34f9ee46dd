"""A form that came when its sender was signed out: sealed into the page that asks who they are, and shown again.

Nothing of it is stored: it travels in hidden fields, signed, until it is back where it came from. Sent from there it
only shows its page filled in; what it asks for is done when someone sends that page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from django.core import signing
from django.http import HttpRequest

FIELD: Final = "kept"  # the form, sealed
AGAIN: Final = "kept_again"  # stands in a form that is to be shown and not done
A_FILE: Final = "file"  # its value where a file came with the form
_SALT: Final = "upstate.hub.web.kept_form"
_LASTS: Final = timedelta(hours=12)
_OURS: Final = frozenset({FIELD, AGAIN, "csrfmiddlewaretoken"})
_OF_RECORDS: Final = frozenset({"records", "rows"})  # a district's own ids of people may stand in these


@dataclass(frozen=True, slots=True)
class KeptForm:
    """Where a form was sent, and its fields by name, some more than once.

    Files are not among them; `with_file` says that one came, so that whoever chose it is told to choose it again.
    """

    address: str
    fields: tuple[tuple[str, str], ...]
    with_file: bool = False

    @staticmethod
    def of(request: HttpRequest) -> KeptForm:
        """The form that a request brought."""
        return KeptForm(request.get_full_path(), tuple(_fields(request)), bool(request.FILES) or lost_a_file(request))

    @staticmethod
    def read(sealed: str) -> KeptForm | None:
        """What was sealed before; None for what is none of ours, or is too old."""
        try:
            address, fields, *files = signing.loads(sealed, salt=_SALT, max_age=_LASTS)
        except signing.BadSignature:
            return None
        return KeptForm(address, tuple((name, value) for name, value in fields), any(files))

    @property
    def sealed(self) -> str:
        """The form as one text that nobody else can make."""
        return signing.dumps([self.address, self.fields, self.with_file], salt=_SALT, compress=True)

    @property
    def without_records(self) -> KeptForm:
        """The form without what may tell who a record is about."""
        return replace(self, fields=tuple(each for each in self.fields if each[0] not in _OF_RECORDS))


def is_shown_again(request: HttpRequest) -> bool:
    """Whether a request brings a kept form back, which is to be shown and not done."""
    return request.method == "POST" and AGAIN in request.POST


def lost_a_file(request: HttpRequest) -> bool:
    """Whether a file came with the kept form that a request brings back, and is not with it any more."""
    return request.POST.get(AGAIN) == A_FILE


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent this form, by the browser's own word, which no page can forge."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _fields(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in _OURS:
            yield from ((name, str(value)) for value in values)
