"""Workflow commands as the runner reads them, and the step summary as Markdown has it."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.findings import Confidence, Notice, Report, Severity
from scanner.reports.github import LIMIT, command, render
from scanner.reports.markdown import code, escaped
from scanner.reports.step_summary import LIMIT as SUMMARY_LIMIT
from scanner.reports.step_summary import ROOM, append, summary

COMMANDS = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group",
    "internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output",
    "stop-commands", "warning",
}  # fmt: skip
HOSTILE = (
    "::set-output name=a::b", "::stop-commands::x", "##[add-mask]x", "##[set-env name=A]b",
    "x\n::stop-commands::token", "x\r::add-mask::y", "x\r\n##[group]y", "a%0A::error::b",
    "a,line=9,title=x.py", "a::b.py", "a:b.py", "100%25.py", "\u2028::debug::x", "\x85::echo::on",
    "  ::warning::x", "##[[error]x", "`a`|<b>*c*_d_[e](f)", "\x1b]8;;x\x07", "\udcff::error::",
)  # fmt: skip
NAMES = st.sampled_from(HOSTILE) | st.binary(min_size=1, max_size=30).filter(
    lambda name: b"\0" not in name
).map(os.fsdecode)


def read_by_the_runner(output):
    """Yield (name, properties, message) for each line that is a command, else the line.

    Follows `TryParseV2` and `TryParse` of ActionCommand.cs and the line ends of .NET.
    """
    for line in re.split(r"\r\n|\r|\n", output):
        if not line:
            continue
        trimmed = line.lstrip()
        new = re.match(r"::(.*?)::(.*)", trimmed, re.DOTALL)
        old = re.search(r"##\[(.*?)\](.*)", line, re.DOTALL)
        if new and new[1].partition(" ")[0] in COMMANDS:
            yield parsed(new[1], ",", new[2], (("%0D", "\r"), ("%0A", "\n")))
        elif old and old[1].partition(" ")[0] in COMMANDS:
            yield parsed(old[1], ";", old[2], ())
        else:
            yield line


def parsed(info, separator, message, marks):
    name, _, rest = info.partition(" ")
    properties = dict(part.split("=", 1) for part in rest.strip().split(separator) if "=" in part)
    for escape, mark in (*marks, (("%3A", ":")), ("%2C", ","), ("%25", "%")):
        properties = {key: text.replace(escape, mark) for key, text in properties.items()}
    for escape, mark in (*marks, ("%25", "%")):
        message = message.replace(escape, mark)
    return name, properties, message


def annotations(report, view):
    return list(read_by_the_runner("".join(render(report, view))))


def found(builders, path, **more):
    make = builders.Maker()
    return builders.finding(
        builders.KEY_ID, {"key_id": make.key_id()}, builders.at("key_id", path, 3, 5), **more
    )


def report_of(builders, *findings, notices=()):
    tally = builders.tally()
    for notice in notices:
        tally.notice(notice)
    return Report("ci", tuple(findings), tally)


def test_an_annotation(builders):
    ((name, properties, message), line) = annotations(
        report_of(builders, found(builders, "src/app.py", account_id="123456789012")),
        builders.view(),
    )
    assert name == "error"
    assert properties == {
        "file": "src/app.py", "line": "3", "endLine": "3", "col": "5", "endColumn": "25",
        "title": "AWS access key ID (medium)",
    }  # fmt: skip
    assert message.startswith("AWS access key ID AKIA****")
    assert "of account 123456789012 can be read here" in message
    assert "keycatch rules show aws-access-key-id" in message
    assert line == "1 AWS access key ID found in 12 changed files in 0 commits (35 kB)"


def test_levels(builders):
    findings = [
        found(builders, "a", severity=Severity.NOTE, confidence=Confidence.HIGH),
        found(builders, "b", severity=Severity.CRITICAL, confidence=Confidence.LOW),
        found(builders, "c", severity=Severity.LOW, confidence=Confidence.MEDIUM),
    ]
    seen = annotations(report_of(builders, *findings), builders.view())[:-1]
    assert [(name, properties["file"]) for name, properties, _ in seen] == [
        ("error", "c"), ("warning", "b"), ("notice", "a"),
    ]  # fmt: skip


def test_columns_only_on_one_line(builders):
    """The runner drops columns where the lines differ."""
    of = found(builders, "a.pem")
    spread = of._replace(locations=(of.locations[0]._replace(end_line=9, end_column=2),))
    ((_, properties, _), _) = annotations(report_of(builders, spread), builders.view())
    assert (properties["line"], properties["endLine"]) == ("3", "9")
    assert not {"col", "endColumn"} & set(properties)


def test_worst_first_and_no_more_than_github_keeps(builders):
    findings = [
        found(builders, f"{level}/{number:02}", severity=severity, confidence=confidence)
        for number in range(15)
        for level, severity, confidence in (
            ("low", Severity.LOW, Confidence.HIGH),
            ("critical", Severity.CRITICAL, Confidence.HIGH),
            ("maybe", Severity.HIGH, Confidence.LOW),
        )
    ]
    seen = annotations(report_of(builders, *findings), builders.view())
    files = {level: [each[1]["file"] for each in seen if each[0] == level] for level in COMMANDS}
    assert files["error"] == [f"critical/{number:02}" for number in range(LIMIT)]
    assert files["warning"] == [f"maybe/{number:02}" for number in range(LIMIT)]
    assert seen[-2].startswith("and 20 more errors, 5 more warnings, beyond")
    assert seen[-1].startswith("30 AWS access key IDs found")
    assert seen[-1].endswith(", 15 possible credentials below --fail-on medium")
    titles = {each[0]: each[1]["title"] for each in seen[:-2]}
    assert titles["error"].startswith("AWS access key ID (")
    assert titles["warning"].startswith("Possible: AWS access key ID (")


def test_exactly_what_github_keeps_leaves_nothing_out(builders):
    findings = [found(builders, f"{number}") for number in range(LIMIT)]
    seen = annotations(report_of(builders, *findings), builders.view())
    assert len(seen) == LIMIT + 1
    assert not any(str(each).startswith("and ") for each in seen)


@pytest.mark.parametrize(("exit_code", "level"), [(2, "error"), (1, "warning")])
def test_incomplete(builders, exit_code, level):
    notices = [
        Notice("unreadable", "/home/somebody/x", "cannot open '/home/somebody/x'", True),
        Notice("unreadable", "b", "Permission denied", True),
    ]
    findings = [found(builders, f"{number}") for number in range(12)] if exit_code == 1 else []
    report = report_of(builders, *findings, notices=notices)
    seen = annotations(report, builders.view(exit_code=exit_code))
    of_level = [each for each in seen if each[0] == level]
    assert [each[1]["title"] for each in of_level] == ["The scan is incomplete"]
    assert of_level[0][2].startswith("2 items could not be fully read")
    assert "somebody" not in of_level[0][2]
    assert len(of_level) <= LIMIT


def test_what_a_configuration_took_away_is_a_notice(builders, make_case):
    report, view = make_case("configured")
    ((name, properties, message), line) = annotations(report, view)
    assert (name, properties["file"]) == ("notice", ".keycatch.toml")
    assert message.startswith(".keycatch.toml excludes 3 files, disables aws-unnamed-secret")
    assert line == "no AWS credentials found in 12 files (35 kB)"
    assert annotations(report, view._replace(verbosity=-1)) == []
    assert "`.keycatch.toml` excludes 3 files" in summary(report, view, SUMMARY_LIMIT)
    notes = [found(builders, f"{number}", severity=Severity.NOTE) for number in range(12)]
    seen = annotations(report._replace(findings=tuple(notes)), view)
    assert len([each for each in seen if each[0] == "notice"]) == LIMIT
    assert seen[-2].startswith("and 3 more notices")


def test_a_configuration_elsewhere_does_not_tell_where(make_case):
    report, view = make_case("configured_findings")
    output = "".join(render(report, view)) + summary(report, view, SUMMARY_LIMIT)
    assert "%25.toml disables" in output
    assert "somebody" not in output


def test_notes_are_counted_apart(make_case):
    report, view = make_case("notes_and_more")
    seen = annotations(report, view)
    assert [each[0] for each in seen[:-1]] == ["error", "warning", "notice"]
    below = "1 possible credential below --fail-on medium"
    assert seen[-1].endswith(f"345 bytes), {below}, 1 note")
    assert f"; {below}; 1 note; " in summary(report, view, SUMMARY_LIMIT)
    report, view = make_case("notes")
    assert annotations(report, view)[-1].endswith("1 staged file (345 bytes), 3 notes")


def test_the_commit_is_named(make_case):
    report, view = make_case("commits")
    (error, _, _) = annotations(report, view)
    assert "can be read here in commit 88888888, 2026-05-03, with the" in error[2]
    assert r"in commit 88888888\, 2026\-05\-03 with" in summary(report, view, SUMMARY_LIMIT)


def test_incomplete_counts_among_the_errors(builders):
    report = report_of(
        builders, *(found(builders, f"{number}") for number in range(12)),
        notices=[Notice("unreadable", "b", "", True)],
    )  # fmt: skip
    seen = annotations(report, builders.view(exit_code=2))
    assert len([each for each in seen if each[0] == "error"]) == LIMIT
    assert seen[-2].startswith("and 3 more errors")


def test_a_clean_scan_is_a_plain_line(make_case):
    report, view = make_case("clean")
    assert annotations(report, view) == ["no AWS credentials found in 1,204 files (18 MB)"]
    assert annotations(report, view._replace(verbosity=1)) == annotations(report, view)
    assert annotations(report, view._replace(verbosity=-1)) == []


def test_quiet_has_commands_only(make_case):
    report, view = make_case("pair")
    assert [each[0] for each in annotations(report, view._replace(verbosity=-1))] == ["error"]


def test_values_stay_redacted(make_case):
    report, view = make_case("triple")
    output = "".join(render(report, view._replace(show_secrets=True)))
    for value in report.findings[0].values.values():
        assert value.reveal().decode()[5:-5] not in output


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(
    names=st.lists(NAMES, min_size=3, max_size=3), text=NAMES, verbosity=st.integers(-1, 1),
    exit_code=st.integers(0, 2), level=st.sampled_from([*Confidence]),
)  # fmt: skip
def test_no_line_is_another_command(builders, names, text, verbosity, exit_code, level):
    path, member, other = names
    make = builders.Maker()
    finding = builders.finding(
        builders.PAIR,
        {"key_id": make.key_id(), "secret": make.secret()},
        builders.at("key_id", path, 3),
        builders.at("secret", other, 4),
        evidence=(text,),
        account_id=text,
    )
    packed = builders.finding(
        builders.CUSTOM, {"key_id": make.key_id()},
        builders.at("key_id", other, 3, member=member, decoded=("zip",)), rule_id=text,
    )  # fmt: skip
    notices = [Notice(text, path, other, True), Notice("unreadable", other, text, False)]
    report = report_of(builders, finding, packed, notices=notices)
    view = builders.view(verbosity=verbosity, exit_code=exit_code, fail_on=level)
    seen = annotations(report, view)
    commands = [each for each in seen if isinstance(each, tuple)]
    assert len(commands) == 3
    assert {each[0] for each in commands} <= {"error", "warning", "notice"}
    allowed = {"file", "line", "endLine", "col", "endColumn", "title"}
    assert all(set(properties) <= allowed for _, properties, _ in commands)
    assert all(properties.get("line", "1") in ("1", "3", "4") for _, properties, _ in commands)
    for line in seen:
        if isinstance(line, str):
            assert re.fullmatch(r"\d+ AWS credentials? found in what was read of .*", line)


@pytest.mark.parametrize("path", ["a:b,c=d%20.py", "a::b.py", "##[x]y", "dir/üñ.py", "-x", "a%2Cb"])
def test_a_path_arrives_as_it_is(builders, path):
    ((_, properties, _), _) = annotations(
        report_of(builders, found(builders, path)), builders.view()
    )
    assert properties["file"] == path


def test_the_reading_of_commands_finds_what_is_not_escaped():
    """The tests above can fail: they do for a line that is put together without escaping."""
    careless = "::error file=a,line=1,title=x::y\n::stop-commands::token\nx ##[add-mask]z\n"
    assert [name for name, _, _ in read_by_the_runner(careless)] == [
        "error", "stop-commands", "add-mask",
    ]  # fmt: skip
    with_care = command("error", "y\n::stop-commands::token", {"title": "x::y,line=7"})
    ((name, properties, message),) = read_by_the_runner(with_care)
    assert (name, properties) == ("error", {"title": "x::y,line=7"})
    assert message == r"y\n::stop-commands::token"


# The step summary


def test_summary_of_a_pair(make_case):
    report, view = make_case("pair")
    text = summary(report, view, SUMMARY_LIMIT)
    assert text.startswith("### keycatch: 1 AWS credential found\n\n")
    assert "- **critical** `config/settings.py:12:22`: `AWS access key pair` `AKIA****" in text
    assert "with the secret access key at `config/settings.py:13:26`" in text


def test_summary_of_every_outcome(case):
    report, view = case
    text = summary(report, view, SUMMARY_LIMIT)
    assert f"exit code {view.exit_code}" in text
    assert ("The scan is incomplete" in text) == bool(report.incomplete)
    assert text.count("- **") == len(report.findings)
    for finding in report.findings:
        for value in finding.values.values():
            assert value.reveal().decode() not in text


def test_the_parts_of_a_pair_in_two_files_are_not_further_copies(make_case):
    report, view = make_case("two_files")
    output = "".join(render(report, view)) + summary(report, view, SUMMARY_LIMIT)
    assert "more place" not in output
    assert "the secret access key in b/secret.yaml on line 9" in output


def spans(line):
    """Return the code spans of a line and the rest of it, as CommonMark 6.1 has it."""
    rest, inside = "", []
    while run := re.search("`+", line):
        end = re.search(rf"(?<!`){run[0]}(?!`)", line[run.end() :])
        rest += line[: run.start()]
        if end is None:
            return inside, f"{rest}{line[run.start() :]}"
        inside.append(line[run.end() :][: end.start()])
        line = line[run.end() + end.end() :]
    return inside, rest + line


@settings(max_examples=settings().max_examples * 2, deadline=None)
@given(path=NAMES | st.text("`| <>a\\", min_size=1, max_size=12), member=NAMES)
def test_names_mean_nothing_in_the_summary(builders, path, member):
    """Outside of code spans stands only what keycatch itself says."""
    make = builders.Maker()
    of = builders.finding(
        builders.CUSTOM, {"mail_password": make.secret()},
        builders.at("mail_password", path, 3, member=member), rule_id=path, account_id=path,
    )  # fmt: skip
    report = report_of(builders, of, notices=[Notice("unreadable", path, member, True)])
    text = summary(report, builders.view(), SUMMARY_LIMIT)
    lines = [line for line in text.split("\n") if line.startswith("- ")]
    assert len(lines) == 2
    assert spans(lines[0])[1] == "- **low** :   of account  (low confidence)"
    assert spans(lines[1])[1] == "- not read: , unreadable"
    assert "\x1b" not in text
    assert "\r" not in text


@given(text=st.text("`a |", max_size=20))
def test_a_code_span_holds_what_it_is_given(text):
    ((inside,), rest) = spans(f"x{code(text)}y")
    assert rest == "xy"
    assert inside in (text, f" {text} ")


def test_escaped_has_no_bare_punctuation():
    assert escaped("a-b <c>|`d`") == r"a\-b \<c\>\|\`d\`"


def test_summary_is_appended(builders, make_case, tmp_path):
    file = tmp_path / "summary.md"
    file.write_bytes(b"before\n")
    report, view = make_case("pair")
    assert append(report, view, str(file)) == ""
    assert append(report, view, str(file)) == ""
    assert file.read_text("utf-8") == "before\n" + 2 * summary(report, view, SUMMARY_LIMIT)


def test_summary_makes_the_file(make_case, tmp_path):
    assert append(*make_case("clean"), str(tmp_path / "new.md")) == ""
    assert "### keycatch: no AWS credentials found" in (tmp_path / "new.md").read_text("utf-8")


@pytest.mark.parametrize("taken", [0, 500_000, SUMMARY_LIMIT - ROOM - 1000])
def test_summary_is_cut_below_the_limit(builders, tmp_path, taken):
    file = tmp_path / "summary.md"
    file.write_bytes(b"x" * taken)
    findings = [found(builders, f"{'ü' * 200}/{number:05}") for number in range(2_500)]
    assert append(report_of(builders, *findings), builders.view(), str(file)) == ""
    size = file.stat().st_size
    assert SUMMARY_LIMIT - ROOM - 1000 < size <= SUMMARY_LIMIT - ROOM
    text = file.read_text("utf-8")
    left_out = int(re.search(r"\n([\d,]+) more lines: too long", text)[1].replace(",", ""))
    assert text.count("- **") == len(findings) - left_out


def test_summary_leaves_a_full_file_alone(make_case, tmp_path):
    file = tmp_path / "summary.md"
    file.write_bytes(b"x" * (SUMMARY_LIMIT - ROOM))
    assert "full" in append(*make_case("pair"), str(file))
    assert file.stat().st_size == SUMMARY_LIMIT - ROOM


@pytest.mark.parametrize("name", [".", "missing/summary.md", "nul\0", "line\nfeed/x"])
def test_summary_that_cannot_be_written_costs_a_sentence(make_case, tmp_path, name):
    problem = append(*make_case("pair"), str(tmp_path / name))
    assert problem.startswith("no step summary was written to ")
    assert problem.isprintable()


def test_no_annotation_beside_a_file_that_head_does_not_have_so(make_case):
    report, view = make_case("history")
    annotations = [each for each in read_by_the_runner("".join(render(report, view)))
                   if isinstance(each, tuple)]  # fmt: skip
    beside = {
        properties.get("file"): (properties, message)
        for _, properties, message in annotations
        if "file" in properties
    }
    assert beside.keys() == {"config/settings.py", "d.py"}
    properties, message = beside["config/settings.py"]
    assert (properties["line"], properties["col"], properties["endColumn"]) == ("40", "5", "25")
    assert message.startswith(
        "AWS access key pair AKIA****7DK6 of account 123456789012 can be read in config/settings.py"
        " on line 40 in HEAD, with the secret access key on line 41, and in 5 more places; still in"
        " HEAD, already pushed, 30 days, since 2026-05-01. Severity critical"
    )
    gone = [message for _, _, message in annotations if " in b.py on line 7 in commit " in message]
    assert len(gone) == 1
    # The file is in HEAD, but with other content.
    other = report.findings[-1]
    places = tuple(each for each in other.locations if each.path == "README.md")
    report = report._replace(findings=(other._replace(locations=places),))
    text = "".join(render(report, view))
    assert "file=" not in text
    assert "can be read in README.md on line 12 in commit 77777777" in text


def test_a_narrowed_history_is_told(make_case):
    for name in ("history", "history_clean"):
        report, view = make_case(name)
        text = "".join(render(report, view))
        for sentence in report.narrowed:
            assert sentence in text
        told = f"**Not all of the history**: {escaped('; '.join(report.narrowed))}.\n"
        assert told in summary(report, view, 1 << 20)
        assert not any(s in "".join(render(report, view._replace(verbosity=-1)))
                       for s in report.narrowed)  # fmt: skip
    assert "Not all" not in summary(*make_case("history_of_messages"), 1 << 20)


def test_a_narrowed_history_takes_the_place_of_a_notice(make_case, builders):
    report, view = make_case("history")
    note = next(each for each in report.findings if not each.severity)
    report = report._replace(findings=(note,) * (LIMIT + 3))
    lines = "".join(render(report, view)).splitlines()
    assert sum(line.startswith("::notice ") for line in lines) == LIMIT
    assert lines[0].startswith("::notice title=Not all of the history::")
    assert "and 4 more notices, beyond" in lines[-2]


def test_a_summary_tells_how_exposed_it_is(make_case):
    text = summary(*make_case("history"), 1 << 20)
    assert (
        "- **critical** `config/settings.py:40:5`: `AWS access key pair` `AKIA****7DK6` of account"
        " `123456789012` in HEAD with the secret access key at `config/settings.py:41:5` and in 5"
        " more places **still in HEAD\\, already pushed\\, 30 days\\, since 2026\\-05\\-01**"
    ) in text
    assert "`b.py:7:3`: `AWS secret access key` `bo****gK` in commit 99999999" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_history_is_a_command(builders, name):
    at = builders.moment(1, name)._replace(author_date=name, commit=name)
    known = builders.past(1)._replace(
        first=at, last=at, removed=at, branches=(name,), tags=(name,), held_by=(name,)
    )
    place = builders.at("key_id", name, 1, **builders.of_history(1, author_date=name, commit=name))
    found = builders.finding(
        builders.KEY_ID, {"key_id": builders.Maker().key_id()}, place, history=known
    )
    report = Report("history", (found,), builders.tally(), None, (name,))
    read = list(read_by_the_runner("".join(render(report, builders.view()))))
    assert [each[0] for each in read if isinstance(each, tuple)] == ["error", "notice"]
    assert len(read) == 3
