"""What the web server loads in each of its processes: the pages, ready to answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upstate.cli.logs import log_to_stderr
from upstate.cli.memory import look_for_garbage
from upstate.cli.parentage import end_with_parent
from upstate.cli.settings import open_state, read_settings
from upstate.cli.web_settings import read_web_settings

Application = Callable[..., Any]


def site() -> Application:
    """The WSGI application, by what the environment says (see `upstate hub serve`)."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.urls import get_resolver

    end_with_parent()
    log_to_stderr()
    settings = read_settings()
    web = read_web_settings(settings)
    open_state(settings, web)
    from upstate.cli.reading_records import read_records
    from upstate.hub.district_reading import set_reader
    from upstate.hub.web.arriving_bodies import SILENCE, Watch, with_bounded_bodies

    set_reader(read_records)
    application = with_bounded_bodies(WSGIHandler(), Watch(min(SILENCE, web.lease_seconds)))
    get_resolver().url_patterns  # noqa: B018 - the first visitor need not wait for the views
    look_for_garbage()
    return application
