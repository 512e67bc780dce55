"""`keycatch fleet` as a whole: outcomes, what is kept, what a second run does."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.fleet.state_folder import StateFolder

Run = Callable[..., Any]


@pytest.fixture
def clones(whole_clones: Path, make_repository: Run) -> Path:
    """Return a folder with a clean clone, two that share a key, and a broken one."""
    broken = make_repository("clones/broken")
    broken.commit("file")
    head = (broken.root / ".git/HEAD").read_text().split()[1]
    commit = (broken.root / ".git" / head).read_text().strip()
    (broken.root / ".git/objects" / commit[:2] / commit[2:]).unlink()
    return whole_clones


def fleet(keycatch: Run, state: Path, *arguments: Any, **options: Any) -> Any:
    return keycatch("fleet", *arguments, "--state", state, **options)


def test_a_mixed_fleet_is_one_report_and_a_second_run_scans_nothing_that_is_the_same(
    keycatch: Run, make_repository: Run, clones: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    done = fleet(keycatch, state, clones, "--format", "json", "--output", tmp_path / "one.json")
    assert done.returncode == 2
    assert "4 repositories: 1 clean, 2 with findings, 1 " in done.stderr
    assert "4 scanned now" in done.stderr

    report = json.loads((tmp_path / "one.json").read_text())
    (finding,) = report["findings"]  # the shared key is one credential
    assert {each["repository"] for each in finding["repositories"]} == {
        f"{clones}/one",
        f"{clones}/two",
    }
    assert report["scan"]["complete"] is False

    shutil.rmtree(clones / "broken")
    again = fleet(keycatch, state, clones, "--format", "json")
    assert again.returncode == 1
    assert "0 scanned now" in again.stderr
    assert json.loads(again.stdout)["findings"] == report["findings"]

    # What is new is scanned, and that alone.
    make_repository("clones/clean").commit("new")
    assert "1 scanned now" in fleet(keycatch, state, clones).stderr


def test_nothing_in_the_folder_has_a_name_or_a_value_and_others_cannot_read_it(
    keycatch: Run, clones: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    fleet(keycatch, state, clones / "one")
    secret = (clones / "one/config").read_text().split()[-1].encode()
    for path in state.rglob("*"):
        assert "one" not in path.name
        assert path.name == "lock" or path.stat().st_mode & 0o077 == 0, path
        assert path.is_dir() or secret not in path.read_bytes()
    assert state.stat().st_mode & 0o077 == 0


def test_status_shows_what_is_kept(keycatch: Run, clones: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    fleet(keycatch, state, clones / "one", clones / "clean")
    done = fleet(keycatch, state, "status")
    assert done.returncode == 1
    assert "2 repositories: 1 clean, 1 with findings" in done.stdout
    assert f"findings     {clones}/one" in done.stdout

    # A file that is damaged is no outcome, and the next run scans again.
    for path in (state / "states").iterdir():
        path.write_bytes(path.read_bytes()[:-9])
    done = fleet(keycatch, state, "status")
    assert done.returncode == 2
    assert "2 not scanned" in done.stdout
    assert "2 scanned now" in fleet(keycatch, state, clones / "one", clones / "clean").stderr


def test_a_damaged_report_is_made_again(keycatch: Run, clones: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    fleet(keycatch, state, clones / "one")
    (report,) = (state / "reports").iterdir()
    report.write_bytes(report.read_bytes().replace(b"high", b"weak"))
    done = fleet(keycatch, state, clones / "one")
    assert done.returncode == 1
    assert "1 scanned now" in done.stderr


def test_a_list_names_addresses_and_paths_next_to_it(
    keycatch: Run, clones: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text(
        "# ours\n\nclones/one\nclones/gone\nhttp://somebody:word@git.example/team/app\n"
        f"file://{clones}/two\n"
    )
    done = fleet(keycatch, tmp_path / "state", tmp_path / "list.txt", "--allow-file", "-f", "json")
    assert done.returncode == 2
    assert "4 repositories: 2 with findings, 2 failed" in done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert len(finding["repositories"]) == 2
    kept = b"".join(each.read_bytes() for each in (tmp_path / "state").rglob("*.json"))
    assert b"somebody" not in kept
    assert b"word@" not in kept
    assert "0 scanned now" not in done.stderr

    again = fleet(keycatch, tmp_path / "state", f"file://{clones}/two", "--allow-file")
    assert "0 scanned now" in again.stderr


def test_what_a_directory_has_no_more_stays_in_the_report(
    keycatch: Run, clones: Path, tmp_path: Path
) -> None:
    sources = tmp_path / "list.txt"
    sources.write_text("clones\n")

    def holders(*options: Any) -> tuple[Any, list[str]]:
        done = fleet(keycatch, tmp_path / "state", sources, "-f", "json", *options)
        (finding,) = json.loads(done.stdout)["findings"]
        return done, [Path(each["repository"]).name for each in finding["repositories"]]

    assert holders()[1] == ["one", "two"]
    holders("--exclude-repo", "two")  # gone meanwhile, and not chosen: missed all the same
    shutil.rmtree(clones / "two")
    shutil.rmtree(clones / "clean/.git")
    shutil.rmtree(clones / "broken")
    for number in range(2):
        done, found = holders()
        assert done.returncode == 2
        assert found == ["one", "two"]
        assert "no longer there, and kept: see --forget-unlisted: 1 (" in done.stderr
        assert ("nothing was found in it: 2 (" in done.stderr) == (number == 0)
        details = [each["detail"] for each in json.loads(done.stdout)["scan"]["notices"]]
        said = "failed: there is no repository any more; the findings of an earlier scan are in the"
        assert [detail.startswith(said) for detail in details] == [True]

    # The directory itself is gone, such as a disk that is not mounted.
    clones.rename(tmp_path / "elsewhere")
    done, found = holders()
    assert found == ["one", "two"]
    assert "there is no such directory" in done.stdout
    (tmp_path / "elsewhere").rename(clones)
    done, found = holders("--forget-unlisted")
    assert done.returncode == 1
    assert found == ["one"]
    assert "no longer there, and left out: 1" in done.stderr
    assert "no longer there" not in holders()[0].stderr


def test_a_server_that_is_gone_leaves_the_earlier_findings(
    keycatch: Run, clones: Path, tmp_path: Path
) -> None:
    url = f"file://{clones}/two"
    assert fleet(keycatch, tmp_path / "state", url, "--allow-file").returncode == 1
    shutil.rmtree(clones / "two")
    done = fleet(keycatch, tmp_path / "state", url, "--allow-file", "-f", "json")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)["findings"]) == 1
    assert "1 unreachable" in done.stderr


def test_a_scan_that_takes_too_long_is_ended(
    keycatch: Run, clones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.fleet import scan_process

    monkeypatch.setattr(scan_process, "_PROGRAM", "import time; time.sleep(600)")
    done = fleet(keycatch, tmp_path / "state", clones / "one", "--timeout", "1")
    assert done.returncode == 2
    assert "1 timed out" in done.stderr


def test_two_runs_on_one_folder_are_refused(keycatch: Run, clones: Path, tmp_path: Path) -> None:
    with StateFolder(str(tmp_path / "state"), is_new=True).locked():
        done = fleet(keycatch, tmp_path / "state", clones)
    assert done.returncode == 2
    assert "is in use by another run" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_that_is_something_else_is_refused(keycatch: Run, clones: Path) -> None:
    done = fleet(keycatch, clones, clones / "one")
    assert done.returncode == 2
    assert "has other files in it" in done.stderr
    done = fleet(keycatch, clones / "one", "status")
    assert done.returncode == 2
    assert "is no folder of `keycatch fleet`" in done.stderr


def test_a_run_that_is_interrupted_goes_on_where_it_was(
    keycatch: Run, clones: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scanner.fleet.scan_process import Scans

    sources = [clones / name for name in ("clean", "one", "two")]
    scans: list[str] = []
    scan = Scans.run

    def stop_at_the_second(scans_: Scans, arguments: Any, *more: Any) -> Any:
        scans.append(arguments[-1])
        if len(scans) == 2:
            raise KeyboardInterrupt
        return scan(scans_, arguments, *more)

    monkeypatch.setattr(Scans, "run", stop_at_the_second)
    done = fleet(keycatch, tmp_path / "state", *sources, "--jobs", "1")
    assert done.returncode == 130
    assert "after 1 of 3 repositories" in done.stderr
    assert "2 not scanned" in fleet(keycatch, tmp_path / "state", "status").stdout
    done = fleet(keycatch, tmp_path / "state", *sources, "--jobs", "1")
    assert done.returncode == 1
    assert [Path(each).name for each in scans] == ["clean", "one", "one", "two"]


def test_a_run_that_is_killed_loses_nothing(
    keycatch: Run, start: Run, clones: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    sources = [clones / name for name in ("clean", "one", "two")]
    with start("fleet", *sources, "--state", state, "--jobs", "1") as process:
        while process.poll() is None and not list(state.glob("states/*")):
            time.sleep(0.01)
        process.kill()
    kept = {path.name: path.read_bytes() for path in state.glob("states/*.json")}
    done = fleet(keycatch, state, *sources)
    assert done.returncode == 1
    assert "1 clean, 2 with findings" in done.stderr
    for name, content in kept.items():
        assert (state / "states" / name).read_bytes() == content


def test_mirrors_in_the_state_folder_are_no_sources(
    keycatch: Run, clones: Path, tmp_path: Path
) -> None:
    state = clones / "state"
    url = f"file://{clones}/two"
    fleet(keycatch, state, url, "--allow-file")
    assert "4 repositories:" in fleet(keycatch, state, clones).stderr


def test_one_sentence_says_what_is_wrong(keycatch: Run, clones: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    for arguments, said in (
        ([], "name sources"),
        ([tmp_path / "no.txt"], "a source is an address"),
        ([clones / "one", "--show-secrets"], "are redacted"),
        (["status"], "cannot be used"),
    ):
        done = fleet(keycatch, state, *arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
        assert not state.exists()
