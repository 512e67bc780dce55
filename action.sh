#!/usr/bin/env bash
# What the action in action.yml does. Its inputs come as INPUT_* variables and never as parts of a
# script, so that nothing in them can be run. Bash 3.2 of macOS is enough.
set -euo pipefail

# The checkout is not to bring modules: an empty entry in PYTHONPATH is the current directory.
unset PYTHONPATH PYTHONHOME PYTHONPLATLIBDIR PYTHONUSERBASE PYTHONPYCACHEPREFIX PYTHONEXECUTABLE \
    PYTHONSTARTUP PYTHONWARNINGS PYTHONBREAKPOINT PYTHONINSPECT PYTHON_PRESITE
export PYTHONSAFEPATH=1

# The data of a command has % and line breaks as percent codes (docs.github.com, "Workflow commands").
escaped() {
    local text=${1//'%'/%25}
    text=${text//$'\r'/%0D}
    printf '%s' "${text//$'\n'/%0A}"
}

# Says why ($1) there is no result, with the exit code $2: one annotation and one line in the summary
# of the step.
explain() {
    printf '::error title=keycatch::%s\n' "$(escaped "$1")"
    # In a block of code nothing is Markdown; nothing in it can end the block either.
    [ -z "${GITHUB_STEP_SUMMARY-}" ] ||
        printf '**keycatch could not scan (exit code %s)**\n\n```text\n%s\n```\n' \
            "$2" "$(printf '%s' "$1" | tr '`\r\n' "'  ")" >>"$GITHUB_STEP_SUMMARY"
}

fail() {
    explain "$1" 2
    printf 'exit-code=2\n' >>"$GITHUB_OUTPUT"
    exit 2
}

# A line break in an input would be a second line of GITHUB_OUTPUT or of the log.
for name in COMMAND FAIL_ON CONFIG USE_CONFIG USE_MARKS SARIF_FILE CATEGORY WORKING_DIRECTORY SOURCE EXECUTABLE PYTHON; do
    value=INPUT_$name
    value=${!value-}
    case $value in
    *$'\n'* | *$'\r'*) fail "the input $name has a line break in it" ;;
    esac
done

case $INPUT_COMMAND in
ci | scan) ;;
*) fail "the input command must be ci or scan" ;;
esac
case $INPUT_FAIL_ON in
'' | low | medium | high | critical) ;;
confidence:low | confidence:medium | confidence:high) ;;
severity:low | severity:medium | severity:high | severity:critical) ;;
*) fail "the input fail-on must be low, medium or high (confidence), or critical or severity:high (severity)" ;;
esac
case $INPUT_USE_CONFIG in
true | false) ;;
*) fail "the input use-config must be true or false" ;;
esac
case ${INPUT_USE_MARKS-true} in
true | false) ;;
*) fail "the input use-marks must be true or false" ;;
esac
case $INPUT_SARIF_FILE in
'' | -*) fail "the input sarif-file must be the name of a file" ;;
esac
# Files that inputs name are in the workspace, wherever keycatch runs: the next steps look there.
in_workspace() {
    case $1 in
    - | /* | [A-Za-z]:[/\\]*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
    esac
}
directory=${INPUT_WORKING_DIRECTORY:-.}
[ -d "$directory" ] || fail "the input working-directory is no directory of the checkout: $directory"
sarif=$(in_workspace "$INPUT_SARIF_FILE")
# Further reports, one a line; here alone a line break is no mistake.
more=()
while IFS= read -r line || [ -n "$line" ]; do
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    case $line in
    '') ;;
    [a-z]*=?*) more+=(--output "${line%%=*}=$(in_workspace "${line#*=}")") ;;
    *) fail "the input outputs must have FORMAT=FILE on each line" ;;
    esac
done <<<"${INPUT_OUTPUTS-}"
case $INPUT_SOURCE in
-*) fail "the input source must be what pip installs, not an option" ;;
esac

keycatch=$INPUT_EXECUTABLE
if [ -z "$keycatch" ]; then
    # -I: without it Python would look for its own modules in the checkout first.
    "$INPUT_PYTHON" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or newer is needed: put actions/setup-python before this action"
    environment=$RUNNER_TEMP/keycatch
    "$INPUT_PYTHON" -I -m venv "$environment" || fail "no virtual environment could be made"
    programs=$environment/bin
    [ -d "$programs" ] || programs=$environment/Scripts
    "$programs/python" -I -m pip install --quiet --disable-pip-version-check --no-input \
        -- "${INPUT_SOURCE:-$GITHUB_ACTION_PATH}" || fail "keycatch could not be installed"
    keycatch=$programs/keycatch
fi

options=("$INPUT_COMMAND")
[ -z "$INPUT_FAIL_ON" ] || options+=(--fail-on "$INPUT_FAIL_ON")
if [ -n "$INPUT_CONFIG" ]; then
    options+=("--config=$(in_workspace "$INPUT_CONFIG")")
elif [ "$INPUT_USE_CONFIG" = false ]; then
    options+=(--no-config)
fi
[ "${INPUT_USE_MARKS-true}" = true ] || options+=(--no-marks)
[ -z "${INPUT_CATEGORY-}" ] || options+=("--category=$INPUT_CATEGORY")

# Messages name files, and the runner would read a command in the name of one. Between these two it
# reads none; nobody can guess the word that ends it.
token=keycatch-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
stop_commands() { printf '::stop-commands::%s\n' "$token"; }
resume_commands() { printf '::%s::\n' "$token"; }

# A report of an earlier step must not be uploaded in place of one that could not be made.
rm -f -- "$INPUT_SARIF_FILE" || fail "the file that the input sarif-file names cannot be written"
# Annotations are printed, and the step has a summary, only if there is something to say.
messages=$RUNNER_TEMP/keycatch-messages
errors=$RUNNER_TEMP/keycatch-errors
summary=$RUNNER_TEMP/keycatch-summary
rm -f -- "$messages" "$summary" "$errors"
case $keycatch in
*/*) keycatch=$(in_workspace "$keycatch") ;;
esac
[ ! -f "${GITHUB_STEP_SUMMARY-}" ] || cp -- "$GITHUB_STEP_SUMMARY" "$summary"
code=0
stop_commands
(cd -- "$directory" && GITHUB_STEP_SUMMARY=$summary "$keycatch" "${options[@]}" \
    --output "sarif=$sarif" --output "github=$messages" \
    ${more[@]+"${more[@]}"}) 2>"$errors" || code=$?
cat "$errors"
resume_commands

if [ "$code" -ne 0 ] && [ -f "$messages" ]; then
    cat "$messages"
    [ -z "${GITHUB_STEP_SUMMARY-}" ] || [ ! -f "$summary" ] || cat "$summary" >"$GITHUB_STEP_SUMMARY"
elif [ "$code" -ne 0 ]; then
    # Without a report the last line says why; another program's output may be long.
    reason=$(tail -n 1 "$errors" | cut -c 1-1000)
    explain "${reason:-keycatch ended with exit code $code and gave no reason}" "$code"
elif [ "$code" -eq 0 ]; then
    printf 'keycatch: clean; the report is %s\n' "$INPUT_SARIF_FILE"
fi

printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
if [ -f "$INPUT_SARIF_FILE" ]; then
    printf 'sarif-file=%s\n' "$INPUT_SARIF_FILE" >>"$GITHUB_OUTPUT"
fi
exit "$code"
