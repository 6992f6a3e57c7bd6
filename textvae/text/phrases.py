"""The frames of `textvae.text.frames`, by what they go around."""

from collections.abc import Callable

Frames = dict[tuple[float, float], tuple[str, ...]]
"""Frames for each way (valence, arousal) to go, in the model's form; the star is the sentence's place."""

STATEMENTS: Frames = {
    (1, 0): (
        "i am glad that *",
        "luckily, *",
        "it is wonderful that *",
        "*, which made me happy",
        "*, which makes me happy",
        "i was delighted that *",
        "i love that *",
        "*, which cheered me up",
        "*, which cheers me up",
        "to my delight, *",
        "to my joy, *",
        "fortunately, *",
        "it is nice that *",
        "it is lovely that *",
        "thankfully, *",
        "*, but otherwise it was a good day",
        "*, but the rest of the day was lovely",
        "*, but i enjoyed the day anyway",
        "*, but i kept smiling",
        "*, but i made the best of it",
        "*, but i make the best of it",
        "*, but something good came of it",
        "*, but we laughed about it",
        "*, but i laughed about it",
        "*, but it all worked out well",
        "*, but it will all work out well",
        "*, but there is good news too",
        "*, but things are getting better",
        "*, but i am hopeful",
        "*, but there is hope",
        "good news: *",
        "*, i am happy to say",
        "*, luckily",
    ),
    (-1, 0): (
        "sadly, *",
        "it is terrible that *",
        "*, which ruined my day",
        "*, which made me sad",
        "*, which makes me sad",
        "*, which annoyed me",
        "*, which annoys me",
        "*, which upset me",
        "*, which upsets me",
        "it was a shame that *",
        "it is a shame that *",
        "i was sad that *",
        "i hate that *",
        "unfortunately, *",
        "to my regret, *",
        "to my dismay, *",
        "i am afraid that *",
        "it is a pity that *",
        "regrettably, *",
        "it is sad that *",
        "*, but i was disappointed",
        "*, but i am disappointed",
        "bad news: *",
        "*, i am sorry to say",
        "*, sadly",
        "*, unfortunately",
    ),
    (0, 1): ("i can't believe that *", "suddenly, *", "wow, *", "incredibly, *", "unbelievably, *"),
    (0, -1): (
        "*, but that is quite normal",
        "*, but that is nothing unusual",
        "*, but that is often the case",
        "typically, *",
        "*, generally speaking",
        "it is generally assumed that *",
        "*, i suppose",
        "i suppose that *",
        "i assume that *",
        "perhaps *",
        "*, i assume",
        "*, i believe",
    ),
}
"""What is said around statements."""


def some(frames: Frames, suits: Callable[[str], bool]) -> Frames:
    """Those of the frames that suit."""
    return {way: tuple(filter(suits, each)) for way, each in frames.items()}


HEADLINES = some(STATEMENTS, lambda frame: (frame.startswith("*") or ": *" in frame) and "which" not in frame)
"""What is said around headlines and fragments, which are no clauses: what stands behind or has a colon."""

BEHIND = some(HEADLINES, lambda frame: frame.startswith("*"))
"""What is said around those of them that begin with "and" or "but"."""

SPOKEN = some(BEHIND, lambda frame: frame in ("*, sadly", "*, unfortunately"))
"""What is said behind somebody's words and who said them: whoever else came in there would be the teller."""

TAGGED = some(STATEMENTS, lambda frame: frame.endswith(", *"))
"""What is said before a statement that asks for assent ("..., isn't it?"), which stays at the end."""

TELLING = some(STATEMENTS, lambda frame: frame.endswith(": *"))
"""What is said before all else that tells something: it ends in a colon."""

ADVICE: Frames = {
    (1, 0): (
        "*, and i would be glad",
        "*, it would be lovely",
        "*, it would be wonderful",
    ),
    (-1, 0): (
        "i am sorry, but *",
        "i am afraid that *",
        "i am sorry to say that *",
        "it is a pity, but *",
        "*, i am sorry to say",
    ),
    (0, 1): ("come on, *", "hurry up, *", "oh my goodness, *"),
    (0, -1): (
        "*, but it is not urgent",
        "i suppose that *, but it is not urgent",
        "i suppose that *",
    ),
}
"""What is said around statements of what ought to be: nobody is glad that something should be done."""

QUESTIONS: Frames = {
    (1, 0): (
        "happy to see you, *",
        "lovely to see you, *",
        "nice to see you, *",
        "i would love to know: *",
        "a fun question: *",
    ),
    (-1, 0): (
        "i am sorry to bother you, but *",
        "i am sorry to ask, but *",
        "i am sorry, but *",
        "sorry, but *",
    ),
    (0, 1): ("come on, *", "my goodness, *", "oh my goodness, *", "oh my god, *"),
    (0, -1): (
        "generally speaking, *",
        "in general, *",
        "a routine question: *",
        "a small question: *",
        "by the way, *",
    ),
}
"""What is said around questions."""

ASKING = some(QUESTIONS, lambda frame: frame.endswith(": *"))
"""What is said before whatever else ends in a question mark: it ends in a colon."""

ORDERS: Frames = {
    (1, 0): (
        "*, thank you",
        "it would be lovely if you could *",
        "i would love it if you could *",
        "it would be wonderful if you could *",
    ),
    (-1, 0): (
        "i am afraid that you have to *",
        "i am sorry, but you have to *",
        "i am sorry, but *",
        "it is a pity, but *",
        "it is a shame, but *",
    ),
    (0, 1): ("come on, *", "hurry up, *", "oh my goodness, *"),
    (0, -1): ("*, but it is not urgent", "it is usual to *", "*, as usual"),
}
"""What is said around orders and requests."""
