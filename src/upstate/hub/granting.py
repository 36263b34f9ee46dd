"""Who may give which role to whom: giving, taking, opening and closing accounts, and what roles hold; all audited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.urls import reverse

from upstate.errors import ConfigError
from upstate.hub import models
from upstate.hub.alerts import tell
from upstate.hub.auditing import audit
from upstate.hub.people import add_person, grant
from upstate.hub.postgres import database_errors
from upstate.hub.rights import RIGHTS, STATE_ONLY, may

PROCESS = "People"
_LAST = "Nobody would be left who may change people for the state. Give that to someone else first."


def may_give(person: models.Person, role: models.Role, district: int | None) -> bool:
    """Whether a person may give, or take, a role in a district, or for the state (None).

    Who may change people for the state may give any. In a district nobody gives what they do not have there.
    """
    if may(person, "people.change", None):
        return True
    if district is None or not may(person, "people.change", district):
        return False
    return all(may(person, right, district) for right in frozenset(role.rights) - STATE_ONLY)


def may_close(person: models.Person, other: models.Person) -> bool:
    """Whether a person may open or close another's account: not their own, and all of its roles are theirs to take."""
    if person == other:
        return False
    if may(person, "people.change", None):
        return True
    grants = list(other.grants.select_related("role"))
    return bool(grants) and all(may_give(person, each.role, each.district_id) for each in grants)


@database_errors()
def give_role(
    by: models.Person, email: str, name: str, role: models.Role, district: models.District | None
) -> models.Person:
    """Give a role to whoever has this e-mail, adding them where nobody has; they are told by mail.

    ConfigError where that is not theirs to give, the role is theirs already, or the account is closed.
    """
    place = None if district is None else district.id
    with transaction.atomic():
        if not may_give(by, role, place):
            raise ConfigError(f'The role "{role.name}" holds rights that you do not have there, so you cannot give it.')
        person = models.Person.objects.filter(email__iexact=email.strip()).first()
        is_new = person is None
        if person is None:
            person = add_person(name, email)
        if not person.is_active:
            raise ConfigError(f"The account of {person.email} is closed. Open it again first, or ask the state to.")
        if not grant(person, role, district):
            raise ConfigError(f'{person.name} has the role "{role.name}" there already.')
        where = "the state" if district is None else district.name
        if is_new:
            audit(by, "added a person", district, f"{person.name} ({person.email})")
        audit(by, "gave a role", district, f"{role.name} to {person.name} ({person.email})")
        text = f'{by.name} gave you the role "{role.name}" for {where}.'
        if is_new:
            text += " Set a password to sign in: ask for the mail on this page."
        address = reverse("password_forgotten") if is_new else reverse("home")
        tell([person], PROCESS, "You Have a Role in Upstate", text, district=place, address=address, by_mail=True)
    return person


@database_errors()
def take_role(by: models.Person, number: int) -> models.Grant:
    """Take a role back; the grant as it was. ConfigError where it is not theirs to take, or nobody would be left."""
    with _someone_is_left():
        found = models.Grant.objects.select_related("person", "role", "district").filter(id=number).first()
        if found is None:
            raise ConfigError("That role was taken already.")
        if not may_give(by, found.role, found.district_id):
            raise ConfigError(f'The role "{found.role.name}" is not yours to take.')
        taken = models.Grant.objects.get(id=number)
        taken.delete()
        audit(by, "took a role", found.district, f"{found.role.name} from {found.person.name} ({found.person.email})")
    return found


@database_errors()
def set_open(by: models.Person, other: models.Person, is_open: bool) -> None:
    """Open or close an account; who is closed out is signed out at once. ConfigError where that is not theirs to do."""
    with _someone_is_left():
        if not may_close(by, other):
            raise ConfigError(f"The account of {other.name} is not yours to open or close.")
        models.Person.objects.filter(id=other.id).update(is_active=is_open)
        audit(by, f"{'opened' if is_open else 'closed'} an account", None, f"{other.name} ({other.email})")


@database_errors()
def set_role(by: models.Person, role: models.Role | None, name: str, rights: Iterable[str]) -> models.Role:
    """Make a role (None), or change one: everyone who has it has these rights from now on.

    ConfigError where the name is taken, a right is not there, or nobody would be left.
    """
    wanted = [right for right in RIGHTS if right in frozenset(rights)]
    name = " ".join(name.split())
    if not may(by, "people.change", None):
        raise ConfigError("Roles are the state's to change.")
    if not name or not wanted:
        raise ConfigError("A role needs a name and at least one right.")
    with _someone_is_left():
        same_name = models.Role.objects.filter(name__iexact=name)
        if (same_name if role is None else same_name.exclude(id=role.id)).exists():
            raise ConfigError(f'There is a role "{name}" already.')
        role, is_new = (models.Role(), True) if role is None else (role, False)
        before = frozenset(role.rights or ())
        role.name, role.rights = name, wanted
        role.save()
        changes = [f"+{each}" for each in wanted if each not in before]
        changes += [f"-{each}" for each in sorted(before.difference(wanted))]
        audit(by, "made a role" if is_new else "changed a role", None, f"{name}: {' '.join(changes) or 'its name'}")
    return role


@database_errors()
def remove_role(by: models.Person, role: models.Role) -> None:
    """Remove a role that nobody has; ConfigError where someone has it."""
    if not may(by, "people.change", None):
        raise ConfigError("Roles are the state's to change.")
    with transaction.atomic():
        if role.grants.exists():
            raise ConfigError(f'Someone has the role "{role.name}". Take it back first.')
        audit(by, "removed a role", None, role.name)
        role.delete()


@contextmanager
def _someone_is_left() -> Iterator[None]:
    """Hold that who may change people for the state does not come to nobody; such grants stand still meanwhile."""
    able = models.Grant.objects.filter(district=None, role__rights__contains=["people.change"], person__is_active=True)
    with transaction.atomic():
        before = list(able.select_for_update())
        yield
        if before and not able.exists():
            raise ConfigError(_LAST)
