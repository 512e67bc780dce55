"""Make the pictures in docs/pictures: of the terminal as SVG, of the HTML report as PNG.

    python tools/pictures.py

What they show is what the commands of docs/first-steps print (tools/first_steps.py), with the
colours of a terminal: made-up keys of made-up people. The report is opened in Chromium
(`pip install -e '.[browser]'`; KEYCATCH_CHROMIUM names one that is not on the PATH).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import first_steps  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES: Final = ROOT / "docs" / "pictures"


class Terminal(NamedTuple):
    """A picture of a command and what it prints."""

    page: str
    command: str
    title: str
    until: str = ""
    """The line before which the picture ends, or nothing for the end of the output."""


TERMINALS: Final = {
    "stopped-commit": Terminal(
        "developer", 'git commit -m "Say hello"', "A commit with an AWS key is stopped"
    ),
    "history": Terminal(
        "responder",
        "keycatch history clones/* --output json=report.json --output html=report.html "
        "--output text=-",
        "Leaked keys in the histories of three repositories",
        until="What to do\n",
    ),
}
REPORT: Final = ("responder", "report.html")
"""The page and the file that it makes, of which there is a picture in light and in dark."""
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WINDOW: Final = (1120, 900)

# Colours with a contrast of 4.5 to 1 and more on the background: those of the terminal "One Dark".
BACKGROUND: Final = "#1e2127"
COLOURS: Final = {
    "": "#d7dae0", "1": "#ffffff", "2": "#9aa1ad", "31": "#ff7b85", "32": "#98c379",
    "33": "#e5c07b", "34": "#74b9f5", "35": "#d692e8", "36": "#62c4cf",
}  # fmt: skip
WIDTH, HEIGHT, SIZE, MARGIN = 7.8, 19, 13, 16
"""Of a character, of a line, of the font and of the edge, in pixels."""
ESCAPE: Final = re.compile(r"\x1b\[([0-9;]*)m")


def pieces(line: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each part of a line with the codes of its colour and weight."""
    codes: tuple[str, ...] = ()
    end = 0
    for match in ESCAPE.finditer(line):
        if line[end : match.start()]:
            yield codes, line[end : match.start()]
        codes = tuple(code for code in match[1].split(";") if code not in ("", "0"))
        end = match.end()
    if line[end:]:
        yield codes, line[end:]


def svg(title: str, text: str) -> str:
    """Return a picture of a terminal that shows `text`, which has the codes of its colours."""
    lines = text.splitlines()
    columns = max(len(ESCAPE.sub("", line)) for line in lines)
    width, height = round(columns * WIDTH) + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>\n'
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" '
        f'font-size="{SIZE}" fill="{COLOURS[""]}">\n'
    )
    made = [head]
    for number, line in enumerate(lines):
        y = MARGIN + number * HEIGHT + 14
        column = 0
        for codes, part in pieces(line):
            # Browsers merge spaces. With a length, columns stay in line whatever font there is.
            for word in re.finditer(r"\S+(?: \S+)*", part):
                x = MARGIN + (column + word.start()) * WIDTH
                made.append(
                    f'<text x="{x:.1f}" y="{y}" textLength="{len(word[0]) * WIDTH:.1f}"'
                    f"{style(codes)}>{escape(word[0])}</text>\n"
                )
            column += len(part)
    return "".join([*made, "</g>\n</svg>\n"])


def style(codes: tuple[str, ...]) -> str:
    """Return the attributes for the codes of a terminal."""
    unknown = [code for code in codes if code not in COLOURS]
    if unknown:
        raise ValueError(f"the picture has no colour for {unknown[0]}")
    bold = ' font-weight="bold"' if "1" in codes else ""
    colour = next((code for code in reversed(codes) if code != "1"), "1" if bold else "")
    return bold + (f' fill="{COLOURS[colour]}"' if colour else "")


def text_of(picture: str) -> str:
    """Return the text that a picture of a terminal shows."""
    lines: dict[int, str] = {}
    for x, y, part in re.findall(r'<text x="([^"]*)" y="(\d+)"[^>]*>([^<]*)</text>', picture):
        row = (int(y) - MARGIN) // HEIGHT
        column = round((float(x) - MARGIN) / WIDTH)
        lines[row] = lines.get(row, "").ljust(column) + unescape(part)
    return "".join(f"{lines.get(row, '')}\n" for row in range(max(lines) + 1))


def shown(terminal: Terminal, output: str) -> str:
    """Return what the picture shows of a command's output."""
    if terminal.until and terminal.until in ESCAPE.sub("", output):
        plain = ESCAPE.sub("", output)
        number = plain[: plain.index(terminal.until)].count("\n")
        output = "".join(output.splitlines(keepends=True)[:number])
    command = terminal.command.replace(" --output", " \\\n    --output", 1)
    return f"$ {command}\n{output.rstrip()}\n"


def photograph(html: Path) -> None:
    """Write the pictures of a report in light and dark."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("KEYCATCH_CHROMIUM") or next(filter(None, map(shutil.which, names)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        for scheme in SCHEMES:
            page = browser.new_page(color_scheme=scheme)
            page.set_viewport_size({"width": WINDOW[0], "height": WINDOW[1]})
            page.goto(html.as_uri())
            page.screenshot(path=PICTURES / f"report-{scheme}.png")
        browser.close()


def main() -> None:
    """Write every picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        for name in sorted({terminal.page for terminal in TERMINALS.values()} | {REPORT[0]}):
            scene = first_steps.Scene(Path(temporary, name), colour=True)
            outputs = first_steps.play(name, scene)
            commands = [step.command for step in first_steps.steps_of(first_steps.read(name))]
            for picture, terminal in TERMINALS.items():
                if terminal.page == name:
                    output = outputs[commands.index(terminal.command)]
                    made = svg(terminal.title, shown(terminal, output))
                    (PICTURES / f"{picture}.svg").write_text(made, encoding="utf-8")
            if name == REPORT[0]:
                photograph(scene.home / REPORT[1])


if __name__ == "__main__":
    main()
