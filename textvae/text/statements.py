"""What a text is, a plain English statement, a headline, a question or an order, and whether it tells what
was: by closed classes of words."""

import re
from collections.abc import Container, Sequence

from textvae.text.orthography import ends_sentence

_PRONOUNS = "i you he she it we they people"
_STARTERS = (
    "this that these those there the a an my your his her its our their some many most several few both "
    "all each every one another no nobody nothing everybody everyone everything somebody someone something "
    "two three four"
)
_AUXILIARIES = (
    "is are am was were has have had will would can could may might must shall should does did isn't "
    "aren't wasn't weren't hasn't haven't hadn't won't wouldn't can't couldn't mustn't shouldn't doesn't "
    "didn't"
)
_PRESENT = "do don't be put let set read cut hit hurt cost"
_PAST = (
    "was were had did wasn't weren't hadn't didn't went came saw said took made got gave found thought "
    "told became left felt brought began kept held wrote stood heard meant met ran paid sat spoke lay led "
    "grew lost fell sent built understood broke spent rose drove bought wore chose knew won ate slept "
    "taught caught sold forgot forgave threw drank drew flew fled hid hung rang rode sang shook stole swam "
    "woke tore fought sought swore struck swept wept withdrew blew froze"
)
_NOW = (
    "is are am isn't aren't has have hasn't haven't will won't can can't may must shall should do does don't "
    "doesn't"
)
_NEVER_PAST = "need feed seed speed breed indeed hundred sacred naked wicked bed red shed ted ahmed mohammed"
_WHEN = (
    "after before in on at during when while if as since until once by from last yesterday today tonight half"
)
_BEFORE_VERBS = "all also always both each even ever just never not often once quite soon still then who"
_MINDFUL = "hope wish thank promise swear apologize beg love hate glad happy sorry afraid"
_ORDERS = (
    "add ask avoid be bring buy call check click come consider do don't drink eat enjoy feel find "
    "follow forget get give go help keep leave let let's listen look make pay please put read remember "
    "run save say see send show sit stay stop take tell think try turn use visit wait watch write"
)
_ORDERS_OF = "close open shut lock hold wash clean fill cut"
_ADDRESSES = (
    "dear like thank thanks hello hey hi sorry welcome wow yeah yep yes ok okay oh no whatever whoever what "
    "where who why how which"
)
_ASKING = "what where who whom whose why how which when do don't"
_NO_SUBJECT = (
    "always and apparently as because but chapter day either else especially even ever first for great have "
    "however imagine in instead it's just may maybe more much must neither month never nor normally not "
    "note now of on only or perhaps quite rather really should so such sure than then to too unfortunately "
    "usually very week well when whether with without year yet"
)
_BEFORE_NOUNS = (
    "about above across after again against all along amid among around as at before behind below beneath "
    "beside between beyond both boy but by christmas despite down during even except few for from girl god "
    "guys half hence how however if in inside into just later less like man many maybe meanwhile more most "
    "much near no not nowadays of off on once one only onto or otherwise out outside over past per perhaps "
    "plus quite rather save since so some somehow soon still such than that then there therefore though "
    "through thus till to today tomorrow tonight toward under unless unlike until up upon via what when "
    "where while whose with within without yesterday yet"
)
_OBJECTS = "me him us them it here"
_BANTER = "lol lmao omg omw ugh haha hehe wow whew yay yikes damn dude bro btw idk tbh imo fyi best worst"
_LOOKED_AT = 8
_ENDED = re.compile(r"[.!?:] |\"|\.\.")
_BROKEN = re.compile(r"[.!?:;\"] |[?\"]| - |\.\.")

_PRONOUN = frozenset(_PRONOUNS.split())
_STARTER = frozenset(_STARTERS.split())
_AUXILIARY = frozenset(_AUXILIARIES.split())
_PASTS = frozenset(_PAST.split())
_PRESENTS = frozenset(_NOW.split())
_NO_PASTS = frozenset(_NEVER_PAST.split())
_CONTRACTED = ("'m", "'re", "'ve", "'ll")
_VERBS = _AUXILIARY | _PASTS | frozenset(_PRESENT.split())
_PLURAL = frozenset(("i", "we", "you", "they", "people"))
_BETWEEN = frozenset(_BEFORE_VERBS.split())
_TIME = frozenset(_WHEN.split())
_FEELING = frozenset(_MINDFUL.split())
_ORDER = frozenset(_ORDERS.split())
_ORDER_OF = frozenset(_ORDERS_OF.split())
_ADDRESS = _ORDER | frozenset(_ADDRESSES.split())
_THINGS = frozenset(("it", "this", "that", "these", "those", "there"))
_OUGHT = frozenset(("should", "shouldn't", "ought", "oughtn't"))
_MIGHT = _OUGHT | {"could", "would", "might"}
_DONE = frozenset(("done", "gone", "known", "shown", "thrown", "run", "come", "become", "begun"))
_ASKS = frozenset(_ASKING.split()) | _AUXILIARY
_OTHER = _ADDRESS | frozenset(_NO_SUBJECT.split()) | frozenset(_BANTER.split())
_PREPOSED = frozenset(_BEFORE_NOUNS.split())
_WH = frozenset(("what", "where", "who", "whom", "whose", "why", "how", "which", "when"))
_YOU = frozenset(("u", "ya"))
_OBJECT = frozenset(_OBJECTS.split())


def statement(form: str, names: Container[str] = (), nouns: Container[str] = ()) -> bool:
    """Whether a text in the model's form begins with a plain statement, so that a frame may stand before it.

    Known by its end, by a pronoun, a determiner or one of `names` at its start, and by a finite verb near
    it; a word of `nouns` wants an auxiliary, and what says when a statement behind a comma. What cannot be
    known for sure, such as headlines and orders, is taken for none.
    """
    words = form.split()
    if len(words) < 3 or not form[0].isalpha() or "?" in form or form.endswith(".."):
        return False
    if form.rstrip("\"')")[-1:] in ("", "-", ":", ",", ";"):
        return False
    first, contracted, _ = words[0].partition("'")
    near = _near(words)
    if first in _PRONOUN:
        return words[0][-1].isalpha() and not _feels(words)
    if first in _TIME:
        _, comma, rest = form.partition(", ")
        return bool(comma) and rest.split(" ")[0].split("'")[0] in _PRONOUN | _STARTER and statement(rest)
    if first in _STARTER or words[0] in names:
        if contracted and first in ("that", "there"):
            return True
        if not _VERBS.isdisjoint(near) or any(_third(word) for word in near[:2]):
            return True
        determined = first in _STARTER
        return first not in ("a", "an") and any(word.endswith("ed") for word in near[determined:])
    if words[0] not in nouns or words[0] in _OTHER | _PASTS or words[0].endswith(("ed", "est")):
        return False
    before = next((i for i, word in enumerate(words) if word.endswith(",") or word in _PRONOUN), len(words))
    return not _AUXILIARY.isdisjoint(near[:before])


def advice(form: str) -> bool:
    """Whether a statement says what somebody should do; what should have been, or is to be expected, is
    another matter."""
    words = form.split()
    if words and words[0] in _THINGS:
        return False
    near = [*words[:1], *_near(words)]
    for i, word in enumerate(near):
        if word in _OUGHT or (word == "better" and i and near[i - 1].endswith(("had", "'d"))):
            after = [each for each in near[i + 1 : i + 4] if each not in ("not", "to")]
            return bool(after) and not (after[0] == "have" and any(map(_done, after[1:])))
    return False


def _done(word: str) -> bool:
    """Whether a word may be a past participle."""
    return word in _PASTS | _DONE or word.endswith(("ed", "en"))


def assertion(form: str) -> bool:
    """Whether a text in the model's form tells something at all, in one sentence or a headline: it asks
    nothing, and does not begin as an order, a greeting or a thank-you does."""
    words = form.split()
    if (
        len(words) < 4
        or not form[0].isalpha()
        or _BROKEN.search(form)
        or not form.rstrip(".!")[-1:].isalnum()
    ):
        return False
    first = words[0].strip(",")
    if first in _ADDRESS or "please" in words[:2] or _orders(words) or _feels(words):
        return False
    return first not in _ASKS or words[1] not in _PRONOUN | _YOU | _AUXILIARY


def telling(form: str) -> bool:
    """Whether a text in the model's form, of one sentence or more, tells something, quotes and asks nothing,
    and speaks of no feeling of the speaker's own."""
    words = form.split()
    if len(words) < 4 or not form[0].isalpha() or "?" in form or '"' in form or form.endswith(","):
        return False
    first = words[0].strip(",.;:!")
    said = first in _PASTS | _AUXILIARY or first.endswith("ed")
    return not (
        _feels(words) or said or _orders(words) or first in _OTHER or words[0].endswith(("!", ":", ";", ".."))
    )


def _feels(words: Sequence[str]) -> bool:
    """Whether a text begins with a feeling of the speaker's own: "I hope that ..."."""
    return words[0].partition("'")[0] == "i" and not _FEELING.isdisjoint(_near(words)[:2])


def question(form: str) -> bool:
    """Whether a text in the model's form is one question, with its question word or auxiliary in front; where
    its mark is missing, an auxiliary and a pronoun tell."""
    words = form.split()
    if len(words) < 3 or _BROKEN.search(form[:-1]):
        return False
    first = words[0].partition("'")[0]
    if not form.endswith("?"):
        return first in _AUXILIARY and words[1] in _PRONOUN | _YOU and form[-1].isalnum()
    return words[0] in _ASKS or first in _ASKS


def asking(form: str) -> bool:
    """Whether a text in the model's form ends as a question does, however it begins."""
    words = form.split()
    return len(words) > 4 and form[0].isalpha() and form.endswith("?") and not _ENDED.search(form)


def order(form: str) -> bool:
    """Whether a text in the model's form is one order or request, with its verb in front."""
    words = form.split()
    while words[:1] and words[0] in ("so,", "please,"):
        words = words[1:]
    if len(words) < 3 or not (words[0] in _ORDER or _orders(words)) or _BROKEN.search(form):
        return False
    subject = words[0] in ("do", "don't") and words[1] in _PRONOUN | _STARTER  # "do you ..."
    return not subject and form.rstrip(".!")[-1:].isalnum()


def _orders(words: Sequence[str]) -> bool:
    """Whether the first word may be a verb and has an object, as in "press the button", "guess who is here",
    or stands behind "never" or "always"."""
    verb, *rest = words
    if verb in ("never", "always") and rest:
        return rest[0].isalpha() and rest[0] not in _AUXILIARY | _PRONOUN | _STARTER | _PASTS | _PREPOSED
    if verb in _ORDER_OF:
        return rest[0] in _STARTER
    known = _PREPOSED | _PRONOUN | _STARTER | _AUXILIARY | _PASTS | _OTHER - _ORDER
    third = verb.endswith("s") and not verb.endswith("ss")
    base = verb.isalpha() and verb not in known and not third and not verb.endswith(("ed", "ing", "ly"))
    return base and rest[0].strip(".,!") in (_STARTER - {"nobody", "nothing", "no"}) | _OBJECT | _WH


def _near(words: Sequence[str]) -> list[str]:
    """The words that the verb of a sentence is looked for among, without marks; not those of the next one."""
    near = words[:_LOOKED_AT]
    last = next((i for i, word in enumerate(near) if ends_sentence(word)), len(near))
    return [word.strip(".,;:!\"'()") for word in near[1 : last + 1]]


def _third(word: str) -> bool:
    """Whether a word may be a verb's third person."""
    return word.endswith("s") and not word.endswith(("ss", "'s"))


def _base(word: str) -> bool:
    """Whether a word behind a pronoun that takes no -s is the verb itself, in the present."""
    return word.isalpha() and word not in _VERBS | _BETWEEN and not word.endswith(("ed", "ly"))


def past(form: str) -> bool:
    """Whether a statement tells what was: the first of its verbs that has a tense of its own says so."""
    before, comma, rest = form.partition(", ")
    words = (rest if comma and before.split(" ")[0] in _TIME else form).split()
    subject, apostrophe, verb = words[0].partition("'") if words else ("", "", "")
    if apostrophe + verb in _CONTRACTED or (verb == "s" and subject in _PRONOUN | _STARTER):
        return False
    if subject in _PLURAL and not apostrophe and words[1:] and _base(words[1]):
        return False
    near = words[:1] * (subject in _PASTS) + _near(words)
    for word, following in zip(near, [*near[1:], ""], strict=True):
        if word in _MIGHT and following == "have":
            return True
        if word in _PRESENTS or word.endswith(_CONTRACTED):
            return False
        if word in _PASTS or (word.endswith("ed") and word not in _NO_PASTS):
            return True
    return False
