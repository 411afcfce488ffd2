"""The routes of signing in by a token and out again."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from catalog.service.asking import service_of
from catalog.service.editing.forms import (
    PostedForm,
    comes_from_here,
    is_marked,
    keep_mark,
    local_path,
    mark_of,
)

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def show_sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - as in the address
    """The form that asks for a token."""
    return _form(request, local_path(next))


@router.post("/sign-in")
def sign_in(request: Request, form: PostedForm) -> Response:
    """Open a session for who brings a valid token; failed tries are counted."""
    service, words = service_of(request), service_of(request).renderer.words
    target = local_path(form.get("next", "/"))
    if not comes_from_here(request) or not is_marked(request, form):
        return _form(request, target, words("sign.stale"), HTTPStatus.FORBIDDEN)
    address = request.client.host if request.client else ""
    now = service.clock.now()
    if seconds := service.attempts.wait(address, now):
        said = words("sign.wait", seconds=seconds)
        answer = _form(request, target, said, HTTPStatus.TOO_MANY_REQUESTS)
        answer.headers["Retry-After"] = str(seconds)
        return answer
    secret = form.get("token", "").strip()
    if not secret:
        return _form(request, target, words("sign.empty"), HTTPStatus.UNPROCESSABLE_ENTITY)
    token = service.tokens.find(secret, now)
    if token is None:
        service.attempts.fail(address, now)
        return _form(request, target, words("sign.unknown"), HTTPStatus.UNPROCESSABLE_ENTITY)
    opened = RedirectResponse(target, HTTPStatus.SEE_OTHER)
    service.sessions.begin(token, now, opened, request.url.scheme == "https")
    return opened


@router.post("/sign-out")
def sign_out(request: Request, form: PostedForm) -> Response:
    """Close the session."""
    service = service_of(request)
    signed_in = service.sessions.find(request, service.clock.now())
    answer = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    if signed_in and signed_in.session.is_own_form(form.get("csrf", "")):
        service.sessions.end(request, answer)
    return answer


def _form(
    request: Request, target: str, mistake: str | None = None, status: int = HTTPStatus.OK
) -> Response:
    renderer, mark = service_of(request).renderer, mark_of(request)
    page = renderer.page(
        "sign_in.html", request, None, status, next=target, mistake=mistake, form=mark
    )
    keep_mark(request, page, mark)
    return page
