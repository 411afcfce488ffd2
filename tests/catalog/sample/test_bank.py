"""The sample bank is made from its seed alone, holds its faults, and is defined soundly."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet
from ruamel.yaml import YAML

from catalog.errors import UsageError
from catalog.loading.loader import load_catalog
from catalog.model import Catalog
from catalog.periods import Period
from catalog.sample.bank import create_bank, create_starter, fill_days
from catalog.sample.faults import FAULTS, WEB_SILENT_DAYS
from catalog.sample.people import make_people
from catalog.sql import check_condition, check_query
from catalog.tables import golden_columns, readable_tables

AS_OF = date(2026, 11, 21)
Row = dict[str, Any]
arrow_files: Any = parquet


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bank") / "new"
    create_bank(target, as_of=AS_OF)
    return target


@pytest.fixture(scope="module")
def catalog(bank: Path) -> Catalog:
    loaded = load_catalog(bank)
    assert loaded.problems == []
    return loaded.catalog


def _read(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[Row]:
    with path.open(encoding=encoding, newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


@pytest.fixture(scope="module")
def core(bank: Path) -> list[Row]:
    rows: list[Row] = arrow_files.read_table(bank / "data/core/customers.parquet").to_pylist()
    return rows


@pytest.fixture(scope="module")
def crm(bank: Path) -> list[Row]:
    return _read(bank / "data/crm/customers.csv")


@pytest.fixture(scope="module")
def contacts(bank: Path) -> list[Row]:
    return _read(bank / "data/call_centre/irtibat.csv", ";", "windows-1254")


def _clean(text: str | None) -> str:
    """As the catalog cleanses and compares: no case, Turkish letters, punctuation, white space."""
    plain = (text or "").replace("İ", "i").replace("I", "i").lower()
    plain = re.sub(r"[.,:]", " ", plain.translate(str.maketrans("çğışöü", "cgisou")))
    return " ".join(plain.split())


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-10:]


def _near(count: int, fault: str, rows: int) -> None:
    """The count is the fault's share of the rows, give or take a fifth and two rows."""
    assert count == pytest.approx(FAULTS[fault] * rows, rel=0.2, abs=2)


# Making it ---------------------------------------------------------------------------------------


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_bank(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        create_bank(tmp_path / name, customers=300, seed=seed, as_of=AS_OF)
    one, two, three = (_contents(tmp_path / name) for name in ("one", "two", "three"))
    assert one == two
    assert one.keys() == three.keys()
    changed = {name for name in one if one[name] != three[name]}
    made = ("data/", "reports/", "published/")
    assert changed == {name for name in one if name.startswith(made)}


def test_another_day_moves_the_dates_and_leaves_the_people() -> None:
    people = make_people(7, 200, AS_OF)
    later = make_people(7, 200, AS_OF + timedelta(days=400))
    assert [p.number + p.name + p.email for p in people] == [
        p.number + p.name + p.email for p in later
    ]
    assert {b.since - a.since for a, b in zip(people, later, strict=True)} == {timedelta(days=400)}


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    note = tmp_path / "notes.txt"
    note.write_text("mine")
    with pytest.raises(UsageError, match="is not empty, and nothing in it was touched"):
        create_bank(tmp_path, customers=200, as_of=AS_OF)
    with pytest.raises(UsageError, match="is a file"):
        create_starter(note, as_of=AS_OF)
    assert list(tmp_path.iterdir()) == [note]
    create_bank(tmp_path, customers=200, as_of=AS_OF, overwrite=True)
    assert note.read_text() == "mine"
    assert (tmp_path / "tekdogru.toml").is_file()


def test_too_few_customers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 100"):
        create_bank(tmp_path / "new", customers=10, as_of=AS_OF)


@pytest.mark.parametrize(
    ("placeholder", "day"),
    [
        ("<as_of+90d>", "2027-02-19"),
        ("<as_of-20d>", "2026-11-01"),
        ("<as_of+0m>", "2026-11-30"),
        ("<as_of+3m>", "2027-02-28"),
        ("<as_of-11m>", "2025-12-31"),
    ],
)
def test_a_placeholder_becomes_a_day(placeholder: str, day: str) -> None:
    assert fill_days(f"x: {placeholder} # y", AS_OF) == f"x: {day} # y"


# Its faults --------------------------------------------------------------------------------------


def test_core_holds_its_faults(core: list[Row]) -> None:
    numbers = Counter(row["customer_no"] for row in core)
    rows = len(numbers)
    assert rows == len(core) == 5_000
    twins = Counter(int(number) for number in numbers)
    _near(sum(1 for count in twins.values() if count > 1), "core_legacy_twin", rows)
    speaking = {row["customer_no"]: row for row in reversed(core)}.values()
    mails = [row["e_mail"] for row in speaking]
    _near(mails.count(None), "core_email_missing", rows)
    valid = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    _near(sum(1 for m in mails if m and not valid.match(m)), "core_email_invalid", rows)
    shared = sum(1 for _, count in Counter(m for m in mails if m).items() for _ in range(count - 1))
    assert shared == pytest.approx(FAULTS["core_email_shared"] * rows, rel=0.2)
    _near(
        sum(1 for r in speaking if r["tckn"] and not _is_national_id(r["tckn"])),
        "core_national_id_invalid",
        rows,
    )
    known = {"retail", "private", "sme", "corporate"}
    _near(sum(1 for r in speaking if r["segment"] not in known), "core_segment_unknown", rows)
    old = datetime(2026, 11, 21) - timedelta(days=1_095)
    _near(sum(1 for r in speaking if r["updated_at"] < old), "core_confirmation_old", rows)
    assert all(_is_iban(row["main_iban"]) for row in core)


def _is_national_id(text: str) -> bool:
    d = [int(digit) for digit in text]
    tenth = (7 * (d[0] + d[2] + d[4] + d[6] + d[8]) - (d[1] + d[3] + d[5] + d[7])) % 10
    return len(d) == 11 and d[0] > 0 and d[9] == tenth and d[10] == sum(d[:10]) % 10


def _is_iban(text: str) -> bool:
    moved = text[4:] + text[:4]
    return len(text) == 26 and int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1


def test_the_repeated_row_that_stands_last_is_the_older_one(core: list[Row]) -> None:
    repeated = {n for n, c in Counter(row["customer_no"] for row in core).items() if c > 1}
    for number in repeated:
        first, last = (row for row in core if row["customer_no"] == number)
        assert first["updated_at"] > last["updated_at"]


def test_the_crm_holds_its_faults(crm: list[Row], core: list[Row]) -> None:
    register = {row["customer_no"]: row for row in reversed(core)}
    customers = [row for row in crm if row["status"] != "prospect"]
    rows = len({row["cust_id"] for row in customers})
    _near(len(crm) - len(customers), "crm_prospect", rows)
    _near(len(customers) - rows, "crm_repeated_id", rows)
    strange = {row["cust_id"] for row in customers} - register.keys()
    lost = {number for number in strange if number.zfill(7) in register}
    _near(len(lost), "crm_zeros_lost", rows)
    _near(len(strange - lost), "crm_unknown_to_core", rows)
    shared = [(row, register[row["cust_id"]]) for row in customers if row["cust_id"] in register]
    mails = [row["email"] for row in customers]
    _near(mails.count(""), "crm_email_missing", rows)
    _near(sum(1 for m in mails if m and not m.strip()), "crm_email_blank", rows)
    names = sum(1 for row, own in shared if _clean(row["full_name"]) != _clean(own["name_surname"]))
    _near(names, "crm_name_differs", rows)
    towns = sum(1 for row, own in shared if _clean(row["city"]) != _clean(own["city"]))
    assert towns == 0
    lagging = sum(1 for r, own in shared if r["status"] == "active" and own["status"] == "closed")
    _near(lagging, "crm_status_lags", rows)


def test_the_phone_is_respelled_often_and_another_one_seldom(
    crm: list[Row], core: list[Row]
) -> None:
    register = {row["customer_no"]: row["gsm"] for row in reversed(core)}
    once = {row["cust_id"]: row["mobile"] for row in reversed(crm) if row["cust_id"] in register}
    pairs = [(phone, register[number]) for number, phone in once.items()]
    _near(
        sum(1 for a, b in pairs if a != b and _digits(a) == _digits(b)),
        "spelled_otherwise",
        len(pairs),
    )
    _near(sum(1 for a, b in pairs if _digits(a) != _digits(b)), "crm_phone_differs", len(pairs))


def test_some_callers_have_told_a_newer_address_than_core_holds(
    contacts: list[Row], core: list[Row]
) -> None:
    register = {row["customer_no"]: row for row in reversed(core)}
    _near(
        sum(1 for row in contacts if row["musteri_no"] not in register),
        "contacts_unknown_to_core",
        len(contacts),
    )
    moved = [
        row
        for row in contacts
        if row["musteri_no"] in register
        and _clean(row["adres"]) != _clean(register[row["musteri_no"]]["address"])
    ]
    _near(len(moved), "contacts_address_newer", len(contacts))
    for row in moved:
        said = datetime.strptime(row["gorusme_zamani"], "%d.%m.%Y %H:%M:%S")
        assert AS_OF - said.date() <= timedelta(days=150)


def test_the_customers_its_readme_names_are_what_it_says(
    contacts: list[Row], core: list[Row]
) -> None:
    register = {row["customer_no"]: row for row in reversed(core)}
    told = {row["musteri_no"]: row["adres"] for row in contacts}
    assert _clean(told["0000020"]) != _clean(register["0000020"]["address"])
    assert register["2678"]["tckn"] != register["0002678"]["tckn"]


def test_the_call_centre_writes_turkish_letters_in_windows_1254(bank: Path) -> None:
    raw = (bank / "data/call_centre/irtibat.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert {"ş", "Ş", "ğ", "İ", "ı"} <= set(raw.decode("windows-1254"))


def test_the_web_system_has_been_silent_and_the_others_have_not(
    bank: Path, core: list[Row], crm: list[Row]
) -> None:
    users = _read(bank / "data/web/users.csv")
    silent = AS_OF - datetime.fromisoformat(max(row["changed_at"] for row in users)).date()
    assert silent.days >= WEB_SILENT_DAYS
    assert AS_OF - max(row["updated_at"] for row in core).date() == timedelta(days=1)
    assert max(row["updated_at"] for row in crm)[:10] == "2026-11-20"


def test_the_web_system_holds_its_faults(bank: Path, core: list[Row]) -> None:
    register = {row["customer_no"]: row for row in reversed(core)}
    users = _read(bank / "data/web/users.csv")
    shared = [
        (row, register[row["customer_number"]])
        for row in users
        if row["customer_number"] in register
    ]
    _near(len(users) - len(shared), "web_unknown_to_core", len(users))
    _near(sum(1 for row in users if not _is_iban(row["iban"])), "web_iban_invalid", len(users))
    other = sum(
        1 for row, own in shared if _is_iban(row["iban"]) and row["iban"] != own["main_iban"]
    )
    _near(other, "web_iban_differs", len(users))


def test_the_consent_list_contradicts_the_crm_and_has_lost_zeros(
    bank: Path, crm: list[Row]
) -> None:
    sheet = openpyxl.load_workbook(bank / "data/consents/izin_listesi.xlsx")["İzinler"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    _near(sum(1 for row in rows if isinstance(row[0], int)), "consent_zeros_lost", len(rows))
    says = {row["cust_id"]: row["marketing_ok"] == "true" for row in crm}
    shared = [row for row in rows if row[0] in says]
    _near(
        sum(1 for row in shared if row[2] != says[str(row[0])]),
        "consent_contradicts_crm",
        len(shared),
    )


def test_applicants_come_twice_and_a_child_has_its_parents_telephone(bank: Path) -> None:
    form = _read(bank / "data/applications/web_form.csv")
    fair = _read(bank / "data/applications/fuar.csv", ";", "windows-1254")
    born = {row["birth_date"]: row for row in form}  # nobody mistypes it
    _near(len(form) - len(born), "applicant_twice", len(born))
    _near(sum(1 for row in fair if not row["eposta"]), "applicant_email_missing", len(fair))
    _near(
        sum(1 for row in fair if not row["dogum_tarihi"]), "applicant_birth_date_missing", len(fair)
    )
    phones = Counter(_digits(row["phone"]) for row in born.values())
    assert 1 <= sum(1 for count in phones.values() if count > 1) <= 12
    assert {row["form_no"] for row in form}.isdisjoint(row["kayit_no"] for row in fair)


def test_every_mail_address_is_of_a_domain_nobody_can_own(
    core: list[Row], crm: list[Row], contacts: list[Row]
) -> None:
    mails = [row["e_mail"] for row in core if row["e_mail"]]
    mails += [row["email"] for row in crm] + [row["eposta"] for row in contacts]
    domains = {_clean(mail).rpartition("@")[2] for mail in mails if _clean(mail).count("@") == 1}
    assert {domain.strip() for domain in domains if domain} == {
        "posta example",
        "mektup example",
        "eposta example",
        "haberci example",
    }


# Its reports -------------------------------------------------------------------------------------


def test_every_cell_stands_where_its_definition_says(bank: Path, catalog: Catalog) -> None:
    for report in catalog.reports.values():
        assert report.workbook
        for period in ("2026-08", "2026-09", "2026-10"):
            path = bank / report.workbook.replace("{period}", period)
            shown = openpyxl.load_workbook(path, data_only=True)
            written = openpyxl.load_workbook(path)
            for cell in report.cells:
                sheet, address = (cell.at or "").split("!")
                assert shown[sheet][address.replace("C", "B")].value == cell.label
                assert isinstance(shown[sheet][address].value, int | float)
                formula = written[sheet][address].value
                assert str(formula).startswith("=")
                if cell.calculation and cell.calculation.startswith("="):
                    assert formula == cell.calculation


def test_the_value_shown_is_what_its_formula_gives(bank: Path) -> None:
    for path in sorted((bank / "reports").iterdir()):
        shown = openpyxl.load_workbook(path, data_only=True)
        written = openpyxl.load_workbook(path)["Özet"]
        for row in range(5, written.max_row + 1):
            formula = str(written[f"C{row}"].value)
            if found := re.fullmatch(r"=SUM\(Veri!(\w+:\w+)\)", formula):
                cells: Any = shown["Veri"][found[1]]
                given = sum(cell[0].value for cell in cells)
            else:
                top, bottom = re.findall(r"C\d+", formula)[-2:]
                given = shown["Özet"][top].value / shown["Özet"][bottom].value
            assert shown["Özet"][f"C{row}"].value == pytest.approx(given)


def test_no_two_departments_publish_the_same_number_of_active_customers(bank: Path) -> None:
    published: dict[str, object] = {}
    for path in (bank / "reports").glob("*_2026-10.xlsx"):
        sheet = openpyxl.load_workbook(path, data_only=True)["Özet"]
        for row in range(5, 11):
            if sheet[f"B{row}"].value == "Aktif müşteri":
                published[path.stem] = sheet[f"C{row}"].value
    assert len(published) == 7
    assert len(set(published.values())) == 7


def _published(bank: Path) -> dict[tuple[str, str], list[tuple[str, int, date]]]:
    """Value, version and day by cell and period, read by hand."""
    found: dict[tuple[str, str], list[tuple[str, int, date]]] = {}
    for path in sorted((bank / "published").iterdir()):
        head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert re.split("[,;]", head) == ["cell", "period", "value", "version", "published_at"]
        for line in lines:
            cell, period, value, version, day = re.split("[,;]", line)
            found.setdefault((cell, period), []).append(
                (value, int(version), date.fromisoformat(day))
            )
    return found


def test_what_was_published_is_what_the_workbooks_show(bank: Path, catalog: Catalog) -> None:
    published = _published(bank)
    for report in catalog.reports.values():
        if not report.published:
            continue
        for period in ("2026-08", "2026-09", "2026-10"):
            path = bank / (report.workbook or "").replace("{period}", period)
            sheet = openpyxl.load_workbook(path, data_only=True)["Özet"]
            for cell in report.cells:
                if (cell.path, period) in STRANGE:
                    continue
                shown = sheet[(cell.at or "").partition("!")[2]]
                factor = 100 if "%" in shown.number_format else 1
                assert [float(value) for value, _, _ in published[cell.path, period]] == [
                    pytest.approx(shown.value * factor, abs=0.0051)
                ]


STRANGE = {
    ("digital_monthly/consented", "2026-10"),
    ("risk_monthly/loans", "2026-09"),
    ("finance_monthly/loans", "2026-09"),
}


def test_one_number_is_missing_one_is_restated_where_another_was_not_and_one_report_is_late(
    bank: Path, catalog: Catalog
) -> None:
    published = _published(bank)
    fed = [cell for cell in catalog.cells if not cell.startswith("customer_card/")]
    everything = {(cell, f"2026-{month}") for cell in fed for month in ("08", "09", "10")}
    assert everything - set(published) == {("digital_monthly/consented", "2026-10")}
    restated = {spot: found for spot, found in published.items() if len(found) > 1}
    assert list(restated) == [("risk_monthly/loans", "2026-09")]
    (first, one, _), (second, two, _) = restated["risk_monthly/loans", "2026-09"]
    assert (one, two) == (1, 2)
    assert float(first) > float(second)
    assert published["finance_monthly/loans", "2026-09"][0][0] == first
    late = set()
    for (path, period), found in published.items():
        due = catalog.reports[path.partition("/")[0]].due
        assert due
        if found[0][2] > due.after(Period.parse(period).end):
            late.add((path.partition("/")[0], period))
    assert late == {("call_centre_monthly", "2026-10")}


def test_nothing_was_published_after_the_day_the_bank_pretends_to_be(tmp_path: Path) -> None:
    day = date(2026, 11, 2)
    create_bank(tmp_path / "bank", customers=200, seed=7, as_of=day)
    published = _published(tmp_path / "bank")
    assert max(when for found in published.values() for _, _, when in found) <= day
    assert {period for _, period in published} == {"2026-08", "2026-09"}


# Its definitions ---------------------------------------------------------------------------------


def _definitions(folder: Path) -> Iterator[tuple[str, Row]]:
    for path in sorted((folder / "catalog").glob("*.yml")):
        for kind, entries in YAML(typ="safe").load(path).items():
            for entry in entries or ():
                yield kind, entry


def _broken_references(folder: Path) -> list[str]:
    """Every name in the YAML that no definition bears, found by a plain walk over the entries."""
    keys: dict[str, set[str]] = {}
    fields: set[str] = set()
    datasets: set[str] = set()
    for kind, entry in _definitions(folder):
        keys.setdefault(kind, set()).add(entry["key"])
        for dataset in entry.get("datasets", ()):
            datasets.add(f"{entry['key']}.{dataset['key']}")
            fields |= {f"{entry['key']}.{dataset['key']}.{f['key']}" for f in dataset["fields"]}
    owners = keys["roles"] | keys["teams"]
    wanted: list[tuple[str, set[str]]] = []
    for kind, entry in _definitions(folder):
        wanted += [(entry[key], owners) for key in ("owner", "head") if key in entry]
        wanted += [(entry["team"], keys["teams"])] if "team" in entry else []
        wanted += [(purpose, keys["purposes"]) for purpose in entry.get("purposes", ())]
        wanted += [(claim["field"], fields) for claim in entry.get("claims", ())]
        wanted += [
            (cell["measure"], keys["measures"])
            for cell in entry.get("cells", ())
            if "measure" in cell
        ]
        for attribute, field in entry.get("reads", {}).items():
            wanted += [(attribute, keys["attributes"]), (field, fields)]
        if kind == "touchpoints":
            wanted.append((entry["purpose"], keys["purposes"]))
        for dataset in entry.get("datasets", ()):
            own = {field["key"] for field in dataset["fields"]}
            wanted += [(dataset.get("id") or dataset["record"], own)]
            wanted += [(dataset["entity"], keys["entities"])]
            wanted += [(known, datasets) for known in dataset.get("known_to", ())]
            wanted += [(f["copy_of"], fields) for f in dataset["fields"] if "copy_of" in f]
    assert len(wanted) > 10
    return [name for name, known in wanted if name not in known]


def test_every_name_in_the_bank_leads_somewhere(bank: Path) -> None:
    assert _broken_references(bank) == []


def test_no_placeholder_is_left(bank: Path) -> None:
    for path in [bank / "tekdogru.toml", *(bank / "catalog").glob("*.yml")]:
        assert "<as_of" not in path.read_text(encoding="utf-8")


def test_the_bank_is_as_large_as_it_says(catalog: Catalog) -> None:
    assert len(catalog.teams) == 7
    assert sum(team.reporting_people for team in catalog.teams.values()) == 37
    assert {report.team for report in catalog.reports.values()} == set(catalog.teams)
    assert len(catalog.touchpoints) == 6


def test_some_definitions_are_expired_some_soon_and_most_are_not(catalog: Catalog) -> None:
    governed = [*catalog.attributes.values(), *catalog.measures.values(), *catalog.reports.values()]
    dates = [definition.review_date for definition in governed]
    assert all(dates)
    days = [(day - AS_OF).days for day in dates if day]
    assert sum(1 for d in days if d < 0) == 2
    assert sum(1 for d in days if 0 <= d <= 30) == 3
    assert sum(1 for d in days if d > 90) == len(days) - 5


def test_one_waiver_holds_and_one_has_run_out(catalog: Catalog) -> None:
    days = {key: (waiver.until - AS_OF).days for key, waiver in catalog.waivers.items()}
    assert days == {"web_export_moved": 60, "iban_typed_by_hand": -12}


def test_everything_is_named_and_defined_in_both_languages(catalog: Catalog) -> None:
    for urn, definition in catalog.definitions.items():
        kind = urn.partition(":")[0]
        if kind != "field":
            assert definition.name, urn
            assert definition.name_tr, urn
        if kind not in ("field", "cell", "role"):
            assert definition.definition, urn
            assert definition.definition_tr, urn


def test_all_sql_is_allowed(catalog: Catalog) -> None:
    tables = {name: tuple(columns) for name, columns in readable_tables(catalog).items()}
    calculations = [measure.calculation for measure in catalog.measures.values()]
    calculations += [cell.calculation for cell in catalog.cells.values() if cell.calculation]
    for calculation in calculations:
        if not calculation.startswith("="):
            check_query(calculation, tables)
    for attribute in catalog.attributes.values():
        for rule in attribute.rules:
            if rule.sql:
                check_condition(rule.sql, ("value",))
        for claim in attribute.claims:
            dataset = catalog.dataset_of(claim.field)
            assert dataset
            if claim.when:
                check_condition(claim.when, (*(f.key for f in dataset.fields), "confirmed_at"))
    for entity in catalog.entities.values():
        for condition in entity.subtypes.values():
            check_condition(condition, tuple(golden_columns(catalog, entity.key)))


def test_every_field_is_a_column_of_its_file(bank: Path, catalog: Catalog) -> None:
    for dataset in catalog.datasets.values():
        if not dataset.path_:
            continue
        path = bank / catalog.sources[dataset.source].location / dataset.path_
        if path.suffix == ".parquet":
            columns = set(arrow_files.read_schema(path).names)
        elif path.suffix == ".xlsx":
            columns = {cell.value for cell in openpyxl.load_workbook(path)[dataset.sheet or ""][1]}
        else:
            columns = set(_read(path, dataset.delimiter or ",", dataset.encoding)[0])
        assert {field.source_column for field in dataset.fields} == columns


# The starter -------------------------------------------------------------------------------------


def test_the_starter_loads_as_it_is_and_with_every_example_switched_on(tmp_path: Path) -> None:
    create_starter(tmp_path / "new", as_of=AS_OF)
    assert sorted(_contents(tmp_path / "new")) == [
        ".gitignore",
        "catalog/definitions.yml",
        "data/example.csv",
        "tekdogru.toml",
    ]
    assert load_catalog(tmp_path / "new").problems == []
    file = tmp_path / "new/catalog/definitions.yml"
    lines = file.read_text(encoding="utf-8").splitlines()
    small = load_catalog(tmp_path / "new").catalog
    file.write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    loaded = load_catalog(tmp_path / "new")
    assert loaded.problems == []
    assert _broken_references(tmp_path / "new") == []
    for kind in (
        "teams",
        "roles",
        "entities",
        "sources",
        "attributes",
        "measures",
        "reports",
        "waivers",
    ):
        assert len(getattr(loaded.catalog, kind)) > len(getattr(small, kind)), kind
