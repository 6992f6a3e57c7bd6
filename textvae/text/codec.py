"""Sentences to latents and back: orthography, tokenizer, encoder; decoder, tokenizer, orthography."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from textvae.errors import CheckpointError, RecipeError, TooLongError
from textvae.text.beam import BeamOptions, beam_search
from textvae.text.constraints import Constraints, constrain
from textvae.text.data import carrying_pieces
from textvae.text.decoding import Hypothesis, bounded
from textvae.text.lexicon import Lexicon
from textvae.text.model import Latent, Posterior, TextVAE
from textvae.text.orthography import Orthography
from textvae.text.refining import refine
from textvae.text.sampling import SampleOptions, sample_tokens
from textvae.text.tokenizer import PAD, UNK, Tokenizer
from textvae.text.typography import unaccented
from textvae.text.words import Words, read_tokenizer
from textvae.training.checkpoint import Checkpoint
from textvae.training.device import Device

ROWS = 768
"""Hypotheses that are decoded together: bounds the memory that logits take."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Where content is drawn from: a normal with this mean and standard deviation a dimension. With those of
    the content latent over a corpus it is the aggregate posterior's; empty, it is N(0, 1)."""

    mean: tuple[float, ...] = ()
    sd: tuple[float, ...] = ()

    def at(self, noise: Tensor) -> Tensor:
        """(..., C) standard normal noise -> content."""
        sd, mean = (
            torch.tensor(values, device=noise.device) for values in (self.sd or 1.0, self.mean or 0.0)
        )
        return noise * sd + mean


@dataclass(frozen=True, slots=True)
class Codec:
    """A text VAE with what it needs to read and write sentences as people write them.

    `lexicon` holds the words that carry affect; `max_words` and `max_pieces` are the longest sentence;
    `untold` says that the decoder has learnt to write without being told a content (all zeros).
    """

    name: str
    model: TextVAE
    tokenizer: Tokenizer | Words
    orthography: Orthography
    lexicon: Lexicon
    device: Device
    max_words: int
    max_pieces: int
    prior: Prior = Prior()
    untold: bool = False

    @classmethod
    def from_checkpoint(cls, checkpoint: Checkpoint, device: Device) -> "Codec":
        """Raises `CheckpointError` when it is not a text model's, or lacks something."""
        config, files = checkpoint.config, checkpoint.files
        if checkpoint.kind != "text":
            raise CheckpointError(
                f"{checkpoint.folder.name} is a model of kind {checkpoint.kind!r} and cannot write: "
                "name a text model, such as text-en."
            )
        try:
            return cls(
                checkpoint.folder.name,
                TextVAE.from_tensors(config["model"], checkpoint.tensors).to(device.device),
                read_tokenizer(files),
                Orthography(config["form"], json.loads(files["casing.json"]), pictures=False),
                json.loads(files.get("lexicon.json", b"{}")),
                device,
                config["max_words"],
                config["max_pieces"],
                Prior(tuple(config.get("content_mean", ())), tuple(config.get("content_sd", ()))),
                bool(config.get("untold", False)),
            )
        except KeyError as error:
            raise CheckpointError(f"{checkpoint.folder} lacks {error}: train or install it again.") from error
        except (TypeError, ValueError, RecipeError) as error:
            raise CheckpointError(
                f"{checkpoint.folder} does not hold the model it says ({error}): train or install it again."
            ) from error

    def pieces(self, text: str) -> list[int]:
        """The pieces of a sentence; none if it is blank. Raises `TooLongError` if it is too long."""
        pieces = self.tokenizer.encode(self._form(text))
        words = len(text.split())
        if words > self.max_words or len(pieces) > self.max_pieces:
            shown = text.strip()
            raise TooLongError(
                f'the sentence "{shown[:40]}{"..." if len(shown) > 40 else ""}" has {words} words, '
                f"{len(pieces)} pieces; {self.name} takes at most {self.max_words} words and "
                f"{self.max_pieces} pieces: split it into shorter ones (textvae analyze reads any length)."
            )
        return pieces

    def takes(self, text: str) -> bool:
        """Whether a sentence is short enough for the model."""
        try:
            self.pieces(text)
        except TooLongError:
            return False
        return True

    def count(self, text: str) -> int:
        """Into how many pieces a text of any length falls."""
        return len(self.tokenizer.encode(self._form(text)))

    def without(self, text: str, pieces: Sequence[int], words: frozenset[str]) -> list[int]:
        """`pieces` of a sentence without those of `words`, unless nothing would be left."""
        carries = carrying_pieces(self._form(text), pieces, self.tokenizer, words)
        return [piece for piece, leave in zip(pieces, carries, strict=True) if not leave] or list(pieces)

    def _form(self, text: str) -> str:
        """A text in the model's form, without accents if it has letters that no piece has."""
        form = self.orthography.normalise(text)
        if form.isascii() or UNK not in self.tokenizer.encode(form):
            return form
        return unaccented(form)

    def text(self, tokens: Sequence[int], source: str | None = None) -> str:
        """Pieces as a person would write them, or as the writer of `source` would."""
        return self.orthography.restore(self.tokenizer.decode(tokens), source)

    @torch.inference_mode()
    def encode(self, sentences: Sequence[Sequence[int]]) -> Posterior:
        """q(z|x) of sentences that are not blank, a row each."""
        longest = max(map(len, sentences))
        padded = torch.tensor([[*pieces, *[PAD] * (longest - len(pieces))] for pieces in sentences])
        lengths = torch.tensor([len(pieces) for pieces in sentences])
        with self.device.autocast():
            return self.model.encode(padded.to(self.device.device), lengths.to(self.device.device))

    def latents(self, sentences: Sequence[Sequence[int]], steps: int = 0) -> Latent:
        """The means of q(z|x) of sentences that are not blank, their contents refined in so many steps."""
        found = self.encode(sentences).mean
        return refine(self.model, found, sentences, steps) if steps else found

    def room(self, lengths: Sequence[int]) -> Tensor:
        """How many pieces a rewritten sentence may have: half as many again as the source, and 4."""
        room = [min(length + length // 2 + 4, self.max_pieces + 4) for length in lengths]
        return torch.tensor(room, device=self.device.device)

    def asked(self, words: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Constraints:
        """What a search of a row each has to say and may not say: phrases as people write them."""

        def written(phrases: Sequence[str]) -> list[str]:
            return [form for phrase in phrases if (form := self.orthography.normalise(phrase))]

        forms = [(written(keep), written(avoid)) for keep, avoid in words]
        return constrain(forms, self.tokenizer, self.device.device)

    @torch.inference_mode()
    def search(
        self, latent: Latent, longest: Tensor, options: BeamOptions, asked: Constraints | None = None
    ) -> list[list[Hypothesis]]:
        """Beam search from each row of `latent`, of at most `longest` pieces, with the words `asked` for."""
        found: list[list[Hypothesis]] = []
        with self.device.autocast():
            for rows in torch.split(torch.arange(len(longest)), max(1, ROWS // options.width)):
                state = self.model.start(Latent(latent.affect[rows], latent.content[rows]))
                words = asked.of(rows) if asked else None
                found += beam_search(self.model, state, longest[rows], options, words)
        return found

    @torch.inference_mode()
    def draw(
        self, latent: Latent, longest: Tensor, options: SampleOptions, noise: Tensor
    ) -> list[Hypothesis]:
        """A sentence drawn from each row of `latent`; `noise` decides what is drawn."""
        found: list[Hypothesis] = []
        with self.device.autocast():
            for rows in torch.split(torch.arange(len(longest)), ROWS):
                state = self.model.start(Latent(latent.affect[rows], latent.content[rows]))
                found += sample_tokens(self.model, state, longest[rows], options, noise[rows])
        return found

    def untold_content(self, rows: int) -> Tensor:
        """(rows, C): what a decoder hears that is told no content."""
        return torch.zeros(rows, self.model.config.content, device=self.device.device)

    @torch.inference_mode()
    def fluency(self, sentences: Sequence[Sequence[int]]) -> list[float]:
        """Mean log-probability of a piece of each sentence for a decoder that is told nothing: neutral
        affect, and for content zeros, or the prior's mean if it has not learnt to write untold. Such a
        decoder is a plain language model."""
        device = self.device.device
        tokens = bounded(sentences, device)
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        nothing = self.untold_content(len(tokens))
        neutral = torch.zeros(len(tokens), self.model.config.affect, device=device)
        content = nothing if self.untold else self.prior.at(nothing)
        total = torch.zeros(targets.shape, device=device)
        with self.device.autocast():
            hidden = self.model(inputs, Latent(neutral, content))
            for some in torch.split((targets != PAD).nonzero(), ROWS):
                row, place = some.unbind(1)
                logits = self.model.logits(hidden[row, place]).float()
                right = logits.gather(1, targets[row, place][:, None])[:, 0]
                total[row, place] = right - logits.logsumexp(1)
        lengths = [len(pieces) + 1 for pieces in sentences]
        return [float(sum_) / length for sum_, length in zip(total.sum(1).tolist(), lengths, strict=True)]
