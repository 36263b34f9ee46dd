"""Slows down guessing passwords: by account and by address, counted in the database, the same on every hub process."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models import SignInAttempt
from upstate.hub.postgres import database_errors

WINDOW = timedelta(minutes=15)
MOST_OF_ACCOUNT = 5
MOST_OF_ADDRESS = 50  # a whole district may come from one address
_KEPT = timedelta(days=1)


@database_errors()
def may_try(account: str, address: str) -> bool:
    """Whether another attempt on this account from this address is met at all; it costs the same for any account."""
    recent = SignInAttempt.objects.filter(at__gt=Now() - WINDOW)
    of_account = recent.filter(account=_folded(account))[:MOST_OF_ACCOUNT].count()
    of_address = recent.filter(address=address)[:MOST_OF_ADDRESS].count()
    return of_account < MOST_OF_ACCOUNT and of_address < MOST_OF_ADDRESS


@database_errors()
def note_failure(account: str, address: str) -> None:
    """An attempt failed, whether or not there is such an account."""
    SignInAttempt.objects.create(account=_folded(account), address=address)


@database_errors()
def forget_failures(account: str) -> None:
    """The right password was given: what came before on this account is forgotten, and what is old of all."""
    SignInAttempt.objects.filter(Q(account=_folded(account)) | Q(at__lt=Now() - _KEPT)).delete()


def _folded(account: str) -> str:
    return account.strip().casefold()[:254]
