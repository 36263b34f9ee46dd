"""What a web process must be told, as one frozen value; turned into Django's settings in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from upstate.errors import ConfigError
from upstate.hub.web.policy import content_security_policy

_STATIC = Path(__file__).parent.parent / "static"
_YEAR = 365 * 24 * 60 * 60  # seconds
SHORTEST_KEY = 50
SHORTEST_TOKEN = 24


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server; `sender` stands on every mail."""

    host: str
    sender: str
    port: int = 587
    user: str = ""
    password: str = ""
    tls: bool = True


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """An OpenID Connect provider: what people call it, its issuer's address, and what it knows us by."""

    name: str
    issuer: str
    client: str
    secret: str


@dataclass(frozen=True, slots=True)
class WebConfiguration:
    """How the pages are reached. `address` is what people type; with https:// all cookies are for https alone.

    `behind_proxy`: a web server of ours in front says where a request comes from and by which scheme. Without `mail`,
    mails are written to the log. After `stall_minutes` without a move of a resync people are told that it stands still,
    after `lease_seconds` without a word from an agent or a worker what it was at is given to another.
    The metrics are read with `metrics_token`, or, without one, from this machine alone.
    """

    secret_key: str
    address: str = "http://127.0.0.1:8642"
    behind_proxy: bool = False
    mail: Mail | None = None
    single_sign_on: SingleSignOn | None = None
    stall_minutes: int = 15
    lease_seconds: int = 90
    metrics_token: str = ""

    def settings(self) -> Mapping[str, Any]:
        """Django's settings for this; ConfigError where the address or the key will not do."""
        parts = urlsplit(self.address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise ConfigError(
                f"The hub's address is wrong: {self.address}. Write it as in https://upstate.example.gov."
            )
        if self.metrics_token and len(self.metrics_token) < SHORTEST_TOKEN:
            raise ConfigError(f"UPSTATE_METRICS_TOKEN needs at least {SHORTEST_TOKEN} characters.")
        if len(self.secret_key) < SHORTEST_KEY:
            raise ConfigError(f"The hub's secret key needs at least {SHORTEST_KEY} characters.")
        secure = parts.scheme == "https"
        local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        return {
            "SECRET_KEY": self.secret_key,
            "DEBUG": False,
            "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "[::1]"] if local else [parts.hostname],
            "STATIC_URL": f"/static/{_static_edition()}/",
            "WHITENOISE_MAX_AGE": _YEAR,  # an address names the files' contents
            "SESSION_COOKIE_SECURE": secure,
            "CSRF_COOKIE_SECURE": secure,
            "SECURE_SSL_REDIRECT": secure,
            "SECURE_HSTS_SECONDS": _YEAR if secure else 0,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": secure,
            "SECURE_HSTS_PRELOAD": secure,
            "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if self.behind_proxy else None,
            "UPSTATE_BEHIND_PROXY": self.behind_proxy,
            "UPSTATE_ADDRESS": self.address.rstrip("/"),
            "UPSTATE_STALL_MINUTES": self.stall_minutes,
            "UPSTATE_LEASE_SECONDS": self.lease_seconds,
            "UPSTATE_METRICS_TOKEN": self.metrics_token,
            **self._mail(),
            **self._single_sign_on(),
        }

    def _mail(self) -> Mapping[str, Any]:
        if self.mail is None:
            backend = "django.core.mail.backends.console.EmailBackend"
            return {"EMAIL_BACKEND": backend, "DEFAULT_FROM_EMAIL": "upstate@localhost"}
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": self.mail.host,
            "EMAIL_PORT": self.mail.port,
            "EMAIL_HOST_USER": self.mail.user,
            "EMAIL_HOST_PASSWORD": self.mail.password,
            "EMAIL_USE_TLS": self.mail.tls,
            "EMAIL_TIMEOUT": 20,
            "DEFAULT_FROM_EMAIL": self.mail.sender,
        }

    def _single_sign_on(self) -> Mapping[str, Any]:
        provider = self.single_sign_on
        if provider is None:
            return {"SOCIALACCOUNT_PROVIDERS": {}, "UPSTATE_CONTENT_SECURITY_POLICY": content_security_policy()}
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(provider.issuer))
        app = {
            "provider_id": "state",
            "name": provider.name,
            "client_id": provider.client,
            "secret": provider.secret,
            "settings": {"server_url": provider.issuer},
        }
        return {
            "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}},
            # a browser asks the policy where a form's answer may lead, too
            "UPSTATE_CONTENT_SECURITY_POLICY": content_security_policy(form_origins=(origin,)),
        }


@cache
def _static_edition() -> str:
    """A few characters that change with any of our static files, so that browsers may keep them for a year."""
    digest = hashlib.sha256()
    for file in sorted(_STATIC.rglob("*")):
        if file.is_file():
            digest.update(str(file.relative_to(_STATIC)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]
