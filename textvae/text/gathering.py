"""Which sentences of its corpora a text model is taught, and which are held out.

One rule for training and for measuring: a sentence's part goes by its text or by its corpus's own splits.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from textvae.corpora import Sentence, read_corpus
from textvae.corpora.corpus import is_own
from textvae.corpora.tables import is_table
from textvae.errors import RecipeError
from textvae.text.data import DataOptions, Item
from textvae.text.orthography import Orthography
from textvae.text.pictures import without_pictures

OWN_SHARE = 0.1
"""Share that is held out of a user's own file without splits where the recipe holds out nothing."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The sentences of the splits that were asked for; of all that were read, how many each split has and how
    many were left out, by the reason."""

    items: Mapping[str, list[Item]]
    counts: Mapping[str, int]
    left_out: Mapping[str, int]

    def __getitem__(self, split: str) -> list[Item]:
        return self.items[split]

    def account(self, long: int = 0, pieces: int = 0) -> str:
        """The counts in words; `long` training sentences turned out to have more than so many `pieces`."""
        left_out = {**self.left_out, f"of more than {pieces:,} pieces": long}
        counts = {**self.counts, "train": self.counts["train"] - long}
        parts = [f"{counts[split]:,} {split}" for split in ("train", "dev", "test") if counts.get(split)]
        missed = [f"{number:,} {reason}" for reason, number in left_out.items() if number]
        whole = sum(counts.values()) + sum(left_out.values())
        return f"{whole:,} sentences: {', '.join(parts)}" + (
            f"; left out: {', '.join(missed)}" if missed else ""
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """How a training divides one of its corpora; `held_out` is the share of it that is dev, and as much test,
    or 0 where its own splits are taken."""

    options: DataOptions
    corpus: str
    held_out: float

    @classmethod
    def of(cls, options: DataOptions, corpus: str, sentences: Sequence[Sentence] | None = None) -> "Rule":
        """`sentences` are all there are of a user's own file: one without splits is divided by the text."""
        divided = sentences is None or any(sentence.split for sentence in sentences)
        return cls(options, corpus, options.held_out or (0.0 if divided else OWN_SHARE))

    def why_not(self, sentence: Sentence) -> str:
        """Why a sentence takes no part; "" where it does."""
        options = self.options
        if f"{self.corpus}/{sentence.id}".startswith(tuple(f"{part}/" for part in options.leave_out)):
            return "of what the recipe leaves out"
        if not options.min_words <= sentence.text.count(" ") + 1 <= options.max_words:
            return f"not of {options.min_words} to {options.max_words} words"
        if self.held_out and sentence.split not in ("", "train"):
            return "of splits that are not for training"
        return ""

    def part(self, sentence: Sentence, form: str) -> str:
        """The split that a sentence is in; `form` is its text in the model's form."""
        return _by_text(form, self.held_out) if self.held_out else sentence.split or "train"

    def parts(self, sentences: Iterable[Sentence]) -> list[str]:
        """The split that each sentence is in, "" for those that take no part."""
        orthography = Orthography(self.options.form)
        return [
            "" if self.why_not(s) else self.part(s, orthography.normalise(s.text) if self.held_out else "")
            for s in sentences
        ]


def gather(options: DataOptions, splits: Sequence[str], orthography: Orthography) -> Gathered:
    """The distinct sentences of each of `splits`, in the corpora's order; the corpora are read once.

    With `held_out` h, a sentence of the corpora's train split is in test, dev or train by its hash, whatever
    corpus it is in: shares h, h and 1 - 2h. Without, the corpora's own splits are taken, and a user's own
    file that has none is divided in the same way, a tenth each. A sentence of no split counts as train.

    Raises `RecipeError` for a split without a sentence.
    """
    found: dict[str, dict[str, Item]] = {split: {} for split in splits}
    passed: dict[str, set[str]] = {}  # forms of splits that nobody asked for
    left_out: Counter[str] = Counter()
    held_out = 0.0
    if options.columns and not any(is_own(name) and is_table(Path(name)) for name in options.corpora):
        raise RecipeError(
            f"--column ([data] columns) is for tables, and none of {', '.join(options.corpora)} is one: name "
            "a .csv, .tsv, .jsonl or .parquet file, or leave it out."
        )
    for name in options.corpora:
        columns = options.columns if is_table(Path(name)) else None
        own = list(read_corpus(name, columns=columns)) if is_own(name) else None
        rule = Rule.of(options, name, own)
        held_out = max(held_out, rule.held_out)
        for sentence in read_corpus(name) if own is None else own:
            if reason := rule.why_not(sentence):
                left_out[reason] += 1
                continue
            form = orthography.normalise(sentence.text)
            split = rule.part(sentence, form)
            known = found[split] if split in found else passed.setdefault(split, set())
            if form in known:
                left_out["that occur before"] += 1
            elif split in found:
                found[split][form] = Item(sentence.text, form, name, sentence.label)
            else:
                passed[split].add(form)
    for split, items in found.items():
        if not items:
            raise _missing(split, options, held_out)
    counts = {split: len(forms) for split, forms in {**found, **passed}.items()}
    return Gathered({split: list(items.values()) for split, items in found.items()}, counts, left_out)


def bare(items: Iterable[Item], form: str) -> list[Item]:
    """The items as a model of this form is shown them: without emoji, which are set aside where it rewrites,
    too; those of emoji alone are left out. In the form `given` all stay."""
    if form == "given":
        return list(items)
    orthography = Orthography(form, pictures=False)
    found = []
    for item in items:
        if (text := without_pictures(item.text)) != item.text:
            item = replace(item, text=text, form=orthography.normalise(text))
        if item.form:
            found.append(item)
    return found


def _by_text(form: str, held_out: float) -> str:
    share = int.from_bytes(hashlib.sha256(form.encode()).digest()[:8], "big") / 2**64
    return "test" if share < held_out else "dev" if share < 2 * held_out else "train"


def _missing(split: str, options: DataOptions, held_out: float) -> RecipeError:
    more = "" if split == "train" else (
        f", or hold more out for dev and test: --set data.held_out={0.1 if held_out < 0.1 else 0.2:g} "
        f"(now {held_out:g})"
    )  # fmt: skip
    return RecipeError(
        f"{', '.join(options.corpora)}: no sentence of {options.min_words}-{options.max_words} words is in "
        f"the split {split!r}: give more text{more}."
    )
