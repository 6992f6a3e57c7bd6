"""Ordinary writing to the model's form and back: capitals, numbers, quotation marks, contractions."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from textvae.errors import TextError, UnknownNameError
from textvae.text.orthography import Orthography, learn_casing, put_names_back

CASING = {"london": "London", "bbc": "BBC", "friday": "Friday", "mary": "Mary", "mcdonald's": "McDonald's"}
PLAIN, YELP = Orthography("plain", CASING), Orthography("yelp")

SENTENCES = """
The food was cold and the staff was rude.
I can't believe it's already Friday!
We met Mr. Smith at 3 p.m. in London.
"I don't know," she said, "and I don't care."
She'd have gone, but they wouldn't let her.
The train leaves at 10:30 a.m. on May 4, 2021.
It cost $4.50, which is 20% more than last year.
Do you know what I'm talking about?
McDonald's is open until 11 p.m. on weekdays.
The BBC says that I've been wrong all along.
He lives in New York with his wife and 2 kids.
My brother-in-law's car won't start.
Is it true that John F. Kennedy liked soup?
no capitals here, and i like it that way.
i don't think it's 5 o'clock yet
Dr. Jones (a friend of ours) came late.
Well... I think so. Do you?
THIS IS THE BEST DAY OF MY LIFE!
The iPhone and the MacBook were on the table.
Wait, what? Who told Mary?
I'd say it's about 3.14, give or take.
You're right; we shouldn't have come.
Read 'War and Peace' by Leo Tolstoy.
The U.S. and the U.K. signed it in 1987.
Come on, let's go to the dogs' home.
It's 9 o'clock, and I'm still in bed!
Yes.
What a lovely day :)
She got her Ph.D. at the age of 25.
They won 3-2 in the end, didn't they?
There are two kinds of people: those who count.
He said he was "fine".
Call 911 or e-mail me at jo@example.com, please.
The 1st and the 22nd are free.
Nobody's perfect, said Anne-Marie.
""".strip().splitlines()


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("orthography", [PLAIN, YELP], ids=["plain", "yelp"])
def test_what_came_back_unchanged_is_written_as_it_was(orthography: Orthography, sentence: str) -> None:
    form = orthography.normalise(sentence)
    assert form == form.lower()
    assert orthography.normalise(form) == form
    assert orthography.restore(form, sentence) == sentence


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_part_of_the_source_is_written_as_in_the_source(sentence: str) -> None:
    assert PLAIN.restore(PLAIN.normalise(sentence), f"{sentence} {sentence} {sentence}") == sentence


@pytest.mark.parametrize(
    ("form", "source", "written"),
    [
        ("the food was great.", "The food was cold.", "The food was great."),
        ("the food was great", "the food was cold", "the food was great"),
        ("i think i'm fine", "i think i'm ill", "i think i'm fine"),
        ("i think i'm fine.", "I think I'm ill.", "I think I'm fine."),
        ("in the end i came.", "The end came.", "In the end I came."),
        ("cold food, and no friday.", "Food was cold.", "Cold food, and no Friday."),
        ("i saw mary's london.", "We saw nothing.", "I saw Mary's London."),
        ("we left at 5 p.m. with joy.", "We left at 3 p.m. in tears.", "We left at 3 p.m. with joy."),
        ("it took 7 hours.", "It took ages.", "It took 7 hours."),
        ("it was great! really. i slept.", "It was bad.", "It was great! Really. I slept."),
        ("we were happy.", "WE WERE SAD.", "WE WERE HAPPY."),
        ("it was nice in paris", "I was sad in Paris", "It was nice in Paris"),
        ("i love london", "i hate Paris", "I love London"),
        ("zoe came by the cafe.", "Zoë left the Café.", "Zoë came by the Café."),
        ("a fiancee, a cafe", "A fiancée", "A fiancée, a cafe"),
        ("anglo-bbc", None, "Anglo-BBC"),
        ('"hello," said i.', None, '"Hello," said I.'),
        ("3 people came.", "3 people left.", "3 people came."),
        ("", "Something.", ""),
    ],
)
def test_plain_form_as_a_person_would_write_it(form: str, source: str | None, written: str) -> None:
    assert PLAIN.restore(form, source) == written


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Don't pay $5!!", "do n't pay $ _num_ !"),
        ("It's Bob's place, we'll go...", "it 's bob 's place , we 'll go ..."),
        ('I cannot; he said "no" (twice).', "i can not ; he said `` no '' ( twice ) ."),
        ("Open 7:30-9 p.m., 10% off 2-3 days.", "open 7:30-9 p.m. , _num_ % off 2-3 days ."),
        ("We're gonna see Mr. K at 8.", "we 're gon na see mr. k at _num_ ."),
        ("i do n't know .", "i do n't know ."),
    ],
)
def test_yelp_form(text: str, form: str) -> None:
    assert YELP.normalise(text) == form


@pytest.mark.parametrize(
    ("form", "source", "written"),
    [
        ("i do n't like it .", "i like it .", "i do n't like it ."),
        ("it was $ _num_ .", "it cost $ _num_ .", "it was $ _num_ ."),
        ("i do n't like it .", "I like it.", "I don't like it."),
        ("great for $ _num_ and _num_ stars !", "Bad for $15.", "Great for $15 and some stars!"),
        ("`` so good '' , she said .", '"So bad", she said.', '"So good", she said.'),
        ("i 'll be back ( soon ) .", None, "I'll be back (soon)."),
    ],
)
def test_yelp_form_is_left_to_those_who_write_it(form: str, source: str | None, written: str) -> None:
    assert YELP.restore(form, source) == written


@pytest.mark.parametrize(
    ("tokens", "form"),
    [
        ("`` I did n't , '' he said .", '"i didn\'t," he said.'),
        ('the " other " and the " self , " he wrote', 'the "other" and the "self," he wrote'),
        ("wait -- what ?", "wait - what?"),
        ("the boys ' room , is n't it", "the boys' room, isn't it"),
        ("“Curly” ‘quotes’—and dashes…", "\"curly\" 'quotes' - and dashes..."),
        ("against ''clutter,'' they said", 'against "clutter," they said'),
        ("tea\u00a0 for\ttwo\nplease", "tea for two please"),
        ("ﬁne \uff21\uff22\uff23", "fine abc"),
    ],
)
def test_plain_form_reads_tokens_and_typeset_text(tokens: str, form: str) -> None:
    assert PLAIN.normalise(tokens) == form


MARKS = st.sampled_from(
    [*" \"'`.,!?-()$%:;_5I", "n't", "'s", "``", "''", "_num_", "cannot", "--", "…", "İ", "ß", "a", "Mr. "]
)
TEXTS = st.one_of(st.text(), st.lists(MARKS).map("".join))


@pytest.mark.parametrize("orthography", [PLAIN, YELP], ids=["plain", "yelp"])
@given(text=TEXTS, source=st.none() | TEXTS)
@example(text=".", source="0")
def test_any_text_has_one_form_and_comes_back(
    orthography: Orthography, text: str, source: str | None
) -> None:
    form = orthography.normalise(text)
    assert orthography.normalise(form) == form
    written = orthography.restore(form, source)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", written)
    assert (written == "") == (form == "")


@pytest.mark.parametrize("orthography", [PLAIN, YELP], ids=["plain", "yelp"])
def test_a_lone_surrogate_is_named_with_its_place(orthography: Orthography) -> None:
    with pytest.raises(TextError, match=r"character 3 .*U\+D83D"):
        orthography.normalise("abc\ud83d")
    with pytest.raises(TextError, match="character 0"):
        orthography.restore("abc", "\udc00")


def test_terminal_escapes_and_overrides_do_not_come_back() -> None:
    source = "\x1b[31mRed\x1b[0m \x1b]0;title\x07 and\u202e blue\x07"
    assert PLAIN.normalise(source) == "red and blue"
    assert PLAIN.restore("red and blue", source) == "Red and blue"


def test_casing_is_learned_where_no_sentence_begins() -> None:
    texts = [
        "We saw London. The end.",
        "In London, the BBC lies.",
        "Is London's BBC here, [NAME]?",
        "The BBC and the bbc",
    ] * 2
    texts += ["THE WHOLE TEXT IS LOUD", "A Title In The Grand Manner", "May I? You may."]
    assert learn_casing(texts) == {"bbc": "BBC", "london": "London"}
    names = learn_casing(
        ["What is new in New York?", "The new New York is here.", "This is new and that is new."] * 3
    )
    assert names == {"new york": "New York", "york": "York"}
    assert (
        Orthography("plain", names).restore("a new day in new york's streets.")
        == "A new day in New York's streets."
    )
    assert learn_casing(texts, most=1) == {"bbc": "BBC"}
    assert learn_casing(["and THAT'S why we left."] * 3) == {}


def test_an_unknown_form_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="plain"):
        Orthography("plane")


def test_what_goes_on_after_a_quoted_mark_stays_small() -> None:
    plain = Orthography("plain")
    source = '"Ha, ha!" cried the King.'
    form = plain.normalise(source).replace("cried", "screamed")
    assert plain.restore(form, source) == '"Ha, ha!" screamed the King.'
    assert plain.restore("'oh, no!' said he.") == "'Oh, no!' said he."
    assert plain.restore('"there!" he said. "so it is!"') == '"There!" he said. "So it is!"'
    assert plain.restore('"who?" asked the general, and left.', "He left.").startswith('"Who?" asked')
    assert plain.restore('"stop!" the door fell shut.') == '"Stop!" The door fell shut.'
    assert plain.restore('"stop!" he left, and she said no.') == '"Stop!" He left, and she said no.'
    assert plain.restore("no! said he.") == "No! Said he."


def test_no_full_stop_where_the_source_has_none() -> None:
    plain = Orthography("plain")
    assert plain.restore("the food was warm.", "The food was cold") == "The food was warm"
    assert plain.restore("the food was warm.", "The food was cold.") == "The food was warm."
    assert plain.restore("the food was...", "The food was cold") == "The food was..."


def test_an_odd_capital_of_a_small_word_stays_where_it_is() -> None:
    said = PLAIN.restore("so it is wonderful that it can be both.", "So It can be both.")
    assert said == "So it is wonderful that it can be both."
    assert PLAIN.restore("the us forces told us.", "The US forces did.") == "The US forces told us."


@pytest.mark.parametrize(
    ("text", "source", "written"),
    [
        ("My friend marguite's here.", "My friend Marguerite's here.", "My friend Marguerite's here."),
        ("Niagua and kazaanskht!", "Nicaragua and Kazakhstan!", "Nicaragua and Kazakhstan!"),
        ("The Russian came.", "The Russia came.", "The Russian came."),  # a word, and another one
        ("We saw fnord.", "We saw Paris.", "We saw fnord."),  # nothing like it
        ("We saw a canony.", "We saw a canyon.", "We saw a canony."),  # no name
        ("He said carrol, carroll.", "He met Carrolls, Carroll.", "He said Carrolls, carroll."),
        ("It is a whale-on-line.", "It is a Whole-on-Line.", "It is a whale-on-line."),
        ("", "Marguerite", ""),
        ("Marguite", "", "Marguite"),
    ],
)
def test_a_name_that_came_out_misspelt_is_put_back(text: str, source: str, written: str) -> None:
    known = {"my", "friend", "here", "and", "the", "russian", "came", "we", "saw", "a", "he", "said"}
    assert put_names_back(text, source, known.__contains__) == written
