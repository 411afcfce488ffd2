"""The FastAPI shell: the built site at `/`, the read API under `/api/v1`, the editing pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, PlainTextResponse

from catalog.plugins import parts
from catalog.service import problems
from catalog.service.asking import Service, caller_of, only_known_parameters
from catalog.service.headers import Heads, harden
from catalog.service.site import Site

ROUTES = "tekdogru.routes"
API = "/api/v1"
API_VERSION = "1.0"
_SAID = {
    401: "No valid token was shown.",
    404: "There is nothing of that name that the token may see.",
    422: "A parameter is unknown or not as it should be.",
    503: "The definitions have errors at present, or the history cannot be read.",
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": said,
        "content": {
            problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
        },
    }
    for status, said in _SAID.items()
}


def create_app(site: Path) -> FastAPI:
    """The built site alone, with a health check; nothing outside its folder is ever served."""
    app = _bare_app()
    _serve_site(app, Site(site))
    return app


def create_service(site: Site, service: Service, plugins: Sequence[str] = ()) -> FastAPI:
    """The whole service: site, read API, editing pages.

    The API's routers come from the entry points `tekdogru.routes`; each of their routes demands a
    token, whatever the router says.
    """
    from catalog.service.editing import pages

    app = _bare_app()
    app.state.service = service
    app.include_router(api_router(plugins))
    app.openapi = cache(partial(openapi_document, plugins))  # type: ignore[method-assign]

    @app.get(f"{API}/openapi.json", include_in_schema=False, dependencies=[Depends(caller_of)])
    def openapi() -> JSONResponse:
        return JSONResponse(app.openapi())

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        view = service.live.now()
        if view.errors:
            said = f"the definitions have {len(view.errors)} error(s) at present"
            raise problems.Refusal(HTTPStatus.SERVICE_UNAVAILABLE, said)
        return PlainTextResponse("ready")

    @app.get("/api/{path:path}", include_in_schema=False)
    def no_such_route(path: str) -> Response:
        said = f"the API has no address /api/{path}; {API}/openapi.json lists those it has"
        raise problems.Refusal(HTTPStatus.NOT_FOUND, said)

    app.include_router(pages.router)
    _serve_site(app, site)
    return app


def api_router(plugins: Sequence[str] = ()) -> APIRouter:
    """The routes of all rooms and plug-ins under one prefix, each behind a token."""
    api = APIRouter(
        prefix=API,
        dependencies=[Depends(caller_of), Depends(only_known_parameters)],
        responses=_REFUSALS,
    )
    for entry in parts(ROUTES, plugins):
        api.include_router(entry.load())
    return api


def openapi_document(plugins: Sequence[str] = ()) -> dict[str, Any]:
    """The API's description, as it is committed and compared."""
    api = FastAPI()
    api.include_router(api_router(plugins))
    made = get_openapi(
        title="Tekdoğru",
        version=API_VERSION,
        summary="What an institution has defined, and whether it is so.",
        description=(
            "Every request shows a token (`Authorization: Bearer …`) of `tekdogru token issue`. "
            "Unknown query parameters are refused. What goes wrong is told as RFC 9457 problems."
        ),
        routes=api.routes,
    )
    schemas = made["components"]["schemas"]
    own = problems.ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= own.pop("$defs", {}) | {"ProblemDocument": own}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    made["components"]["schemas"] = dict(sorted(schemas.items()))
    return made


def _bare_app() -> FastAPI:
    app = FastAPI(title="Tekdoğru", docs_url=None, redoc_url=None, openapi_url=None)
    app.middleware("http")(harden)
    app.add_middleware(Heads)
    problems.install(app)

    @app.get("/healthz", response_class=PlainTextResponse)
    def healthz() -> str:
        return "ok"

    return app


def _serve_site(app: FastAPI, site: Site) -> None:
    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        return site.answer(request, path)
