"""Reads the forms that browsers send, of bounded size, and tells ours from forged ones."""

from __future__ import annotations

import hmac
import secrets
from http import HTTPStatus
from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request, Response

from catalog.service.problems import Refusal

LARGEST = 512 * 1024
COOKIE = "tekdogru_form"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form, the first value of each; 413 when it is too large."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the form is too large")
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=500)
    except ValueError:  # not UTF-8, or too many fields
        raise Refusal(HTTPStatus.BAD_REQUEST, "this is not a form of this service") from None
    return {name: values[0] for name, values in fields.items()}


PostedForm = Annotated[dict[str, str], Depends(read_form)]


def comes_from_here(request: Request) -> bool:
    """Whether a form was sent from a page of this service, as far as the browser says."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc == request.headers.get("host")


def mark_of(request: Request) -> str:
    """The secret that ties a form without a session to its browser; a new one for a new browser."""
    return request.cookies.get(COOKIE) or secrets.token_urlsafe(32)


def keep_mark(request: Request, response: Response, mark: str) -> None:
    """Give the browser the secret that its form has to bring back."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, mark, httponly=True, samesite="strict", secure=secure)


def is_marked(request: Request, form: dict[str, str]) -> bool:
    """Whether a form brings back the secret of its browser."""
    kept, brought = request.cookies.get(COOKIE, ""), form.get("form", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), brought.encode())


def local_path(target: str) -> str:
    """A path of this service, else the start page: nobody is sent elsewhere after signing in."""
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if safe and target.isprintable() else "/"
