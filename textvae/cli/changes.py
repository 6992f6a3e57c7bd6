"""What changed from one sentence to another, as a person sees it: words taken away and words added."""

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from textvae.cli.render import visible

if TYPE_CHECKING:
    from rich.text import Text

GONE, NEW = "strike red", "bold green"
_TOKEN = re.compile(r"\s*(?:\w+(?:['\u2019]\w+)*|[^\w\s]+)|\s+")


def changes(source: str, text: str) -> list[tuple[str, str, str]]:
    """Stretches in order: (what both have, "", "") or ("", what is gone, what is new). Whole words change,
    each with the white space before it; a capital is no change."""
    ours, theirs = _TOKEN.findall(source), _TOKEN.findall(text)
    here, there = ([token.strip().lower() for token in tokens] for tokens in (ours, theirs))
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        gone, new = "".join(ours[a:b]), "".join(theirs[c:d])
        found.append((new, "", "") if kind == "equal" else ("", gone, new))
    return found


def drawn(source: str, text: str, colours: bool) -> "Text":
    """`text` with what is gone of its source, coloured; where there are no colours, between the marks of
    wdiff."""
    from rich.text import Text

    whole = Text()
    for same, gone, new in changes(visible(source), visible(text)):
        whole.append(same)
        if gone and new and not new[0].isspace():
            new = " " + new  # or the word would stick to the one that it stands for
        for part, style, marks in ((gone, GONE, "[-{}-]"), (new, NEW, "{{+{}+}}")):
            core = part.lstrip()
            whole.append(part[: len(part) - len(core)])
            if core:
                whole.append(core if colours else marks.format(core), style)
    return whole
