"""The edge of the pages: what the environment says of them, read once into the frozen WebConfiguration."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from upstate.cli.settings import Settings
from upstate.errors import ConfigError
from upstate.hub.web.configuration import Mail, SingleSignOn, WebConfiguration

DEFAULT_PORT = 8642


def read_web_settings(
    settings: Settings, environment: Mapping[str, str] = os.environ, *, port: int = DEFAULT_PORT
) -> WebConfiguration:
    """How the pages are reached and signed in to; ConfigError for what cannot be read.

    UPSTATE_ADDRESS          what people type; default http://127.0.0.1:PORT
    UPSTATE_SECRET_KEY       the same on every hub process; default: one made for this UPSTATE_HOME
    UPSTATE_BEHIND_PROXY     1 where a web server of yours in front sets X-Forwarded-For and -Proto
    UPSTATE_MAIL_URL         smtp://user:password@host:587; default: mails are written to the log
    UPSTATE_MAIL_FROM        the sender of mails
    UPSTATE_STALL_MINUTES    after how long without a move people are told of a resync; default 15
    UPSTATE_LEASE_SECONDS    after how long without a word an agent's or a worker's work is given to another; default 90
    UPSTATE_METRICS_TOKEN    who shows it may read /metrics; default: only who asks on this machine
    UPSTATE_OIDC_ISSUER, _CLIENT, _SECRET, _NAME   single sign-on with OpenID Connect
    """
    return WebConfiguration(
        secret_key=environment.get("UPSTATE_SECRET_KEY") or _kept_key(settings.folder("hub") / "secret-key"),
        address=environment.get("UPSTATE_ADDRESS") or f"http://127.0.0.1:{port}",
        behind_proxy=environment.get("UPSTATE_BEHIND_PROXY", "") not in ("", "0"),
        mail=_mail(environment),
        single_sign_on=_single_sign_on(environment),
        stall_minutes=_number(environment, "UPSTATE_STALL_MINUTES", "minutes", 15, 1, 7 * 24 * 60),
        lease_seconds=_number(environment, "UPSTATE_LEASE_SECONDS", "seconds", 90, 2, 3600),
        metrics_token=environment.get("UPSTATE_METRICS_TOKEN", ""),
    )


def _kept_key(file: Path) -> str:
    """The key of this installation, made at its first start; only its owner can read it."""
    try:
        if not file.exists():
            fresh = file.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(secrets.token_urlsafe(64))
            try:
                os.link(fresh, file)  # whoever is first has made it
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"The hub's key {file} cannot be kept: {error.strerror}.") from error


def _number(environment: Mapping[str, str], name: str, unit: str, default: int, least: int, most: int) -> int:
    said = environment.get(name) or str(default)
    if not (said.isascii() and said.isdigit() and least <= int(said) <= most):
        raise ConfigError(f"{name} must be a number of {unit}, from {least} to {most}.")
    return int(said)


def _mail(environment: Mapping[str, str]) -> Mail | None:
    url = environment.get("UPSTATE_MAIL_URL", "")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port or 587
    except ValueError as error:
        raise ConfigError("UPSTATE_MAIL_URL cannot be read; write smtp://user:password@host:587.") from error
    sender = environment.get("UPSTATE_MAIL_FROM", "")
    if parts.scheme not in ("smtp", "smtp+plain") or not parts.hostname:
        raise ConfigError("UPSTATE_MAIL_URL cannot be read; write smtp://user:password@host:587.")
    if "@" not in sender:
        raise ConfigError("UPSTATE_MAIL_FROM must be the address that mails come from.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Mail(parts.hostname, sender, port, user, password, tls=parts.scheme == "smtp")


def _single_sign_on(environment: Mapping[str, str]) -> SingleSignOn | None:
    issuer = environment.get("UPSTATE_OIDC_ISSUER", "")
    if not issuer:
        return None
    client, secret = environment.get("UPSTATE_OIDC_CLIENT", ""), environment.get("UPSTATE_OIDC_SECRET", "")
    if not client or not secret:
        raise ConfigError("UPSTATE_OIDC_ISSUER needs UPSTATE_OIDC_CLIENT and UPSTATE_OIDC_SECRET beside it.")
    return SingleSignOn(environment.get("UPSTATE_OIDC_NAME") or "single sign-on", issuer, client, secret)
