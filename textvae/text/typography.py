"""Characters and marks: what may stand in a text, and how its marks are spaced.

Text comes as people type it ("It's 5 o'clock.") or as corpora print it, each mark on its own ("it 's 5
o'clock ."). `join_marks` goes from the second to the first, `part_marks` the other way, to the form of the
Yelp polarity corpus (Shen et al. 2017): Penn Treebank tokens, with `_num_` for a number.
"""

import re
import unicodedata

from textvae.errors import TextError

NUMBER = "_num_"

FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th)?(?!\w)|\d+(?:[.,:/]\d+)*")
_FIGURE_OR_GAP = re.compile(rf"{NUMBER}|{FIGURE.pattern}")

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)|\x1b[@-_]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Soft hyphen, zero-width space, marks and overrides of direction, byte order mark, interlinear marks.
_UNSEEN = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+")
_MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´＇", "'"),
        **dict.fromkeys("“”„‟″«»＂", '"'),
        **dict.fromkeys("‐‑‒–−﹘﹣－", "-"),
        **dict.fromkeys("—―", " - "),
        "…": "...",
    }
)

_CLITIC = r"(?:n't|'(?:s|m|re|ve|ll|d))(?!\w)"
_APART = re.compile(r" [^\w(\[{]| n't|[(\[{$£€#\"] |^[`\"]|--|''|``|(?i:gon|wan|got|gim|lem) ")
_DASHES = re.compile(r"(?<![-<!])--++(?!>)")
_OPENED = re.compile(r"(``|(?<!\S)`(?!\S)) ?")
_CLOSED = re.compile(r" ?''(?!\w)|''")
_REUNITED = re.compile(r"\b(gon|wan) (na)\b|\b(got) (ta)\b|\b(gim|lem) (me)\b", re.IGNORECASE)
_SUFFIX = re.compile(rf"(?<=\w) (?={_CLITIC})", re.IGNORECASE)
_LEFT = re.compile(r"(?<=\S) (?=(?:[.,;:!?]+|[)\]}]+[.,;:!?]*|%)[\"']?(?: |$))")
_RIGHT = re.compile(r"(?<!\S)(?:([(\[{]) (?=\S)|([$£€#]) (?=[\d_]))")
_APOSTROPHE = re.compile(r"(?<=[\w.,;!?]) '(?= |$)")
_SMILEY = re.compile(r"(?<!\S)([:;]) ([()/dp])(?!\S)")
_LONE_QUOTE = re.compile(r'(?<!\S)"(?!\S)')

_TOKEN = re.compile(
    r"_num_|\.{2,}|-{2,}|``|''"
    r"|(?:[^\W\d_]\.){2,}|(?<!\S)(?:mr|mrs|ms|dr|st|jr|vs|[^\W\d_])\.(?= \S)"
    rf"|(?<!\S){_CLITIC}"
    r"|[^\W_]+(?:(?:[-'./&]|[,:](?=\d))[^\W_]+)*\+?"
    r"|([!?])\1*|\S"
)
_CONTRACTION = re.compile(rf"(.+?)({_CLITIC})")
_JOINED_WORDS = {
    "gonna": "gon na",
    "wanna": "wan na",
    "gotta": "got ta",
    "gimme": "gim me",
    "cannot": "can not",
}
_PLAIN_NUMBER = re.compile(r"\d+(?:,\d+)*(?:\.\d+)?")


_ARTICLE = re.compile(r"(?<!\w)(an?) $", re.IGNORECASE)
_ARTICLES = re.compile(r"(?<![\w'])an? (?=[^\W\d_]{2})", re.IGNORECASE)
_FIRST = re.compile(r"[^\W_]+")
_VOWEL = re.compile(
    r"(?!eu|one(?:$|-)|once|uni(?!n)|us[aeu]|ut[ei])[aeiou]|hour|honest|honou?r|heir", re.IGNORECASE
)


def clean(text: str) -> str:
    """`text` on one line, without control characters, terminal escapes and invisible marks.

    Raises:
        TextError: a lone surrogate, with its position: no encoding can write it.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if lone := _SURROGATE.search(text):
        raise TextError(
            f"character {lone.start()} of the text is a lone surrogate (U+{ord(lone[0]):04X}),"
            " half a character: read the file with its own encoding, or remove it."
        )
    return " ".join(_UNSEEN.sub("", _CONTROL.sub(" ", _ESCAPE.sub("", text))).split())


def tidy(text: str) -> str:
    """`clean`, with quotes, dashes and ellipses as ASCII has them, and in NFKC."""
    text = clean(text)
    if text.isascii():
        return text
    return clean(unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS))


def unaccented(text: str) -> str:
    """A text without what stands above and below its letters."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def join_marks(text: str) -> str:
    """Marks where a person writes them: "`` do n't go , '' he said ." -> '"don't go," he said.'."""
    if not _APART.search(text):
        return text
    text = _CLOSED.sub('"', _OPENED.sub(lambda match: '"' if match[1] == "``" else "'", text))
    text = " ".join(_DASHES.sub(" - ", text).split())
    text = _REUNITED.sub(lambda match: match[0].replace(" ", ""), _SUFFIX.sub("", text))
    text = _SMILEY.sub(r"\1\2", _APOSTROPHE.sub("'", _join_quotes(text)))
    return _LEFT.sub("", _RIGHT.sub(r"\1\2", text))


def _join_quotes(text: str) -> str:
    """Quotation marks that stand alone open and close in turn."""
    first, *rest = _LONE_QUOTE.split(text)
    for number, piece in enumerate(rest, start=1):
        opens = number % 2 == 1 and (number < len(rest) or not first)
        first = first + '"' + piece.lstrip(" ") if opens else first.rstrip(" ") + '"' + piece
    return first


def part_marks(text: str) -> str:
    """Every mark on its own, lower-cased, numbers as `_num_`: "Don't pay $5!!" -> "do n't pay $ _num_ !"."""
    text = f" {text.lower()} "
    tokens: list[str] = []
    quoted = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in ("``", "''"):
            quoted = token == "``"
        elif token == '"':
            after_space, before_space = text[match.start() - 1] in " ([{", text[match.end()] == " "
            quoted = after_space and not (before_space and quoted)
            token = "``" if quoted else "''"
        elif _PLAIN_NUMBER.fullmatch(token):
            token = NUMBER
        elif token[0] in "!?":
            token = token[0]
        elif token in _JOINED_WORDS:
            token = _JOINED_WORDS[token]
        elif (contraction := _CONTRACTION.fullmatch(token)) and not token.startswith("'"):
            token = f"{contraction[1]} {contraction[2]}"
        tokens.append(token)
    return " ".join(tokens)


def put_figures_back(text: str, source: str) -> str:
    """The numbers of the source in the text's places for them, in order."""
    theirs = FIGURE.findall(source)
    places = _FIGURE_OR_GAP.findall(text)
    if len(theirs) != len(places):
        if NUMBER not in text:
            return text
        theirs = theirs[: sum(place == NUMBER for place in places)]
        coming = iter(theirs)
        return re.sub(NUMBER, lambda _: next(coming, "some"), text)
    coming = iter(theirs)
    return _FIGURE_OR_GAP.sub(lambda _: next(coming), text)


def agreeing(before: str, after: str) -> str:
    """`before` with its last word, if that is an article, as the word after it asks: "a" or "an"."""
    found, word = _ARTICLE.search(before), _FIRST.match(after)
    if not found or not word:
        return before
    vowel = _VOWEL.match(word[0]) is not None
    return before[: found.start(1)] + found[1][0] + ("n" if vowel else "") + " "


def articles_agree(text: str, source: str) -> str:
    """`text` with every article that stands before another word than in `source` as that word asks.

    >>> articles_agree("such a ugly garden, a hour", "such a lovely garden, a hour")
    'such an ugly garden, a hour'
    """
    for found in reversed(list(_ARTICLES.finditer(text))):
        word = _FIRST.match(text, found.end())
        if word and found[0] + word[0] not in source:
            text = agreeing(text[: found.end()], word[0]) + text[found.end() :]
    return text
