#!/usr/bin/env bash
# Run the tests of the compiled search under the address and undefined-behaviour sanitizers:
# `tools/sanitize.sh PYTHON [CORPUS]`, from the root of a checkout. CORPUS is a directory of inputs
# for the fuzz target `search`, as `python -m fuzz run search` keeps them. They need gcc and the
# headers of Python; where these are missing it says so and ends with 0, since the compiled search is
# not built either.
set -euo pipefail

python=$(command -v "$1")
headers=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')
if ! command -v gcc >/dev/null || [ ! -e "$headers/Python.h" ] ||
    [ ! -e "$(gcc -print-file-name=libasan.so)" ]; then
    echo "not run: gcc, its sanitizers or the headers of Python are missing"
    exit 0
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -R fuzz keycatch scanner rules tests pyproject.toml "$copy"
corpus=${2:+$(cd "$2" && pwd)}
python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python")
cd "$copy"
rm -f scanner/kernel/*.so
gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror \
    -Wno-cast-function-type -fPIC -shared "-I$headers" \
    -o scanner/kernel/anchors.abi3.so scanner/kernel/anchors.c

# Python's own allocator would hide what is read beyond an object; its leaks are not ours to mend.
watched() {
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc PYTHONPATH=$copy "$python" "$@"
}
watched -m pytest -q -n0 -p no:cacheprovider tests/kernel -k "not environment and not says_once"
watched -m pytest -q -n0 -p no:cacheprovider tests/fuzz -k "seeds and (search or pieces)"
if [ -n "$corpus" ]; then
    watched -m fuzz repeat search "$corpus"
fi
