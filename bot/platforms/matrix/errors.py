"""What nio gives back or raises when something fails, turned into the few errors of handlers.ports.

nio returns error objects instead of raising; `checked` is the one way in which this package takes an answer.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import ClientError
from nio import (  # type: ignore[import-untyped] # the library ships no types
    EncryptionError,
    ErrorResponse,
    GroupEncryptionError,
    OlmTrustError,
    ProtocolError,
    TransferCancelledError,
)
from nio.exceptions import VerificationError  # type: ignore[import-untyped] # as above

from handlers.ports import AlreadyGone, NotAllowed, NotReachable, PlatformError, RetryLater

T = TypeVar("T")

# When a server limits us without saying for how long.
_PAUSE_S = 5.0

RAISED: tuple[type[Exception], ...] = (
    ClientError,
    TimeoutError,
    OSError,
    ProtocolError,
    OlmTrustError,
    EncryptionError,
    GroupEncryptionError,
    VerificationError,
    TransferCancelledError,
)


class Limited(RetryLater):
    """The server's rate limit: it holds for all our calls, not for one room."""


# The server is not there at this moment: that is nothing to give up on.
_UNREACHABLE = (ClientError, TimeoutError, OSError)
_UNREACHABLE_WAIT_S = 3.0

# Answers that say: these credentials do not open anything, and will not later.
CREDENTIALS_REFUSED = frozenset(
    {"M_FORBIDDEN", "M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_INVALID_USERNAME"}
)


def error_of(response: Any, call: str, right: str = "send") -> PlatformError:
    """The error for an answer of nio; `right` is what we lack when it is refused. Names the call, never content."""
    if not isinstance(response, ErrorResponse):
        return PlatformError(f"{call}: an answer of another kind ({type(response).__name__})")
    status = str(response.status_code or "")
    http = getattr(response.transport_response, "status", None)
    if status in {"M_LIMIT_EXCEEDED", "429"} or http == 429:
        wait_ms = response.retry_after_ms
        usable = isinstance(wait_ms, int | float) and 0 < wait_ms < 86_400_000
        return Limited(float(wait_ms) / 1000.0 if usable else _PAUSE_S)
    if status == "M_FORBIDDEN":
        return NotAllowed(right)
    if status == "M_NOT_FOUND":
        return AlreadyGone(call)
    if status in {"M_GUEST_ACCESS_FORBIDDEN", "M_USER_DEACTIVATED"}:
        return NotReachable(call)
    # M_ codes are the protocol's words; anything else came from some server and might say anything.
    known = status if status.startswith("M_") and status.replace("_", "").isalnum() else "unknown"
    return PlatformError(f"{call}: {known}")


def checked(response: Any, kind: type[T], call: str, right: str = "send") -> T:
    """The answer when it is of the kind asked for. Raises PlatformError otherwise."""
    if isinstance(response, kind) and not isinstance(response, ErrorResponse):
        return response
    raise error_of(response, call, right)


@contextmanager
def mapped(call: str) -> Iterator[None]:
    """Turn whatever nio, aiohttp or the encryption raise into PlatformError."""
    try:
        yield
    except asyncio.CancelledError:
        raise
    except _UNREACHABLE:
        raise RetryLater(_UNREACHABLE_WAIT_S) from None
    except RAISED as error:
        raise PlatformError(f"{call}: {type(error).__name__}") from None
