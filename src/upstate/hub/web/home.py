"""The one district that someone is at home in: where they start, and whose pages are always at hand."""

from __future__ import annotations

from upstate.hub.models import District, Person


def home_district(person: Person) -> District | None:
    """The district of someone whose roles are all in one; None for those of the state, of several, or of none."""
    (only, *others) = person.rights or (None,)
    if only is None or others:
        return None
    return District.objects.select_related("zone").filter(id=only, zone__isnull=False).first()
