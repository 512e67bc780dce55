#!/usr/bin/env bash
# Run the tests of what is compiled under the address and undefined-behaviour sanitizers:
# `tools/sanitize.sh PYTHON [CORPUS]`, from the root of a checkout. CORPUS is a directory of inputs
# for the fuzz target `search`, as `python -m fuzz run search` keeps them. They need gcc and the
# headers of Python; where these are missing it says so and ends with 0, since nothing is compiled
# either.
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
build() {
    gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -Wall -Wextra -Werror \
        -Wno-cast-function-type -fPIC -shared "-I$headers" -o "$@"
}
(
    cd scanner/kernel
    build anchors.abi3.so anchors.c files.c
    build packs.abi3.so packs.c batch.c commits.c deltas.c feed.c heads.c trees.c walk.c
)

# Python's own allocator would hide what is read beyond an object; its leaks are not ours to mend.
watched() {
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
        ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc PYTHONPATH=$copy "$python" "$@"
}
watched -m pytest -q -n0 -p no:cacheprovider tests/kernel tests/git/test_delta.py \
    tests/git/test_pack_heads.py tests/git/test_walk.py tests/history/objects/test_batch.py \
    tests/history/objects/test_feed.py tests/history/objects/test_naming.py \
    tests/history/objects/test_tree_search.py \
    -k "not environment and not says_once and not freed_is_kept"
watched -m pytest -q -n0 -p no:cacheprovider tests/fuzz -k "seeds and (search or pieces or delta or pack)"
if [ -n "$corpus" ]; then
    watched -m fuzz repeat search "$corpus"
fi
