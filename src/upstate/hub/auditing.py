"""Who did what: one line for everything a person changes or sets going."""

from __future__ import annotations

from upstate.hub import models
from upstate.hub.postgres import database_errors


@database_errors()
def audit(
    person: models.Person | None, action: str, district: models.District | None = None, subject: str = ""
) -> None:
    """Note that a person (None: nobody who is signed in) did something, such as "sent a resync", to a subject.

    Call it inside the transaction of what was done. A subject carries names and keys, never a record's values.
    """
    models.AuditEntry.objects.create(
        person=person,
        who="someone not signed in" if person is None else f"{person.name} ({person.email})",
        action=action,
        district=district,
        where="" if district is None else district.name,
        subject=subject,
    )
