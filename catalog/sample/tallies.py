"""The ways in which departments count, each as amounts by town."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.sample.people import Person
from catalog.sample.rows import Row
from catalog.sample.systems import Systems

Amounts = Iterator[tuple[str, float]]


@dataclass(frozen=True)
class Period:
    """A calendar month; both days belong to it."""

    start: date
    end: date

    @property
    def label(self) -> str:
        """As file names have it: 2026-10."""
        return f"{self.start:%Y-%m}"

    def holds(self, day: date) -> bool:
        """Whether the day lies in the month."""
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Bank:
    """What departments count from: the truth, the systems, and who is which person."""

    people: Sequence[Person]
    systems: Systems
    by_number: Mapping[str, Person]

    def opened(self, period: Period) -> Iterator[Person]:
        """Customers whose relation had begun by the end of the period."""
        return (person for person in self.people if person.since <= period.end)

    def contacted(self, period: Period) -> Iterator[Row]:
        """Call-centre contacts up to the end of the period."""
        return (row for row in self.systems.contacts if row["gorusme_zamani"].date() <= period.end)

    def called(self, period: Period) -> Iterator[Row]:
        """Calls within the period."""
        return (row for row in self.systems.calls if period.holds(row["arama_zamani"].date()))

    def in_crm(self, period: Period) -> Iterator[Row]:
        """CRM rows created by the end of the period, prospects and repetitions included."""
        return (row for row in self.systems.crm if row["created_on"] <= period.end)

    def logged_in(self, days: int, period: Period) -> Iterator[Row]:
        """Web users of the time whose last login lies at most so many days before its end."""
        since = period.end - timedelta(days=days)
        for row in self.systems.users:
            person = self.by_number.get(row["customer_number"])
            joined = person is None or person.since <= period.end
            if joined and row["last_login"].date() >= since:
                yield row

    def town(self, number: object) -> str:
        """The town of a customer number, as far as core knows it."""
        person = self.by_number.get(str(number))
        return person.city if person else "Bilinmeyen"


Counting = Callable[[Bank, Period], Amounts]


def last_months(as_of: date, count: int = 3) -> list[Period]:
    """The last full months before `as_of`, oldest first."""
    periods: list[Period] = []
    first = as_of.replace(day=1)
    for _ in range(count):
        end = first - timedelta(days=1)
        first = end.replace(day=1)
        periods.insert(0, Period(first, end))
    return periods


def customers(
    *segments: str, status: tuple[str, ...] = ("active", "dormant"), new: bool = False
) -> Counting:
    """Customers of those segments (all, if none is named) and states; `new` of this month only."""

    def count(bank: Bank, period: Period) -> Amounts:
        for person in bank.opened(period):
            if segments and person.segment not in segments:
                continue
            if person.status in status and (period.holds(person.since) or not new):
                yield person.city, 1

    return count


def reachable(bank: Bank, period: Period) -> Amounts:
    """Active retail customers who agreed to be written to by e-mail."""
    for person in bank.opened(period):
        if person.segment == "retail" and person.status == "active" and person.consents:
            yield person.city, 1


def balances(product: str, *segments: str, lira: int = 1_000) -> Counting:
    """Balances of a product in units of so many lira, of those segments (all, if none)."""

    def add(bank: Bank, period: Period) -> Amounts:
        for account in bank.systems.accounts:
            person = bank.by_number[account["customer_no"]]
            if account["product"] != product or account["opened_on"] > period.end:
                continue
            if not segments or person.segment in segments:
                yield person.city, float(account["balance"]) / lira

    return add


def business_rows(bank: Bank, period: Period) -> Amounts:
    """Rows of companies in core: repeated numbers and closed relations count too."""
    for row in bank.systems.customers:
        if row["customer_type"] == "C" and row["opened_on"] <= period.end:
            yield row["city"], 1


def business_mail(bank: Bank, period: Period) -> Amounts:
    """SME rows in the CRM with anything but nothing as e-mail address."""
    for row in bank.in_crm(period):
        if row["segment"] == "sme" and (row.get("email") or "").strip():
            yield bank.town(row["cust_id"]), 1


def high_risk(bank: Bank, period: Period) -> Amounts:
    for person in bank.opened(period):
        if person.risk_class == "high" and person.status != "closed":
            yield person.city, 1


def identified(bank: Bank, period: Period) -> Amounts:
    for person in bank.opened(period):
        if person.national_id and person.status != "closed":
            yield person.city, 1


def calls(bank: Bank, period: Period) -> Amounts:
    for row in bank.called(period):
        yield bank.town(row["musteri_no"]), 1


def solved(bank: Bank, period: Period) -> Amounts:
    for row in bank.called(period):
        if row["cozuldu"]:
            yield bank.town(row["musteri_no"]), 1


def callers(bank: Bank, period: Period) -> Amounts:
    for number in sorted({row["musteri_no"] for row in bank.called(period)}):
        yield bank.town(number), 1


def in_touch(bank: Bank, period: Period) -> Amounts:
    """Contacts of the last twelve months: the call centre's idea of an active customer."""
    since = period.end - timedelta(days=365)
    for row in bank.contacted(period):
        if row["gorusme_zamani"].date() >= since:
            yield bank.town(row["musteri_no"]), 1


def with_mobile(bank: Bank, period: Period) -> Amounts:
    for row in bank.contacted(period):
        if row["cep_tel"]:
            yield bank.town(row["musteri_no"]), 1


def logged_in(days: int) -> Counting:
    """Web users who logged in within so many days before the month's end, or since."""

    def count(bank: Bank, period: Period) -> Amounts:
        for row in bank.logged_in(days, period):
            yield bank.town(row["customer_number"]), 1

    return count


def with_mail_in_crm(bank: Bank, period: Period) -> Amounts:
    """CRM rows with an e-mail address, consent or not, prospects among them."""
    for row in bank.in_crm(period):
        if (row.get("email") or "").strip():
            yield bank.town(row["cust_id"]), 1


def on_consent_list(bank: Bank, period: Period) -> Amounts:
    for row in bank.systems.consents:
        if row["izin"] and row["onay_tarihi"] <= period.end:
            yield bank.town(row["musteri_no"]), 1


def active_in_crm(bank: Bank, period: Period) -> Amounts:
    """CRM rows that are active or prospects: finance's idea of an active customer."""
    for row in bank.in_crm(period):
        if row["status"] in ("active", "prospect"):
            yield bank.town(row["cust_id"]), 1


def created_in_crm(bank: Bank, period: Period) -> Amounts:
    for row in bank.in_crm(period):
        if period.holds(row["created_on"]):
            yield bank.town(row["cust_id"]), 1
