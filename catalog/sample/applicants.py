"""The rows of the two lists of applicants: the web form and the stands at fairs, with no shared id.

A prospect is somebody the bank wants; an applicant has asked. Both lists take down the same people
in their own way, several times over, and no number ties them: who is who has to be found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from random import Random

from catalog.sample.faults import FAULTS, deal
from catalog.sample.names import FIRST_NAMES
from catalog.sample.people import Person, make_people, make_phone, make_place
from catalog.sample.rows import Row, moment, respelled
from catalog.sample.spelling import respell_email, respell_phone, respell_words

_FEWEST = 60
_SHARE = 0.08  # of the customers


def make_applicants(seed: int, customers: int, as_of: date) -> list[Person]:
    """People who have applied; some are a child with the surname and the phone of a parent."""
    count = max(_FEWEST, round(_SHARE * customers))
    people = make_people(seed + 1, count * 2, as_of)
    natural = [person for person in people if person.kind == "I"][:count]
    rng = Random(f"{seed}:families")  # noqa: S311
    for child in sorted(deal(rng, count - 1, ("applicant_child",))["applicant_child"]):
        natural[child + 1] = _child_of(rng, natural[child], natural[child + 1])
    return natural


def _child_of(rng: Random, parent: Person, person: Person) -> Person:
    """The person as a child of the parent: another first name, one surname, one telephone."""
    first, last = parent.name.split(" ", 1)[0], parent.name.rsplit(" ", 1)[1]
    other = rng.choice([name for name in FIRST_NAMES if name != first])
    return replace(person, name=f"{other} {last}", phone=parent.phone, city=parent.city)


def web_form_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """applications.web_form: typed by applicants themselves; who is in a hurry, types wrongly."""
    rows = _applied(rng, people, 0.65, lambda person: _web_row(rng, person, as_of))
    for index in deal(rng, len(rows), ("applicant_email_mistyped",))["applicant_email_mistyped"]:
        rows[index]["email"] = _mistype(rng, rows[index]["email"])
    return [{"form_no": f"W{number:05d}", **row} for number, row in enumerate(rows, start=1)]


def fair_rows(rng: Random, people: Sequence[Person], as_of: date) -> list[Row]:
    """applications.fair: taken down at a stand; often without e-mail address or date of birth."""
    rows = _applied(rng, people, 0.55, lambda person: _fair_row(rng, person, as_of))
    faults = deal(rng, len(rows), ("applicant_phone_changed", "applicant_moved"))
    for index in sorted(faults["applicant_phone_changed"]):
        rows[index]["telefon"] = make_phone(rng)
    for index in sorted(faults["applicant_moved"]):
        rows[index]["il"] = make_place(rng)[0]
    return [{"kayit_no": f"F{number:05d}", **row} for number, row in enumerate(rows, start=1)]


def _applied(
    rng: Random, people: Sequence[Person], share: float, write: Callable[[Person], Row]
) -> list[Row]:
    """A row for each of a share of the people, and another for those who applied twice."""
    who = [person for person in people if rng.random() < share]
    again = deal(rng, len(who), ("applicant_twice",))["applicant_twice"]
    rows = [write(person) for person in who] + [write(who[index]) for index in sorted(again)]
    rng.shuffle(rows)
    return rows


def _web_row(rng: Random, person: Person, as_of: date) -> Row:
    return {
        "name": respelled(rng, respell_words, person.name),
        "email": respelled(rng, respell_email, person.email),
        "phone": respelled(rng, respell_phone, person.phone),
        "birth_date": person.birth_date,
        "town": person.city,
        "sent_at": moment(rng, as_of, rng.randrange(1, 300)),
    }


def _fair_row(rng: Random, person: Person, as_of: date) -> Row:
    lacks_email = rng.random() < FAULTS["applicant_email_missing"]
    lacks_date = rng.random() < FAULTS["applicant_birth_date_missing"]
    return {
        "ad_soyad": respelled(rng, respell_words, person.name),
        "eposta": None if lacks_email else respelled(rng, respell_email, person.email),
        "telefon": respelled(rng, respell_phone, person.phone),
        "dogum_tarihi": None if lacks_date else person.birth_date,
        "il": respelled(rng, respell_words, person.city),
        "kayit_zamani": moment(rng, as_of, rng.randrange(1, 300)),
    }


def _mistype(rng: Random, email: str) -> str:
    """The address with two neighbouring letters before the @ exchanged."""
    name, _, domain = email.partition("@")
    place = rng.randrange(len(name) - 1)
    return f"{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}@{domain}"
