"""Adding people and giving them roles; and the cast of the demo."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.postgres import database_errors
from upstate.hub.rights import ROLES, STATE_ONLY


@dataclass(frozen=True, slots=True)
class CastMember:
    """Someone of the demo; `password` is None where they were there already and kept theirs."""

    name: str
    email: str
    role: str
    district: str | None
    password: str | None


CAST: Final = (
    ("Dana", "dana@lakeside.example", "District administrator", "Lakeside"),
    ("Rhea", "rhea@lakeside.example", "District reader", "Lakeside"),
    ("Sam", "sam@state.example", "State administrator", None),
    ("Olive", "olive@riverton.example", "District administrator", "Riverton"),
)


@database_errors()
def make_roles() -> list[str]:
    """Make the roles that come with Upstate where there are none yet; returns a line for each.

    Those that were changed, or taken away, stay so.
    """
    if models.Role.objects.exists():
        return []
    roles = [models.Role(name=name, rights=list(rights)) for name, rights in ROLES.items()]
    models.Role.objects.bulk_create(roles, ignore_conflicts=True)  # a second hub may be set up beside this one
    return [f"role: {name}" for name in ROLES]


@database_errors()
def add_person(name: str, email: str, password: str | None = None) -> models.Person:
    """Add someone; without a password they set one through the reset mail. ConfigError where the e-mail is taken."""
    name, email = name.strip(), email.strip().lower()
    if not name or "@" not in email:
        raise ConfigError("A person needs a name and an e-mail address.")
    with transaction.atomic():
        if models.Person.objects.filter(email__iexact=email).exists():
            raise ConfigError(f"{email} is someone's already.")
        person = models.Person(name=name, email=email)
        person.set_password(password)
        person.save()
    return person


@database_errors()
def grant(person: models.Person, role: models.Role, district: models.District | None) -> bool:
    """Give a role in a district, or for the state (None); whether that was new. ConfigError where it cannot be."""
    if district is not None and not frozenset(role.rights) - STATE_ONLY:
        raise ConfigError(
            f'The role "{role.name}" has rights for the whole state only; it cannot be given in a district.'
        )
    _, is_new = models.Grant.objects.get_or_create(person=person, role=role, district=district)
    person.__dict__.pop("rights", None)  # asked for anew at the next question
    return is_new


@database_errors()
def seed_cast(passwords: Mapping[str, str] | None = None) -> tuple[CastMember, ...]:
    """Make the people of the demo, each with a role where their district is known; returns them with new passwords.

    Repeated, whoever is there already stays as they are. `passwords` by name, else each is made up here.
    """
    districts = {district.name: district for district in models.District.objects.all()}
    made = []
    for name, email, role, where in CAST:
        if where is not None and where not in districts:
            continue
        with transaction.atomic():
            person = models.Person.objects.filter(email=email).first()
            password = None
            if person is None:
                password = (passwords or {}).get(name) or secrets.token_urlsafe(9)
                person = add_person(name, email, password)
            known, _ = models.Role.objects.get_or_create(name=role, defaults={"rights": list(ROLES[role])})
            grant(person, known, None if where is None else districts[where])
        made.append(CastMember(name, email, role, where, password))
    return tuple(made)
