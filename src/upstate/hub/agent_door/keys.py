"""Codes and keys of agents: made, exchanged, rotated, revoked, used; only hashes are kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection as control
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from upstate.hub import models
from upstate.hub.auditing import audit
from upstate.hub.postgres import database_errors, statement
from upstate.hub.web.state import state_connection

PREFIX = "upstate-agent_"  # so that whoever finds one knows what it is
MOST_A_MINUTE = 3_000  # requests of one district
_SHOWN = len(PREFIX) + 4
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that is read as another
_CODE_LENGTH = 16  # 78 bits
CODE_LASTS = timedelta(minutes=30)
_PREVIOUS_LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UsedKey:
    """A key in force and whose agent it is; `seconds_to_wait` is above 0 where that district asks too often."""

    id: int
    district: int
    seconds_to_wait: float


@database_errors()
def make_code(person: models.Person, district: models.District) -> str:
    """A code that an agent of this district may exchange for a key, once, within half an hour. Audited."""
    letters = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    with transaction.atomic():
        models.AgentCode.objects.filter(district=district, used_at=None).delete()
        models.AgentCode.objects.create(
            district=district, digest=_digest(letters), made_by=person.name, expires_at=timezone.now() + CODE_LASTS
        )
        audit(person, "made a code for an agent", district, "")
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


@database_errors()
def exchange_code(code: str, place: str) -> tuple[str, models.District] | None:
    """A key for this code, which is used up by that, and the district; from now on its own agent reads it.

    None where the code is wrong, used or too old.
    """
    letters = code.upper().replace("-", "").replace(" ", "")
    with transaction.atomic():
        found = models.AgentCode.objects.select_for_update().select_related("district")
        known = found.filter(digest=_digest(letters), used_at=None, expires_at__gt=timezone.now()).first()
        if known is None:
            return None
        known.used_at = timezone.now()
        known.save(update_fields=["used_at"])
        secret = _secret()
        models.AgentKey.objects.create(
            district=known.district,
            digest=_digest(secret),
            begins=secret[:_SHOWN],
            place=place[:200],
            made_by=known.made_by,
        )
        models.Source.objects.update_or_create(district=known.district, defaults={"url": "", "mapping": ""})
        line = f"An agent was connected, at {place[:200] or 'an unnamed place'}; from now on it reads this district."
        models.AgentEntry.objects.create(district=known.district, line=line)
    return secret, known.district


@database_errors()
def rotate_key(key: int) -> str:
    """Another secret for this key; the one before is good until the new one is used, at most for an hour."""
    secret = _secret()
    now = timezone.now()
    with transaction.atomic():
        models.AgentKey.objects.filter(pk=key).update(
            previous=F("digest"),
            previous_until=now + _PREVIOUS_LASTS,
            digest=_digest(secret),
            begins=secret[:_SHOWN],
            rotated_at=now,
        )
        district = models.AgentKey.objects.values_list("district", flat=True).get(pk=key)
        models.AgentEntry.objects.create(district_id=district, line=f"The agent changed its key to {secret[:_SHOWN]}….")
    return secret


@database_errors()
def revoke_key(person: models.Person, district: models.District, number: int) -> str | None:
    """End a key of this district's agent at once; returns its first characters, None where there is no such key."""
    with transaction.atomic(), control.cursor() as cursor:
        key = models.AgentKey.objects.select_for_update().filter(district=district, pk=number, revoked_at=None).first()
        if key is None:
            return None
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        cursor.execute(statement("release_reader").decode(), {"reader": key.id})
        audit(person, "revoked an agent's key", district, f"{key.begins}…")
    return key.begins


@database_errors()
def use_key(secret: str) -> UsedKey | None:
    """Whose agent comes with this key; None where it is unknown or revoked."""
    # Asked at every request, by a connection that has prepared it: to plan it costs more than to do it.
    with state_connection() as connection:
        rows = connection.execute(statement("use_agent_key"), {"digest": _digest(secret)}).fetchall()
    if not rows:
        return None
    key, district, *_ = rows[0]
    return UsedKey(key, district, seconds_to_wait((requests, left) for _, _, requests, left in rows))


def seconds_to_wait(minutes: Iterable[tuple[int, float]]) -> float:
    """Until a district may ask again, 0 where it may now; of each of its keys the requests in that key's running
    minute, and the seconds left of that."""
    running = sorted(minutes, key=lambda each: each[1])
    asked = sum(requests for requests, _ in running)
    wait = 0.0
    for requests, left in running:
        if asked <= MOST_A_MINUTE:
            break
        asked -= requests
        wait = max(1.0, left)
    return wait


def _secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _digest(secret: str) -> str:
    # random bits need no salt and no slow hash: there is nothing to guess
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
