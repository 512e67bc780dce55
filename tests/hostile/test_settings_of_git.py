"""What a repository can set: nothing of it changes what is found, and nothing of it is run."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

SETTINGS = {
    "core.quotePath": "false", "core.abbrev": "4", "core.bigFileThreshold": "1",
    "core.packedGitLimit": "1", "core.packedGitWindowSize": "1", "core.deltaBaseCacheLimit": "1",
    "core.checkStat": "minimal", "core.fileMode": "false", "core.ignoreCase": "true",
    "core.precomposeUnicode": "true", "core.protectNTFS": "false", "core.autocrlf": "true",
    "core.eol": "crlf", "core.safecrlf": "false", "core.logAllRefUpdates": "false",
    "core.warnAmbiguousRefs": "false", "core.useReplaceRefs": "true", "core.notesRef": "refs/x",
    "core.looseCompression": "0", "core.maxTreeDepth": "1", "core.preloadIndex": "true",
    "core.whitespace": "-trailing-space", "core.commentChar": "a", "core.sparseCheckout": "true",
    "core.sparseCheckoutCone": "true", "core.splitIndex": "true", "core.attributesFile": "/none",
    "color.ui": "always", "color.diff": "always", "column.ui": "always",
    "diff.renames": "copies", "diff.renameLimit": "1", "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true", "diff.relative": "true", "diff.submodule": "log",
    "diff.ignoreSubmodules": "all", "diff.context": "0", "diff.interHunkContext": "9",
    "diff.algorithm": "patience", "diff.wordRegex": ".", "diff.suppressBlankEmpty": "true",
    "diff.autoRefreshIndex": "false", "diff.orderFile": "/none", "diff.statGraphWidth": "1",
    "diff.wsErrorHighlight": "all", "diff.colorMoved": "zebra", "diff.dirstat": "lines",
    "log.showRoot": "false", "log.follow": "true", "log.date": "relative", "log.mailmap": "true",
    "log.decorate": "full", "log.diffMerges": "off", "log.abbrevCommit": "true",
    "log.initialDecorationSet": "all", "log.excludeDecoration": "*", "log.graphColors": "red",
    "format.pretty": "oneline", "format.notes": "*", "notes.displayRef": "*",
    "i18n.commitEncoding": "UTF-16", "i18n.logOutputEncoding": "UTF-16",
    "index.threads": "9", "index.version": "4", "index.sparse": "true", "index.skipHash": "true",
    "feature.manyFiles": "true", "feature.experimental": "true", "fsck.skipList": "/none",
    "pack.useBitmaps": "true", "pack.useSparse": "false", "pack.readReverseIndex": "true",
    "status.showUntrackedFiles": "no", "status.relativePaths": "true", "status.renames": "true",
    "transfer.hideRefs": "refs/", "uploadpack.hideRefs": "refs/", "receive.hideRefs": "refs/",
    "rev-list.maxCount": "1", "mailmap.file": "/none", "mailmap.blob": "HEAD:first",
    "submodule.active": ".", "submodule.recurse": "true", "submodule.x.ignore": "all",
    "branch.main.remote": ".", "branch.main.merge": "refs/heads/main", "push.default": "nothing",
    "url./nowhere.insteadOf": "", "url./nowhere.pushInsteadOf": "", "trace2.normalTarget": "2",
    "advice.detachedHead": "true", "gc.auto": "1", "maintenance.auto": "true",
    "extensions.worktreeConfig": "true", "commitGraph.readChangedPaths": "true",
}  # fmt: skip


def config(settings: dict[str, str]) -> str:
    lines = []
    for key, value in settings.items():
        section, _, rest = key.partition(".")
        subsection, _, name = rest.rpartition(".")
        head = f'{section} "{subsection}"' if subsection else section
        lines.append(f'[{head}]\n\t{name} = "{value}"\n')
    return "".join(lines)


@pytest.mark.parametrize(
    "command", [["scan", "."], ["staged"], ["range", "HEAD~2..HEAD"], ["history", "--no-cache"]]
)
def test_no_setting_changes_a_report(
    command: list[str], repository: Any, keycatch: Any, plant: Any
) -> None:
    repository.commit("first")
    repository.write("sub/ü\n.env", plant.pair())
    repository.commit()
    repository.git("mv", "first", "second")
    repository.write(".gitmodules", '[submodule "x"]\n\tpath = x\n\tignore = all\n')
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},x")
    repository.git("add", "-A")
    repository.git("commit", "-qm", "third")
    repository.write("sub/b.env", plant.pair())
    repository.git("add", "-A")
    repository.write("SUB/B.env", plant.pair())
    reports = []
    for more in ("", config(SETTINGS)):
        with (repository.root / ".git/config").open("a") as file:
            file.write(more)
        (repository.root / ".git/info").mkdir(exist_ok=True)
        if more:
            (repository.root / ".git/info/sparse-checkout").write_text("/none\n")
            (repository.root / ".git/info/attributes").write_text("* -diff binary\n")
            (repository.root / ".git/info/refs").write_text("\n")
        done = keycatch(*command, "--format", "json", cwd=repository.root)
        assert done.returncode == 1, done.stderr
        reports.append(done.report())
    assert json.dumps(reports[0]) == json.dumps(reports[1])


PROGRAMS = (
    "core.fsmonitor", "core.alternateRefsCommand", "core.hooksPath", "core.sshCommand",
    "core.pager", "core.editor", "gpg.program", "gpg.ssh.allowedSignersFile",
    "gpg.ssh.defaultKeyCommand", "gpg.ssh.program", "uploadpack.packObjectsHook",
    "protocol.ext.allow", "credential.helper", "sendemail.sendmailCmd", "man.viewer",
    "difftool.x.cmd", "mergetool.x.cmd", "guitool.x.cmd", "hook.x.command", "hook.x.event",
    "fetch.bundleURI", "remote.origin.vcs", "remote.origin.uploadpack", "tar.x.command",
    "submodule.x.update", "receive.procReceiveRefs", "core.gitProxy", "merge.x.driver",
    "trailer.x.cmd", "trailer.x.command", "instaweb.httpd", "web.browser", "browser.x.cmd",
    "diff.x.command", "diff.x.textconv", "filter.x.process", "filter.x.clean", "filter.x.smudge",
)  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="a program of POSIX")
@pytest.mark.parametrize("place", ["include", "includeIf", "worktree", "included twice"])
def test_no_included_setting_is_run(
    place: str, repository: Any, keycatch: Any, plant: Any, tmp_path: Path
) -> None:
    """A setting can be in a file that another file includes."""
    script, ran = tmp_path / "script", tmp_path / "ran"
    script.write_text(f"#!/bin/sh\necho ran >>{ran}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    repository.commit("first")
    repository.write("a.env", plant.pair())
    repository.write(".gitattributes", "* filter=x diff=x merge=x\n")
    repository.git("add", "-A")
    repository.git("commit", "-qm", "second")
    repository.write("b.env", plant.pair())
    repository.git("add", "-A")
    programs = config(dict.fromkeys(PROGRAMS, str(script)))
    git = repository.root / ".git"
    if place == "worktree":
        repository.git("config", "extensions.worktreeConfig", "true")
        (git / "config.worktree").write_text(programs)
    else:
        (git / "more").write_text(programs)
        if place == "included twice":
            (git / "most").write_text("[include]\n\tpath = more\n")
        head = 'includeIf "gitdir:/"' if place == "includeIf" else "include"
        with (git / "config").open("a") as file:
            file.write(f"[{head}]\n\tpath = {'most' if place == 'included twice' else 'more'}\n")
    line = f"refs/heads/m {repository.git('rev-parse', 'HEAD').strip()} refs/heads/m {'0' * 40}\n"
    for command in (["scan", "."], ["staged"], ["range", "HEAD~1..HEAD"], ["history"], ["push"]):
        given = line.encode() if command == ["push"] else None
        done = keycatch(*command, cwd=repository.root, given=given)
        assert done.returncode == 1, (command, done.stderr)
    assert not ran.exists()
    repository.git("status", check=False)
    assert ran.exists()
