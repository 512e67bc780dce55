"""CSV: the rows that a person sorts and filters, quoting, and cells that are no formulas."""

from __future__ import annotations

import csv
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.findings import Report
from scanner.reports.csv_report import COLUMNS, cell, render

FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
TRICKS = st.text(st.sampled_from("=+-@;,|\"'\t\r\n ab(\uff1d\x1b#[:\udc80"), max_size=20)


def rows(report, view):
    return list(csv.DictReader(io.StringIO("".join(render(report, view))), strict=True))


def test_a_row_for_each_place_of_a_credential(make_case):
    report, view = make_case("copies")
    found = rows(report, view)
    assert len(found) == 33
    assert {row["fingerprint"] for row in found} == {report.findings[0].fingerprint}
    first = found[0]
    assert (first["path"], first["line"], first["column"]) == ("config/settings.py", "12", "22")
    assert first["other_parts"] == "secret access key on line 13"
    assert (first["severity"], first["confidence"], first["fails"]) == ("critical", "high", "yes")
    assert first["account_id"] == "123456789012"
    assert found[-1]["other_parts"].startswith("secret access key on line 13 of ")


def test_what_was_not_read_is_told_before_what_was_skipped(make_case):
    found = [row for row in rows(*make_case("incomplete")) if row["record"] != "finding"]
    assert [row["record"] for row in found] == ["not read"] * 4 + ["skipped"]
    assert found[1]["path"] == "/home/somebody/x"
    assert found[-1] == dict.fromkeys(COLUMNS, "") | {
        "record": "skipped", "path": "backup.zip", "detail": "encrypted archive",
    }  # fmt: skip


def test_the_configuration_and_what_was_left_out_are_rows(make_case):
    (row,) = rows(*make_case("configured"))
    assert (row["record"], row["path"]) == ("configuration", "")
    assert row["detail"].startswith(".keycatch.toml excludes 3 files, disables ")
    (row,) = rows(*make_case("history_clean"))
    assert (row["record"], row["detail"]) == (
        "narrowed", "no object of more than 1 MB (--max-size)",
    )  # fmt: skip


def test_a_history_says_where_it_is_still(make_case):
    found = [row for row in rows(*make_case("history")) if row["record"] == "finding"]
    assert {(row["in_head"], row["pushed"]) for row in found} == {
        ("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no"),
    }  # fmt: skip
    assert all(len(row["date"]) in (0, 10) for row in found)


def test_a_clean_scan_is_the_head_of_a_table(make_case):
    assert "".join(render(*make_case("clean"))) == ",".join(f'"{each}"' for each in COLUMNS) + "\n"


@pytest.mark.parametrize("sign", FORMULAS)
def test_no_cell_is_a_formula(builders, sign):
    for name in (f"{sign}HYPERLINK(1)", f" {sign}1", f"a;{sign}1", f'a"{sign}1', f"a,{sign}1"):
        found = builders.finding(builders.KEY_ID, {}, builders.at("key_id", name, 1))
        (row,) = rows(Report("scan", (found,), builders.tally()), builders.view())
        assert row["path"].replace("'", "", 1) == name
        assert f"'{sign}" in row["path"].replace(" ", "")


@given(name=TRICKS)
def test_nor_is_any_piece_of_one(name):
    text = cell(name)
    for separator in (None, ";", ",", "|", '"'):
        for piece in text.split(separator) if separator else [text]:
            assert not piece.strip().startswith(FORMULAS)


def test_names_that_are_only_names_stay_as_they_are():
    for name in ("a-b/c=d.py", "user@example.com", "x + y", "src/-dash", "it's", "1.5"):
        assert cell(name) == name


@given(name=st.binary(min_size=1).filter(lambda name: b"\0" not in name).map(os.fsdecode))
def test_every_row_is_one_line(builders, name):
    found = builders.finding(builders.KEY_ID, {}, builders.at("key_id", name, 1, member=name))
    output = "".join(render(Report("scan", (found,), builders.tally()), builders.view()))
    assert output.count("\n") == 2
    assert "\r" not in output
    assert len(rows(Report("scan", (found,), builders.tally()), builders.view())) == 1
