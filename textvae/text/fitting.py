"""Which frames suit a sentence: what a person would say around it, and what nobody would."""

import re
from zlib import crc32

from textvae.text.statements import order, past
from textvae.text.wording import GRAVE, SERIOUS, has

CONCESSION = re.compile(r"\*, (?:but|though) ")
"""What frames have that grant a sentence which says the contrary."""

DISMISSAL = ("ordinary", "minor matter", "not urgent")
"""How frames end that make little of a thing."""

DISMISSED = (-1.25, 2.0)
"""From where to where a statement may be made little of, in standard deviations of valence from the mean:
nobody calls trivial what is felt."""

CONTRARY = {1: (0.35, 0.5), -1: (0.9, 2.0)}
"""For either way of valence, how far on the other side of the mean a sentence may lie, in standard
deviations, for a disjunct ("luckily,") and for a clause ("I am glad that"): nobody says "luckily" of bad
news. Beyond the first of them it may be granted."""

OTHERS = 0.1
"""What it costs that the speaker comes into a sentence that is not about him, in nats."""

VARIETY = 0.2
"""Up to so many nats a frame costs more or less, by the sentence: else one would stand around all of them."""

_TO_SAY = ("to say", "luckily", "sadly", "unfortunately")
_GRANTED = re.compile(r"\b(?:but|though|although)\b")
_OF_ALL = re.compile(r"which|^it is \w+(?: \w+)? that|^i (?:am glad|hate it) that")
_SEVERAL = re.compile(r'[.!?] |[,.!?]" ')
_WAS = re.compile(r"which (?:made|ruined)|but i hated|a good day|there was")
_IS = re.compile(r"which makes|there is good news")
_WE = re.compile(r"\b(?:we|us|our|ours)\b")
_I = re.compile(r"\b(?:i|me|my|mine|we|us|our|ours)\b")
_US_TOO = re.compile(r"\bwe are")
_ME_TOO = re.compile(r"\*, (?:but|though) (?:i|it hurts|it was a good day)\b|my day")
_JOY = re.compile(r"\*, (?:but|though) (?:i am happy|we are happy|i feel good|life is good)")
_YOU = re.compile(r"\byours?\b|\byou\b")
_SPEAKER = re.compile(
    r"\bi (?:am (?:glad that|happy|afraid that|sorry to say)|hate it)|\b(?:me|my)\b|but i\b"
)
_PERSON = re.compile(r"\b(?:i|me|my|we|us|our|you|your)\b")
_SUPPOSED = re.compile(r"\bi (?:suppose|assume)\b|^perhaps|generally")
_SELF = re.compile(r"(?:i|we|my|our)\b")
_PARTICULAR = re.compile(r"\b(?:i|me|he|she|his|her|him|my|our|your|this|these|today|tomorrow)\b")
_FORBIDDEN = re.compile(r"(?:please,? )?(?:don't|do not|never|always|let's|let|please)\b")
_PRESSING = re.compile(r"(?:please,? )?(?:don't|do not|never|stop|be|watch|look|hurry|run|help)\b|.*\bnow\b")
_NEGATED = re.compile(r"n't\b|\b(?:not|never|no|nobody|nothing)\b")
_WISH = "*, it would be"
_LIGHT = re.compile(r"^(?:wow|incredibly|unbelievably|come on|hurry up)|my day|hated it")
_SOMBRE = "hope"


def fits(frame: str, core: str, valence: float, own: float) -> bool:
    """Whether a frame that leads the way of a `valence` (0: one of arousal) suits a `core`, a sentence in the
    model's form without its marks, that reads `own`, standardised."""
    return (
        _around_one_thing(frame, core)
        and _in_its_tense(frame, core)
        and _by_its_speaker(frame, core)
        and _to_somebody(frame, core)
        and _tactful(frame, core, valence)
        and _not_contrary(frame, valence, own)
    )


def cost(frame: str, core: str) -> float:
    """What a frame costs around a `core` beyond what all of them do, in nats."""
    others = _SPEAKER.search(frame) and not _PERSON.search(core)
    return OTHERS * bool(others) + VARIETY * crc32(f"{frame}|{core}".encode()) / 2**32


def _around_one_thing(frame: str, core: str) -> bool:
    """What stands behind would be said of the last sentence or clause alone, "that" of the first one."""
    if not frame.endswith("*") and _SEVERAL.search(core):
        return False
    if "which" in frame and "which" in core:
        return False
    return not ((_OF_ALL.search(frame) or frame.endswith(_TO_SAY)) and _GRANTED.search(core))


def _in_its_tense(frame: str, core: str) -> bool:
    return not (_WAS.search(frame) and not past(core)) and not (_IS.search(frame) and past(core))


def _by_its_speaker(frame: str, core: str) -> bool:
    """Nobody comes in who has no part in it, and nobody supposes what he knows."""
    if _JOY.search(frame) and _YOU.search(core):
        return False  # nobody says so to somebody's face
    if (_US_TOO.search(frame) and not _WE.search(core)) or (_ME_TOO.search(frame) and not _I.search(core)):
        return False
    if not _SUPPOSED.search(frame):
        return True
    general = "generally" in frame
    return not (_SELF.match(core) or (general and (past(core) or _PARTICULAR.search(core))))


def _to_somebody(frame: str, core: str) -> bool:
    """Orders are asked for where they are to be done, and what presses is not called otherwise."""
    if "you have to" in frame or "if you could" in frame or ("see you" in frame and order(core)):
        return not _FORBIDDEN.match(core)
    if frame.endswith("not urgent") and _PRESSING.match(core):
        return False
    return not (_WISH in frame and _NEGATED.search(core))


def _tactful(frame: str, core: str, valence: float) -> bool:
    """Nobody is happy beside a death, or what is as serious, or makes little of it; there may be hope."""
    grave = has(GRAVE, core)
    if not grave and (GRAVE.search(core) or not has(SERIOUS, core)):
        return True  # of a crash in which nobody died, say
    if valence > 0:
        return not grave and _SOMBRE in frame
    supposed = frame.endswith(DISMISSAL) or _SUPPOSED.search(frame) or frame.startswith("in brief")
    return not (_LIGHT.search(frame) or supposed)


def _not_contrary(frame: str, valence: float, own: float) -> bool:
    if not valence:
        if frame.endswith(DISMISSAL):
            return DISMISSED[0] < own < DISMISSED[1]
        return not frame.startswith("wow") or own > -CONTRARY[1][0]
    contrary = -valence * own
    disjunct, clause = CONTRARY[int(valence)]
    if CONCESSION.search(frame):
        return contrary > disjunct
    adverb = frame.endswith((", *", "news: *")) or len(frame.split()) == 2  # "luckily, *", "*, luckily"
    return contrary < (disjunct if adverb else clause)
