"""The affect laboratory: a recipe over rated sentences, ready to be trained on any part of them."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from textvae.affect.beginning import begin
from textvae.affect.decoder import Parts
from textvae.affect.encoder import SentenceEncoder
from textvae.affect.lab.embeddings import sentence_embeddings
from textvae.affect.lab.folds import Division
from textvae.affect.lab.latent import LatentOptions, LatentTerms, mixture_prior, standard_prior
from textvae.affect.lab.rated import CleaningOptions, Rated, agreement, ratings_of_all, scales_from
from textvae.affect.lab.start import Start
from textvae.affect.lab.study import Study
from textvae.affect.lab.vocabulary import read_vectors, train_tokenizer
from textvae.affect.lessons import encode
from textvae.affect.model import AffectModel
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.affect.windows import padding
from textvae.corpora.sentence import Sentence
from textvae.errors import RecipeError, UnknownNameError
from textvae.training.device import choose_device
from textvae.training.recipe import read_table

TABLES = ("model", "recurrent", "data", "latent", "cleaning", "objective", "training")


@dataclass(frozen=True, slots=True)
class EncoderOptions:
    """A recipe's `[model]`: the pretrained encoder, unless there is a `[recurrent]`."""

    encoder: str = ""  # a transformers folder or a name on the hub
    start: str = ""  # an affect model to go on from, instead of an encoder
    freeze: str = "none"  # what of it stays as it is: see `textvae.affect.encoder.freeze`
    dropout: float = 0.1
    window: int = 256  # word pieces that are read of a sentence that is not being taught


@dataclass(frozen=True, slots=True)
class RecurrentOptions:
    """A recipe's `[recurrent]`: an encoder that is trained from nothing."""

    architecture: str = "bilstm"  # gru, bigru, lstm, bilstm
    layers: int = 1
    hidden: int = 500  # in each direction
    embedding: int = 300
    pooling: str = "mean"  # mean, attention, last
    units: str = "words"  # words, characters
    vocabulary: int = 20_000
    least: int = 2  # times that a unit must occur in the training sentences
    vectors: str = ""  # a .txt, .vec or .npz file of embeddings to begin with


@dataclass(frozen=True, slots=True)
class TaughtOptions:
    """A recipe's `[data]`."""

    batch: int = 64  # sentences
    longest: int = 96  # word pieces that are taught of a sentence


def check_tables(recipe: Mapping[str, Any]) -> None:
    """Raise `RecipeError` or `UnknownNameError` for a recipe that is not a laboratory's."""
    if "stage" in recipe:
        raise RecipeError(
            "the recipe's stages name its corpora: leave out --corpus, --folds and --grid, or take a recipe "
            "without stages: --recipe tuned, which goes on from affect-en with your own table, or another, "
            "such as bert, bilstm or vae."
        )
    for name in recipe:
        if name not in TABLES:
            raise UnknownNameError("table of a laboratory recipe", name, TABLES)


class Laboratory:
    """A recipe and its sentences. A pretrained encoder, or a model to go on from, is loaded once; so are the
    embeddings that the one gives, and what the other reads.

    Raises `RecipeError` or `UnknownNameError` for a recipe that does not fit.
    """

    def __init__(
        self, recipe: Mapping[str, Any], sentences: Sequence[Sentence], *, encoder: str | None = None,
        device: str = "auto", precision: str = "auto", told: Callable[[int], None] = lambda done: None,
    ) -> None:  # fmt: skip
        check_tables(recipe)
        self.recipe, self.sentences = recipe, sentences
        self.options = read_table(recipe.get("model", {}), EncoderOptions, "model")
        self.taught = read_table(recipe.get("data", {}), TaughtOptions, "data")
        self.latent = read_table(recipe.get("latent", {}), LatentOptions, "latent")
        self.cleaning = read_table(recipe.get("cleaning", {}), CleaningOptions, "cleaning")
        self.device = choose_device(device, precision)
        self.ratings, self.spreads = ratings_of_all(sentences)
        self.recurrent: RecurrentOptions | None = None
        self.vectors: np.ndarray | None = None
        self.start: Start | None = None
        if "recurrent" in recipe:
            self.recurrent = read_table(recipe["recurrent"], RecurrentOptions, "recurrent")
            return
        if self.options.start and self.latent != LatentOptions():
            raise RecipeError(
                "[latent] beside model.start: a model that goes on keeps its latent, and what it says of "
                "dimensions that are not rated. Leave latent.dimensions and the like out."
            )
        begun = begin(
            encoder or self.options.encoder, self.options.start, self.options.freeze, self.options.dropout
        )
        self.pretrained, self.tokenizer = begun.encoder, begun.tokenizer
        self._prepare_pieces()
        if begun.checkpoint is not None:
            self.start = Start.reading(begun, [s.text for s in sentences], self.device)
            told(len(sentences))
        if self.options.freeze == "all" or self.latent.trunk:
            self.vectors = sentence_embeddings(
                self.pretrained, self.whole, padding(self.tokenizer), self.device, told
            )

    def study(
        self, division: Division, seed: int, keep: bool = False, about: Mapping[str, Any] | None = None
    ) -> Study:
        """A training on `division.train` that looks at `division.dev`; `keep` and `about` as in `Study`."""
        torch.manual_seed(seed)
        encoder, tokenizer = self._encoder(division.train, seed)
        model = self._model(encoder, division.train)
        scales, parts = model.scales, model.parts
        weight = agreement(self.spreads[division.train, : len(scales)], self.cleaning)
        train = self.table(division.train, model, tokenizer, taught=True, weight=weight)
        dev = self.table(division.dev, model, tokenizer)
        rows = np.arange(len(train))
        mean, spread = (values.numpy() for values in train.standardised(rows, scales))
        size = len(scales) + parts.extra
        prior = (
            standard_prior(size)
            if self.latent.prior == "standard"
            else mixture_prior(mean, spread, self.latent.components, parts.extra, seed)
        )
        terms = LatentTerms(frozenset(self.recipe.get("objective", {})), prior, self.latent)
        return Study(
            self.recipe, model, train, dev, terms, tokenizer, padding(tokenizer),
            self.options.window, self.taught.batch, seed, self.device, keep,
            {**(about or {}), **({"start": self.start.about} if self.start else {})},
            self.start.calibration if self.start else None,
        )  # fmt: skip

    def _model(self, encoder: SentenceEncoder, rows: np.ndarray) -> AffectModel:
        """The model whose training on these rows is to begin."""
        if self.start:
            return self.start.model(encoder, self.ratings, rows)
        scales = scales_from(self.ratings[rows], self.latent.dimensions)
        categories = self._categories(rows) if self.latent.category else ()
        parts = Parts(self.latent.trunk, self.latent.decoder, self.latent.extra, categories)
        model = AffectModel(encoder, encoder.width, scales, parts, self.latent.dropout)
        if model.standard is not None and self.vectors is not None:
            model.standard.fit(torch.from_numpy(self.vectors[rows]))
        return model

    def table(
        self, rows: np.ndarray, model: AffectModel, tokenizer: Tokenizer, taught: bool = False,
        weight: np.ndarray | None = None,
    ) -> Rated:  # fmt: skip
        """These rows of the corpus for `model`; sentences that are `taught` are cut sooner."""
        number = {name: i for i, name in enumerate(model.parts.categories, 1)}
        categories = [number.get(self.sentences[row].category or "", 0) for row in rows]
        if self.recurrent is None:
            source = self.short if taught else self.whole
            pieces = [source[row] for row in rows]
        else:
            longest = self.taught.longest if taught else self.options.window
            pieces = encode(tokenizer, [self.sentences[row].text for row in rows], longest)
            pieces = [row if len(row) else np.ones(1, np.int64) for row in pieces]  # at least "[UNK]"
        vectors = None if self.vectors is None else self.vectors[rows]
        counted = np.ones(len(rows), np.float32) if weight is None else weight
        held = self.start.held(self.ratings, self.spreads, rows) if self.start and taught else None
        return Rated(
            pieces, vectors, self.ratings[rows], self.spreads[rows], np.array(categories, np.int64), counted,
            held,
        )  # fmt: skip

    def _prepare_pieces(self) -> None:
        texts = [s.text for s in self.sentences]
        self.whole = encode(self.tokenizer, texts, self.options.window)
        self.short = encode(self.tokenizer, texts, self.taught.longest)

    def _encoder(self, rows: np.ndarray, seed: int) -> tuple[SentenceEncoder, Tokenizer]:
        """The encoder of one training, and its tokenizer: made from the training rows if recurrent."""
        if (options := self.recurrent) is None:
            frozen = self.options.freeze == "all"
            return (self.pretrained if frozen else deepcopy(self.pretrained)), self.tokenizer
        texts = [self.sentences[row].text for row in rows]
        tokenizer = train_tokenizer(texts, options.units, options.vocabulary, options.least)
        start, width = None, options.embedding
        if options.vectors:
            start, _ = read_vectors(options.vectors, tokenizer, seed)
            width = start.shape[1]
        size = RecurrentSize(
            tokenizer.get_vocab_size(), width, options.hidden, options.layers, options.pooling
        )
        return RecurrentEncoder(options.architecture, size, self.options.dropout, start), tokenizer

    def _categories(self, rows: np.ndarray) -> tuple[str, ...]:
        names = sorted({self.sentences[row].category for row in rows} - {None})  # type: ignore[type-var]
        if not names:
            raise RecipeError("[latent] category: the sentences of this corpus have no category.")
        return tuple(str(name) for name in names)
