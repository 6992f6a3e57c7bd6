"""Noise on what the text VAE reads: words deleted, blanked, replaced or shuffled before the encoder, words
hidden from the decoder."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from textvae.text.tokenizer import UNK


@dataclass(frozen=True, slots=True)
class NoiseOptions:
    """A recipe's `[noise]`.

    A sentence is read as it is, or with words deleted at random, or with the words deleted that carry its
    affect, so that the decoder learns to put them back from the affect latent.
    """

    random_share: float = 0.3  # share of the sentences with words deleted at random
    random_rate: float = 0.15  # of their words
    affect_share: float = 0.3  # share of the sentences with affect-carrying words deleted
    affect_rate: float = 0.85  # of those words
    word_dropout: float | dict[str, Any] = 0.25  # of the decoder's inputs become <unk> (Bowman et al. 2016,
    # section 3.2): a share, or a schedule over the steps
    affect_noise: float = 0.15  # sd of the noise on the affect that the decoder hears
    affect_drawn: bool = False  # it hears a draw of the affect latent, not the readings
    untold: float = 0.0  # share of the sentences whose content the decoder is not told, half of them their
    # affect neither: so it learns to be a language model as well
    blank: float = 0.0  # of the encoder's words become <unk>
    substitute: float = 0.0  # of the encoder's words become random ones
    shuffle: int = 0  # places by which a word may move, at most, before the encoder

    @property
    def disturbs(self) -> bool:
        """Whether the encoder reads words otherwise than in their places."""
        return bool(self.blank or self.substitute or self.shuffle)


def told(rows: int, options: NoiseOptions, device: torch.device) -> tuple[Tensor, Tensor]:
    """(rows, 1) of 0 and 1 each: of which sentences the decoder hears the affect, of which the content."""
    chance = torch.rand(rows, 1, device=device)
    return (chance >= options.untold / 2).float(), (chance >= options.untold).float()


def compact(tokens: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
    """Drop the tokens (B, T) where `keep` is false; rows stay in order, what is left over stands at the end.

    Returns the tokens (B, longest row) and the lengths (B,), at least 1: a row that would lose
    everything keeps its first token.
    """
    keep = keep.clone()
    keep[:, 0] |= ~keep.any(dim=1)
    order = torch.argsort((~keep).to(torch.uint8), dim=1, stable=True)
    lengths = keep.sum(dim=1)
    return tokens.gather(1, order)[:, : int(lengths.max())], lengths


def keep_mask(word_starts: Tensor, carries: Tensor, options: NoiseOptions) -> Tensor:
    """(B, T) which tokens the encoder sees. `word_starts` (B, T) marks the first piece of each word:
    a word goes or stays with all its pieces."""
    chance = _by_word(_numbered(word_starts))
    kind = torch.rand(len(chance), 1, device=chance.device)
    at_random = kind < options.random_share
    of_affect = (kind >= options.random_share) & (kind < options.random_share + options.affect_share)
    drop = (at_random & (chance < options.random_rate)) | (
        of_affect & carries & (chance < options.affect_rate)
    )
    return ~drop


def disturb(
    tokens: Tensor, lengths: Tensor, starts: Tensor, vocabulary: int, options: NoiseOptions
) -> Tensor:
    """Blank, replace and shuffle the words of (B, T), padded at the end; the padding stays where it is.

    `starts` (B, T) marks the first piece of each word. Blanking and shuffling are those of Lample et al.
    2018, section 2.3. A piece that takes another's place is any of the `vocabulary` but the special ones.
    """
    real = torch.arange(tokens.shape[1], device=tokens.device)[None] < lengths[:, None]
    word = _numbered(starts)
    for rate, filled in ((options.substitute, None), (options.blank, UNK)):
        if rate:
            chosen = _by_word(word) < rate
            other = torch.randint_like(tokens, UNK + 1, vocabulary) if filled is None else filled
            tokens = torch.where(chosen & real, other, tokens)
    if options.shuffle:
        key = (word + (options.shuffle + 1) * _by_word(word)).masked_fill(~real, torch.inf)
        tokens = tokens.gather(1, torch.argsort(key, dim=1, stable=True))
    return tokens


def _numbered(starts: Tensor) -> Tensor:
    """(B, T), the number from 0 of the word that each piece belongs to."""
    return (starts.cumsum(dim=1) - 1).clamp_min(0)


def _by_word(word: Tensor) -> Tensor:
    """Uniform in [0, 1), the same for all the pieces of a word, (B, T)."""
    return torch.rand(word.shape, device=word.device).gather(1, word)
