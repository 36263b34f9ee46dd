"""The settings of this machine: the address people type, the key that signs, mail, and who guards the files."""

from __future__ import annotations

import smtplib
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from upstate.errors import ConfigError
from upstate.hub.doctor.finding import Finding, good, mind, must_mend
from upstate.hub.web.configuration import Mail, WebConfiguration

_PATIENCE = 5.0  # seconds
_HERE = ("127.0.0.1", "localhost", "::1")


def site_findings(web: WebConfiguration, home: Path) -> Iterator[Finding]:
    """Of what the environment says."""
    try:
        web.settings()
    except ConfigError as error:
        yield must_mend("settings of the site", error.message, "Set it, then ask again.")
    yield _address(web)
    yield from _key(home / "hub" / "secret-key")
    yield _mail(web.mail)


def _address(web: WebConfiguration) -> Finding:
    parts = urlsplit(web.address)
    if parts.scheme == "http" and parts.hostname not in _HERE:
        says = f"People come over {web.address}: passwords and records cross the net in the clear."
        return must_mend("address", says, "Put a web server with TLS in front, and set UPSTATE_ADDRESS to https://…")
    if parts.scheme == "https" and not web.behind_proxy:
        return mind(
            "address",
            "The address is https, but no web server in front is believed: every visitor seems to come from it.",
            "Set UPSTATE_BEHIND_PROXY=1 where one sets X-Forwarded-For and X-Forwarded-Proto.",
        )
    return good("address", f"People come over {web.address}.")


def _key(file: Path) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return
    if mode & 0o077:
        yield must_mend("secret key", f"Others on this machine may read {file}.", f"chmod 600 {file}")
    else:
        yield good("secret key", "Its owner alone can read it.")


def _mail(mail: Mail | None) -> Finding:
    if mail is None:
        return mind(
            "mail", "No mail server is set: mails are written to the output.", "Set UPSTATE_MAIL_URL and _FROM."
        )
    try:
        with smtplib.SMTP(mail.host, mail.port, timeout=_PATIENCE) as server:
            if mail.tls:
                server.starttls()
            if mail.user:
                server.login(mail.user, mail.password)
    except (OSError, smtplib.SMTPException) as error:
        says = f"The mail server {mail.host}:{mail.port} does not take our mails ({type(error).__name__})."
        return must_mend("mail", says, "Set UPSTATE_MAIL_URL right, or mend the server.")
    return good("mail", f"{mail.host}:{mail.port} takes our mails.")
