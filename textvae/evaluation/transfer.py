"""Steering on the Yelp benchmark: is the polarity turned, is the content kept?

ACC is the share of outputs that a classifier trained on Yelp's labels gives the other label; steering never
uses it. BLEU is against the source (self) and against a human rewrite (ref), on lower-cased Treebank tokens.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textvae.corpora.sentence import Sentence
from textvae.errors import CorpusError
from textvae.evaluation import metrics
from textvae.evaluation.judge import Judge
from textvae.evaluation.report import Report, Row, identity, signature
from textvae.evaluation.samples import check_judge, written_perplexity
from textvae.text.ways import turned_off

OTHER = {"negative": "positive", "positive": "negative"}


@dataclass(frozen=True, slots=True)
class TransferOptions:
    """Where each polarity is sent on the 1-5 scale (negative to `high`, positive to `low`), and how; ways of
    making candidates to do `without`."""

    high: float = 4.2
    low: float = 1.8
    fidelity: float = 0.5
    without: tuple[str, ...] = ()
    batch: int = 32


@dataclass(frozen=True, slots=True)
class Turned:
    """One sentence turned: the text written, the valence that was read off it and what made it, None where
    nothing was made."""

    text: str
    valence: float
    by: str | None = None


def evaluate_transfer(
    writer: Any,
    judge: Judge,
    sentences: Iterable[Sentence],
    options: TransferOptions | None = None,
    corpus: str = "yelp/test",
    progress: Callable[[int], None] | None = None,
    language_model: Any = None,
) -> Report:
    """Turn every sentence's polarity and judge the outputs; `progress` is told how many sentences are done.
    A `language_model`, a `TextWriter` without a latent, says how fluent they are.

    `writer` is a `TextWriter` that reads and writes the corpus's own form. Sentences need the labels
    `negative` and `positive`; those of the test split carry a human rewrite, without which the rows that need
    one are left out. The report's `outputs` hold a row for each sentence, in order.

    Raises `CorpusError` for sentences without these labels, `CheckpointError` for a language model that is
    none.
    """
    options = options or TransferOptions()
    if language_model is not None:
        check_judge(language_model.codec)
    asked = list(sentences)
    if not asked or any(sentence.label not in OTHER for sentence in asked):
        raise CorpusError(f"corpus {corpus} is not labelled negative and positive: use yelp.")
    turned = [Turned("", 0.0)] * len(asked)
    rebuilt = [""] * len(asked)
    done = 0
    for label in OTHER:
        places = [place for place, sentence in enumerate(asked) if sentence.label == label]
        target = options.high if label == "negative" else options.low
        for start in range(0, len(places), options.batch):
            chunk = places[start : start + options.batch]
            texts = [asked[place].text for place in chunk]
            results = writer.transfer(
                texts, valence=target, fidelity=options.fidelity, without=options.without
            )
            for place, result, again in zip(
                chunk, results, writer.reconstruct(texts, restored=False), strict=True
            ):
                turned[place] = _turned(result)
                rebuilt[place] = again
            done += len(chunk)
            if progress:
                progress(done)
    named = signature(
        writer,
        corpus,
        (sentence.text for sentence in asked),
        high=options.high,
        low=options.low,
        fidelity=options.fidelity,
        without=",".join(turned_off(options.without)) or None,
        reader=identity(getattr(writer, "reader", None)) or None,
        lm=identity(language_model) or None,
    )
    rows = _rows(asked, turned, rebuilt, judge, options)
    if language_model is not None:
        rows += _perplexities(asked, turned, language_model)
    return Report(
        f"Transfer of {len(asked)} sentences of {corpus}",
        rows,
        named,
        _outputs(asked, turned, rebuilt, judge),
    )


def _turned(result: Any) -> Turned:
    if not result.candidates:
        return Turned(result.best, float("nan"))
    return Turned(result.best, float(result.candidates[0].valence), result.candidates[0].by)


def _rows(
    asked: Sequence[Sentence],
    turned: Sequence[Turned],
    rebuilt: Sequence[str],
    judge: Judge,
    options: TransferOptions,
) -> tuple[Row, ...]:
    sources = [sentence.text for sentence in asked]
    outputs = [output.text for output in turned]
    wanted = [OTHER[sentence.label or ""] for sentence in asked]
    targets = [options.high if label == "positive" else options.low for label in wanted]
    turns = judge.accuracy(outputs, wanted)
    by_label = {
        label: judge.accuracy(*_where(outputs, wanted, wanted, label)) for label in OTHER if label in wanted
    }
    same = [metrics.tokenise(a) == metrics.tokenise(b) for a, b in zip(outputs, sources, strict=True)]
    rows = [
        Row("ACC", turns, "% judged to have the other polarity"),
        *(Row(f"ACC to {label}", value) for label, value in by_label.items()),
        Row("self-BLEU", metrics.bleu(outputs, sources), "against the source"),
    ]
    if all(sentence.references for sentence in asked):
        rewrites = [sentence.references[0] for sentence in asked]
        against = metrics.bleu(outputs, rewrites)
        rows += [
            Row("ref-BLEU", against, "against one human rewrite"),
            Row("GM", metrics.geometric_mean(turns, against), "√(ACC x ref-BLEU)"),
        ]
    achieved = [output.valence for output in turned]
    rows += [
        Row(
            "valence MAE",
            metrics.mean_absolute_error(achieved, targets),
            "target and what the writer's reader reads",
        ),
        Row("unchanged", 100.0 * sum(same) / len(same), "% of outputs that equal their source"),
        Row("reconstruction BLEU", metrics.bleu(rebuilt, sources), "the same sentences, not steered"),
        Row(
            "judge accuracy",
            judge.accuracy(sources, [s.label or "" for s in asked]),
            "% on the sources: 100 - ACC of a copy",
        ),
    ]
    if all(sentence.references for sentence in asked):
        rows += [
            Row(
                "ref-BLEU of a copy",
                metrics.bleu(sources, rewrites),
                "the sources against the human rewrites",
            ),
            Row("ACC of people", judge.accuracy(rewrites, wanted), "the human rewrites, judged alike"),
            Row(
                "self-BLEU of people",
                metrics.bleu(rewrites, sources),
                "the human rewrites against the sources",
            ),
        ]
    return tuple(rows)


def _perplexities(
    asked: Sequence[Sentence], turned: Sequence[Turned], language_model: Any
) -> tuple[Row, ...]:
    told = {"PPL": [each.text for each in turned], "PPL of a copy": [each.text for each in asked]}
    if all(sentence.references for sentence in asked):
        told["PPL of people"] = [sentence.references[0] for sentence in asked]
    note = f"a word, for {language_model.name}"
    codec = language_model.codec
    return tuple(Row(name, written_perplexity(codec, texts), note) for name, texts in told.items())


def _where(
    outputs: Sequence[str], wanted: Sequence[str], labels: Sequence[str], label: str
) -> tuple[list[str], list[str]]:
    """The outputs, and what was wanted of them, where `labels` has `label`."""
    places = [place for place, found in enumerate(labels) if found == label]
    return [outputs[place] for place in places], [wanted[place] for place in places]


def _outputs(
    asked: Sequence[Sentence], turned: Sequence[Turned], rebuilt: Sequence[str], judge: Judge
) -> tuple[dict[str, Any], ...]:
    judged = judge.label([output.text for output in turned])
    return tuple(
        {
            "id": sentence.id,
            "label": sentence.label,
            "source": sentence.text,
            "output": output.text,
            "by": output.by,
            "judged": verdict,
            "valence": output.valence,
            "reference": sentence.references[0] if sentence.references else None,
            "reconstruction": again,
        }
        for sentence, output, verdict, again in zip(asked, turned, judged, rebuilt, strict=True)
    )
