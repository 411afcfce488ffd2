"""Plain Splink on the same people with the same model: the floor that `tekdogru match` is held to.

    python tests/bench/identity_floor.py FOLDER

Reads the two files, cleanses with hand-written SQL, trains, scores, clusters at 0.999 with
Splink's own clustering, writes a Parquet file, and prints how many clusters there are.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import duckdb

COLUMNS = ("given", "surname", "born", "phone", "street")
BLOCKS = (("phone",), ("surname", "born"), ("given", "born"), ("given", "surname"))


def prepare(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The records of both files, folded, with the parts of the address."""
    fold = "nullif(trim(lower(strip_accents(translate({}, 'İIı', 'iii')))), '')"
    plain = "regexp_replace(regexp_replace({}, '[^\\w ]', ' ', 'g'), ' +', ' ', 'g')"
    both = " UNION ALL ".join(
        f"SELECT '{name}' AS dataset, * FROM read_csv('{folder}/{name}.csv', all_varchar = true)"
        for name in ("core", "web")
    )
    tokens = "string_split(coalesce(street, ''), ' ')"
    connection.execute(
        f"CREATE TABLE folded AS SELECT row_number() OVER (ORDER BY dataset, no) AS n, "
        f"{fold.format('given')} AS given, {fold.format('surname')} AS surname, "
        f"TRY_CAST(born AS DATE) AS born, nullif(regexp_replace(phone, '[^0-9]', '', 'g'), '') "
        f"AS phone, {fold.format(plain.format('street'))} AS street FROM ({both})"
    )
    connection.execute(
        f"CREATE TABLE people AS SELECT *, given AS given_form, surname AS surname_form, "
        f"list_sort(list_distinct(list_filter({tokens}, lambda t: "
        f"regexp_matches(t, '^[0-9]')))) AS street_numbers, list_sort(list_distinct(list_filter("
        f"{tokens}, lambda t: NOT regexp_matches(t, '^[0-9]') AND t NOT IN "
        f"('', 'sokak', 'no', 'd')))) AS street_words FROM folded"
    )


def main(folder: Path) -> None:
    """Do all of it."""
    from identity import COMPARISONS
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from catalog.model import Comparison
    from expectations.identity.comparing import Compared
    from expectations.identity.model import _for_splink, learn

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    connection = duckdb.connect(config={"threads": 2})
    prepare(connection, folder)
    compared = [
        Compared(Comparison.model_validate({"attribute": f"customer.{name}", **how}), name)
        for name, how in COMPARISONS.items()
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        comparisons=[_for_splink(one) for one in compared],
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in BLOCKS],
        retain_intermediate_calculation_columns=True,
    )
    records = DuckDBAPI(connection=connection).register(connection.table("people"))
    linker = Linker(records, settings, log_level=None)
    learn(linker, [block_on(*rule) for rule in BLOCKS], 1)
    predicted = linker.inference.predict(threshold_match_probability=0.1)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predicted, threshold_match_probability=0.999
    )
    found = clusters.as_duckdbpyrelation()
    found.write_parquet(str(folder / "floor.parquet"))
    print(found.aggregate("count(DISTINCT cluster_id)").fetchall()[0][0])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
