"""Emoji for models that know none: what they say is put into words before a text is cut into word pieces.

The word pieces of BERT, MiniLM or MPNet have no emoji: a model over them reads "late 😡" and "late 😍" as the
same. The words here were chosen on the sentences with emoji of GoEmotions' train and dev splits, by
how well the valence that is read goes with the sign of the emotions that people chose (benchmarks/emoji.py).
The emoji's Unicode names do worse than leaving them out: "face with tears of joy" is read as tears.
"""

import json
from collections.abc import Mapping

from tokenizers import Tokenizer

SAID: Mapping[str, str] = {
    "<3": "❤♥💕💜💙💚💛🧡🖤🤍🤎🩷🩵💖💗💓💞💘💝💟❣😍😘🥰😻😗😙😚",
    ":)": "😀😃😄😁😊☺🙂😇🤗😎😉😅🤠😌😋😺😸",
    "hooray": "🥳🎉🎊🙌👏🤩🏆🥇",
    "(good)": "👍👌✌💪💯",
    "funny": "😂🤣😆😹😝😜🤪😛",
    "meh": "🙄😒😑😐",
    "shocked": "😱😨😰😧😦",
    "(bad)": "👎",
    "crying": "😭😢😿",
    "(sad)": "😔😞😟☹🙁😥😓💔😩😫😖😣🥺😕😪",
    "furious": "😠😡🤬😤👿💢",
    "disgusting": "🤢🤮",
}
"""Words, from pleasant to unpleasant, and the emoji that say them. What else is an emoji says nothing."""

PICTURES = (
    "\u231a\u231b\u23e9-\u23fa\u2600-\u266c\u2670-\u27bf\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55"
    "\U0001f000-\U0001faff"
)
"""Characters that are emoji, as ranges of a regular expression; the signs of music among them are none."""

JOINERS = "\u200d\u20e3\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
"""What makes one emoji of several, puts a frame around it (also around a number) or gives it a colour."""


def _rule(pattern: str, words: str) -> dict[str, object]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": words}


_RULES = [
    _rule(f"[{JOINERS}]+", ""),
    *(_rule(f"[{emoji}]+", f" {words} ") for words, emoji in SAID.items()),
    _rule(f"[{PICTURES}]+", " "),
]


def reading_emoji(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer with rules that put emoji into words; as it is where it knows emoji, or has the rules.

    Only word pieces are given rules: pieces of bytes (RoBERTa's) have emoji, and a vocabulary of words may
    lack the words. What stands where in a text stays known: an emoji's pieces lie at the emoji.
    """
    described = json.loads(tokenizer.to_str())
    if described["model"]["type"] != "WordPiece":
        return tokenizer
    unknown = tokenizer.token_to_id(described["model"]["unk_token"])
    if unknown not in tokenizer.encode("😡", add_special_tokens=False).ids:
        return tokenizer
    usual = [described["normalizer"]] if described["normalizer"] else []
    described["normalizer"] = {"type": "Sequence", "normalizers": [*_RULES, *usual]}
    return Tokenizer.from_str(json.dumps(described, ensure_ascii=False))


def without_rules(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer without those rules: the same for ASCII, and twice as fast."""
    described = json.loads(tokenizer.to_str())
    steps = (described["normalizer"] or {}).get("normalizers", [])
    if not all(rule in steps for rule in _RULES):
        return tokenizer
    described["normalizer"]["normalizers"] = [step for step in steps if step not in _RULES]
    return Tokenizer.from_str(json.dumps(described, ensure_ascii=False))
