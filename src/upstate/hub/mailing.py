"""Sends the mails that are due: each once, by whichever worker comes first; again later where the mail server fails."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models.functions import Now

from upstate.hub import models
from upstate.hub.postgres import database_errors

_AT_ONCE = 20
_AGAIN = timedelta(minutes=5)

_log = logging.getLogger(__name__)


@database_errors()
def send_due_mail() -> int:
    """Send what is due, at most 20 mails; returns how many went out."""
    sent = 0
    for _ in range(_AT_ONCE):
        with transaction.atomic():
            alert = (
                models.Alert.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("person")
                .filter(by_mail=True, mailed_at=None, mail_after__lte=Now())
                .order_by("mail_after")
                .first()
            )
            if alert is None:
                return sent
            if _sent(alert):
                alert.mailed_at = Now()
                sent += 1
            else:
                alert.mail_after = Now() + _AGAIN
            alert.save(update_fields=["mailed_at", "mail_after"])
    return sent


def _sent(alert: models.Alert) -> bool:
    link = f"{settings.UPSTATE_ADDRESS}{alert.address}" if alert.address else ""
    text = "\n\n".join(part for part in (f"Hello {alert.person.name},", alert.text or alert.name, link) if part)
    try:
        send_mail(f"{alert.process}: {alert.name}", f"{text}\n", None, [alert.person.email])
    except (SMTPException, OSError) as error:
        _log.warning("mail for alert %s was not sent: %s", alert.pk, type(error).__name__)
        return False
    return True
