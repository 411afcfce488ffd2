"""Renders the service's own pages in the look of the site."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from catalog.model.definition import Language
from catalog.service.editing.words import Words
from catalog.service.sessions import SignedIn


@dataclass(frozen=True)
class Renderer:
    """Makes pages of templates; `brand` is the institution, shown at the top of each."""

    language: Language
    of_catalog: Language
    brand: str

    @cached_property
    def words(self) -> Words:
        """The texts of the pages."""
        return Words(self.language, self.of_catalog)

    def page(
        self,
        template: str,
        request: Request,
        signed_in: SignedIn | None,
        status: int = HTTPStatus.OK,
        **values: Any,
    ) -> HTMLResponse:
        """The page of a template; it is kept by nobody on the way."""
        html = self._pages.get_template(template).render(
            t=self.words,
            brand=self.brand,
            language=self.language,
            signed_in=signed_in,
            path=request.url.path,
            **values,
        )
        return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})

    @cached_property
    def _pages(self) -> Environment:
        return Environment(
            loader=PackageLoader("catalog.service.editing"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
