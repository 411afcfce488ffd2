"""Makes the bench's data: four source systems about the same customers, with known faults.

    python tests/bench/data.py ROWS FOLDER

The same rows come out of the same version of DuckDB, whatever the machine: everything is drawn
from a hash of the customer's number. core_banking knows every customer once; the others know a
part, spell what they know in their own way, contradict it now and then, and leave some of it out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEED = 20_260_101
AS_OF = "2026-01-01"
ROWS_PER_GROUP = 122_880
CITIES = (
    "Adana", "Ankara", "Antalya", "Bursa", "Denizli", "Diyarbakır", "Edirne", "Erzurum",
    "Eskişehir", "Gaziantep", "İstanbul", "İzmir", "Kars", "Kayseri", "Konya", "Malatya",
    "Mersin", "Samsun", "Trabzon", "Van",
)  # fmt: skip
SEGMENTS = ("retail", "affluent", "private", "sme", "corporate")
GIVEN = (
    "Ada", "Bora", "Cem", "Çiğdem", "Deniz", "Ece", "Fatma", "Gül", "Hakan", "Irmak", "İpek",
    "Jale", "Kemal", "Leyla", "Mert", "Nur", "Okan", "Ömer", "Pelin", "Rana", "Selin", "Şule",
    "Tuna", "Umut", "Ülkü", "Vedat", "Yasemin", "Zeynep", "John", "Maria",
)  # fmt: skip
FAMILY = (
    "Acar", "Aydemir", "Bulut", "Çetin", "Demir", "Er", "Güneş", "Ilgaz", "Kaya", "Koç", "Öz",
    "Polat", "Sezer", "Şen", "Tan", "Uçar", "Ün", "Yaman", "Yücel", "Zorlu", "Smith", "Novak",
)  # fmt: skip
STREETS = tuple(
    f"{name} {kind}"
    for name in ("Atatürk", "Cumhuriyet", "Gazi", "Lale", "Çınar", "Deniz", "İnönü", "Station")
    for kind in ("Cad.", "Sok.", "Bulvar", "Yolu", "Street")
)


@dataclass(frozen=True)
class System:
    """One source system: the share of customers it knows and of those only it knows, by mille.

    `spelled` is how it writes names, `faulty` whether its values may differ from the truth.
    """

    name: str
    knows: int
    strangers: int = 0
    spelled: str = "full_name"
    faulty: bool = True


SYSTEMS = (
    System("core_banking", 1000, faulty=False),
    System("crm", 890, strangers=10, spelled="upper(full_name)"),
    System("call_centre", 600, spelled="full_name || '  '"),
    System("web", 500, spelled="lower(full_name)"),
)


def generate(rows: int, folder: Path) -> dict[str, int]:
    """Write the four Parquet files of `rows` customers; returns the rows of each."""
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute(f"CREATE MACRO draw(id, what, n) AS (hash(id, what, {SEED}) % n)::BIGINT")
    connection.execute("CREATE MACRO pick(id, what, list) AS list[1 + draw(id, what, len(list))]")
    connection.execute(f"CREATE TABLE truth AS {_truth(rows)}")
    written = {}
    for system in SYSTEMS:
        target = folder / f"{system.name}.parquet"
        connection.execute(
            f"COPY ({_records(system, rows)}) TO '{target}' "
            f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROWS_PER_GROUP})"
        )
        counted = connection.execute(f"SELECT count(*) FROM '{target}'").fetchone()
        written[system.name] = int(counted[0]) if counted else 0
    connection.close()
    return written


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def _address(what: str) -> str:
    return (
        f"pick(id, '{what} street', {_list(STREETS)}) || ' No:' || draw(id, '{what} no', 400) "
        f"|| ' D:' || draw(id, '{what} door', 60)"
    )


def _truth(rows: int) -> str:
    """One row per customer there is, those included whom only one system knows."""
    given, family = f"pick(id, 'given', {_list(GIVEN)})", f"pick(id, 'family', {_list(FAMILY)})"
    return f"""
        SELECT id,
            lpad((id * 7919 % 99999999977)::VARCHAR, 11, '1') AS national_id,
            {given} || ' ' || {family} AS full_name,
            strip_accents(lower({given})) || '.' || id || '@'
                || pick(id, 'host', ['posta.example', 'mail.example', 'e.test']) AS email,
            '+90' || (5000000000 + draw(id, 'phone', 999999999)) AS phone,
            {_address("home")} AS address,
            pick(id, 'city', {_list(CITIES)}) AS city,
            DATE '1930-01-01' + draw(id, 'born', 27000)::INTEGER AS birth_date,
            pick(id, 'segment', {_list(SEGMENTS)}) AS segment,
            (draw(id, 'limit', 50) * 1000)::DECIMAL(14, 2) AS credit_limit
        FROM (SELECT range + 1 AS id FROM range({rows + rows // 100}))
    """


def _records(system: System, rows: int) -> str:
    """The rows of one system: the customers it knows, and older copies of one in a thousand."""
    own = system.name
    last = rows + rows * system.strangers // 1000
    known = f"(id <= {rows} AND draw(id, '{own} knows', 1000) < {system.knows})"
    who = f"({known} OR id BETWEEN {rows + 1} AND {last})" if system.strangers else known
    stale = f"draw(id, '{own} stale', 100) < 5"

    def wrong(value: str, other: str, mille: int) -> str:
        if not system.faulty:
            return value
        rare = f"draw(id, '{own} wrong {value}', 1000) < {mille}"
        return f"CASE WHEN {rare} THEN {other} ELSE {value} END"

    def dressed(value: str, name: str) -> str:
        """In capitals or between blanks: differences that cleansing must take away."""
        if not system.faulty:
            return value
        style = f"draw(id, '{own} dress {name}', 100)"
        return (
            f"CASE WHEN {style} < 15 THEN upper({value}) WHEN {style} < 25 "
            f"THEN ' ' || {value} || ' ' ELSE {value} END"
        )

    other_phone = f"'+90' || (5000000000 + draw(id, '{own} phone', 999999999))"
    other_city = f"pick(id, '{own} city', {_list(CITIES)})"
    short_name = "left(full_name, 1) || '. ' || split_part(full_name, ' ', 2)"
    rows_of_system = f"""
        SELECT id AS customer_id,
            CASE WHEN draw(id, '{own} id', 1000) < 1 THEN 'X' || national_id
                ELSE national_id END AS national_id,
            {system.spelled.replace("full_name", f"({wrong('full_name', short_name, 10)})")}
                AS full_name,
            CASE WHEN draw(id, '{own} no mail', 1000) < 10 THEN NULL
                WHEN draw(id, '{own} bad mail', 1000) < 5 THEN replace(email, '@', ' at ')
                ELSE {dressed(wrong("email", "'old' || email", 20), "email")} END AS email,
            CASE WHEN draw(id, '{own} no phone', 1000) < 15 THEN NULL
                ELSE {wrong("phone", other_phone, 20)} END AS phone,
            {dressed(wrong("address", _address(f"{own} former"), 30), "address")} AS address,
            {wrong("city", other_city, 15)} AS city,
            {wrong("birth_date", "birth_date + 1", 5)} AS birth_date,
            CASE WHEN draw(id, '{own} segment', 1000) < 2 THEN 'unknown'
                ELSE segment END AS segment,
            ((draw(id, '{own} balance', 20000000) - 500000) / 100.0)::DECIMAL(14, 2) AS balance,
            credit_limit,
            draw(id, '{own} consent', 10) < 7 AS consent,
            CASE WHEN {stale} THEN TIMESTAMP '2020-01-01' ELSE TIMESTAMP '2024-01-01' END
                + to_seconds(draw(id, '{own} at', 63000000)) AS updated_at
        FROM truth WHERE {who}
    """
    older = "* REPLACE (updated_at - INTERVAL 400 DAY AS updated_at)"
    twice = f"draw(customer_id, '{own} twice', 1000) < 1"
    return f"""
        WITH records AS ({rows_of_system})
        SELECT * FROM records UNION ALL SELECT {older} FROM records WHERE {twice}
    """


if __name__ == "__main__":
    print(generate(int(sys.argv[1]), Path(sys.argv[2])))
