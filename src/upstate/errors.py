"""The one tree of errors; each carries one clear line: what is wrong and what to do.

UpstateError
├── ConfigError        a setting, an environment variable or an argument is wrong
├── CatalogError       a catalog file is wrong; the message names file and key
├── PlanError          what was asked for cannot be planned
├── MappingError       a district's mapping file is wrong
├── SourceError        the district's database cannot be read as asked
│   └── LostSourceError  the connection to it is gone; it may be back in a moment
├── WireError          a batch or a message is not what it says it is
├── DatabaseError      the state's PostgreSQL cannot be reached or used
├── LandingError       an object could not land; nothing of it was written, or the message says what was
│   └── FencedError    a late writer: the work order has moved on to another claim
├── HubError           a hub elsewhere cannot be reached, or refuses what is asked of it
│   ├── HubAwayError   it cannot be reached, or has no time, for longer than we wait; later it may
│   └── StaleCatalogError  the agent works by another catalog than the hub
└── EmbeddedError      the PostgreSQL that comes with Upstate will not start or stop

A record that may not come in is never an error: it is a rejection, which is data.
"""


class UpstateError(Exception):
    """Anything a person may meet. `message` is one line, fit to be shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(UpstateError):
    """A setting, an environment variable or an argument is wrong."""


class CatalogError(UpstateError):
    """A catalog file is wrong."""


class PlanError(UpstateError):
    """What was asked for cannot be planned."""


class MappingError(UpstateError):
    """A district's mapping file is wrong."""


class SourceError(UpstateError):
    """The district's database cannot be read as asked."""


class LostSourceError(SourceError):
    """The connection to the district's database is gone, and the snapshot with it; nothing is wrong with an object.

    `order` is the number of the one that was being read, if one was, and `records` how many of it had come.
    """

    def __init__(self, message: str, *, order: int | None = None, records: int = 0) -> None:
        super().__init__(message)
        self.order = order
        self.records = records


class WireError(UpstateError):
    """A batch or a message is not what it says it is."""


class DatabaseError(UpstateError):
    """The state's PostgreSQL cannot be reached or used."""


class LandingError(UpstateError):
    """An object could not land; nothing of it was written, or the message says what was."""


class FencedError(LandingError):
    """A late writer: the work order has moved on to another claim."""


class HubError(UpstateError):
    """A hub elsewhere cannot be reached, or refuses what is asked of it."""


class HubAwayError(HubError):
    """The hub cannot be reached, or has no time, for longer than we wait; later it may."""


class StaleCatalogError(HubError):
    """The agent works by another catalog than the hub."""


class EmbeddedError(UpstateError):
    """The PostgreSQL that comes with Upstate will not start or stop."""
