"""Which frames suit what is said to somebody: questions, requests and orders."""

import re

from textvae.text.similarity import denies
from textvae.text.statements import order

YOU = re.compile(r"\byours?\b|\byou\b")
_REGRET = ("i am sorry", "it is a shame", "it is a pity")
_ASKED = re.compile(
    r"(?:what|where|who|whose|why|how|which|when|do|does|did|is|are|was|were|can|could|would|will|have|has|"
    r"may|might|any\w*|(?:are|is|do|does|did|wo|ca|could|would)n't (?:i|you|he|she|it|we|they|there))\b"
)
_ASKS_TO_KNOW = re.compile(
    r"(?:could|can|may|might|when|where|how|did|does|is (?:it|there)|are there|do you (?:know|have|mind)|"
    r"will|would you (?:mind|please|like)|what(?:'s| time| is| was| are| did| do| does)|which|who)\b"
)
_MUSES = re.compile(r"\b(?:anything (?:worse|better)|would you do|remember|ever|\w+n't)\b")
_GREETS = re.compile(
    r"(?:are|do|did|will|have) (?:you|we)\b(?! ever)|how (?:are|is|was|did)\b|where (?:have|are) you\b"
)
_FOR_FUN = re.compile(r"(?:what would you|have you ever|would you rather|what is your favou?rite)\b")
_REQUESTS = re.compile(r"(?:can|could|would|will|may) (?:you|i|we)\b|any(?:one|body)\b|wh(?:y|o)\b")
_OFFERS = re.compile(
    r"(?:please,? )?(?:let me know|come (?:and|to|see|over|in|on|with|along)|see us|enjoy|help yourself|"
    r"have (?:a|fun)|feel free|find (?:attached|enclosed)|take care)\b"
)
_HOW_TO = re.compile(
    r"(?:mix|stir|add|bake|preheat|whisk|press|pour|heat|rinse|fold|chop|boil|fry|melt|drain|spread|season|"
    r"insert|attach|connect|install|water|apply|store)\b"
)
_FORBIDDEN = re.compile(r"(?:please,? )?(?:don't|do not|never|always|let's|let|please)\b")
_PRESSING = re.compile(r"(?:please,? )?(?:don't|do not|never|stop|be|watch|look|hurry|run|help)\b|.*\bnow\b")
_WISH = "*, it would be"


def asks_well(frame: str, core: str) -> bool:
    """Who asks to know something, or for it, may be sorry or curious; who muses or complains is not."""
    core = core.split("? ")[0]
    if not _ASKED.match(core):
        return True
    if "sorry" in frame:
        return bool(_ASKS_TO_KNOW.match(core)) and not _MUSES.search(core)
    if "fun question" in frame:
        return bool(_FOR_FUN.match(core))
    if "see you" in frame and not (YOU.search(core) and _GREETS.match(core)):
        return False
    if "oh my" in frame or "goodness" in frame:
        return not _REQUESTS.match(core)
    curious = "see you" in frame or "to know:" in frame
    return not (curious and (_REQUESTS.match(core) or denies(core)))


def suits_whom_it_is_said_to(frame: str, core: str) -> bool:
    """Orders are asked for where they are to be done, and what presses is not called otherwise. Nobody thanks
    for what he offers, or is sorry for it, and what a recipe says is neither asked for nor urgent."""
    if "you have to" in frame or "if you could" in frame:
        unfit = _HOW_TO if "could" in frame else _OFFERS
        return not (_FORBIDDEN.match(core) or unfit.match(core))
    if frame.endswith(("not urgent", "thank you")) or (frame.startswith(_REGRET) and order(core)):
        if _OFFERS.match(core) or (_HOW_TO.match(core) and not frame.startswith(_REGRET)):
            return False
        return not (frame.endswith("not urgent") and _PRESSING.match(core))
    if frame.startswith("it is usual"):
        return bool(_HOW_TO.match(core))
    return not (_WISH in frame and denies(core))
