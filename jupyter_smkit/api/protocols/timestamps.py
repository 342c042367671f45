"""Instants on the wire: Unix seconds, ISO 8601 or HTTP dates; inside: aware datetimes, UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from jupyter_smkit.api.errors import SerializationException


def read(value: Any) -> datetime:
    """From a number of seconds, a text in any of the three formats, or a datetime."""
    try:
        return _read(value)
    except (ValueError, OverflowError, OSError, TypeError, AttributeError):
        raise SerializationException(
            f"{value!r:.100} can not be converted to a Timestamp"
        ) from None


def _read(value: Any) -> datetime:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = parsedate_to_datetime(value)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def seconds(value: datetime | float) -> float:
    """Unix seconds to the millisecond, which is what AWS's services answer."""
    return round(value.timestamp() if isinstance(value, datetime) else value, 3)


def iso8601(value: datetime | float) -> str:
    at = datetime.fromtimestamp(seconds(value), UTC)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")[:-6] + "Z"


def http_date(value: datetime | float) -> str:
    return format_datetime(datetime.fromtimestamp(int(seconds(value)), UTC), usegmt=True)
