"""Where a server is: a URL into what its driver takes, and a form of it that may be shown, without the password."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import conninfo
from psycopg.errors import ProgrammingError

from upstate.errors import SourceError

CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PostgresqlAddress:
    """A PostgreSQL database; `conninfo` may hold a password, `shown` never does."""

    conninfo: str
    shown: str


@dataclass(frozen=True, slots=True)
class MysqlAddress:
    """A database of MariaDB or MySQL; `arguments` are what the driver's connect takes, a password among them."""

    arguments: Dictionary[str, Any]
    shown: str


@dataclass(frozen=True, slots=True)
class SqlServerAddress:
    """A database of SQL Server; `connection_string` is what the driver's connect takes, a password in it."""

    connection_string: str
    shown: str


@dataclass(frozen=True, slots=True)
class OracleAddress:
    """A service of Oracle; `arguments` are what the driver's connect takes, a password among them."""

    arguments: Dictionary[str, Any]
    shown: str


ServerAddress = PostgresqlAddress | MysqlAddress | SqlServerAddress | OracleAddress


def parse_server(scheme: str, url: str) -> ServerAddress | None:
    """The server at a URL of this scheme; None for a scheme of no server. SourceError for one that cannot be read."""
    match scheme:
        case "postgresql" | "postgres":
            return _postgresql(url)
        case "mysql" | "mariadb":
            return _mysql(url)
        case "sqlserver" | "mssql":
            return _sqlserver(url)
        case "oracle":
            return _oracle(url)
    return None


def _postgresql(url: str) -> PostgresqlAddress:
    try:
        parts = {key: str(value) for key, value in conninfo.conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError as error:
        # The driver's own words may quote the URL, password and all.
        raise SourceError(
            "The source's URL cannot be read. Write it as postgresql://USER@HOST:5432/DATABASE."
        ) from error
    user = f"{parts['user']}@" if "user" in parts else ""
    port = f":{parts['port']}" if "port" in parts else ""
    shown = f"postgresql://{user}{parts.get('host', '')}{port}/{parts.get('dbname', '')}"
    parts.setdefault("connect_timeout", str(CONNECT_SECONDS))
    parts["application_name"] = "upstate"
    parts["client_encoding"] = "UTF8"
    return PostgresqlAddress(conninfo.make_conninfo(**parts), shown)


@dataclass(frozen=True, slots=True)
class _Parts:
    host: str
    port: int
    user: str
    password: str
    database: str
    options: Dictionary[str, str]
    shown: str


def _mysql(url: str) -> MysqlAddress:
    known = ("ssl_ca", "ssl_cert", "ssl_key", "unix_socket")
    parts = _parts(url, "mysql://USER@HOST:3306/DATABASE", 3306, known, "each with a path", hostless="unix_socket")
    secure = {"ssl_verify_cert": True, "ssl_verify_identity": True} if "ssl_ca" in parts.options else {}
    arguments = {
        "host": parts.host or "localhost",
        "port": parts.port,
        "user": parts.user or None,
        "password": parts.password,
        "database": parts.database,
        "connect_timeout": CONNECT_SECONDS,
        **parts.options,
        **secure,
    }
    return MysqlAddress(arguments, parts.shown)


def _sqlserver(url: str) -> SqlServerAddress:
    known = ("encrypt", "trust_server_certificate", "server_certificate")
    parts = _parts(url, "sqlserver://USER@HOST:1433/DATABASE", 1433, known, "as the driver has them")
    said = {
        "Server": f"{parts.host},{parts.port}",
        "Database": parts.database,
        "UID": parts.user,
        "PWD": parts.password,
        "Encrypt": parts.options.get("encrypt", "yes"),
        "TrustServerCertificate": parts.options.get("trust_server_certificate", ""),
        "ServerCertificate": parts.options.get("server_certificate", ""),
    }
    words = (f"{name}={_braced(value)};" for name, value in said.items() if value)
    return SqlServerAddress("".join(words), parts.shown)


def _braced(value: str) -> str:
    """A value as a connection string takes any."""
    return (
        value
        if value.replace(",", "").replace(".", "").replace("-", "").isalnum()
        else "{" + value.replace("}", "}}") + "}"
    )


def _oracle(url: str) -> OracleAddress:
    parts = _parts(
        url, "oracle://USER@HOST:1521/SERVICE", 1521, ("protocol", "wallet_location"), "as the driver has them"
    )
    arguments = {
        "host": parts.host,
        "port": parts.port,
        "user": parts.user or None,
        "password": parts.password or None,
        "service_name": parts.database,
        "tcp_connect_timeout": CONNECT_SECONDS,
        **parts.options,
    }
    return OracleAddress(arguments, parts.shown)


def _parts(url: str, form: str, port: int, known: Collection[str], how: str, hostless: str = "") -> _Parts:
    try:
        parts = urlsplit(url)
        number = parts.port or port
    except ValueError:
        parts = urlsplit("")
        number = 0
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    database = unquote(parts.path.removeprefix("/"))
    if not database or not (parts.hostname or hostless in options):
        raise SourceError(f"The source's URL cannot be read. Write it as {form}.")
    unknown = options.keys() - set(known)
    if unknown:
        *some, last = known
        raise SourceError(
            f"The source's URL has an option {min(unknown)} that is not known. "
            f"There are {', '.join(some)} and {last}, {how}."
        )
    user = unquote(parts.username or "")
    place = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    shown = f"{parts.scheme}://{user}{'@' if user else ''}{place}/{database}"
    return _Parts(parts.hostname or "", number, user, unquote(parts.password or ""), database, options, shown)
