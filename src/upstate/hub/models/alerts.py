"""What people are told: alerts to those with a right, and notices to the one who asked."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models.district import District
from upstate.hub.models.people import Person


class Alert(models.Model):
    """One line in someone's process alerts: from which process, its name, a text, and the page it leads to.

    `address` is a path of the hub, or empty. With `by_mail` it also goes out as a mail, once, by a worker.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="alerts", db_index=False)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+", null=True, db_index=False)
    process = models.TextField()
    name = models.TextField()
    text = models.TextField(db_default="")
    address = models.TextField(db_default="")
    posted_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField(null=True)
    by_mail = models.BooleanField(db_default=False)
    mailed_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(db_default=Now())  # after a failure, when to try again

    class Meta:
        db_table = "hub_alert"
        indexes = (
            models.Index(fields=["person", "-id"], name="alerts_of_a_person"),
            models.Index(fields=["mail_after"], name="alerts_to_mail", condition=Q(by_mail=True, mailed_at=None)),
        )

    def __str__(self) -> str:
        return self.name
