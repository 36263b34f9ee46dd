"""Tells Django what this app is called."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """The one Django app of Upstate; its tables begin with `hub_`."""

    name = "upstate.hub"
    label = "hub"
    default_auto_field = "django.db.models.BigAutoField"
