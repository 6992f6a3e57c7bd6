"""Names of people by the company that words keep: what is one, what is not, with capitals and without."""

import pytest

from textvae.topics.given_names import GIVEN_NAMES
from textvae.topics.people import TITLES, Limits, find_people
from textvae.topics.pieces import tokens
from textvae.topics.preparation import Cleaning, prepare_texts
from textvae.topics.stop_words import STOP_WORDS
from textvae.topics.stream import Stream

FEW = Limits(fewest=2)


def people(*texts: str) -> set[str]:
    return set(find_people(Stream.read(texts), FEW))


def test_given_names_have_the_form_of_tokens_and_are_no_stop_words() -> None:
    assert all(tokens(name) == [name] for name in GIVEN_NAMES)
    assert not GIVEN_NAMES & (STOP_WORDS | TITLES)
    assert {"mary", "john", "jack"} <= GIVEN_NAMES


def test_a_surname_follows_given_names_or_titles() -> None:
    found = people("bruce zorb plays it well, and mary zorb too", "mr. quill met bruce", "ms. quill met mary")
    assert found == {"bruce", "mary", "zorb"}  # a full stop stands between mr and quill
    assert people("mr quill met bruce", "ms quill met mary") == {"bruce", "mary", "quill"}


def test_a_verb_after_names_is_no_surname() -> None:
    """learns: twice after a name, once after `he`; zorb: after names alone."""
    found = people("jack learns of it", "mary learns of it", "he learns of it", "jack zorb", "mary zorb")
    assert found == {"jack", "mary", "zorb"}


def test_who_stands_before_surnames_alone_is_a_given_name() -> None:
    """keanu is not listed: reeves follows it alone until mary reeves is met."""
    assert people("keanu reeves plays", "keanu reeves sings") == set()
    found = people("keanu reeves plays", "keanu reeves sings", "mary reeves sings")
    assert found == {"keanu", "mary", "reeves"}


def test_a_name_that_is_used_as_a_word_is_none() -> None:
    assert people("the rose is red", "a rose and the rose", "rose is here") == set()
    assert people("rose sings", "for rose", "rose again", "rose alone", "oh rose", "the rose") == {"rose"}
    assert people("they mark it", "we mark it", "to mark it") == set()


def test_capitals_tell_where_there_are_any() -> None:
    names = ["I saw Anna there.", "We met Bob here.", "So did Tom then."]
    assert people(*names, "A can of olive oil.", "Some olive oil.", "More olive oil.") == {
        "anna",
        "bob",
        "tom",
    }
    assert people(*names, "So said Olive.", "We met Olive.") == {"anna", "bob", "tom", "olive"}
    # all in capitals, as in a title: nothing is told by them
    assert "anna" in people("I SAW ANNA AND THE CAT", "THE CAT SAW ANNA AND ME")


@pytest.mark.parametrize("kept", [True, False])
def test_people_are_left_out_of_english_texts_and_told(kept: bool) -> None:
    texts = ["anna sees that the cat is on the mat", "it is the dog and bob sees it in the garden"] * 10
    found = prepare_texts(texts, Cleaning(rare=1, frequent=1.0, people=kept, pairs=None, weighted=False))
    assert ({"anna", "bob"} <= set(found.bags.words)) == kept
    assert found.account.people == (() if kept else ("anna", "bob"))
    german = ["anna sieht die katze auf der matte", "das ist der hund den bob im garten sieht"] * 10
    assert "anna" in prepare_texts(german, Cleaning(rare=1, frequent=1.0)).bags.words
