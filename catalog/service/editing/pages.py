"""The routes of a definition's form: see it, see the difference, save it, or see a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse

from catalog.errors import TekdogruError
from catalog.loading.rewriting import FileChanged, fingerprint_of
from catalog.loading.splicing import NotRewritable
from catalog.model import Definition
from catalog.proposals import Proposed, are_simulators
from catalog.service.asking import Service, service_of
from catalog.service.editing import signing
from catalog.service.editing.conflicts import Conflict, compare
from catalog.service.editing.differences import line_difference, word_difference
from catalog.service.editing.fields import (
    EDITABLE,
    Field,
    Mistake,
    fields_of,
    read_values,
    shown,
    written_as,
)
from catalog.service.editing.forms import PostedForm
from catalog.service.editing.proposals import Proposal, edits_of, file_of, propose, save
from catalog.service.editing.simulating import Job, key_of
from catalog.service.editing.trouble import Trouble
from catalog.service.editing.words import Words
from catalog.service.live import View
from catalog.service.sessions import SignedIn

STATIC = ("editor.css", "htmx.min.js")
BEGAN = "was-"
router = APIRouter(include_in_schema=False)
router.include_router(signing.router)


@dataclass(frozen=True)
class Opened:
    """A definition that the signed-in person may edit, and what its form needs."""

    request: Request
    service: Service
    signed_in: SignedIn
    view: View
    definition: Definition
    fields: Sequence[Field]

    @property
    def words(self) -> Words:
        """The texts of the page."""
        return self.service.renderer.words

    @property
    def file(self) -> str:
        """The file it stands in, relative to the workspace."""
        return file_of(self.view.catalog, self.definition)

    def present(self) -> dict[str, str]:
        """What stands in the file now, as the inputs show it."""
        return {one.key: shown(self.definition, one, self.words) for one in self.fields}

    def compared(self, written: Mapping[str, str], was: Mapping[str, str]) -> Conflict:
        """What was written beside what stands in the file now."""
        return compare(self.definition, self.fields, written, was, self.words)

    def page(self, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """A page about it."""
        definition = self.definition
        return self.service.renderer.page(
            template,
            self.request,
            self.signed_in,
            status,
            d=definition,
            title=definition.named(self.words.language),
            place=str(self.view.catalog.places.find(definition.urn)),
            file=self.file,
            see=self.service.page_address(definition.urn),
            **values,
        )


@router.get("/static/{name}")
def static(name: str) -> Response:
    """A style or script of these pages."""
    if name not in STATIC:
        return PlainTextResponse("There is no such file.", HTTPStatus.NOT_FOUND)
    folder = Path(str(files("catalog.service"))) / "static"
    return FileResponse(folder / name, headers={"Cache-Control": "no-cache"})


@router.get("/edit/{urn:path}")
def show_form(request: Request, urn: str, saved: str = "") -> Response:
    """The form of a definition as it stands in its file."""
    opened = _open(request, urn)
    if isinstance(opened, Response):
        return opened
    values = opened.present()
    said = opened.words("step.saved", file=opened.file) if saved else None
    return _form(opened, values, values, _version(opened), said=said)


@router.get("/simulation/{key}")
def show_simulation(request: Request, key: str) -> Response:
    """What an edit would do to the data, or how far that is computed."""
    service = service_of(request)
    signed_in = service.sessions.find(request, service.clock.now())
    if signed_in is None:
        address = f"/sign-in?{urlencode({'next': f'/simulation/{quote(key)}'})}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    trouble = Trouble(request, service, signed_in)
    refused = trouble.refusal(None)
    if refused:
        return refused
    job = service.simulations.find(key)
    if job is None:
        return trouble.page(HTTPStatus.NOT_FOUND, "simulation.unknown")
    return service.renderer.page("simulation.html", request, signed_in, job=job, focused=False)


@router.post("/edit/{urn:path}")
def take_form(request: Request, urn: str, form: PostedForm) -> Response:
    """A step with what was written: see the difference, save, go on editing, merge or drop."""
    opened = _open(request, urn, form)
    if isinstance(opened, Response):
        return opened
    keys = [field.key for field in opened.fields]
    written = {key: form.get(key, "") for key in keys}
    was = {key: form.get(BEGAN + key, "") for key in keys}
    match form.get("step"):
        case "drop":
            return RedirectResponse(_address(urn), HTTPStatus.SEE_OTHER)
        case "back":
            return _form(opened, written, was, form.get("version", ""))
        case "merge":
            merged = opened.compared(written, was).merged
            return _form(opened, merged, opened.present(), _version(opened))
        case step:
            return _difference(opened, written, was, form.get("version", ""), step or "review")


def _difference(
    opened: Opened,
    written: Mapping[str, str],
    was: Mapping[str, str],
    version: str,
    step: str,
) -> Response:
    """The difference, its simulation or its saving; the form again where something is to be
    mended.
    """
    words = opened.words
    values, mistakes = read_values(opened.fields, written, words)
    if version != _version(opened):
        return _conflict(opened, written, was)
    if mistakes:
        return _form(opened, written, was, version, mistakes)
    try:
        edits = edits_of(opened.definition, opened.fields, values, words)
        proposal = propose(opened.view, opened.definition, edits, version)
        if proposal.mistakes:
            return _form(opened, written, was, version, proposal.mistakes)
        if not edits:
            return _form(opened, written, was, version, said=words("step.unchanged"))
        if step == "save":
            save(opened.view.workspace, opened.file, proposal, opened.definition.urn)
            address = f"{_address(opened.definition.urn)}?{urlencode({'saved': 1})}"
            return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    except FileChanged:
        return _conflict(opened, written, was)
    except NotRewritable as error:
        return _form(opened, written, was, version, [Mistake("", str(error), english=True)])
    values_kept = _hidden(written, was, version)
    return _proposed(opened, proposal, values_kept, simulated=step == "simulate")


def _proposed(
    opened: Opened, proposal: Proposal, hidden: Mapping[str, str], *, simulated: bool
) -> Response:
    """The difference; where that is asked for, with what it would do to the data."""
    present, rows = opened.present(), []
    for field in opened.fields:
        if field.key in proposal.edits:
            then = written_as(proposal.edits[field.key], opened.words)
            said = word_difference(_said(present[field.key], field), _said(then, field))
            rows.append((field.key, *said))
    lines = line_difference(proposal.rewritten.before, proposal.rewritten.after)
    return opened.page(
        "difference.html",
        rows=rows,
        lines=lines,
        warnings=proposal.warnings,
        hidden=hidden,
        may_simulate=are_simulators(opened.view.workspace.settings.plugins),
        simulated=simulated,
        focused=simulated,
        job=_simulation(opened, proposal) if simulated else None,
    )


def _simulation(opened: Opened, proposal: Proposal) -> Job | None:
    """What a proposal would do to the data: known, or begun now; None when too many wait."""
    view, words, urn = opened.view, opened.words, opened.definition.urn
    proposed = Proposed(
        view.workspace,
        view.catalog,
        proposal.catalog,
        opened.file,
        words.language,
        opened.service.page_address,
    )
    key = key_of(view.stamp, view.today, opened.file, proposal.rewritten.after, words.language)
    title = opened.definition.named(words.language)
    return opened.service.simulations.begin(key, urn, title, proposed)


def _form(
    opened: Opened,
    values: Mapping[str, str],
    was: Mapping[str, str],
    version: str,
    mistakes: Sequence[Mistake] = (),
    said: str | None = None,
) -> Response:
    keys = {field.key for field in opened.fields}
    told: dict[str, list[str]] = {}
    for mistake in mistakes:
        message = mistake.message
        if mistake.english:
            message = opened.words.english(message)
        told.setdefault(mistake.key if mistake.key in keys else "", []).append(message)
    return opened.page(
        "form.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else HTTPStatus.OK,
        fields=opened.fields,
        values=values,
        told=told,
        said=said,
        hidden=_hidden({}, was, version),
        first=next((field.key for field in opened.fields if field.key in told), ""),
    )


def _conflict(opened: Opened, written: Mapping[str, str], was: Mapping[str, str]) -> Response:
    conflict = opened.compared(written, was)
    return opened.page(
        "conflict.html",
        HTTPStatus.CONFLICT,
        conflict=conflict,
        hidden=_hidden(written, was, ""),
    )


def _open(request: Request, urn: str, form: Mapping[str, str] | None = None) -> Opened | Response:
    """What there is to edit, or the page that says why there is nothing."""
    service = service_of(request)
    signed_in = service.sessions.find(request, service.clock.now())
    if signed_in is None:
        address = f"/sign-in?{urlencode({'next': _address(urn)})}"
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    trouble = Trouble(request, service, signed_in)
    refused = trouble.refusal(form)
    if refused:
        return refused
    english = service.renderer.words.english
    try:
        view = service.live.now()
    except TekdogruError as error:
        return trouble.page(
            HTTPStatus.SERVICE_UNAVAILABLE, "trouble.unreadable", [english(str(error))]
        )
    if view.errors:
        listed = [english(str(problem)) for problem in view.errors]
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return trouble.page(status, "trouble.broken", listed=listed, n=len(listed))
    definition = view.catalog.definitions.get(urn)
    if definition is None:
        if form is not None and "version" in form:
            return trouble.gone(urn, form)
        return trouble.page(HTTPStatus.NOT_FOUND, "trouble.unknown", urn=urn)
    if definition.kind not in EDITABLE:
        place = view.catalog.places.find(urn) or "–"
        return trouble.page(HTTPStatus.NOT_FOUND, "trouble.kind", place=place)
    fields = fields_of(definition, view.catalog, service.renderer.words)
    return Opened(request, service, signed_in, view, definition, fields)


def _hidden(written: Mapping[str, str], was: Mapping[str, str], version: str) -> dict[str, str]:
    began = {BEGAN + key: value for key, value in was.items()}
    return {**written, **began, "version": version}


def _version(opened: Opened) -> str:
    return fingerprint_of(opened.view.workspace.root / opened.file)


def _address(urn: str) -> str:
    return f"/edit/{quote(urn, safe=':/')}"


def _said(value: str, field: Field) -> str:
    return dict(field.choices).get(value, value)
