"""Starts Django for one state's database: called once, at the edge, with a frozen Configuration."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import django
import psycopg
from django.conf import settings
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from upstate.errors import ConfigError
from upstate.hub import settings as standing
from upstate.hub.web.configuration import WebConfiguration

_IDLE_SECONDS = 60
_OWN = ("host", "port", "user", "password", "dbname")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the hub must be told: the PostgreSQL that is the state, as a URL or a conninfo string; `web` for pages.

    Without `apps_of_pages` Django starts sooner, for commands that neither serve pages nor make or remove people.
    """

    database_url: str
    web: WebConfiguration | None = None
    apps_of_pages: bool = True


def start(configuration: Configuration) -> None:
    """Make Django ready for this database. Called again with another, the process turns to that one.

    ConfigError where the address cannot be read. Nothing is asked of the database yet.
    """
    database = _django_database(configuration.database_url)
    web = {} if configuration.web is None else configuration.web.settings()
    if web:  # a visitor need not wait for a new connection
        database |= {"CONN_MAX_AGE": _IDLE_SECONDS, "CONN_HEALTH_CHECKS": True}
    if not settings.configured:
        fixed = {name: getattr(standing, name) for name in dir(standing) if name.isupper()}
        if not configuration.apps_of_pages:
            fixed["INSTALLED_APPS"] = [a for a in standing.INSTALLED_APPS if not a.startswith(standing.APPS_OF_PAGES)]
        settings.configure(**{**fixed, **web, "DATABASES": {"default": database}})
        django.setup()
        return
    for name, value in web.items():
        setattr(settings, name, value)
    connections.close_all()  # one that was lost since is not met again
    if connections.settings["default"]["UPSTATE_URL"] != configuration.database_url:
        connections.settings["default"] = connections.configure_settings({"default": database})["default"]
        with suppress(AttributeError):  # this thread may have had none yet
            del connections["default"]


def _django_database(url: str) -> dict[str, Any]:
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        line = str(error).strip()
        raise ConfigError(f"The database address cannot be read: {line}. Write postgresql://user@host/name.") from error
    own = {name: parts.pop(name, "") for name in _OWN}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": own["host"],
        "PORT": own["port"],
        "USER": own["user"],
        "PASSWORD": own["password"],
        "NAME": own["dbname"] or own["user"] or "postgres",
        "OPTIONS": parts,
        "UPSTATE_URL": url,
    }
