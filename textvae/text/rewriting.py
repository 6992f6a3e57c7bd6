"""Rewriting sentences with another affect: latents, candidates, the choice among them."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import torch

from textvae.text.acceptance import fault_of
from textvae.text.choosing import Measured, choose, worth
from textvae.text.codec import Codec
from textvae.text.decoding import Hypothesis
from textvae.text.editing import Editor
from textvae.text.fillings import Edit
from textvae.text.frames import capital
from textvae.text.judging import Read, fluent, measure, settled, stand
from textvae.text.lexicon import words_of
from textvae.text.model import Latent
from textvae.text.nesting import nested
from textvae.text.pictures import without_contrary
from textvae.text.settings import Steering
from textvae.text.similarity import foreign
from textvae.text.steering import Floats, Scale, in_the_way, steered
from textvae.text.targets import Target
from textvae.text.typography import articles_agree
from textvae.text.values import Transfer
from textvae.text.wording import ANY, Wording, lost, put_back

Goals = tuple[Target | None, Target | None]
"""What is asked of valence and of arousal."""


def resolve(goals: Goals, sources: Floats) -> Floats:
    """The targets (N, 2) of sentences that read `sources` (N, 2), on the 1-5 scale; nan: none asked for."""
    return np.array(
        [
            [
                np.nan if goal is None else goal.resolve(float(at))
                for goal, at in zip(goals, source, strict=True)
            ]
            for source in sources
        ]
    ).reshape(-1, 2)


def rewrite(
    texts: Sequence[str],
    goals: Goals,
    n: int,
    fidelity: float,
    codec: Codec,
    read: Read,
    scale: Scale,
    steering: Steering,
    wording: Wording = ANY,
    editor: Editor | None = None,
) -> list[Transfer]:
    """Up to `n` candidates for each text, best first; what becomes of one does not depend on the others.

    With an `editor`, its edits stand beside what the decoder says, and it or the decoder judges how well all
    of them read.
    """
    pieces = [codec.pieces(text) for text in texts]
    filled = [i for i, found in enumerate(pieces) if found]
    results = [Transfer(text, None, None, None, None, ()) for text in texts]
    if not filled:
        return results
    sources = [texts[i] for i in filled]
    affect = read(sources)
    targets = resolve(goals, affect)
    standard = scale.standardise(targets)
    ways = targets[:, 0] - affect[:, 0]
    musts = [
        wording.binding(agreeing(text, text, way, wording), codec.orthography.casing)
        for text, way in zip(sources, ways, strict=True)
    ]
    said = candidates(sources, [pieces[i] for i in filled], standard, ways, musts, codec, steering, wording)
    edited: list[dict[str, Edit] | None] = [None for _ in sources]
    if editor:
        for i, (text, at) in enumerate(zip(sources, scale.standardise(affect), strict=True)):
            edited[i] = edits(text, musts[i], at, standard[i], codec, editor, wording)
        steering = editor.options.over(steering)

    def value(i: int) -> Callable[[Sequence[Measured]], Floats]:
        return lambda some: worth(some, targets[i], fidelity, scale, steering, affect[i])

    found = measure(sources, said, edited, read, codec, steering, wording)
    if editor and editor.options.nested:
        further: dict[int, dict[str, Edit]] = {}
        for i, (text, made) in enumerate(zip(sources, edited, strict=True)):
            first, at = made or {}, scale.standardise(affect[i])
            seen = settled(text, found[i], first, steering)[0]
            both = written(
                nested(seen, at, standard[i], first, value(i), editor, scale), text, ways[i], codec, wording
            )
            if new := {said: edit for said, edit in both.items() if said not in first}:
                further[i], edited[i] = new, first | new
        again = [sources[i] for i in further]
        looked = measure(again, [{} for _ in again], [*further.values()], read, codec, steering, wording)
        for i, more in zip(further, looked, strict=True):
            found[i] += [one for one in more if one.text in further[i]]
    if editor and editor.options.judged:
        for i, (text, some) in enumerate(zip(sources, found, strict=True)):

            def flawed(one: Measured, i: int = i) -> str:
                return _fault(one, sources[i], affect[i], targets[i], musts[i], scale, steering, codec)

            known, rest = settled(text, some, edited[i] or {}, steering)
            promising = _promising(known, rest, n, value(i), flawed)[: max(n, editor.options.judged)]
            found[i] = [*stand(text, promising, codec, editor, steering), *known]
    else:
        found = fluent([pieces[i] for i in filled], sources, found, said, codec, steering)
    for i, at, target, some, must in zip(filled, affect, targets, found, musts, strict=True):
        judged = [
            replace(one, fault=_fault(one, texts[i], at, target, must, scale, steering, codec))
            for one in some
        ]
        ranked = choose(judged, target, n, fidelity, scale, steering, at)
        valence, arousal = (None if np.isnan(value) else float(value) for value in target)
        results[i] = Transfer(texts[i], float(at[0]), float(at[1]), valence, arousal, ranked)
    return results


def _promising(
    known: Sequence[Measured],
    rest: Sequence[Measured],
    n: int,
    value: Callable[[Sequence[Measured]], Floats],
    flawed: Callable[[Measured], str],
) -> list[Measured]:
    """Those of the `rest`, best first, that may be among the best `n`: `value` is what they are worth at
    most, and of what is `known` and without a flaw fewer than `n` are worth more."""
    best, most = value([one for one in known if not flawed(one)]), value(rest)
    floor = np.sort(best)[-n] if len(best) >= n else -math.inf
    return [rest[k] for k in np.argsort(-most, kind="stable") if most[k] >= floor]


def _fault(
    one: Measured,
    source: str,
    at: Floats,
    target: Floats,
    must: Sequence[str],
    scale: Scale,
    steering: Steering,
    codec: Codec,
) -> str:
    affect = scale.standardise(np.array([at, one.affect, target]))
    said, names = (one.text, source, affect, one.similarity), codec.orthography.casing
    return fault_of(*said, one.fluency + one.slack, one.log_prob, must, steering, names)


def edits(
    text: str,
    must: Sequence[str],
    own: Floats,
    target: Floats,
    codec: Codec,
    editor: Editor,
    wording: Wording,
) -> dict[str, Edit]:
    """What the editor makes of a text on the way from `own` (2,) to `target` (2,), as its writer would write
    it: nothing of one that is not English. No word of what it `must` hold is changed."""
    if foreign(text, codec.count):
        return {}
    form = codec.orthography.normalise(text)
    kept = frozenset(words_of(codec.orthography.normalise(" ".join(must))))
    return written(editor.propose(form, own, target, kept), text, target[0] - own[0], codec, wording)


def written(made: Iterable[Edit], text: str, way: float, codec: Codec, wording: Wording) -> dict[str, Edit]:
    """Edits of a text on a `way` to more or less valence by what its writer would write, those that the
    `wording` allows."""
    said: dict[str, Edit] = {}
    for edit in made:
        form = agreeing(capital(codec.orthography.restore(edit.form, text), text), text, way, wording)
        if wording.allows(form, text):
            said.setdefault(form, edit)
    return said


def agreeing(text: str, source: str, way: float, wording: Wording) -> str:
    """`text` without the emoji that contradict the `way`, unless they are to be kept of the source."""
    bare = without_contrary(text, way)
    return bare if wording.allows(bare, source) else text


def candidates(
    texts: Sequence[str],
    pieces: Sequence[Sequence[int]],
    targets: Floats,
    rises: Floats,
    musts: Sequence[Sequence[str]],
    codec: Codec,
    steering: Steering,
    wording: Wording = ANY,
) -> list[dict[str, Hypothesis]]:
    """What the decoder says for each text on the way to its target: distinct texts and the hypotheses behind
    them, the likeliest where several searches find the same.

    `targets` (N, 2) standardised, nan where nothing is asked for; `rises` (N,) are how much more valence that
    is; `musts` are what each text has to hold.
    Each text is decoded from its own content and, where words of it stand in the way, also from that of the
    rest, at every strength and side, all in one search. Where most of what is said loses words that are to be
    kept, or that no rewriting may change, a second search has to say them.
    """
    forms = list(pieces)
    owner = list(range(len(texts)))
    source = codec.latents(pieces, steering.refine)
    target = torch.from_numpy(targets).to(source.affect)
    if steering.strip:
        directions = (target - source.affect).tolist()
        for i, (text, way) in enumerate(zip(texts, directions, strict=True)):
            words = set(words_of(codec.orthography.normalise(text)))
            words -= set(words_of(codec.orthography.normalise(" ".join(wording.of(text)))))
            hindering = in_the_way(words, way, codec.lexicon, steering.in_the_way)
            if hindering and (rest := codec.without(text, pieces[i], hindering)) != list(pieces[i]):
                forms.append(rest)
                owner.append(i)
    content = source.content
    if len(forms) > len(pieces):
        stripped = codec.latents(forms[len(pieces) :], steering.refine)
        content = torch.cat([content, stripped.content])
    affects = steered(source.affect, target, steering)
    ways = affects.shape[1]
    latent = Latent(affects[owner].flatten(0, 1), content.repeat_interleave(ways, dim=0))
    room = codec.room([len(pieces[i]) for i in owner]).repeat_interleave(ways)
    said: list[dict[str, Hypothesis]] = [{} for _ in texts]

    def note(rows: Sequence[int], found: Sequence[Sequence[Hypothesis]]) -> None:
        for row, hypotheses in zip(rows, found, strict=True):
            i = owner[row // ways]
            for each in hypotheses:
                text = put_back(codec.text(each.tokens, texts[i]), texts[i], musts[i])
                text = articles_agree(text, texts[i])
                text = agreeing(text, texts[i], rises[i], wording)
                known = said[i].get(text)
                if text and (known is None or known.log_prob_per_token < each.log_prob_per_token):
                    said[i][text] = each

    rows = range(len(room))  # none without strengths: then all is left to the editor
    avoided = codec.asked([((), wording.avoid)] * len(rows)) if wording.avoid else None
    note(rows, codec.search(latent, room, steering.search(), avoided))
    short = [
        2 * sum(not lost(words, text) for text in each) < len(each)
        for words, each in zip(musts, said, strict=True)
    ]
    if any(short):
        rest = [row for row in rows if short[owner[row // ways]]]
        asked = codec.asked([(musts[owner[row // ways]], wording.avoid) for row in rest])
        again = Latent(latent.affect[rest], latent.content[rest])
        note(rest, codec.search(again, room[rest], replace(steering.search(), groups=1), asked))
    # A decoder that says nothing at all leaves the sentence as it is.
    return [
        {kept: found for kept, found in each.items() if wording.allows(kept, text)}
        if each or not wording.allows(text, text)
        else {text: Hypothesis(tuple(own), -math.inf, -math.inf)}
        for each, text, own in zip(said, texts, pieces, strict=True)
    ]
