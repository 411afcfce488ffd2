"""The pages that say why something cannot be edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response

from catalog.service.asking import Service
from catalog.service.editing.forms import comes_from_here
from catalog.service.sessions import SignedIn


@dataclass(frozen=True)
class Trouble:
    """What is in the way of a signed-in person who asked for a form."""

    request: Request
    service: Service
    signed_in: SignedIn

    def page(
        self, status: HTTPStatus, key: str, listed: Sequence[str] = (), **values: object
    ) -> Response:
        """The page that says so, with a list where there is more to tell."""
        said = self.service.renderer.words(key, **values)
        return self.service.renderer.page(
            "trouble.html", self.request, self.signed_in, status, said=said, listed=listed
        )

    def refusal(self, form: Mapping[str, str] | None) -> Response | None:
        """Why this person, or this form, may change nothing; None where they may."""
        if not self.signed_in.may_write:
            return self.page(HTTPStatus.FORBIDDEN, "sign.read_only")
        if form is None:
            return None
        own = self.signed_in.session.is_own_form(form.get("csrf", ""))
        if own and comes_from_here(self.request):
            return None
        return self.page(HTTPStatus.FORBIDDEN, "trouble.forged")

    def gone(self, urn: str, form: Mapping[str, str]) -> Response:
        """What was written of a definition that has gone meanwhile, so that it is not lost."""
        words = self.service.renderer.words
        kept = [f"{words('label.' + k)}: {v}" for k, v in form.items() if f"label.{k}" in words]
        said = {"name": urn, "file": form.get("file", "–")}
        return self.page(HTTPStatus.CONFLICT, "conflict.gone", kept, **said)
