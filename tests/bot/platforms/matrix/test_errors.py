"""Every failure of the library becomes one of our few errors."""

import inspect

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError
from nio import exceptions, responses  # type: ignore[import-untyped] # the library ships no types

from bot.platforms.matrix.errors import Limited, checked, error_of, mapped
from handlers.ports import AlreadyGone, NotAllowed, NotReachable, PlatformError, RetryLater

ANSWERS = sorted(
    (
        kind
        for _, kind in inspect.getmembers(responses, inspect.isclass)
        if issubclass(kind, responses.ErrorResponse)
    ),
    key=lambda kind: kind.__name__,
)
RAISED = sorted(
    (
        kind
        for _, kind in inspect.getmembers(exceptions, inspect.isclass)
        if issubclass(kind, Exception) and kind.__module__.startswith("nio")
    ),
    key=lambda kind: kind.__name__,
)


def test_the_library_s_errors_were_found() -> None:
    """The tables below are not empty."""
    assert len(ANSWERS) > 50
    assert len(RAISED) >= 10


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("M_LIMIT_EXCEEDED", Limited),
        ("M_FORBIDDEN", NotAllowed),
        ("M_NOT_FOUND", AlreadyGone),
        ("M_USER_DEACTIVATED", NotReachable),
        ("M_UNKNOWN", PlatformError),
        ("something a proxy wrote", PlatformError),
        (None, PlatformError),
    ],
)
def test_every_error_answer_is_raised_as_ours(
    kind: type, status: str | None, expected: type[PlatformError]
) -> None:
    """None is taken for an answer; what the server wrote is nowhere in the error."""
    answer = kind("private words", status)
    error = error_of(answer, "call")
    assert type(error) is expected
    assert "private" not in str(error)
    assert "proxy" not in str(error)
    with pytest.raises(expected):
        checked(answer, kind, "call")


@pytest.mark.parametrize(
    ("wait_ms", "wait_s"), [(2500, 2.5), (None, 5.0), (0, 5.0), (-3, 5.0), ("soon", 5.0), (10**12, 5.0)]
)
def test_the_wait_that_the_server_asks_for_is_taken(wait_ms: object, wait_s: float) -> None:
    """In seconds; a senseless one is replaced."""
    error = error_of(responses.RoomSendError("slow down", "M_LIMIT_EXCEEDED", wait_ms), "send")
    assert isinstance(error, RetryLater)
    assert error.wait_s == wait_s


@pytest.mark.parametrize("kind", RAISED)
def test_every_exception_of_the_library_is_mapped(kind: type[Exception]) -> None:
    """None gets through to the outbox."""
    error = kind(None) if kind.__name__ == "OlmUnverifiedDeviceError" else kind("private words")
    with pytest.raises(PlatformError) as caught, mapped("call"):
        raise error
    assert "private" not in str(caught.value)


@pytest.mark.parametrize(
    "error", [ClientConnectionError(), ClientPayloadError(), TimeoutError(), ConnectionResetError()]
)
def test_a_server_out_of_reach_is_waited_for(error: Exception) -> None:
    """It is nothing to give up on."""
    with pytest.raises(RetryLater), mapped("call"):
        raise error


def test_an_answer_of_another_kind_is_an_error() -> None:
    """Whatever it is."""
    with pytest.raises(PlatformError):
        checked(object(), responses.RoomSendResponse, "send")
