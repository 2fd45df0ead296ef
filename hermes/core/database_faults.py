"""What a database error means: the database is away, the transaction may be repeated, the data is wrong."""

import enum
import sqlite3

from django import db

from hermes.core.errors import Unavailable

RETRY_AFTER_S = 5
# MariaDB knowledge base, "MariaDB Error Codes"; 2xxx are the client's (CR_*).
_AWAY = {
    1021: "disk full",
    1037: "out of memory",
    1040: "too many connections",
    1041: "out of resources",
    1044: "access denied",
    1045: "access denied",
    1049: "unknown database",
    1053: "server shutdown",
    1129: "host blocked",
    1152: "aborted connection",
    1158: "network read error",
    1159: "network read timeout",
    1160: "network write error",
    1161: "network write timeout",
    1203: "too many connections of this user",
    1226: "user limit reached",
    1290: "read only",
    1792: "read only transaction",
    1836: "read only",
    1927: "connection killed",
    2002: "cannot connect",
    2003: "cannot connect",
    2005: "unknown host",
    2006: "gone away",
    2013: "connection lost",
    2026: "TLS failed",
    2055: "connection lost",
}
_REPEATABLE = {1020: "row changed", 1205: "lock wait timeout", 1213: "deadlock"}
_AWAY_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_LOCKED",
    "SQLITE_READONLY",
)


class Fault(enum.Enum):
    """The three meanings."""

    AWAY = enum.auto()
    REPEATABLE = enum.auto()
    DATA = enum.auto()


def fault(error: BaseException) -> Fault:
    """The meaning of an error of Django or of the driver beneath."""
    cause = error.__cause__ if isinstance(error, db.Error) and error.__cause__ is not None else error
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        return Fault.AWAY if name.startswith(_AWAY_SQLITE) else Fault.DATA
    if isinstance(error, db.InterfaceError):
        return Fault.AWAY
    code = cause.args[0] if isinstance(error, db.Error) and cause.args else None
    if code in _AWAY:
        return Fault.AWAY
    return Fault.REPEATABLE if code in _REPEATABLE else Fault.DATA


def is_busy(error: db.Error) -> bool:
    """Whether SQLite says that somebody else is writing."""
    return getattr(error.__cause__, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def passing(error: BaseException) -> Unavailable | None:
    """What to tell of an error that passes by itself; None where the data or the program is at fault."""
    if not isinstance(error, db.Error) or fault(error) is Fault.DATA:
        return None
    return Unavailable(
        "The database is briefly unavailable. Try again in a few seconds.", retry_after_s=RETRY_AFTER_S
    )
