"""Names that were noted in trees, looked at once for the whole history.

The same name stands in thousands of trees, which are searched in shares that know nothing of one
another. So a share only notes the names in which anchors stand, and what they hold is looked at
when all of them are known: a value in a name is found, and counted, once, however the trees were
shared out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.engine.sweep import Noted
from scanner.history.search import ObjectSearch

if TYPE_CHECKING:
    from scanner.engine.examine import Examiner
    from scanner.engine.sweep import Swept


def look_at_names(examiner: Examiner, swept: Swept) -> None:
    """Look at each name noted in `swept` and add to it what is in there.

    Of the notes those are left that came to anything; of the trees that have a name, one of them.
    """
    trees: dict[bytes, bytes] = {}
    notes = swept.noted or []
    for note in notes:
        if note.name:
            trees[note.name] = min(note.object, trees.get(note.name, note.object))
    notes[:] = [note for note in notes if not note.name]
    search = ObjectSearch(examiner)
    for name, tree in sorted(trees.items()):
        if search.look_at_name(name):
            notes.append(Noted(tree, name=name))
    swept.findings.extend(search.swept.findings)
    swept.spellings.update(search.swept.spellings)
    swept.tally.add(search.swept.tally)
