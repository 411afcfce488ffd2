"""The search index: what is in it, and that nothing in it can run."""

from __future__ import annotations

import json
from pathlib import Path

from bank_pages import bank_context, bank_run

from lineage.pages.search import Entry, entries_of, write_texts, write_titles


def read(script: str) -> list[object]:
    """What a browser gets out of an index script."""
    found: list[object] = json.loads(script.partition("=")[2].rstrip(";\n"))
    return found


def test_an_index_holds_every_page_with_its_names_and_texts(tmp_path: Path) -> None:
    entries = list(entries_of(bank_context(tmp_path, bank_run(), language="tr")))
    email = next(e for e in entries if "attribute-customer.email" in e.address)
    assert (email.title, email.kind, email.level) == ("E-posta adresi", "Veri öğesi", "dont")
    assert "E-mail address" in email.names
    assert "Where the customer agreed" in email.text
    assert not any("Hidden" in e.title for e in entries)


def test_what_is_expired_or_withdrawn_comes_after_its_like(tmp_path: Path) -> None:
    ranks = {e.title: e.rank for e in entries_of(bank_context(tmp_path, bank_run()))}
    assert ranks["Segment"] < ranks["İstanbul district"]
    assert ranks["Segment"] < ranks["Nickname"]


def test_no_text_can_end_the_script_or_break_it() -> None:
    nasty = "</script><!-- \u2028\u2029 & \" \\ '"
    for script in (
        write_titles([Entry(nasty, "k", "a")]),
        write_texts([Entry("t", "k", "a", text=nasty)]),
    ):
        assert not set("<>&\u2028\u2029") & set(script)
        assert nasty in str(read(script)[0][0] if "Titles" in script else read(script)[0])  # type: ignore[index]
