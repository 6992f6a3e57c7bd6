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
        "to my delight, *",
        "fortunately, *",
        "it is nice that *",
        "thankfully, *",
        "*, but i am happy",
        "*, but we are happy",
        "*, but it was a good day",
        "*, but there was good news too",
        "*, but there is good news too",
        "*, but life is good",
        "*, but i feel good",
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
        "unfortunately, *",
        "to my regret, *",
        "i am afraid that *",
        "it is a pity that *",
        "regrettably, *",
        "it is sad that *",
        "i hate it that *",
        "*, but i am not happy",
        "*, but i am sad",
        "*, but i hated it",
        "*, but it hurts",
        "*, but it is a pity",
        "bad news: *",
        "*, i am sorry to say",
        "*, sadly",
        "*, unfortunately",
    ),
    (0, 1): ("i can't believe that *", "suddenly, *", "wow, *", "incredibly, *", "unbelievably, *"),
    (0, -1): (
        "*, but it is rather ordinary",
        "*, which is quite ordinary",
        "*, but that is a minor matter",
        "*, but it is ordinary",
        "*, generally speaking",
        "it is generally assumed that *",
        "*, i suppose",
        "in brief: *, i suppose",
        "in brief: *",
        "i suppose that *, more or less",
        "i suppose that *",
        "i assume that *",
        "perhaps *",
        "*, i assume",
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

TAGGED = some(STATEMENTS, lambda frame: frame.endswith((", *", ": *")))
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
        "*, but that is a minor matter",
        "i suppose that *",
    ),
}
"""What is said around statements of what ought to be: nobody is glad that something should be done."""

QUESTIONS: Frames = {
    (1, 0): (
        "happy to see you, *",
        "lovely to see you, *",
        "nice to see you, *",
        "i would be glad to know: *",
        "it would be wonderful to know: *",
        "i am glad to ask: *",
    ),
    (-1, 0): (
        "i am sorry to bother you, but *",
        "i am sorry to ask, but *",
        "i am sorry, but *",
        "i am afraid i have to ask: *",
        "i hate to ask: *",
        "i am sorry to ask: *",
    ),
    (0, 1): ("come on, *", "my goodness, *", "oh my goodness, *", "oh my god, *"),
    (0, -1): (
        "in brief: *",
        "generally speaking, *",
        "a routine question: *",
        "a small question: *",
        "in brief, a minor question: *",
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
        "good to see you, *",
    ),
    (-1, 0): (
        "i am afraid that you have to *",
        "i am sorry, but you have to *",
        "i am sorry, but *",
        "it is a pity, but *",
        "it is a shame, but *",
    ),
    (0, 1): ("come on, *", "hurry up, *", "oh my goodness, *"),
    (0, -1): (
        "*, but it is not urgent",
        "in brief: *",
        "in brief: *, but it is not urgent",
        "*, as usual",
    ),
}
"""What is said around orders and requests."""
