"""The documentation site: where pages go, and which mistakes the build finds."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tools import build_site
from tools.build_site import SiteError, site_navigation
from tools.site_check import Page

ROOT = Path(__file__).resolve().parents[2]
PLACES = build_site.sources()


def test_every_page_has_one_place_in_the_navigation(tmp_path: Path) -> None:
    build_site.stage(tmp_path)
    listed = list(site_navigation.pages_of(site_navigation.navigation()))
    assert len(listed) == len({*listed})
    staged = {
        path.relative_to(tmp_path / "docs").as_posix() for path in tmp_path.rglob("docs/**/*.md")
    }
    assert staged == {*listed}
    configuration = tomllib.loads((tmp_path / "zensical.toml").read_text("utf-8"))
    assert configuration["project"]["nav"][0] == {"Home": "index.md"}
    assert configuration["project"]["theme"]["font"] is False


def test_every_rule_has_its_page_under_its_group():
    rules = dict(site_navigation.navigation())["Rules"]
    pages = sorted(site_navigation.pages_of(rules))
    on_disk = sorted(f"rules/{path.name}" for path in (ROOT / "docs/rules").glob("*.md"))
    assert pages == sorted([*on_disk, "rules/index.md"])
    overview = site_navigation.rules_overview()
    assert all(f"]({Path(page).name})" in overview for page in on_disk)


def test_a_page_without_a_place_is_an_error(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(build_site, "MOVED", {**build_site.MOVED, "CHANGELOG.md": "elsewhere.md"})
    with pytest.raises(SiteError, match=r"no place of the navigation: elsewhere\.md"):
        build_site.stage(tmp_path)


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("README.md", "docs/git.md#exit-codes", "git.md#exit-codes"),
        ("README.md", "docs/rules/aws-mfa-seed.md", "rules/aws-mfa-seed.md"),
        ("docs/ci/github.md", "README.md#exit-codes", "index.md#exit-codes"),
        ("docs/ci/github.md", "../README.md", "../pages.md"),
        ("docs/README.md", "../README.md", "index.md"),
        ("docs/git.md", "#by-hand", "#by-hand"),
        ("docs/git.md", "https://example.com/a.md", "https://example.com/a.md"),
    ],
)
def test_a_link_leads_to_the_place_on_the_site(page: str, link: str, expected: str) -> None:
    assert build_site.rewritten(page, f"[x]({link})", PLACES) == f"[x]({expected})"


def test_a_link_to_a_file_that_is_not_on_the_site_is_an_error():
    with pytest.raises(SiteError, match=r"README\.md: tools/pictures\.py is not on the site"):
        build_site.rewritten("README.md", "[x](tools/pictures.py)", PLACES)


def test_code_is_left_as_it_is():
    text = "```text\n[x](tools/pictures.py)\n```\n"
    assert build_site.rewritten("README.md", text, PLACES) == text


def test_the_name_of_a_file_becomes_the_title_of_its_page():
    made = build_site.rewritten("docs/git.md", "see [install.md](install.md#the-hook).", PLACES)
    assert made == "see [Install keycatch and its git hooks](install.md#the-hook)."


def test_a_light_picture_brings_the_dark_one():
    made = build_site.rewritten("docs/git.md", "![A](pictures/report-light.png)\n", PLACES)
    assert made == (
        "![A](pictures/report-light.png#only-light)\n![A](pictures/report-dark.png#only-dark)\n"
    )


def found(tmp_path: Path, html: str, markdown: str = "", **others: str) -> list[str]:
    """Return the problems of a site with one page."""
    site, staged = tmp_path / "site", tmp_path / "staged"
    for name, text in {"a/index.html": html, **others}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")
    staged.mkdir()
    (staged / "a.md").write_text(markdown, "utf-8")
    return list(build_site.problems(site, staged))


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="../b/">x</a>', "../b/ leads nowhere"),
        ('<a href="#x">x</a>', "#x has no such anchor"),
        ('<a href="../a/#x">x</a>', "../a/#x has no such anchor"),
        ('<img src="x.png">', "x.png leads nowhere"),
        ('<script src="https://cdn.example/x.js"></script>', "from another host"),
        ('<img src="//cdn.example/x.png">', "from another host"),
        ('<link rel="stylesheet" href="https://fonts.example/x">', "from another host"),
        ('<link rel="preconnect" href="https://fonts.example">', "from another host"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, html: str, problem: str) -> None:
    (only,) = found(tmp_path, html)
    assert only.startswith("a/index.html: ")
    assert problem in only


def test_a_style_that_loads_a_font_is_found(tmp_path: Path) -> None:
    site = found(tmp_path, "", **{"x.css": "@font-face{src:url('https://fonts.example/a.woff')}"})
    assert site == ["x.css: loads https://fonts.example/a.woff from another host"]


def test_a_correct_page_has_no_problem(tmp_path: Path) -> None:
    html = (
        '<article><h2 id="x">X</h2><a href="../a/#x">x</a><a href="https://example.com">y</a>'
        '<img src="data:image/png;base64,x"></article>'
    )
    assert found(tmp_path, html, "## X\n\n[x](a.md#x) ![z](data:image/png;base64,x)\n") == []


def test_markdown_that_github_reads_differently_is_found(tmp_path: Path) -> None:
    html = "<article><p>one - two</p></article>"
    (only,) = found(tmp_path, html, "one\n- two\n")
    assert only == "a/index.html: 0 times <li>, 1 on GitHub"


def test_only_the_content_is_counted():
    page = Page("<nav><li>x</li></nav><article><li>y</li></article><li>z</li>")
    assert page.elements == {"li": 1}


def test_a_directory_that_is_not_empty_is_refused(tmp_path: Path, capsys) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        build_site.main([str(tmp_path)])
    assert "is not empty" in capsys.readouterr().err
