"""Making, revoking and using personal tokens; only a token's hash is kept, so nobody can read one again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection as control
from django.db import transaction
from django.utils import timezone

from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors, statement
from upstate.hub.web.home import home_district

PREFIX = "upstate_"  # so that whoever finds one knows what it is
LONGEST_DAYS = 366
MOST_IN_FORCE = 20
MOST_A_MINUTE = 600
_SHOWN = len(PREFIX) + 4


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was made just now; `secret` is shown once and known to nobody afterwards."""

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class UsedToken:
    """A token in force, with whom it stands for; `seconds_to_wait` is above 0 where it was used too often."""

    id: int
    name: str
    person: models.Person
    seconds_to_wait: float


@database_errors()
def make_token(person: models.Person, name: str, days: int) -> MadeToken:
    """Make a token, in force for so many days. ConfigError where name or days will not do, or there are enough."""
    name = " ".join(name.split())
    if not name:
        raise ConfigError("A token needs a name, such as what uses it.")
    if not 1 <= days <= LONGEST_DAYS:
        raise ConfigError(f"A token is in force for 1 to {LONGEST_DAYS} days.")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    with transaction.atomic():
        models.Person.objects.select_for_update().get(pk=person.pk)  # two at once must not pass the limit together
        in_force = models.Token.objects.filter(person=person, revoked_at=None, expires_at__gt=now).count()
        if in_force >= MOST_IN_FORCE:
            raise ConfigError(f"You have {in_force} tokens in force. Revoke one that is not needed any more.")
        made = models.Token.objects.create(
            person=person,
            name=name,
            digest=_digest(secret),
            begins=secret[:_SHOWN],
            expires_at=now + timedelta(days=days),
        )
        audit(person, "made a token", home_district(person), f"{made.name} ({made.begins}…), for {days} days")
    return MadeToken(name, secret)


@database_errors()
def revoke_token(person: models.Person, number: int) -> str | None:
    """End a token of this person; returns its name, or None where they have no such token in force."""
    with transaction.atomic():
        mine = models.Token.objects.select_for_update().filter(person=person, revoked_at=None)
        token = mine.filter(pk=number).first()
        if token is None:
            return None
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit(person, "revoked a token", home_district(person), f"{token.name} ({token.begins}…)")
    return token.name


@database_errors()
def use_token(secret: str) -> UsedToken | None:
    """Whom a token stands for; None where it is unknown, expired or revoked, or its person is not active any more."""
    with control.cursor() as cursor:
        cursor.execute(statement("use_token").decode(), {"digest": _digest(secret)})
        row = cursor.fetchone()
    if row is None:
        return None
    number, person, name, requests, seconds_left = row
    wait = max(1.0, seconds_left) if requests > MOST_A_MINUTE else 0.0
    return UsedToken(number, name, models.Person.objects.get(pk=person), wait)


def _digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash: there is nothing to guess
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
