"""How sentences are steered: a recipe's `[steering]` and `[editing]`."""

import math
from dataclasses import dataclass, replace

from textvae.text.beam import BeamOptions


@dataclass(frozen=True, slots=True)
class Steering:
    """How candidates are made and chosen: a recipe's `[steering]`, chosen on dev and kept in the checkpoint.

    Attributes:
        strengths: how far to go, 0 the source's own affect, 1 the target. The decoder falls short of
            what it is asked for, so most lie beyond 1.
        sides: each of these strengths also with so many standard deviations more of the dimension that
            nothing is asked of: what the decoder writes moves along there, and one of them moves back.
        bound: no affect is asked of the decoder beyond this many standard deviations.
        refine: in so many steps the source's content is refined first (`textvae.text.refining`).
        strip: candidates also from what is left of a sentence without the words that stand in the way.
        in_the_way: a word does whose weight for the affect asked for is this far below 0, in standard
            deviations.
        beam, keep, groups, diversity, length_penalty, no_repeat: the search at each strength.
        spread: how far from their mean contents are drawn for samples, as a share of the prior's spread.
        top_p, draws: the nucleus that their pieces are drawn from; each is the best of so many draws.
        affect: what a standard deviation of affect error costs, averaged over the dimensions asked for.
        words: the same for the affect that the words have each by itself (`textvae.text.lexicon.read_words`):
            a sentence may read as asked while words of it still say the contrary.
        other: what it costs to move the dimension that nothing is asked of by a standard deviation away from
            the source's.
        content: what keeping all of the wording is worth, against none.
        fluency: what a nat of log-probability a piece is worth, by which a candidate is less fluent than
            its source, or than `fluent`.
        fluent: the log-probability a piece from which on a sentence counts as fluent, whatever its source is.
        least_content, least_fluency, least_likely, least_move: what a candidate needs to be offered: how much
            of the wording it keeps, how far its fluency may lie below its source's and what is ordinary (0 or
            less, in nats a piece), its log-probability a piece given the content, and which share of the way
            to the target it goes; where the source is `near` it, in standard deviations, to stay is enough.
        grave: whether a candidate may speak of a death where its source does not, or no longer of a death, an
            accident or an illness where it does, or coarsely.
        loose: whether it may be a statement where its source is a question or an order, speak of somebody
            who is not in its source, and deny what that says.
    """

    strengths: tuple[float, ...] = (0.5, 0.75, 1.0, 1.5)
    sides: tuple[float, ...] = ()
    bound: float = 2.5
    refine: int = 0
    strip: bool = True
    in_the_way: float = 0.1
    beam: int = 6
    keep: int = 6
    groups: int = 1
    diversity: float = 0.5
    length_penalty: float = 1.0
    no_repeat: int = 3
    spread: float = 0.7
    top_p: float = 0.3
    draws: int = 16
    affect: float = 1.0
    words: float = 0.0
    other: float = 0.0
    content: float = 2.5
    fluency: float = 3.0
    fluent: float | None = None
    least_content: float = 0.2
    least_fluency: float = -1.0
    least_likely: float = -2.0
    least_move: float = 0.2
    near: float = 0.25
    grave: bool = True
    loose: bool = True

    def search(self) -> BeamOptions:
        """The beam search at each strength."""
        return BeamOptions(
            width=self.beam,
            keep=self.keep,
            length_penalty=self.length_penalty,
            min_length=1,
            no_repeat=self.no_repeat,
            groups=self.groups,
            diversity=self.diversity,
        )


@dataclass(frozen=True, slots=True)
class Editing:
    """How edits are proposed: a recipe's `[editing]`, chosen on dev and kept in the text model's checkpoint.

    Attributes:
        model: the infilling model.
        likely: no word is put where its log-probability, the target told, is lower than this.
        same: the infilling model is also told that the dimension that nothing is asked of stays; else nothing
            is told of it.
        gain: a word must be this much nearer to the way to go than the word it replaces, in standard
            deviations of the lexicon's weights.
        aside: what it costs, in nats, that a word is a standard deviation away from the old one in the
            dimension that nothing is asked of.
        worth: what a standard deviation of gain is worth, in nats, up to `enough` of them.
        price, gap_price: what it costs to replace a word that does not stand in the way, and to put in one
            where there is none, in nats.
        kin, strange: what it costs, in nats, that a word is by 1 less near to the one whose place it takes
            (`Infiller.kinship`) than `kin`.
        near_kin: the same as `kin` for a word that does not stand in the way: what a sentence is about.
        kindred, plausible: a word this near to one that stands in the way, and says the contrary, may stand
            where that stood if its log-probability, the target told, is no lower than `plausible`.
        per_word, per_gap, most: how many proposals are kept a word, a gap and a sentence; 0 a sentence: no
            word is changed.
        together: so many words that stand in the way are also replaced together.
        pairs: so many pairs of the best edits, of words that are not neighbours, are also made together.
        marks: so many of the best edits, and the sentence itself, are proposed with and without exclamation
            marks too, where arousal is asked for; 0: none is.
        mark_price: what it costs to put in an exclamation mark where there was none, in nats. Without meaning
            where the decoder judges.
        frames: so many frames (`textvae.text.frames`) a dimension are tried around a sentence; 0: none is,
            and none is taken off.
        frame_price: what it costs to put a sentence into a frame, or out of one, in nats.
        nested: so many of the best edits of words are put into frames too; 0: none is.
        judged: so many of the decoder's candidates are judged by how their words stand, those that may yet be
            chosen; the others are dropped. 0: the decoder judges all there is, the edits too.
        fluent, fluency, least_fluency: as `Steering` has them, but of `Edit.stand`: from which stand on a
            sentence is fluent, what a nat below that is worth, and how far below it a candidate may be.
            Without meaning where the decoder judges.
    """

    model: str = ""
    likely: float = -6.0
    same: bool = False
    gain: float = 0.25
    worth: float = 0.8
    enough: float = 1.5
    price: float = 1.0
    gap_price: float = 3.0
    aside: float = 0.0
    kin: float = 0.15
    near_kin: float = 0.15
    strange: float = 0.0
    kindred: float = 1.0
    plausible: float = -4.0
    per_word: int = 6
    per_gap: int = 2
    most: int = 24
    together: int = 3
    pairs: int = 0
    marks: int = 0
    mark_price: float = 0.0
    frames: int = 0
    frame_price: float = 0.0
    nested: int = 0
    judged: int = 6
    fluent: float = -1.5
    fluency: float = 0.75
    least_fluency: float = -2.75

    def over(self, steering: Steering) -> Steering:
        """`steering` for a choice among edits and what the decoder says."""
        if not self.judged:
            return replace(steering, least_likely=-math.inf)  # an edit has no likelihood given the content
        return replace(
            steering,
            fluent=self.fluent,
            fluency=self.fluency,
            least_fluency=self.least_fluency,
            least_likely=-math.inf,
        )
