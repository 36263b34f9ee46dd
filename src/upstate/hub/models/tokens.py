"""Personal tokens: what a script shows in place of an e-mail and a password. The token itself is never kept."""

from django.db import models
from django.db.models.functions import Now

from upstate.hub.models.people import Person


class Token(models.Model):
    """One token of a person, who may with it what they may on the pages. `digest` is SHA-256 of the token, in hex.

    `begins` are its first characters, for its owner to tell it by. `requests` were made since `counted_from`.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    name = models.TextField()
    digest = models.TextField(unique=True)
    begins = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    counted_from = models.DateTimeField(db_default=Now())
    requests = models.IntegerField(db_default=0)

    class Meta:
        db_table = "hub_token"

    def __str__(self) -> str:
        return self.name
