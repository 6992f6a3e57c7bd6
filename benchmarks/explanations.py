"""How well ways to explain a reading agree with Shapley values, over sentences of EmoBank's dev split.

The Shapley value of a word (Lundberg & Lee 2017) is what it adds on average when words come in random order;
here over `--orders` orders, each begun with no word at all. For each way: Pearson's r with it within a
sentence (the mean over sentences), and how far its sum is from what is read of the sentence less what is read
of none, in points of the 1-5 scale (the mean of |difference|).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from measuring import RESULTS, publish
from textvae.affect import attribution
from textvae.affect.explanation import Span, without, words
from textvae.affect.reader import AffectReader
from textvae.corpora import read_corpus

SHORTEST, LONGEST = 5, 24  # words of a sentence


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="affect-en")
    parser.add_argument("--sentences", type=int, default=60)
    parser.add_argument("--orders", type=int, default=24)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    draw = np.random.default_rng(options.seed)
    reader = AffectReader.load(options.model)
    texts = [sentence.text for sentence in read_corpus("emobank", split="dev")]
    texts = [text for text in texts if SHORTEST <= len(words(text)) <= LONGEST]
    texts = [texts[i] for i in draw.permutation(len(texts))[: options.sentences]]
    gold = [shapley(text, words(text), reader, options.orders, draw) for text in texts]
    ways = {
        "word left out (removal)": [removal(text, reader) for text in texts],
        "word masked": [masked(text, reader) for text in texts],
        "integrated gradients, 16 points (gradient)": by_gradient(texts, reader),
    }
    attribution.LINE = (1.0,)
    ways["the plain gradient, from the masked text"] = by_gradient(texts, reader)
    figures, details = {}, {}
    for name, found in ways.items():
        r = float(np.nanmean([correlation(a, b) for a, b in zip(found, gold, strict=True)]))
        off = float(np.mean([abs(a.sum() - b.sum()) for a, b in zip(found, gold, strict=True)]))
        figures[name] = f"r {r:.2f}, sum off by {off:.2f}"
        details[name] = {"r": r, "off": off}
    publish("explanations", figures, {"ways": details, "sentences": len(texts)}, options.results)


def read(texts: Sequence[str], reader: AffectReader) -> np.ndarray:
    """Valence of each, (N,); of an empty text too."""
    distinct = list(dict.fromkeys(texts))
    full = [text for text in distinct if text.strip()]
    found = dict(zip(full, reader.score(full)[:, 0].tolist(), strict=True))
    found |= dict.fromkeys(set(distinct) - set(full), empty(reader))
    return np.array([found[text] for text in texts])


def empty(reader: AffectReader) -> float:
    """What is read when the only word of a text is left out."""
    [found] = reader.explain(["a"])
    assert found is not None
    return found.mean - found.words[0].contribution


def shapley(
    text: str, spans: list[Span], reader: AffectReader, orders: int, draw: np.random.Generator
) -> np.ndarray:
    """What each word adds on average, (words,)."""
    chosen = [draw.permutation(len(spans)) for _ in range(orders)]
    variants = []
    for order in chosen:
        for count in range(len(spans) + 1):
            missing = sorted((spans[i] for i in order[count:]), reverse=True)
            variant = text
            for span in missing:
                variant = without(variant, span)
            variants.append(variant)
    values = read(variants, reader).reshape(orders, len(spans) + 1)
    added = np.zeros(len(spans))
    for order, row in zip(chosen, values, strict=True):
        added[order] += np.diff(row)
    return added / orders


def removal(text: str, reader: AffectReader) -> np.ndarray:
    """As `analyze --explain`."""
    [found] = reader.explain([text])
    assert found is not None
    return np.array([word.contribution for word in found.words])


def masked(text: str, reader: AffectReader) -> np.ndarray:
    """What is read, less what is read with [MASK] in the word's place."""
    values = read([text, *(f"{text[:a]}[MASK]{text[b:]}" for a, b in words(text))], reader)
    return values[0] - values[1:]


def by_gradient(texts: Sequence[str], reader: AffectReader) -> list[np.ndarray]:
    """As `analyze --explain-by gradient`."""
    found = reader.explain(texts, by="gradient")
    return [np.array([word.contribution for word in e.words]) for e in found if e is not None]


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r; NaN where either does not vary."""
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float("nan")


if __name__ == "__main__":
    main()
