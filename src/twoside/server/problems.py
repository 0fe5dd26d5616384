"""What goes wrong as HTTP answers that say where, what was given, and what was expected.

Every problem has one form: `{"error": [{"where": ..., "message": ...}, ...]}`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from twoside.errors import ConfigError, DataError, RequestError, TwosideError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI, Request

Problem = tuple[str, str]
"""(where, message)"""


class Rejected(RequestError):  # noqa: N818 - reads as what it is
    """A request with one or more problems, each at its own place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{where}: {message}" for where, message in self.problems))


def answer(content: object, status: int = 200) -> Response:
    """A JSON response."""
    return Response(orjson.dumps(content), status, media_type="application/json")


def problem(status: int, problems: Iterable[Problem]) -> Response:
    """A response that says what is wrong."""
    content = {"error": [{"where": where, "message": message} for where, message in problems]}
    return answer(content, status)


def install(app: FastAPI) -> None:
    """Turn every error into such an answer; nothing of the inside leaks from a bug."""

    @app.exception_handler(RequestValidationError)
    async def misshaped(_request: Request, error: RequestValidationError) -> Response:
        return problem(422, [_readable(part) for part in error.errors()])

    @app.exception_handler(TwosideError)
    async def ours(_request: Request, error: TwosideError) -> Response:
        if isinstance(error, Rejected):
            return problem(422, error.problems)
        asked_wrong = isinstance(error, (RequestError, ConfigError, DataError))
        return problem(400 if asked_wrong else 503, [("request", str(error))])

    @app.exception_handler(HTTPException)
    async def elsewhere(request: Request, error: HTTPException) -> Response:
        return problem(error.status_code, [(request.url.path, str(error.detail))])


def _readable(part: dict[str, object]) -> Problem:
    location = part.get("loc", ())
    steps = (
        [str(step) for step in location if step != "body"] if isinstance(location, tuple) else []
    )
    where = ".".join(steps) or "body"
    if part.get("type") == "missing":
        return where, "is required. Add it."
    if part.get("type") == "json_invalid":
        return "body", f"is not JSON: {part.get('ctx', {})}"
    if part.get("type") == "model_attributes_type":
        return where, "expected a JSON object. Send one, with content-type: application/json."
    message = str(part.get("msg", "is wrong"))
    if part.get("type") == "unknown_field":
        return where, message
    return where, f"{part.get('input')!r}: {message}"
