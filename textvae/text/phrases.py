"""The frames of `textvae.text.frames`, by what they go around."""

from collections.abc import Callable

Frames = dict[tuple[float, float], tuple[str, ...]]
"""Frames for each way (valence, arousal) to go, in the model's form; the star is the sentence's place."""

STATEMENTS: Frames = {
    (1, 0): (
        "i am glad that *",
        "luckily, *",
        "it is wonderful that *",
        "fortunately, *",
        "it is nice that *",
        "thankfully, *",
        "*, but i feel good",
        "*, but i am happy",
        "*, but we are happy",
        "*, but life is good",
        "it was nice even though *",
        "good news: *",
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
        "*, but i am not happy",
        "*, but i am sad",
        "*, but it hurts",
        "*, but it is a pity",
        "it was no fun although *",
        "bad news: *",
        "*, i am sorry to say",
        "*, sadly",
        "*, unfortunately",
    ),
    (0, 1): ("i can't believe that *", "suddenly, *", "wow, *", "incredibly, *", "unbelievably, *"),
    (0, -1): (
        "*, but it is rather ordinary",
        "*, but it is rather trivial",
        "i suppose that *, but it is rather ordinary",
        "i assume that *, but it is trivial",
        "i suppose that *, but it is routine",
        "i suppose that *, but it is generally trivial",
        "*, but it is ordinary",
        "typically, *, but it is trivial",
        "i suppose that *",
        "it is generally assumed that *",
        "in brief: *, i suppose",
        "in brief: *",
        "i suppose that *, more or less",
        "perhaps *",
        "*, i assume",
    ),
}
"""What is said around statements."""


def some(frames: Frames, suits: Callable[[str], bool]) -> Frames:
    """Those of the frames that suit."""
    return {way: tuple(filter(suits, each)) for way, each in frames.items()}


HEADLINES = some(STATEMENTS, lambda frame: frame.startswith("*") or ": *" in frame)
"""What is said around headlines and fragments, which are no clauses: what stands behind or has a colon."""

BEHIND = some(STATEMENTS, lambda frame: frame.startswith("*"))
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
        "nice to see you, *",
        "it is nice to ask: *",
        "i am glad to ask: *",
        "good to see you, *",
        "glad to see you, *",
    ),
    (-1, 0): (
        "i am sorry, but *",
        "i am sorry to ask: *",
        "i am afraid to ask: *",
        "i hate to ask: *",
        "i am sad to ask: *",
    ),
    (0, 1): ("come on, *", "my goodness, *", "oh my goodness, *", "oh my god, *"),
    (0, -1): (
        "in brief: *",
        "generally speaking, *",
        "in brief, a minor question: *",
        "in brief, a trivial question: *",
    ),
}
"""What is said around questions."""

ASKING = some(QUESTIONS, lambda frame: frame.endswith(": *"))
"""What is said before whatever else ends in a question mark: it ends in a colon."""

ORDERS: Frames = {
    (1, 0): (
        "*, thank you",
        "it would be lovely: *",
        "good to see you, *",
        "nice to see you, *",
    ),
    (-1, 0): ("i am sorry, but *", "it is a pity, but *", "it is a shame, but *", "i am sorry: *"),
    (0, 1): ("come on, *", "hurry up, *", "oh my goodness, *"),
    (0, -1): (
        "*, but it is not urgent",
        "in brief: *",
        "in brief: *, but it is not urgent",
        "in brief, a minor matter: *",
    ),
}
"""What is said around orders and requests."""
