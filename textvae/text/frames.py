"""What a speaker adds to a sentence, said around it: "sadly, ...", "I am glad that ...", "in brief: ...".

Such words leave the sentence as it is: the disjuncts of English grammar (Quirk, Greenbaum, Leech and Svartvik
1985), clauses of feeling that take a "that", what makes a question or an order kind. They are a closed class,
as articles and negations are; what each of them does to the affect of a sentence is read there and then.
"""

import re
from collections.abc import Container
from functools import lru_cache

from textvae.text.fillings import FRAME, Edit
from textvae.text.fitting import cost, felt_as, fits
from textvae.text.lexicon import NO_WORDS, Lexicon
from textvae.text.phrases import (
    ADVICE,
    ASKING,
    BEHIND,
    HEADLINES,
    ORDERS,
    QUESTIONS,
    SPOKEN,
    STATEMENTS,
    TAGGED,
    TELLING,
    Frames,
    some,
)
from textvae.text.statements import advice, asking, assertion, order, question, statement, telling
from textvae.text.steering import Floats

REMEMBERED = 4096
"""Texts whose frame is remembered: it is asked for several times, for each of hundreds of candidates."""

_BUT = re.compile(r"\bbut\b")


def _though(frame: str) -> str:
    """A frame for a sentence that says "but" itself."""
    return frame.replace("*, but ", "*, though ")


_ALL = sorted(
    {
        way(frame)
        for table in (STATEMENTS, ADVICE, QUESTIONS, ORDERS)
        for frames in table.values()
        for frame in frames
        for way in (str, _though)
    },
    key=lambda frame: (-len(frame), frame),
)

_PARTS = [(frame, *frame.split("*")) for frame in _ALL]
_WISHES = frozenset(ADVICE[1, 0])  # "if you came, it would be lovely" stands in no frame
_ADDRESS = re.compile(r"(?:@\w+[:,]? |\d+[.)] |[-*\u00b7] )*")
_LEAD = re.compile(
    _ADDRESS.pattern + r"""(?:"(?![^"]*[^\W_]" )|['(])?"""  # no title in quotation marks
    r"(?:(?:yes|yeah|yep|no|nah|ok|okay|oh|ah|hey|hmm+|well|haha|lol|sure|true|indeed|certainly|of course|"
    r"honestly|actually|anyway), )*"
    r"(?:(?:and|but|so) (?!much |many |far |that |to (?!my )|is |are |was |what |how )|now (?=what |how ))?"
)
_QUOTED = re.compile(r'(?<!\S)"([^"]*[^\W_])"')
_BLANKED = re.compile(r"\[\w+\]")
_TAG = re.compile(
    r"(?:, (?:(?:is|are|was|were|do|does|did|has|have|had|will|would|ca|can|could|should|wo)(?:n't)? "
    r"(?:i|you|he|she|it|we|they|there)|you know)|,? (?:right|huh))(?=\?[\"')]*$)"
)
_END = re.compile(r"(?:,(?=\")|[.!?]*)[\"')]*(?: [#@]\w+)*$")
_SHORTENED = re.compile(r"\b(?:\w\.)+\w$")  # "10 a.m": its last dot is not the sentence's alone
_NEXT = re.compile(r"(?<=[.!?]) ")


def frame_of(form: str) -> str:
    """The frame that a text in the model's form, or one of its sentences, stands in; empty if none does."""
    return _found(form)[1]


def unframed(form: str) -> str:
    """A text in the model's form without the frame that it stands in."""
    start, frame = _found(form)
    if not frame:
        return form
    lead, core, end = _split(form[start:])
    before, after = frame.split("*")
    inner = core[len(before) : len(core) - len(after)]
    if after and _SHORTENED.search(inner[:-1]) and inner.endswith("."):
        end = end.removeprefix(".")
    return form[:start] + lead + inner + end


@lru_cache(REMEMBERED)
def _found(form: str) -> tuple[int, str]:
    """Where what stands in a frame begins, and the frame."""
    for start in _starts(form):
        core = _split(form[start:])[1]
        for frame, before, after in _PARTS:
            if not (core.startswith(before) and core.endswith(after) and len(core) > len(frame)):
                continue
            if frame not in _WISHES or advice(core[: len(core) - len(after)]):
                return start, frame
    return 0, ""


def _starts(form: str) -> list[int]:
    """Where the sentences of a text begin; where it quotes, only the first is known."""
    return [0, *(found.end() for found in _NEXT.finditer(form) if '"' not in form)]


def capital(written: str, source: str) -> str:
    """A framed text as it is written; behind a colon its sentence begins with a capital if `source` does."""
    before, _, _ = frame_of(written.lower()).partition("*")
    if not before.endswith(": ") or written[: len(before)].lower() != before or not source[:1].isupper():
        return written
    before = written[: len(before)]
    return before[0].upper() + before[1:] + written[len(before)].upper() + written[len(before) + 1 :]


def _split(form: str) -> tuple[str, str, str]:
    """What stands before all else, such as a quotation mark or "but"; what a frame goes around; marks at the
    end."""
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
    lexicon: Lexicon = NO_WORDS,
) -> list[Edit]:
    """A text in frames that lead the `way` (2,), up to `most` of each dimension, and without the one it has.

    `own` (2,) is its affect, standardised. Each costs a `price`, in nats, or somewhat more; no model says it,
    so that its log-probability is 0. A statement, advice, a headline, a question and an order have frames of
    their own; `names`, and the words of `lexicon` as nouns, tell statements (`statement`), and its weights
    how a text is felt. Of a text that is none of them a later sentence may be a statement. None is put that
    does not suit the text (`textvae.text.fitting`), and none into what somebody says in a part of it.
    """
    text = unframed(form)
    for start in _starts(text):
        lead, core, end = _split(text[start:])
        spoken = core
        if '"' in lead and '"' in core:  # ""it rains," he said": said behind the whole or not at all
            at = lead.index('"')
            lead, core = lead[:at], lead[at:] + core
            spoken, suited = core.replace('"', ""), SPOKEN
        else:
            said = core + end.lstrip(",")
            suited = (
                _frames(lead, said, names, lexicon) if start == 0 or statement(said, names, lexicon) else {}
            )
            if core.count('"') % 2:  # "he said, "it rains."": before the whole
                suited = some(suited, lambda frame: frame.endswith("*"))
        if suited:
            break
    lead = text[:start] + lead
    form_of = _though if _BUT.search(lead) else str
    costs: dict[str, float] = {}
    for (valence, arousal), frames in suited.items():
        if (valence and valence == way[0]) or (arousal and arousal == way[1]):
            felt = felt_as(spoken, valence, own[0], lexicon)
            suits = [f for f in frames if fits(f, spoken, valence, felt) and not (start and ":" in f)]
            costs |= _cheapest({form_of(frame): cost(frame, core) for frame in suits}, most)
    dot = "." if end.startswith(".") and _SHORTENED.search(core) else ""
    around = [Edit(lead + core + end, 0.0, -price, FRAME)] if costs else []
    for frame, more in costs.items():
        inner = core + dot * (not frame.endswith("*"))
        around.append(Edit(lead + frame.replace("*", inner) + end, 0.0, -price - more, FRAME))
    return [edit for edit in around if edit.form != form]


def _cheapest(costs: dict[str, float], most: int) -> dict[str, float]:
    """The `most` frames that cost the least around a sentence, which are others around another, and what each
    costs more than the first of them."""
    least = sorted(costs.values())[:most]
    return {frame: each - least[0] for frame, each in costs.items() if each in least}


def _frames(lead: str, said: str, names: Container[str], nouns: Container[str]) -> Frames:
    """The frames of what is `said` behind a `lead`, by what it is. What is quoted in it counts as words, and
    a name that was blanked out ("[NAME]") as somebody."""
    said = _BLANKED.sub("someone", _QUOTED.sub(r"\1", said))
    if said.count('"') % 2:  # it ends what is quoted, and the beginning of that is elsewhere
        said = said.rstrip('"')
    lead = _ADDRESS.sub("", lead, count=1)
    if said.startswith("if only "):
        return {}
    if statement(said, names, nouns):
        return ADVICE if advice(said) else STATEMENTS
    tag = _TAG.search(said)
    if tag and statement(said[: tag.start()] + ".", names, nouns):
        return TAGGED
    if lead.startswith(("'", "(")):
        return {}
    spoken = lead.startswith('"')
    if not spoken and assertion(said):
        return BEHIND if lead else HEADLINES
    first = _NEXT.split(said)[0]
    if not tag and first.endswith("?") and statement(first.rstrip("?") + ".", names, nouns):
        return ASKING
    if question(first):
        return QUESTIONS
    if order(first):
        return ORDERS
    if asking(first):
        return ASKING
    return TELLING if not lead and telling(said) else {}
