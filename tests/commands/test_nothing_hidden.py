"""Nothing is hidden in silence: marks, folders without files, what git ignores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.reports import FORMATS


def scan(keycatch: Any, where: Path, *options: str, code: int = 0) -> Any:
    done = keycatch("scan", ".", "--format", "json", *options, cwd=where)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


# -- marks --------------------------------------------------------------------------------------


def test_no_marks_reports_what_marks_allow(past: Any, plant: Any) -> None:
    base = past.put("plain.txt", "text\n")
    past.put("a.env", plant.pair().replace("\n", "  # keycatch:allow\n"))
    span = f"{base}..HEAD"
    env = {"PRE_COMMIT": "1", "GIT_INDEX_FILE": None}
    for command in (("scan", "."), ("staged",), ("range", span), ("history",)):
        assert past.keycatch(*command, cwd=past.root, env=env).returncode == 0, command
        done = past.keycatch(*command, "--no-marks", cwd=past.root, env=env)
        assert done.returncode == 1, command


def test_each_allowed_value_is_listed(past: Any, plant: Any) -> None:
    past.put("a.env", plant.pair().replace("\n", "  # keycatch:allow\n"))
    report = scan(past.keycatch, past.root).report()["scan"]
    assert [(each["reason"], each["line"]) for each in report["set_aside_values"]] == [
        ("allowed-on-line", 1), ("allowed-on-line", 2)
    ]  # fmt: skip
    said = past.keycatch("scan", ".", "-v", cwd=past.root).stdout
    assert "a.env:1:21: allowed on the line, access key ID" in said


def test_a_mark_that_names_no_rule_is_reported(past: Any, plant: Any) -> None:
    past.put("a.env", f"x = '{plant.key_id()}'  # keycatch:allow aws-acces-key-id: for a test\n")
    done = scan(past.keycatch, past.root, code=1)
    (finding,) = done.report()["findings"]
    said = "its mark names a rule that does not exist; did you mean aws-access-key-id?"
    assert said in finding["evidence"]
    text = past.keycatch("scan", ".", cwd=past.root).stdout
    assert "names a rule that does not exist" in " ".join(text.split())
    past.put("a.env", f"x = '{plant.key_id()}'  # keycatch:allow aws-access-key-id: for a test\n")
    scan(past.keycatch, past.root)


def test_a_mark_in_json(past: Any, plant: Any) -> None:
    text = '{\n  "//": "keycatch:allow-next-line aws-access-key-id: made up",\n  "key": "%s"\n}\n'
    past.put("a.json", text % plant.key_id())
    scan(past.keycatch, past.root)
    past.put("a.json", text.replace(",\n", ",\n  \n") % plant.key_id())
    scan(past.keycatch, past.root, code=1)


def test_a_mark_in_a_minified_file_covers_what_is_near(past: Any, plant: Any) -> None:
    near, far = f"a='{plant.key_id()}';", f"b='{plant.key_id()}';"
    past.put("a.min.js", f"{far}{'x=1;' * 250_000}{near}/* keycatch:allow */\n")
    done = scan(past.keycatch, past.root, code=1)
    assert {place[2] for place in done.places()} == {4}
    # Nor does a mark on the line above.
    past.put("a.min.js", f"// keycatch:allow-next-line\n{near}{'x=1;' * 250_000}{far}\n")
    done = scan(past.keycatch, past.root, code=1)
    assert {place[2] > 1_000_000 for place in done.places()} == {True}


# -- folders ------------------------------------------------------------------------------------


def test_an_empty_folder_is_no_clean_one(keycatch: Any, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    done = keycatch("scan", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "keycatch: nothing to scan in .: there is no file; name another directory, or use "
        "--allow-empty if that is expected\n"
    )
    assert keycatch("scan", ".", "below", cwd=tmp_path).returncode == 2
    assert keycatch("scan", ".", "--allow-empty", cwd=tmp_path).returncode == 0
    (tmp_path / "a").write_text("")
    assert keycatch("scan", ".", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_empty_folder_in_every_format(keycatch: Any, tmp_path: Path, format_name: str) -> None:
    done = keycatch("scan", ".", "--format", format_name, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    done = keycatch("scan", ".", "--format", format_name, "--allow-empty", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_empty_work_tree(past: Any) -> None:
    assert past.keycatch("scan", ".", cwd=past.root).returncode == 2
    assert past.keycatch("scan", ".", "--allow-empty", cwd=past.root).returncode == 0


def test_a_folder_of_which_all_is_excluded_is_not_empty(past: Any) -> None:
    past.put(".keycatch.toml", 'exclude = ["*"]\n')
    assert past.keycatch("scan", ".", cwd=past.root).returncode == 0


def test_what_git_ignores_is_counted_and_can_be_read(past: Any, plant: Any) -> None:
    past.put(".gitignore", ".env\nnode_modules/\n")
    past.write(".env", plant.pair())
    past.write("node_modules/a/one.js", plant.pair())
    past.write("node_modules/a/two.js", "x\n")
    done = scan(past.keycatch, past.root)
    assert done.report()["scan"]["counts"]["skipped"] == {"ignored-by-git": 2}
    assert "2 skipped" in past.keycatch("scan", ".", cwd=past.root).stdout
    said = past.keycatch("scan", ".", "-v", cwd=past.root).stdout
    assert "ignored by git (2)" in said
    done = scan(past.keycatch, past.root, "--no-ignore", code=1)
    assert done.paths() == {".env", "node_modules/a/one.js"}
    assert "ignored-by-git" not in done.report()["scan"]["counts"]["skipped"]


def test_a_tree_of_which_all_is_ignored_says_so(past: Any, plant: Any) -> None:
    (past.root / ".git/info/exclude").write_text("*\n")
    past.write(".env", plant.pair())
    done = past.keycatch("scan", ".", cwd=past.root)
    assert done.returncode == 2
    assert "git ignores all that is there (1); read them with --no-ignore" in done.stderr
    scan(past.keycatch, past.root, "--no-ignore", code=1)
