"""Writes docs/reference/api.md from the API's own description; run it after changing an operation."""

from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "api.md"


def main() -> None:
    """Write the page."""
    PAGE.write_text(current(), encoding="utf-8")


def current() -> str:
    """What the page must say now."""
    from upstate.hub.start import Configuration, start

    start(Configuration("dbname=none"))  # Django's settings are needed to read the operations; nothing is connected
    from upstate.hub.api.described import described
    from upstate.hub.api.reference import reference
    from upstate.hub.api.site import PREFIX, api

    return reference(described(api.get_openapi_schema(path_prefix=PREFIX)))


if __name__ == "__main__":
    main()
