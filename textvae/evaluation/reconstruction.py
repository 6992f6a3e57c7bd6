"""What a text VAE keeps of sentences that it was not trained on: encoded, decoded, compared."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError, UnknownNameError
from textvae.evaluation import metrics
from textvae.evaluation.report import Report, Row, signature

SHORT = 10
SPLITS = ("train", "dev", "test")


def held_out(writer: Any, split: str = "test") -> list[Sentence]:
    """The sentences that a writer's recipe keeps from training; `split` is dev or test.

    A sentence's id begins with its corpus. Raises `CorpusError` for a corpus whose files are not there,
    `UnknownNameError` for another split than train, dev and test.
    """
    from textvae.text.data import DataOptions
    from textvae.text.gathering import gather
    from textvae.text.orthography import Orthography
    from textvae.training.recipe import read_table

    if split not in SPLITS:
        raise UnknownNameError("split of what the recipe divides", split, SPLITS)
    options = read_table(writer.config["recipe"]["data"], DataOptions, "data")
    items = gather(options, (split,), Orthography(options.form))[split]
    return [Sentence(item.text, f"{item.corpus}/{number}", split) for number, item in enumerate(items)]


def source_of(sentence: Sentence) -> str:
    """The corpus that a sentence of a mixture came from: the part of its id before a stroke."""
    name, stroke, _ = sentence.id.partition("/")
    return name if stroke else "given"


def evaluate_reconstruction(
    writer: Any,
    sentences: Iterable[Sentence],
    corpus: str = "held-out/test",
    batch: int = 64,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """BLEU of sentences with their reconstructions: of all, of those of at most ten words, and by source.

    What is judged are the decoder's own words in the model's form, before capitals and numbers are put back
    from the source. `writer` is a `TextWriter`; `progress` is told how many sentences are done. Words are
    counted between blanks. The report's `outputs` hold a row for each sentence, in order.

    Raises `CorpusError` when there are no sentences.
    """
    asked = [replace(sentence, text=writer.normalise(sentence.text)) for sentence in sentences]
    if not asked:
        raise CorpusError(f"corpus {corpus} has no sentences to reconstruct.")
    rebuilt: list[str] = []
    for start in range(0, len(asked), batch):
        texts = [sentence.text for sentence in asked[start : start + batch]]
        rebuilt += writer.reconstruct(texts, restored=False)
        if progress:
            progress(len(rebuilt))
    pairs = list(zip(asked, rebuilt, strict=True))
    short = [pair for pair in pairs if len(pair[0].text.split()) <= SHORT]
    rows = [_row("BLEU", pairs), _row(f"BLEU, at most {SHORT} words", short)]
    sources = sorted({source_of(sentence) for sentence in asked})
    if len(sources) > 1:
        rows += [
            _row(f"BLEU, {name}", [pair for pair in pairs if source_of(pair[0]) == name]) for name in sources
        ]
    same = sum(metrics.tokenise(sentence.text) == metrics.tokenise(text) for sentence, text in pairs)
    rows.append(Row("word for word", 100.0 * same / len(pairs), "% that came back the same, case aside"))
    outputs = tuple({"id": s.id, "source": s.text, "reconstruction": text} for s, text in pairs)
    named = signature(writer, corpus, (sentence.text for sentence in asked))
    return Report(f"Reconstruction of {len(asked)} sentences of {corpus}", tuple(rows), named, outputs)


def _row(name: str, pairs: list[tuple[Sentence, str]]) -> Row:
    value = metrics.bleu([text for _, text in pairs], [sentence.text for sentence, _ in pairs])
    return Row(name, value, f"{len(pairs)} sentences")
