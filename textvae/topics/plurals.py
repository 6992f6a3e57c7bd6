"""English plurals and the words that they are forms of."""

from collections.abc import Iterator, Mapping

from textvae.topics.stop_words import listed

IRREGULAR = {
    "children": "child", "feet": "foot", "knives": "knife", "lives": "life", "men": "man", "mice": "mouse",
    "teeth": "tooth", "wives": "wife", "wolves": "wolf", "women": "woman",
}  # fmt: skip

ALONE = listed("""
    always arts does glasses goods gross has his means news physics politics series species sports states
    this us was wars yes
""")
"""Words with an s that say something else without it."""

SHORTEST = 3
"""Letters of a word that has a plural."""


def find_plurals(uses: Mapping[str, int]) -> dict[str, str]:
    """Which words are counted as which other: of a word's forms, as the one that is used most.

    Only words of `uses` are looked at: "aliens" goes with "alien" if both are used.

    >>> find_plurals({"alien": 5, "aliens": 3, "glass": 2, "stories": 4, "story": 1, "bus": 3, "soldiers": 2})
    {'aliens': 'alien', 'story': 'stories'}
    """
    forms: dict[str, list[str]] = {}
    for word in uses:
        single = next((form for form in _singulars(word) if form in uses), None)
        if single is not None:
            forms.setdefault(single, [single]).append(word)
    found: dict[str, str] = {}
    for group in forms.values():
        chosen = max(group, key=lambda word: uses[word])
        found |= {word: chosen for word in group if word != chosen}
    return {word: found.get(chosen, chosen) for word, chosen in found.items()}


def _singulars(word: str) -> Iterator[str]:
    """What `word` could be the plural of."""
    if word in IRREGULAR:
        yield IRREGULAR[word]
    elif len(word) > SHORTEST and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word in ALONE:
            return
        if word.endswith("ies") and len(word) > 4:
            yield word[:-3] + "y"
        if word.endswith(("ches", "shes", "xes", "sses", "zzes", "oes")):
            yield word[:-2]
        yield word[:-1]
