"""Building a site: from a workspace, into somebody's own MkDocs site, never over other files."""

from __future__ import annotations

import re
from pathlib import Path
from posixpath import join, normpath

import pytest
import yaml
from bank_pages import BANK
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from workspaces import write_workspace

from catalog.errors import CatalogInvalid, UsageError
from catalog.workspace import open_workspace
from lineage.pages.build import build_site
from lineage.pages.plugin import CatalogPlugin
from lineage.pages.render import Page
from lineage.pages.splice import PLACEHOLDER, Shell

ROOT = Path(__file__).parents[3]


def broken_links(site: Path) -> list[str]:
    """Every href and src of every page of a built site that leads to no file of it."""
    broken = []
    for file in site.rglob("*.html"):
        if file.name == "404.html":
            continue
        folder = file.parent.relative_to(site).as_posix()
        html = re.sub(r"<code.*?</code>", "", file.read_text("utf-8"), flags=re.DOTALL)
        for address in re.findall(r'(?:href|src)="([^"#?]*)', html):
            if address and not address.startswith("mailto:"):
                target = normpath(join(folder, address))
                if "://" in address or not (site / target).is_file():
                    broken.append(f"{file.relative_to(site)}: {address}")
    return broken


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write_workspace(tmp_path / "bank", BANK, settings='institution = "Çınar <b>Bank</b>"\n')


def test_every_link_of_a_built_site_leads_to_a_file_of_it(workspace: Path) -> None:
    built = build_site(open_workspace(workspace))
    assert built.folder == workspace / "build" / "site"
    assert len(list(built.folder.rglob("*.html"))) > built.definitions
    assert broken_links(built.folder) == []


def test_a_built_page_holds_no_inline_script_style_or_handler(workspace: Path) -> None:
    site = build_site(open_workspace(workspace), language="tr").folder
    for file in site.rglob("*.html"):
        html = file.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son[a-z]+=|\sstyle=", html), file
        assert "<b>Bank</b>" not in html
        assert '<html lang="tr">' in html


def test_nothing_of_a_built_site_is_loaded_from_outside(workspace: Path) -> None:
    site = build_site(open_workspace(workspace)).folder
    for file in [*site.rglob("*.html"), *site.rglob("*.css"), *site.rglob("*.js")]:
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:src|href|url)\W{1,3}(?:https?:)?//", text), file


def test_building_looks_for_a_history_without_making_one(workspace: Path) -> None:
    build_site(open_workspace(workspace))
    assert not (workspace / ".tekdogru").exists()


def test_a_second_build_replaces_the_first_and_leaves_no_scratch(workspace: Path) -> None:
    site = build_site(open_workspace(workspace)).folder
    (site / "old.html").write_text("old")
    build_site(open_workspace(workspace))
    assert not (site / "old.html").exists()
    assert [path.name for path in site.parent.iterdir()] == ["site"]


def test_a_build_that_fails_leaves_the_old_site(workspace: Path) -> None:
    site = build_site(open_workspace(workspace)).folder
    before = (site / "index.html").read_bytes()
    (workspace / "catalog" / "definitions.yml").write_text("attributes: [{key: 1")
    with pytest.raises(CatalogInvalid):
        build_site(open_workspace(workspace))
    assert (site / "index.html").read_bytes() == before


def test_a_catalog_with_errors_is_not_published(workspace: Path) -> None:
    site = build_site(open_workspace(workspace)).folder
    before = (site / "index.html").read_bytes()
    definitions = workspace / "catalog" / "definitions.yml"
    definitions.write_text(BANK.replace("measure: ratio", "measure: nowhere"), "utf-8")
    with pytest.raises(CatalogInvalid) as refused:
        build_site(open_workspace(workspace))
    assert any("nowhere" in str(problem) for problem in refused.value.problems)
    assert (site / "index.html").read_bytes() == before


def test_a_folder_with_other_files_is_never_emptied(workspace: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not a site of ours"):
        build_site(open_workspace(workspace), precious)
    with pytest.raises(UsageError, match="holds the workspace itself"):
        build_site(open_workspace(workspace), tmp_path)
    with pytest.raises(UsageError, match="is a file"):
        build_site(open_workspace(workspace), precious / "thesis.txt")
    assert (precious / "thesis.txt").read_text() == "years of work"


def company_site(root: Path, theme: str, **options: object) -> Path:
    """A MkDocs site of somebody's own that uses the plug-in."""
    (root / "docs").mkdir(parents=True)
    (root / "docs" / "index.md").write_text("# Our handbook\n")
    plugin = {"tekdogru": {"workspace": "../bank", **options}}
    config = {"site_name": "Handbook", "theme": {"name": theme}, "plugins": [plugin]}
    (root / "mkdocs.yml").write_text(yaml.safe_dump(config))
    return root / "mkdocs.yml"


@pytest.mark.parametrize("theme", ["material", "mkdocs", "readthedocs"])
def test_the_catalog_goes_into_a_site_of_any_theme(
    workspace: Path, tmp_path: Path, theme: str
) -> None:
    build(load_config(str(company_site(tmp_path / "company", theme))))
    site = tmp_path / "company" / "site"
    assert "Our handbook" in (site / "index.html").read_text("utf-8")
    page = (site / "catalog/d/attribute-customer.email/index.html").read_text("utf-8")
    assert "<title>E-mail address" in page
    assert "Can I use this today?" in page
    assert "tekdogru-" not in page.replace("tekdogru-search", "")
    assert 'href="../../../assets/tekdogru/catalog.css"' in page
    assert not (site / "catalog/d/tekdogru-shell").exists()


def test_the_plugin_refuses_to_hide_a_page_and_names_what_to_change(
    workspace: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Abort):
        build(load_config(str(company_site(tmp_path / "company", "mkdocs", folder=""))))
    assert "set `folder:`" in caplog.text


def test_the_plugin_tells_what_is_wrong_with_the_workspace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Abort):
        build(load_config(str(company_site(tmp_path / "company", "mkdocs"))))
    assert "has no tekdogru.toml" in caplog.text


def test_our_own_site_is_built_away_from_its_sources() -> None:
    config = load_config(str(ROOT / "mkdocs.yml"))
    assert Path(config.site_dir) == ROOT / "build" / "site"
    assert Path(config.docs_dir) == ROOT / "site" / "pages"
    assert isinstance(config.plugins["tekdogru"], CatalogPlugin)


def test_a_shell_is_filled_with_an_escaped_title_and_the_page() -> None:
    title, body = (
        PLACEHOLDER.split("title: ")[1].split("\n")[0],
        PLACEHOLDER.rsplit("# ")[-1].strip(),
    )
    shell = Shell.cut(f'<title>{title}</title><h1 id="x">{body}<a>¶</a></h1>')
    filled = shell.fill(Page("d/a/index.html", "A & B", "<p>text</p>"))
    assert filled == "<title>A &amp; B</title><p>text</p>"
    with pytest.raises(ValueError, match="does not show"):
        Shell.cut("<html>nothing</html>")
