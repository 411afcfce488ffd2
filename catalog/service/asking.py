"""What a route may ask of the service it runs in: who calls, and the present view."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from catalog.clock import Clock
from catalog.model import Definition
from catalog.model.definition import Visibility
from catalog.service.editing.rendering import Renderer
from catalog.service.editing.simulating import Simulations
from catalog.service.live import Live, View
from catalog.service.problems import Refusal, not_found, of_definitions
from catalog.service.sessions import Attempts, Sessions
from catalog.store.tokens import Token, TokenStore
from catalog.validation.problems import nearest

T = TypeVar("T")
MOST = 200
BEARER = HTTPBearer(auto_error=False, description="A token of `tekdogru token issue`.")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tekdogru"'}


@dataclass(frozen=True)
class Caller:
    """Who asks: the token that was shown."""

    token: Token

    @property
    def audience(self) -> Visibility:
        """What they may see: stewards everything, readers what is not restricted."""
        return "restricted" if self.token.scope == "write" else "internal"


@dataclass(frozen=True)
class Service:
    """The parts that routes share; `page_address` tells where the site's page of a URN stands."""

    live: Live
    tokens: TokenStore
    clock: Clock
    renderer: Renderer
    sessions: Sessions
    attempts: Attempts = field(default_factory=Attempts)
    page_address: Callable[[str], str] = "/{}".format
    simulations: Simulations = field(default_factory=Simulations)


@dataclass(frozen=True)
class Asked:
    """One request's caller and view, and what of it they may see."""

    caller: Caller
    view: View
    definitions: dict[str, Definition] = field(repr=False)

    def find(self, urn: str) -> Definition:
        """The definition of that URN; a problem naming the nearest where it may not be seen."""
        if urn not in self.definitions:
            raise not_found(urn, list(self.definitions))
        return self.definitions[urn]


def service_of(request: Request) -> Service:
    """The service a request came to."""
    service: Service = request.app.state.service
    return service


def caller_of(
    request: Request,
    shown: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """Who shows a valid token; else 401."""
    service = service_of(request)
    if shown is None:
        said = "show a token: `Authorization: Bearer …`; `tekdogru token issue` makes one"
        raise Refusal(HTTPStatus.UNAUTHORIZED, said, headers=CHALLENGE)
    token = service.tokens.find(shown.credentials, service.clock.now())
    if token is None:
        said = "this token is unknown, revoked or expired; `tekdogru token list` shows which"
        raise Refusal(HTTPStatus.UNAUTHORIZED, said, headers=CHALLENGE)
    return Caller(token)


def asked_of(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Asked:
    """The caller and the present view; 503 while the definitions have errors."""
    view = service_of(request).live.now()
    if view.errors:
        raise of_definitions(view.errors)
    return Asked(caller, view, view.visible(caller.audience))


def only_known_parameters(request: Request) -> None:
    """Refuses a query parameter that the route does not know: a mistyped filter is no filter."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    known = _names(dependant)
    for name in request.query_params:
        if name not in known:
            said = f"unknown query parameter '{name}'; {nearest(name, known)}"
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, said)


def _names(dependant: Any) -> set[str]:
    if dependant is None:
        return set()
    own = {name for param in dependant.query_params for name in _flat(param)}
    return own.union(*(_names(inner) for inner in dependant.dependencies))


def _flat(param: Any) -> list[str]:
    """The names of a parameter; those of its fields where it is a model of several."""
    model = param.field_info.annotation
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return [param.alias]


AskedNow = Annotated[Asked, Depends(asked_of)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="Most entries of a page.")]
Cursor = Annotated[
    str | None, Field(max_length=500, description="`next` of the page before, as it was given.")
]


def write_cursor(*position: str) -> str:
    """An opaque text for the position after which a page goes on."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> tuple[str, ...]:
    """The position a cursor stands for; 422 for one that was not given by this service."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position = json.loads(raw)
    except (binascii.Error, ValueError):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != parts
        or not all(isinstance(part, str) for part in position)
    ):
        said = "cursor: not one of this service; take `next` of the page before, unchanged"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, said)
    return tuple(position)


def page_of(
    entries: Sequence[T], key: Callable[[T], str], limit: int, cursor: str | None
) -> tuple[Sequence[T], str | None]:
    """The entries after the cursor's in the order of their key, and the next page's cursor.

    Entries that come or go meanwhile neither repeat nor hide others.
    """
    after = read_cursor(cursor, 1)[0] if cursor else ""
    rest = sorted((entry for entry in entries if key(entry) > after), key=key)
    shown = rest[:limit]
    return shown, write_cursor(key(shown[-1])) if len(rest) > limit else None
