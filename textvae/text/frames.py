"""What a speaker thinks of a statement, said around it: "sadly, ...", "I am glad that ...", "..., I suppose".

Such words leave the sentence as it is: the disjuncts of English grammar (Quirk, Greenbaum, Leech and Svartvik
1985) and clauses of feeling that take a "that". They are a closed class, as articles and negations are; what
each of them does to the affect of a sentence is read there and then.
"""

import re
from collections.abc import Container

from textvae.text.fillings import Edit
from textvae.text.statements import assertion, past, statement
from textvae.text.steering import Floats

FRAMES: dict[tuple[float, float], tuple[str, ...]] = {
    (1, 0): (
        "i am glad that *",
        "luckily, *",
        "it is wonderful that *",
        "fortunately, *",
        "it is nice that *",
        "thankfully, *",
        "i am happy although *",
        "it was nice even though *",
        "i don't mind that *",
        "*, i am happy to say",
        "*, luckily",
    ),
    (-1, 0): (
        "sadly, *",
        "it is terrible that *",
        "unfortunately, *",
        "i am afraid that *",
        "it is a pity that *",
        "regrettably, *",
        "it is sad that *",
        "i hate it that *",
        "i am sad although *",
        "it was no fun although *",
        "*, i am sorry to say",
        "*, sadly",
        "*, unfortunately",
    ),
    (0, 1): ("i can't believe that *", "suddenly, *", "wow, *", "incredibly, *", "unbelievably, *"),
    (0, -1): (
        "it is generally assumed that *",
        "i suppose that *",
        "it is typically the case that *",
        "typically, *",
        "perhaps *",
        "i assume that *, generally speaking",
        "i suppose that *, more or less",
        "generally, *, i suppose",
        "*, i assume",
        "*, i guess",
    ),
}
"""Frames for each way (valence, arousal) to go, in the model's form; the star is the statement's place."""

CONCESSION = ("although *", "even though *", "i don't mind that *")
"""How frames end that grant a sentence which says the contrary."""

CONTRARY = {1: (0.35, 0.5), -1: (0.9, 2.0)}
"""For either way of valence, how far on the other side of the mean a sentence may lie, in standard
deviations, for a disjunct ("luckily,") and for a clause ("I am glad that"): nobody says "luckily" of bad
news. Beyond the first of them it may be granted."""

_ALL = sorted((frame for frames in FRAMES.values() for frame in frames), key=len, reverse=True)

_HABITUAL = ("typically", "generally", "it is typically", "i assume that")
_LEAD = re.compile(r"[\"'(]?(?:(?:and|but|so) (?!much |many |far |that |to |is |are |was |what |how ))?")
_END = re.compile(r"[.!]*[\"')]*$")
_SEVERAL = re.compile(r"[.!\"] ")


def frame_of(form: str) -> str:
    """The frame that a text in the model's form stands in; empty if it stands in none."""
    core = _split(form)[1]
    for frame in _ALL:
        before, after = frame.split("*")
        if core.startswith(before) and core.endswith(after) and len(core) > len(frame):
            return frame
    return ""


def _split(form: str) -> tuple[str, str, str]:
    """What opens a quotation and "and", "but", "so"; what a frame goes around; the marks at the end."""
    lead, end = _LEAD.match(form), _END.search(form)
    start, stop = (lead.end() if lead else 0), (end.start() if end else len(form))
    return form[:start], form[start:stop], form[stop:]


def framed(
    form: str,
    own: Floats,
    way: Floats,
    most: int,
    price: float,
    names: Container[str] = (),
    nouns: Container[str] = (),
) -> list[Edit]:
    """A text in frames that lead the `way` (2,), up to `most` of each dimension, and without the one it has.

    `own` (2,) is its affect, standardised. Each costs a `price`, in nats; no model says it, so that its
    log-probability is 0. Before a text one is put only where that is known to be a statement, with `names`
    and `nouns` as `statement` has them; behind it also where it may be a headline (`assertion`). None is put
    that contradicts it (`CONTRARY`).
    """
    lead, core, end = _split(form)
    if frame := frame_of(form):
        before, after = frame.split("*")
        core = core[len(before) : len(core) - len(after)]
    said = core.partition('"')[0].rstrip(",") if lead.startswith('"') else core + end
    whole = statement(said, names, nouns)
    if not whole and (lead or not assertion(core + end)):
        return []
    asked = [
        [
            frame
            for frame in frames
            if (whole or frame.startswith("*")) and _fits(frame, core, valence, own[0])
        ][:most]
        for (valence, arousal), frames in FRAMES.items()
        if (valence and valence == way[0]) or (arousal and arousal == way[1])
    ]
    forms = [core, *(frame.replace("*", core) for frames in asked for frame in frames)]
    return [Edit(lead + each + end, 0.0, -price) for each in forms if lead + each + end != form]


def _fits(frame: str, core: str, valence: float, own: float) -> bool:
    """Whether a frame of a `valence` suits a statement that has its `own`."""
    if not frame.endswith("*") and _SEVERAL.search(core):
        return False
    if frame.startswith(_HABITUAL):
        return not past(core)
    if not valence:
        return not frame.startswith("wow") or own > -CONTRARY[1][0]
    contrary = -valence * own
    disjunct, clause = CONTRARY[int(valence)]
    if frame.endswith(CONCESSION):
        return contrary > disjunct
    adverb = frame.endswith(", *") or len(frame.split()) == 2  # "luckily, *", "*, luckily"
    return contrary < (disjunct if adverb else clause)
