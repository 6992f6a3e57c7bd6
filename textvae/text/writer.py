"""`TextWriter`: rewrites, reconstructs, interpolates and makes up sentences."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, TypeVar, cast, overload

import numpy as np
from numpy.typing import NDArray

from textvae.affect.grouping import each_text
from textvae.affect.reader import AffectReader
from textvae.errors import InputError, TargetError
from textvae.text.beam import BeamOptions
from textvae.text.codec import Codec
from textvae.text.drawing import draw_sentences
from textvae.text.editing import Editor
from textvae.text.infilling import Infiller
from textvae.text.interpolating import waypoints
from textvae.text.judging import Read
from textvae.text.rebuilding import rebuild
from textvae.text.rewriting import resolve, rewrite
from textvae.text.settings import Editing, Steering
from textvae.text.steering import Scale
from textvae.text.targets import parse_target
from textvae.text.values import Draw, Transfer, Waypoint
from textvae.text.ways import left
from textvae.text.wording import Wording
from textvae.training.checkpoint import load_checkpoint
from textvae.training.device import choose_device
from textvae.training.recipe import read_table

T = TypeVar("T")
Goal = float | str | None

BATCH = 32
"""Sentences that are worked on together."""

PLAIN = BeamOptions(width=16, min_length=1)
"""The search that reconstructs and interpolates: the likeliest sentence of a latent."""


class TextWriter:
    """Writes sentences with a text VAE, and reads their affect with the affect model it was trained with.

    >>> writer = TextWriter.load("text-en")
    >>> writer.transfer("the food was cold and the staff was rude", valence=4.0).text

    `steering` says how candidates are made and chosen, `search` how latents are decoded, `read` reads affect.
    """

    def __init__(
        self,
        codec: Codec,
        open_reader: Callable[[], AffectReader],
        config: dict[str, Any],
        steering: Steering | None = None,
    ) -> None:
        self.codec, self.config = codec, config
        self.editing = read_table(config.get("editing", {}), Editing, "editing")
        self.steering = steering or read_table(config.get("steering", {}), Steering, "steering")
        self.search = PLAIN
        self.scale = Scale(tuple(config["affect_mean"]), tuple(config["affect_sd"]))
        self.read: Read = self._read
        self._open_reader = open_reader

    @classmethod
    def load(cls, name: str = "text-en", device: str = "auto", precision: str = "auto") -> "TextWriter":
        """A text model by its name or folder. `auto` precision is fp32: decoding gains little from less.

        Raises `UnknownNameError` or `CheckpointError`.
        """
        checkpoint = load_checkpoint(name)
        chosen = choose_device(device, "fp32" if precision == "auto" else precision)
        reader = str(checkpoint.config.get("affect_reader", "affect-en"))
        return cls(
            Codec.from_checkpoint(checkpoint, chosen),
            lambda: AffectReader.load(reader, device=device, precision=precision),
            checkpoint.config,
        )

    @property
    def name(self) -> str:
        """The model's name."""
        return self.codec.name

    @cached_property
    def reader(self) -> AffectReader:
        """The affect model, loaded when it is first needed."""
        return self._open_reader()

    @cached_property
    def editor(self) -> Editor | None:
        """What changes single words of a sentence, if the model has one; loaded when it is first needed."""
        if not self.editing.model:
            return None
        infiller = Infiller.from_checkpoint(load_checkpoint(self.editing.model), self.reader)
        return Editor(infiller, self.codec.lexicon, self.editing, self.codec.orthography.casing)

    @overload
    def transfer(
        self,
        text: str,
        valence: Goal = None,
        arousal: Goal = None,
        n: int = 1,
        fidelity: float = 0.5,
        keep: Sequence[str] = (),
        avoid: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> Transfer: ...
    @overload
    def transfer(
        self,
        text: list[str],
        valence: Goal = None,
        arousal: Goal = None,
        n: int = 1,
        fidelity: float = 0.5,
        keep: Sequence[str] = (),
        avoid: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> list[Transfer]: ...
    def transfer(
        self,
        text: str | list[str],
        valence: Goal = None,
        arousal: Goal = None,
        n: int = 1,
        fidelity: float = 0.5,
        keep: Sequence[str] = (),
        avoid: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> Transfer | list[Transfer]:
        """Rewrite one sentence or many with the affect asked for.

        A goal is a number from 1 to 5, a shift (`"+0.8"`), or a word (`"very-high"`). Up to `n` candidates
        a sentence, best first, those with a fault last; `fidelity` 0 cares for affect only, 1 for wording.
        Every candidate holds the phrases of `keep` that its source holds, and none of `avoid`, whatever
        their case. `without` turns off ways of making them: `decoder`, `edits`, `frames`. A blank sentence
        stays blank. What is said is the same alone and in a list.

        Raises `TargetError` for a goal that is not one, `TextError` for a sentence that is too long or
        lacks, alone, what is to be kept, `InputError` for words that cannot be kept or avoided and where no
        way is left, `UnknownNameError` for one that is none.
        """
        if isinstance(text, str):
            Wording.asked(keep, avoid).check(text)
            return next(self.transfer_stream([text], valence, arousal, n, fidelity, keep, avoid, without))
        return list(self.transfer_stream(text, valence, arousal, n, fidelity, keep, avoid, without))

    def transfer_stream(
        self,
        texts: Iterable[str],
        valence: Goal = None,
        arousal: Goal = None,
        n: int = 1,
        fidelity: float = 0.5,
        keep: Sequence[str] = (),
        avoid: Sequence[str] = (),
        without: Sequence[str] = (),
    ) -> Iterator[Transfer]:
        """`transfer` of any number of sentences, in order and in constant memory; a string alone is one.

        Raises `TextError` for what is no text.
        """
        if not self.codec.model.config.affect:
            raise TargetError(
                f"{self.name} has no affect latent and cannot be steered: name another, such as text-en."
            )
        goals = (parse_target(valence, "valence"), parse_target(arousal, "arousal"))
        if goals == (None, None):
            raise TargetError("transfer needs a target: give valence, arousal or both.")
        if not 0 <= fidelity <= 1:
            raise InputError(f"fidelity {fidelity} is not from 0 (affect only) to 1 (wording only).")
        if n < 1:
            raise InputError(f"n {n}: ask for at least 1 candidate.")
        wording = Wording.asked(keep, avoid)
        steering, editor = left(self, without)
        told = (self.codec, self.read, self.scale, steering, wording, editor)
        return self._batched(texts, lambda batch: rewrite(batch, goals, n, fidelity, *told))

    @overload
    def reconstruct(self, text: str, restored: bool = True) -> str: ...
    @overload
    def reconstruct(self, text: list[str], restored: bool = True) -> list[str]: ...
    def reconstruct(self, text: str | list[str], restored: bool = True) -> str | list[str]:
        """Encode one sentence or many, and decode them again; a blank one stays blank.

        `restored` puts the source's capitals, numbers and addresses back, and names that came out misspelt;
        without it, what comes is the decoder's own words in the model's form, to be compared with
        `normalise` of the source.
        """
        if isinstance(text, str):
            return next(self.reconstruct_stream([text], restored))
        return list(self.reconstruct_stream(text, restored))

    def reconstruct_stream(self, texts: Iterable[str], restored: bool = True) -> Iterator[str]:
        """`reconstruct` of any number of sentences, in order and in constant memory."""
        return self._batched(texts, lambda batch: rebuild(batch, self.codec, self.search, restored))

    def normalise(self, text: str) -> str:
        """A sentence in the model's own form: lower-cased, and as its corpus writes marks."""
        return self.codec.orthography.normalise(text)

    def interpolate(
        self, a: str, b: str, steps: int = 7, spherical: bool = False, plain: bool = False
    ) -> list[Waypoint]:
        """The sentences on the way from `a` to `b`, both ends counted, with the affect read in each.

        The affect latent goes along the line, the content along the line or, `spherical`, along the arc. What
        makes the smoothest way is chosen of what is said there, or, `plain`, the likeliest of even steps.
        Addresses and long numbers are those of the nearer end.
        """
        if steps < 2:
            raise InputError(f"steps {steps}: a way has at least 2, its ends.")
        return waypoints(a, b, steps, spherical, plain, self.codec, self.read, self.search)

    def sample(
        self,
        n: int,
        valence: Goal = None,
        arousal: Goal = None,
        temperature: float = 1.0,
        seed: int | None = None,
    ) -> list[Draw]:
        """Make up `n` sentences, the same for the same `seed`.

        Content is drawn around the mean that the content latent has over the corpus, affect from the prior
        or at the target, and the pieces by nucleus sampling at `temperature`, at 0 always the likeliest. Each
        sentence is the best of several draws: near to the target, fluent, with nothing coarse in it.
        """
        if n < 1:
            raise InputError(f"n {n}: ask for at least 1 sentence.")
        if temperature < 0:
            raise InputError(f"temperature {temperature}: it is 0 or more.")
        goals = (parse_target(valence, "valence"), parse_target(arousal, "arousal"))
        target = resolve(goals, np.array([self.scale.mean]))[0]
        seed = random.randrange(2**32) if seed is None else seed
        infiller = self.editor.infiller if self.editor else None
        asked = (seed, target, temperature, self.codec, self.read, self.scale, self.steering, infiller)
        return [
            drawn
            for start in range(0, n, BATCH)
            for drawn in draw_sentences(range(start, min(start + BATCH, n)), *asked)
        ]

    def _batched(self, texts: Iterable[str], act: Callable[[Sequence[str]], list[T]]) -> Iterator[T]:
        remaining = each_text(texts, none=False)
        while batch := cast(list[str], list(islice(remaining, BATCH))):
            yield from act(batch)

    def _read(self, texts: Sequence[str]) -> NDArray[np.float64]:
        return self.reader.score(list(texts))[:, :2].astype(np.float64)
