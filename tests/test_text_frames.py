"""Frames around sentences: where one may stand, and which."""

import re

import numpy as np
import pytest

from textvae.text.fitting import OTHERS, VARIETY, cost
from textvae.text.frames import capital, frame_of, framed, unframed
from textvae.text.phrases import ADVICE, ORDERS, QUESTIONS, STATEMENTS
from textvae.text.statements import advice, assertion, order, past, question, statement, telling

UP, DOWN = np.array([1.0, 0.0]), np.array([-1.0, 0.0])
LOUDER, CALMER = np.array([0.0, 1.0]), np.array([0.0, -1.0])
HERE = np.array([0.0, 0.0])


@pytest.mark.parametrize(
    "form",
    [
        "the shop was closed.",
        "my neighbour plays the piano every evening.",
        "i lost my keys and missed the last train.",
        "they go home.",
        "it's raining again!",
        "that's how it is.",
        "nobody came to his party.",
        "our neighbours invited us to dinner.",
        "tom lives in boston.",
        "the dog didn't eat it",
        "tom called mary.",
        "after lunch, i returned to the office.",
        "security is slow today.",
    ],
)
def test_statements(form: str) -> None:
    assert statement(form, {"tom"}, {"security"})


@pytest.mark.parametrize(
    "form",
    [
        "",
        "it rains",
        "how are you today?",
        "you came, didn't you?",
        "take what you can get.",
        "village buried by 100 inches of snow",
        "tom lives in boston.",
        "a subtle and well crafted chiller.",
        "i hope this is worth it.",
        "i am glad to see you.",
        "the shop was closed...",
        "i, for one, am glad.",
        "here's where we started -",
        "the best of all",
        "security is slow today.",
        "see if security is slow.",
        "after lunch the office.",
    ],
)
def test_no_statements(form: str) -> None:
    assert not statement(form, nouns={"see"})


@pytest.mark.parametrize(
    "form",
    [
        "kidnappers seize two in nigeria",
        "in may the legislature voted to reinstate it.",
        "a subtle and well crafted chiller.",
    ],
)
def test_assertions(form: str) -> None:
    assert assertion(form)
    assert not statement(form)
    found = [edit.form.rstrip(".") for edit in framed(form, HERE, DOWN, 40, 0.0)]
    bare = form.rstrip(".")
    assert found[:2] == [f"bad news: {bare}", f"{bare}, i am sorry to say"]
    assert not any("which" in each or "that" in each for each in found)
    assert framed(f'"{form}', HERE, DOWN, 40, 0.0) == []


@pytest.mark.parametrize(
    "form",
    [
        "take what you can get.",
        "thanks for all of it.",
        "here it ends -",
        "note: it ends here",
        "he came. she left.",
        "wine and cheese",
        "what does he say of it?",
        "so it goes...",
        "so please wait for me here.",
    ],
)
def test_no_assertions(form: str) -> None:
    assert not assertion(form)


@pytest.mark.parametrize(
    "form",
    [
        "what does he say of it?",
        "what's for lunch?",
        "isn't it true?",
        "do you smoke?",
        "where were you, tom?",
    ],
)
def test_questions(form: str) -> None:
    assert question(form)
    assert not order(form)
    assert f"come on, {form}" in [edit.form for edit in framed(form, HERE, LOUDER, 9, 0.0)]


@pytest.mark.parametrize(
    "form",
    [
        "who knows.",
        "why so?",
        "he said what?",
        'is it "true"?',
        "is it true? i hope so.",
        "what - again, and why?",
    ],
)
def test_no_questions(form: str) -> None:
    assert not question(form)


@pytest.mark.parametrize(
    "form",
    [
        "take what you can get.",
        "please read the instructions!",
        "do not run here",
        "let us sit down.",
        "close the door.",
        "so, please don't wait for me.",
    ],
)
def test_orders(form: str) -> None:
    assert order(form)
    assert not question(form)
    bare = form.rstrip(".!")
    assert f"{bare}, thank you{form[len(bare) :]}" in [edit.form for edit in framed(form, HERE, UP, 9, 0.0)]


@pytest.mark.parametrize(
    "form",
    [
        "do you smoke a lot.",
        "don't the neighbours mind.",
        "come in.",
        "he came here.",
        'come in," he said.',
        "wait - who are you",
        "take it...",
        "close friends of the family say so.",
    ],
)
def test_no_orders(form: str) -> None:
    assert not order(form)


def test_what_else_tells_something_gets_a_colon() -> None:
    form = "u.s. to allow 7,000 refugees - more than ever: an hour"
    assert telling(form)
    assert not assertion(form)
    assert [edit.form for edit in framed(form, HERE, UP, 9, 0.0)] == [f"good news: {form}"]
    assert framed(form, HERE, CALMER, 9, 0.0) == []
    assert framed(form, np.array([-0.5, 0.0]), UP, 9, 0.0) == []
    assert framed(f"({form})", HERE, UP, 9, 0.0) == []


@pytest.mark.parametrize(
    "form",
    [
        "who knows? he does. or not.",
        "i wish you luck: all of it. so do they.",
        "thanks a lot! you are kind.",
        "ouch! that hurts. a lot.",
        "[name] is here. he waits.",
        'he said "no" to it - and left.',
        "cried tom: it is here!",
        "however - here it is.",
        "so it is.",
    ],
)
def test_what_does_not_tell(form: str) -> None:
    assert not telling(form)


def test_questions_and_orders_may_go_on() -> None:
    asked = [edit.form for edit in framed("can you wait? i can't.", HERE, DOWN, 9, 0.0)]
    assert asked[0] == "i am sorry to bother you, but can you wait? i can't."
    assert [edit.form for edit in framed("wait for me. i am here.", HERE, UP, 9, 0.0)] == [
        "it would be lovely if you could wait for me. i am here.",
        "i would love it if you could wait for me. i am here.",
        "it would be wonderful if you could wait for me. i am here.",
    ]
    assert framed("well, where are you?", HERE, LOUDER, 9, 0.0)[0].form == "well, come on, where are you?"


def test_what_was_is_known() -> None:
    assert past("we won the match.")
    assert past("they cancelled it.")
    assert not past("we win the match.")
    assert past("he forgot it.")
    assert past("the shop was closed.")
    for form in ("we need it.", "the shop is closed.", "they have cancelled it.", "they've cancelled it."):
        assert not past(form)
    assert past("tom's brother called.")
    for form in ("sat in the garden with a book.", "you should have told me.", "they all left."):
        assert past(form)
    for form in (
        "i keep thinking about what she said.",
        "as agreed, i am sending you what they wanted.",
        "when it rained, we are at home.",
        "people say it was late.",
    ):
        assert not past(form)


@pytest.mark.parametrize(
    "form",
    [
        "you should read this book.",
        "you really shouldn't eat them raw.",
        "they ought to repair the bridge.",
        "you'd better go home now.",
        "we had better leave.",
        "you should have a look at it.",
        "you should not have it all.",
    ],
)
def test_advice(form: str) -> None:
    assert advice(form)
    assert statement(form)


@pytest.mark.parametrize(
    "form",
    [
        "you should have told me.",
        "you should not have been there.",
        "he shouldn't have eaten it.",
        "the soup was better than before.",
        "i like it better now.",
        "you should",
        "i said you should not.",
        "he thinks we ought to.",
        "better not.",
        " ",
        "it rained.",
    ],
)
def test_no_advice(form: str) -> None:
    assert not advice(form)


def test_nobody_is_glad_that_something_should_be_done() -> None:
    for way, frames in ((UP, (1, 0)), (DOWN, (-1, 0)), (LOUDER, (0, 1)), (CALMER, (0, -1))):
        found = [edit.form for edit in framed("you should go home.", HERE, way, 9, 1.0)]
        assert found == [frame.replace("*", "you should go home") + "." for frame in ADVICE[frames]]
    calm = [edit.form for edit in framed("you should have gone home.", HERE, CALMER, 9, 1.0)]
    assert not [form for form in calm if "urgent" in form]


def test_what_should_not_be_would_not_be_lovely() -> None:
    found = [edit.form for edit in framed("you should never go home.", HERE, UP, 9, 1.0)]
    assert found == ["you should never go home, and i would be glad."]


def test_advice_is_taken_out_of_its_frame() -> None:
    for frames in ADVICE.values():
        for frame in frames:
            assert unframed(frame.replace("*", "you should go home") + ".") == "you should go home."


def test_what_would_be_lovely_is_no_frame_of_a_condition() -> None:
    for form in ("if you came, it would be lovely.", "she called, and i would be glad."):
        assert unframed(form) == form


def test_frames_lead_one_way_at_a_price() -> None:
    found = framed("the shop was closed.", HERE, UP, 40, 1.5)
    assert [edit.form for edit in found[:2]] == [
        "i am glad that the shop was closed.",
        "luckily, the shop was closed.",
    ]
    assert {edit.log_prob for edit in found} == {0.0}
    costs = [cost(frame_of(edit.form), "the shop was closed") for edit in found]
    assert [edit.stand for edit in found] == pytest.approx([-1.5 - each + min(costs) for each in costs])
    assert OTHERS < costs[0] < OTHERS + VARIETY  # the speaker is glad
    assert 0 < costs[1] < VARIETY
    least = sorted(range(len(found)), key=lambda i: costs[i])[:3]
    assert framed("the shop was closed.", HERE, UP, 3, 1.5) == [found[i] for i in sorted(least)]
    both = [edit.form for edit in framed("the shop is open.", HERE, np.array([-1.0, -1.0]), 40, 0.0)]
    assert both[0] == "sadly, the shop is open."
    assert "the shop is open, but that is quite normal." in both
    tailed = [edit.form for edit in framed('the shop is open!"', HERE, CALMER, 9, 0.0)]
    assert 'the shop is open, but that is nothing unusual!"' in tailed
    assert framed("the shop was closed.", HERE, UP, 0, 0.0) == []


@pytest.mark.parametrize(
    ("own", "way", "there", "missing"),
    [
        (-0.1, UP, "i am glad that", "*, but it all worked out well"),
        (-1.5, UP, "*, but it all worked out well", "i am glad that"),
        (-0.4, UP, "*, but i laughed about it", "i am glad that"),
        (0.7, DOWN, "it is a pity that", "sadly,"),
        (0.5, UP, "luckily,", "*, but it all worked out well"),
        (1.0, DOWN, "*, but i was disappointed", "it is terrible that"),
        (0.0, DOWN, "sadly,", "*, but i was disappointed"),
    ],
)
def test_nobody_says_luckily_of_bad_news(own: float, way: np.ndarray, there: str, missing: str) -> None:
    found = {frame_of(edit.form) for edit in framed("it broke me.", np.array([own, 0.0]), way, 40, 0.0)}
    there, missing = (frame if "*" in frame else f"{frame} *" for frame in (there, missing))
    assert there in found
    assert missing not in found


def test_what_was_once_is_not_assumed_in_general() -> None:
    for form in ("she won the match.", "her brother wins.", "this shop is open.", "i win the match."):
        calm = {frame_of(edit.form) for edit in framed(form, HERE, CALMER, 40, 0.0)}
        assert not any("general" in frame or "typical" in frame for frame in calm)
    assert "it is generally assumed that *" in {
        frame_of(edit.form) for edit in framed("the shop is open.", HERE, CALMER, 40, 0.0)
    }


def test_nobody_supposes_what_he_knows() -> None:
    for form in ("i win the match.", "my brother won it.", "we were there."):
        calm = " ".join(edit.form for edit in framed(form, HERE, CALMER, 40, 0.0))
        assert not re.search("suppose|assume|perhaps", calm)


@pytest.mark.parametrize("own", [-1.3, 2.1])
def test_nobody_makes_little_of_what_is_felt(own: float) -> None:
    found = [edit.form for edit in framed("it was so.", np.array([own, 0.0]), CALMER, 40, 0.0)]
    assert "it was so, i suppose." in found
    assert not re.search("normal|unusual|the case", " ".join(found))


def test_what_says_two_things_is_not_framed_from_behind() -> None:
    calm = [edit.form for edit in framed("she won it. he lost it.", HERE, CALMER, 40, 0.0)]
    assert calm == [
        f"{before} she won it. he lost it." for before in ("i suppose that", "i assume that", "perhaps")
    ]


def test_nobody_says_wow_of_bad_news() -> None:
    found = [edit.form for edit in framed("we lost the match.", np.array([-1.0, 0.0]), LOUDER, 9, 0.0)]
    assert found == [
        f"{frame} we lost the match."
        for frame in ("i can't believe that", "suddenly,", "incredibly,", "unbelievably,")
    ]


def test_a_frame_is_taken_off_and_changed() -> None:
    forms = [edit.form for edit in framed("sadly, the shop was closed.", HERE, UP, 40, 0.0)]
    assert forms[:2] == ["the shop was closed.", "i am glad that the shop was closed."]
    assert framed("suddenly, the shop was closed.", HERE, LOUDER, 2, 0.0)[0].form == "the shop was closed."


def test_frames_are_known_by_their_beginning() -> None:
    for table in (STATEMENTS, QUESTIONS, ORDERS):
        for frame in (frame for frames in table.values() for frame in frames):
            assert frame_of(frame.replace("*", "it rains") + ".") == frame
            assert unframed(frame.replace("*", "it rains") + ".") == "it rains."
    assert unframed("it rains, and it is cold!") == "it rains, and it is cold!"
    assert frame_of("sadly it rains.") == ""
    assert frame_of("sadly, ") == ""
    assert frame_of('"but sadly, it rains," he said.') == "sadly, *"


def test_a_frame_stands_behind_but() -> None:
    forms = [edit.form for edit in framed('"but it rains today."', HERE, UP, 40, 0.0)]
    assert forms[0] == '"but i am glad that it rains today."'
    assert framed("so it is.", HERE, UP, 1, 0.0) == []


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ('"i want it," said tom.', None),
        ('"yes, but it rains," he said.', None),
        ('tom said, "it rains."', 'i am glad that tom said, "it rains."'),
        ('"where are you?" he asked.', None),
    ],
)
def test_nobody_says_more_than_he_is_quoted_with(form: str, expected: str | None) -> None:
    for way in (UP, DOWN, LOUDER, CALMER):
        found = [edit.form for edit in framed(form, HERE, way, 40, 0.0, {"tom"})]
        quoted = form[form.index('"') : form.rindex('"') + 1]
        assert all(quoted in each for each in found)
        assert {unframed(each) for each in found} <= {form}
        if way is UP:
            assert expected in found if expected else not found


def test_an_abbreviation_keeps_its_dot() -> None:
    form = "the train leaves at 10 a.m."
    found = [edit.form for edit in framed(form, HERE, UP, 40, 0.0)]
    assert "i am glad that the train leaves at 10 a.m." in found
    assert "the train leaves at 10 a.m., i am happy to say." in found
    assert {unframed(each) for each in found} == {form}
    asked = [edit.form for edit in framed("it is 10 a.m!", HERE, UP, 40, 0.0)]
    assert "it is 10 a.m, i am happy to say!" in asked


def test_nobody_is_happy_about_a_death() -> None:
    bad = np.array([-2.0, 0.0])
    for form in ("the boy next door has died.", "three killed in a motorway crash"):
        assert framed(form, bad, UP, 40, 0.0) == []
        assert framed(form, bad, DOWN, 40, 0.0)
        calm = " ".join(edit.form for edit in framed(form, HERE, CALMER, 40, 0.0))
        assert not re.search("normal|unusual|suppose|assume", calm)
        assert not any("wow" in edit.form for edit in framed(form, HERE, LOUDER, 40, 0.0))
    assert framed("nobody died in the crash.", bad, UP, 40, 0.0)
    assert framed("my phone has died.", bad, UP, 40, 0.0)


def test_beside_what_is_serious_there_is_hope_alone() -> None:
    found = framed("she was diagnosed with diabetes.", np.array([-2.0, 0.0]), UP, 40, 0.0)
    assert [edit.form for edit in found] == ["she was diagnosed with diabetes, but there is hope."]
    assert framed("she was diagnosed with diabetes.", HERE, CALMER, 40, 0.0) == []
    assert framed("the man is blind.", HERE, CALMER, 40, 0.0) == []


@pytest.mark.parametrize(
    ("form", "way", "there", "missing"),
    [
        ("the bus was late.", DOWN, "*, which made me sad", "*, which makes me sad"),
        ("the bus is late.", DOWN, "*, which makes me sad", "*, which made me sad"),
        ("i have lost it.", DOWN, "*, which makes me sad", "*, which made me sad"),
        ("i missed the bus.", DOWN, "*, which ruined my day", "*, which makes me sad"),
        ("she missed the bus.", DOWN, "*, which made me sad", "*, which ruined my day"),
        ("we lost it.", UP, "*, i am happy to say", "*, which makes me happy"),
        ("i lost it.", UP, "luckily, *", "*, i am happy to say"),
        ("the book which i read was long.", UP, "luckily, *", "*, which made me happy"),
        ("the waiter billed us twice.", DOWN, "*, which annoyed me", "*, which annoys me"),
        ("he sings all night.", DOWN, "i hate that *", "it was a shame that *"),
        ("he sang all night.", DOWN, "it was a shame that *", "i hate that *"),
        ("she could not find her keys.", DOWN, "sadly, *", "*, which makes me sad"),
        ("she sang all night.", UP, "i was delighted that *", "i love that *"),
        ("we sang all night.", UP, "*, which made me happy", "i was delighted that *"),
        ("she could not find her keys.", DOWN, "sadly, *", "it is sad that *"),
        ("i can't stand the noise.", DOWN, "unfortunately, *", "i hate that *"),
        ("i'm looking forward to it.", UP, "luckily, *", "i am glad that *"),
        ("that was her last word.", DOWN, "sadly, *", "it is sad that *"),
        ("my son cried all night.", DOWN, "*, which upset me", "*, which annoyed me"),
    ],
)
def test_what_is_added_agrees(form: str, way: np.ndarray, there: str, missing: str) -> None:
    found = {frame_of(edit.form) for edit in framed(form, HERE, way, 40, 0.0)}
    assert there in found
    assert missing not in found


def test_a_word_is_felt_where_the_sentence_reads_neutral() -> None:
    lexicon = {"burned": (-0.9, 0.4), "love": (1.6, 1.4)}

    def found(form: str, way: np.ndarray) -> set[str]:
        return {frame_of(edit.form) for edit in framed(form, HERE, way, 40, 0.0, (), lexicon)}

    assert "luckily, *" in found("i cooked the rice.", UP)
    assert not {"luckily, *", "i am glad that *"} & found("i burned the rice.", UP)
    assert "*, but the rest of the day was lovely" in found("i burned the rice.", UP)
    assert "luckily, *" in found("i never burned the rice.", UP)
    assert "sadly, *" in found("i burned the rice.", DOWN)
    assert "it is sad that *" not in found("we love the rice.", DOWN)


def test_nobody_comes_in_who_has_no_part_in_it() -> None:
    bad = np.array([-1.5, 0.0])
    forms = ("he fell down.", "we fell down.")
    of = {form: {frame_of(edit.form) for edit in framed(form, bad, UP, 40, 0.0)} for form in forms}
    assert {"*, but we laughed about it", "*, but i laughed about it"} <= of["we fell down."]
    assert not {"*, but we laughed about it", "*, but i laughed about it"} & of["he fell down."]
    assert "*, but it all worked out well" in of["he fell down."]
    mine = {frame_of(edit.form) for edit in framed("i fell down.", bad, UP, 40, 0.0)}
    assert {"*, but i kept smiling", "*, but the rest of the day was lovely"} <= mine
    assert "*, but i kept smiling" not in of["we fell down."] | of["he fell down."]
    assert "*, but something good came of it" in of["he fell down."]
    cold = {frame_of(edit.form) for edit in framed("the soup was cold.", bad, UP, 40, 0.0)}
    assert "*, but something good came of it" not in cold
    year = {frame_of(edit.form) for edit in framed("i lost my money this year.", bad, UP, 40, 0.0)}
    assert "*, but the rest of the day was lovely" not in year
    told = {frame_of(edit.form) for edit in framed("we lost your letter.", bad, UP, 40, 0.0)}
    assert "*, but it all worked out well" in told
    assert not any("laughed" in frame or "a good day" in frame for frame in told)


@pytest.mark.parametrize(
    "form",
    [
        "press the red button.",
        "sign here and date it.",
        "guess who is here.",
        "never open this box.",
        "lend him a book.",
    ],
)
def test_what_has_an_object_is_an_order(form: str) -> None:
    assert order(form)
    assert not assertion(form)


@pytest.mark.parametrize(
    "form",
    [
        "meanwhile my cat is out.",
        "behind the house is a dog.",
        "loved the film.",
        "never was there a dog.",
        "best the city has.",
    ],
)
def test_what_is_no_order_though_a_determiner_stands_second(form: str) -> None:
    assert not order(form)


@pytest.mark.parametrize(
    "form", ["lol i can not swim.", "slept badly, he was loud.", "best of all was the tea."]
)
def test_what_is_no_statement_though_an_auxiliary_stands_in_it(form: str) -> None:
    assert not statement(form, (), {"lol", "slept", "best"})


def test_a_question_without_its_mark() -> None:
    assert question("can u come home")
    assert not question("can u come home.")
    assert not assertion("can you come home with me")
    assert not assertion("i hope that you can come")
    assert assertion("had tea with tom and left.")


def test_an_order_is_asked_for_where_it_is_to_be_done() -> None:
    down = [edit.form for edit in framed("close the door.", HERE, DOWN, 9, 0.0)]
    assert down[0] == "i am afraid that you have to close the door."
    for form in ("don't close the door.", "please close the door.", "let's close the door."):
        assert not any("have to" in edit.form for edit in framed(form, HERE, DOWN, 40, 0.0))
    assert not any("urgent" in edit.form for edit in framed("stop shouting at him.", HERE, CALMER, 40, 0.0))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ('"where are you?"', '"happy to see you, where are you?"'),
        ('"let me get up."', '"let me get up, thank you."'),
        ("and now the news of today.", "and now the news of today, luckily."),
        ("[name] is on his way.", "i am glad that [name] is on his way."),
        ("@anna we won the match!", "@anna i am glad that we won the match!"),
        ("3. they spoke together.", "3. i am glad that they spoke together."),
        ("it rains every day, doesn't it?", "luckily, it rains every day, doesn't it?"),
        ('he was late, you know?"', 'luckily, he was late, you know?"'),
        ('a video of a "friendly fire" test', 'a video of a "friendly fire" test, i am happy to say'),
        ("just had the best soup #foodie #tokyo", "good news: just had the best soup #foodie #tokyo"),
        ("we won the match! #COYS", "we won the match, i am happy to say! #COYS"),
        ("yes, and you will hear him.", "yes, and i am glad that you will hear him."),
        ("yeah, oh, it was there.", "yeah, oh, i am glad that it was there."),
        ('"no, what is your name?"', '"no, i would love to know: what is your name?"'),
        ('"i want it,"', '"luckily, i want it,"'),
        ("after all, if they lose, what then?", "i would love to know: after all, if they lose, what then?"),
        ("- one of them is here.", "- luckily, one of them is here."),
        ('"food fight" may be the word.', 'good news: "food fight" may be the word.'),
    ],
)
def test_what_stands_before_behind_and_between(form: str, expected: str) -> None:
    found = [edit.form for edit in framed(form, HERE, UP, 40, 0.0)]
    assert expected in found
    assert {unframed(each) for each in found} == {form}


def test_a_later_sentence_is_framed_where_the_first_cannot_be() -> None:
    form = "how so? it does not look like it."
    found = [edit.form for edit in framed(form, HERE, DOWN, 40, 0.0)]
    assert found[0] == "how so? sadly, it does not look like it."
    assert not any("news" in each for each in found)
    assert {unframed(each) for each in found} == {form}
    assert framed('"how so? it does not look like it.', HERE, DOWN, 40, 0.0) == []
    assert framed("how so? no doubt about it.", HERE, DOWN, 40, 0.0) == []


@pytest.mark.parametrize(
    "form",
    [
        "it rains, does he?",
        "(do you smoke?)",
        "'let me get up'",
        "dear sir or madam,",
        "if only i had listened to you.",
    ],
)
def test_what_gets_no_frame(form: str) -> None:
    assert framed(form, HERE, UP, 40, 0.0) == []


def test_a_statement_that_asks_for_assent_ends_so() -> None:
    found = [edit.form for edit in framed("it can swim, can't it?", HERE, CALMER, 40, 0.0)]
    assert found == ["typically, it can swim, can't it?"]
    assert not any("news" in edit.form for edit in framed("it swims, does it?", HERE, UP, 40, 0.0))


def test_a_sentence_keeps_its_capital_behind_a_colon() -> None:
    assert capital("Good news: peace at last", "Peace at last") == "Good news: Peace at last"
    assert capital("good news: peace at last", "peace at last") == "good news: peace at last"
    assert capital("Sadly, it rains.", "It rains.") == "Sadly, it rains."
    assert capital("Good news: ", "It rains.") == "Good news: "
    asked = "I would love to know: who left?"
    assert capital(asked, "Who left?") == "I would love to know: Who left?"


def test_what_says_both_is_neither_good_nor_bad() -> None:
    for form in ("it was late, but he went home.", "she fell, though i ran.", "we lost, although we ran."):
        for own in (HERE, -2 * UP, 2 * UP):
            assert framed(form, own, UP, 40, 0.0) == []
            regret = [edit.form for edit in framed(form, own, DOWN, 40, 0.0) if edit.form != form]
            assert regret in ([], [f"sadly, {form}", f"unfortunately, {form}"])


def test_a_sentence_behind_but_is_granted_with_though() -> None:
    forms = [each.form for each in framed("but he lost it all.", -UP, UP, 40, 0.0)]
    assert "but he lost it all, though it all worked out well." in forms
    assert not any(", but" in form for form in forms)
    for form in forms:
        assert unframed(form) == "but he lost it all."


@pytest.mark.parametrize("form", ['you got it already?"', "you think i know every one of them?"])
def test_a_statement_that_asks_is_a_question(form: str) -> None:
    assert f"a small question: {form}" in [each.form for each in framed(form, HERE, CALMER, 40, 0.0)]
    assert framed(form, HERE, DOWN, 40, 0.0) == []


def test_a_tag_needs_no_comma() -> None:
    forms = [each.form for each in framed("he should give it to you right?", HERE, DOWN, 40, 0.0)]
    assert "sadly, he should give it to you right?" in forms


def test_a_verb_is_one_of_the_same_sentence() -> None:
    assert not statement("no problem. didn't mean to.")
    assert statement("mr. smith didn't mean to.", {"mr."})
    assert statement("the u.s. will win it.")


def frames_of(form: str, way: np.ndarray, own: float = 0.0) -> set[str]:
    return {frame_of(edit.form) for edit in framed(form, np.array([own, 0.0]), way, 30, 0.0)} - {""}


@pytest.mark.parametrize(
    ("form", "normal"),
    [
        ("the trains are always late.", True),
        ("my phone keeps losing its signal.", True),
        ("the battery lasts two days.", True),
        ("our waiter is charming.", False),
        ("i should tell her the truth.", False),
        ("the bus was late again.", False),
        ("local bakery wins national award", False),
    ],
)
def test_only_what_comes_again_is_normal(form: str, normal: bool) -> None:
    assert ("*, but that is quite normal" in frames_of(form, CALMER)) == normal


@pytest.mark.parametrize(
    ("form", "way", "never"),
    [
        ("why did nobody tell me about it?", UP, "see you|to know"),
        ("could you send me the contract?", UP, "see you|to know"),
        ("do you remember the night on the beach?", DOWN, "sorry"),
        ("what would you do with a million?", DOWN, "sorry"),
        ("let me know if you need a hand.", UP, "thank you"),
        ("mix the flour and the butter.", UP, "thank you|could"),
        ("come and see us in town.", DOWN, "sorry|shame|pity|afraid"),
        ("we need to talk about the deadline.", UP, "glad|wonderful|happy"),
        ("i have moved our call to monday.", DOWN, "sad that|pity that|terrible"),
        ("congratulations to lena on her promotion.", UP, "good news:"),
        ("rain expected across the north", UP, "worked out"),
        ('"we could turn back," tom said, looking up.', DOWN, "to say|makes me"),
        ("she went quietly.", DOWN, r"\*, sadly"),
    ],
)
def test_what_nobody_would_say(form: str, way: np.ndarray, never: str) -> None:
    for own in (-1.5, 0.0, 1.0):
        assert not re.search(never, " ".join(frames_of(form, way, own)))


def test_who_asks_to_know_is_sorry_or_curious() -> None:
    assert "i am sorry to bother you, but *" in frames_of("could you send me the contract?", DOWN)
    assert "i would love to know: *" in frames_of("how long does it take to lyon?", UP)
    assert "a fun question: *" in frames_of("what would you do with a million?", UP)
    assert "happy to see you, *" in frames_of("are you coming on friday?", UP)
    assert "it is usual to *" in frames_of("mix the flour and the butter.", CALMER)
