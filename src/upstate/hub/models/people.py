"""Who may do what: people, roles (bundles of rights), and grants of a role for one district or for the whole state."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from upstate.hub.models.district import District


class People(BaseUserManager["Person"]):
    """Finds people by e-mail, upper and lower case alike."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person with that e-mail; Person.DoesNotExist where there is none."""
        return self.get(email__iexact=(username or "").strip())


class Person(AbstractBaseUser):
    """Someone who signs in with an e-mail and a password, or through the state's single sign-on."""

    name = models.TextField()
    email = models.EmailField(max_length=254)
    is_active = models.BooleanField(default=True, db_default=True)
    added_at = models.DateTimeField(db_default=Now())

    objects = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "hub_person"
        constraints = (models.UniqueConstraint(Lower("email"), name="an_email_once"),)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def rights(self) -> Mapping[int | None, frozenset[str]]:
        """The rights by district; those for the whole state under None. Asked of the database once an instance."""
        held: dict[int | None, frozenset[str]] = {}
        for district, rights in self.grants.values_list("district_id", "role__rights"):
            held[district] = held.get(district, frozenset()) | frozenset(rights)
        return held


class Role(models.Model):
    """A bundle of rights with a name; see hub/rights.py for the rights there are."""

    name = models.TextField(unique=True)
    rights = ArrayField(models.TextField())

    class Meta:
        db_table = "hub_role"

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A person has a role in a district; without a district, in the whole state and so in every district."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="grants", null=True)

    class Meta:
        db_table = "hub_grant"
        constraints = (
            models.UniqueConstraint(
                name="a_role_once_a_person_and_district",
                fields=["person", "role", "district"],
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role_id} in {self.district_id or 'the state'}"


class SignInAttempt(models.Model):
    """A failed attempt to sign in, so that guessing is slowed down on every hub process alike. Kept for a day."""

    account = models.TextField()
    address = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hub_sign_in_attempt"
        indexes = (
            models.Index(fields=["account", "at"], name="attempts_on_an_account"),
            models.Index(fields=["address", "at"], name="attempts_from_an_address"),
        )

    def __str__(self) -> str:
        return f"{self.account} from {self.address}"


class AuditEntry(models.Model):
    """Someone did something. `who` and `where` are kept as words, so that an entry outlives person and district."""

    at = models.DateTimeField(db_default=Now())
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    who = models.TextField()
    action = models.TextField()
    district = models.ForeignKey(District, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    where = models.TextField(db_default="")
    subject = models.TextField(db_default="")

    class Meta:
        db_table = "hub_audit_entry"
        indexes = (
            models.Index(fields=["at"], name="audit_by_moment"),
            models.Index(fields=["district", "-id"], name="audit_of_a_district", condition=Q(district__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.who} {self.action} {self.subject}"
