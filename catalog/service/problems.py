"""Every refusal of the service in one form: RFC 9457 problem documents, without a stack trace."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from catalog.errors import TekdogruError
from catalog.service.headers import HEADERS
from catalog.validation.problems import Problem, nearest

MEDIA_TYPE = "application/problem+json"
LOG = logging.getLogger("tekdogru.service")


class Detail(BaseModel):
    """One of several things that are wrong: where, and what."""

    model_config = ConfigDict(frozen=True)

    where: str = Field(description="A parameter, or file:line of a definition.")
    message: str
    code: str | None = Field(None, description="The code of a problem of the definitions.")


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    instance: str | None = None
    errors: tuple[Detail, ...] = ()


class Refusal(Exception):
    """A request that is answered by a problem document."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        errors: Sequence[Detail] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors, self.headers = status, detail, errors, headers


def not_found(urn: str, known: Sequence[str]) -> Refusal:
    """Nothing of that name, with the nearest there is."""
    return Refusal(HTTPStatus.NOT_FOUND, f"nothing is called '{urn}'; {nearest(urn, known)}")


def of_definitions(problems: Sequence[Problem]) -> Refusal:
    """The definitions have errors at present, all of which are told."""
    errors = [
        Detail(where=str(p.place or p.urn or ""), message=p.message, code=p.code) for p in problems
    ]
    said = f"the definitions have {len(errors)} error(s) at present; mend them and ask again"
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, said, errors, {"Retry-After": "5"})


def answer(refusal: Refusal, request: Request) -> JSONResponse:
    """The refusal as a document."""
    document = ProblemDocument(
        title=refusal.status.phrase,
        status=refusal.status,
        detail=refusal.detail,
        instance=request.url.path,
        errors=tuple(refusal.errors),
    )
    content = document.model_dump(exclude_none=True)
    return JSONResponse(content, refusal.status, refusal.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have everything that goes wrong in `app` answered in this form."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(TekdogruError, _explained)
    app.add_exception_handler(Exception, _fault)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return answer(error, request)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [
        Detail(where=".".join(str(part) for part in one["loc"]), message=_say(one))
        for one in error.errors()
    ]
    said = "the request is not as it should be; `errors` says where"
    return answer(Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors), request)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    said = {
        HTTPStatus.NOT_FOUND: "there is nothing at this address",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not done at this address",
    }.get(status, status.description or status.phrase)
    return answer(Refusal(status, said, headers=dict(error.headers or {})), request)


async def _explained(request: Request, error: Exception) -> JSONResponse:
    """Something that a person can mend, such as a history that cannot be reached."""
    LOG.error("%s: %s", request.url.path, error)
    said = "the service cannot answer at present; its log says why"
    return answer(Refusal(HTTPStatus.SERVICE_UNAVAILABLE, said), request)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    """What nobody foresaw; it is answered outside of all middleware, which logs it."""
    said = "a fault of the service itself; its log holds the details"
    response = answer(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, said), request)
    response.headers.update(HEADERS)
    return response


def _say(error: Any) -> str:
    message = str(error["msg"])
    return message[:1].lower() + message[1:]
