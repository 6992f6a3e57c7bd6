"""Which frames suit a sentence: what a person would say around it, and what nobody would."""

import re
from math import inf
from zlib import crc32

from textvae.text.addressing import YOU, asks_well, suits_whom_it_is_said_to
from textvae.text.lexicon import Lexicon, words_of
from textvae.text.similarity import denies
from textvae.text.statements import past
from textvae.text.wording import GRAVE, SERIOUS, WISHES, has

CONCESSION = re.compile(r"\*, (?:but|though) ")
"""What frames have that grant a sentence which says the contrary."""

DISMISSAL = ("quite normal", "nothing unusual", "often the case", "not urgent")
"""How frames end that make little of a thing."""

DISMISSED = (-1.25, 2.0)
"""From where to where a statement may be made little of, in standard deviations of valence from the mean:
nobody calls trivial what is felt."""

CONTRARY = {1: (0.35, 0.2), -1: (0.6, 0.9)}
"""For either way of valence, how far on the other side of the mean a sentence may lie, in standard
deviations, for a disjunct ("luckily,") and for a clause ("I am glad that"): nobody says "luckily" of bad
news."""

CONCEDED, TOUCHED = {1: (0.6, inf), -1: (0.35, 1.5)}, 0.35
"""For either way of valence, how far on the other side what is granted lies, in standard deviations; from
where on already what touches the speaker, or leaves it at other news."""

OTHERS = 0.1
"""What it costs that the speaker comes into a sentence that is not about him, in nats."""

STIFF = 0.3
"""The same for what nobody says of what he did himself ("it is sad that I lost my keys")."""

VARIETY = 0.7
"""Up to so many nats a frame costs more or less, by the sentence: else one would stand around all of them."""

_GRANTED = re.compile(r"\b(?:but|though|although)\b")
_SEVERAL = re.compile(r'[.!?] |[,.!?]" ')
_WAS = re.compile(
    r"which (?:made|ruined|annoyed|upset\b|cheered)|^(?:i|it) was|was disappointed|a good day|laughed|"
    r"worked out|the day was|enjoyed|kept|made the best|came of it"
)
_IS = re.compile(
    r"which (?:makes|annoys|upsets|cheers)|^i (?:love|hate)|^it is a shame that|good news too|things are|"
    r"am (?:hopeful|disappointed)|i make|will all work"
)
_IT_IS = re.compile(r"^it (?:is|was) \w+ that")
_OPENER = re.compile(r"^it (?:is|was) .*that|^regrettably|^to my")
_COULD = re.compile(r"\b(?:could|would|should|might)(?:n't)?\b")
_WE = re.compile(r"\b(?:we|us|our|ours)\b")
_OF_A_DAY = re.compile(r"good day|the day")
_LASTING = re.compile(
    r"\b(?:now|since|(?:all|this|last) (?:week|month|year|spring|summer|autumn|fall|winter)|years?)\b"
)
_MY = re.compile(r"\b(?:i|me|my|mine)\b")
_I = re.compile(r"\b(?:i|me|my|mine|we|us|our|ours)\b")
_US_TOO = re.compile(r"\bwe laughed")
_BY_ME = re.compile(r"(?:but|though) i (?:kept|made|make)")
_ME_TOO = re.compile(r"\*, (?:but|though) (?:i|otherwise|the rest)\b|my day")
_JOY = re.compile(r"\*, (?:but|though) (?:otherwise|the rest|i (?:laughed|kept|enjoyed)|we laughed)")
_SPEAKER = re.compile(
    r"\bi (?:am|was) (?:glad|happy|delighted|sad|afraid|sorry to say)|^i (?:love|hate)|\b(?:me|my)\b|but i\b"
)
_PERSON = re.compile(r"\b(?:i|me|my|we|us|our|you|your)\b")
_SUPPOSED = re.compile(r"\bi (?:suppose|assume|believe)\b|^perhaps|general|^typically")
_SELF = re.compile(r"(?:i|we|my|our)\b")
_PARTICULAR = re.compile(
    r"\b(?:i|me|he|she|his|her|him|my|our|your?|this|these|today|tonight|tomorrow|yesterday)\b"
)
_RECURS = re.compile(
    r"\b(?:always|usually|often|again|every|each|still|keeps?|tends?|sometimes|never|on \w+days)\b"
)
_OF_THINGS = re.compile(r"(?:the|an?|its?|they|people|most|many|some|all|there)\b")
_OURS = re.compile(r"(?:we|our|my)\b")
_TOLD = re.compile(r"(?:the|an?|its?|he|she|his|her|they|their|there|this|that|these|those)\b")
_FEELING = re.compile(
    r"^it (?:is|was) (?:\w+|a pity|a shame) that|^i (?:am|was) (?:glad|delighted|sad) that|"
    r"^i (?:love|hate) that|which (?:makes|annoys|upsets|cheers)|happy to say"
)
_BEING = re.compile(r"\b(?:was|were|felt|looked|tasted|smelled|seem(?:s|ed)?)\b")
_FELT = re.compile(  # what is a feeling already: "I am glad that I love it"
    r"i(?:'m| am|'ve been| have been)? (?:really |so |just )*(?:hate|love|like|enjoy|hope|wish|feel|felt|"
    r"sorry|looking forward|happy|glad|sad|afraid|can't (?:stand|wait|believe))\b"
)
_BUSINESS = re.compile(
    r"\b(?:needs? to|must|ha(?:ve|s|d) to|asked for|maintenance)\b|^as (?:discussed|agreed)\b|"
    r"^i(?: am|'m) (?:writing|sending)\b|^i(?: have|'ve) (?:moved|sent|attached|changed|updated|scheduled)\b"
)
_HEADED = re.compile(r"(?:\w+ ){1,3}\w+ed\b")
_LIGHT = re.compile(r"^(?:wow|incredibly|unbelievably|come on|hurry up)|my day|annoy|a shame")
_PITIED = re.compile(
    r"\b(?:cr(?:y|ies|ied|ying)|weeps?|wept|tears|sad|lonely|hurts?|afraid|scared|worried|miss(?:es|ed)?|alone)\b"
)
_STRONG = re.compile(
    r"^to my (?:delight|joy)|^it is (?:wonderful|terrible) that|^i was delighted|which (?:ruined|upset)"
)
_SOMBRE = "hope"


def fits(frame: str, core: str, valence: float, own: float) -> bool:
    """Whether a frame that leads the way of a `valence` (0: one of arousal) suits a `core`, a sentence in the
    model's form without its marks, that reads `own`, standardised."""
    return (
        _around_one_thing(frame, core, valence)
        and _in_its_tense(frame, core)
        and _by_its_speaker(frame, core)
        and _as_it_is_said(frame, core)
        and asks_well(frame, core)
        and suits_whom_it_is_said_to(frame, core)
        and _tactful(frame, core, valence)
        and _not_contrary(frame, core, valence, own)
    )


def felt_as(core: str, valence: float, own: float, lexicon: Lexicon) -> float:
    """How a `core` that reads `own` is felt, where the way of a `valence` is to be led: as it reads, or as
    the word in it that says the contrary most: "I burned the rice" reads neutral, and gladdens nobody."""
    if not valence or denies(core):
        return own
    weights = [lexicon[word][0] for word in words_of(core) if word in lexicon]
    return -valence * max(-valence * each for each in (own, *weights))


def cost(frame: str, core: str) -> float:
    """What a frame costs around a `core` beyond what all of them do, in nats."""
    others = _SPEAKER.search(frame) and not _PERSON.search(core)
    stiff = _OPENER.search(frame) and _SELF.match(core)
    return OTHERS * bool(others) + STIFF * bool(stiff) + VARIETY * crc32(f"{frame}|{core}".encode()) / 2**32


def _around_one_thing(frame: str, core: str, valence: float) -> bool:
    """What stands behind would be said of the last sentence or clause alone, "that" of the first one; and of
    what grants something, a feeling of one half only."""
    if not frame.endswith("*") and _SEVERAL.search(core):
        return False
    if "which" in frame and "which" in core:
        return False
    regret = frame in ("sadly, *", "unfortunately, *")
    return regret or not ((valence or CONCESSION.search(frame)) and _GRANTED.search(core))


def _in_its_tense(frame: str, core: str) -> bool:
    """What was is told of what was, and what is of what is; of what could be nobody knows when, or whether it
    is sad."""
    if past(core):
        return not (_IS.search(frame) or (_OF_A_DAY.search(frame) and _LASTING.search(core)))
    unknown = _COULD.search(core) and "good news" not in frame
    return not (_WAS.search(frame) or (unknown and (_IS.search(frame) or _IT_IS.search(frame))))


def _by_its_speaker(frame: str, core: str) -> bool:
    """Nobody comes in who has no part in it, nobody supposes what he knows, or was glad of what he did."""
    if (_JOY.search(frame) and YOU.search(core)) or (frame.startswith("i was") and _SELF.match(core)):
        return False  # nobody laughs in somebody's face
    lacks = ((_US_TOO, _WE), (_ME_TOO, _I), (_BY_ME, _MY))
    if any(said.search(frame) and not part.search(core) for said, part in lacks):
        return False
    if not _SUPPOSED.search(frame):
        return True
    general = "general" in frame or frame.startswith("typically")
    return not (_SELF.match(core) or (general and (past(core) or _PARTICULAR.search(core))))


def _as_it_is_said(frame: str, core: str) -> bool:
    """Only what comes again and again is normal, what is to be done makes nobody glad, and who is "happy to
    say" so has news of himself, or of how things are."""
    if frame.endswith(DISMISSAL[:3]):
        usual = _RECURS.search(core) or (_OF_THINGS.match(core) and not _PARTICULAR.search(core))
        return bool(usual) and not past(core)
    if "assumed" in frame and not _OF_THINGS.match(core):
        return False
    if _FEELING.search(frame) and _BUSINESS.search(core):
        return False
    headed = _HEADED.match(core) and not (_TOLD.match(core) or _I.match(core))  # "rain expected"
    if (headed and "worked out" in frame) or ("came of it" in frame and (headed or _BEING.search(core))):
        return False
    if frame.endswith("ly") and core.endswith("ly"):
        return False
    if frame.endswith("that *") and core.startswith(("that ", "that's ")):
        return False
    if (frame.endswith("that *") or frame.startswith("to my")) and _FELT.match(core):
        return False
    if (WISHES.match(core) or core.startswith("welcome")) and not frame.startswith("*, but"):
        return False
    return not frame.endswith("happy to say") or bool(
        _OURS.match(core) or (_TOLD.match(core) and not past(core))
    )


def _tactful(frame: str, core: str, valence: float) -> bool:
    """Nobody is happy beside a death, or what is as serious, or makes little of it; there may be hope. Who
    suffers annoys nobody."""
    if "annoy" in frame and _PITIED.search(core):
        return False
    grave = has(GRAVE, core)
    if not grave and (GRAVE.search(core) or not has(SERIOUS, core)):
        return True  # of a crash in which nobody died, say
    if valence > 0:
        return not grave and _SOMBRE in frame
    supposed = frame.endswith(DISMISSAL) or _SUPPOSED.search(frame)
    return not (_LIGHT.search(frame) or supposed)


def _not_contrary(frame: str, core: str, valence: float, own: float) -> bool:
    if not valence:
        if frame.endswith(DISMISSAL):
            return DISMISSED[0] < own < DISMISSED[1]
        return not frame.startswith("wow") or own > -CONTRARY[1][0]
    contrary = -valence * own
    if CONCESSION.search(frame):
        least, most = CONCEDED[int(valence)]
        touched = _I.search(core) or "good news" in frame
        return (min(least, TOUCHED) if touched else least) < contrary < most
    if _STRONG.search(frame):
        return contrary <= 0  # else it is gloating, or complaining of nothing
    adverb = frame.endswith(", *") or len(frame.split()) == 2  # "*, luckily"
    asked = "you have to" in frame or (frame.endswith(", but *") and "sorry" in frame)
    disjunct, clause = CONTRARY[int(valence)]
    if frame.endswith(("to say", "news: *")):
        clause = min(disjunct, clause)
    return asked or contrary < (disjunct if adverb else clause)
