"""Learn Punkt's parameters from running text: `python -m textvae.corpora.punkt_training FOLDER`.

FOLDER holds the corpora. The text is what its authors wrote in sentences and its editors read: books,
editorials, EmoBank's training rows, sentences to be read aloud. Lower-cased sets teach that every word may
begin a sentence with a small letter, and comments and tweets teach that "sux" is an abbreviation; both stay
out.
"""

import csv
import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from textvae.corpora.boundaries import PARAMETERS

RARE = 2  # words seen fewer times than this are forgotten
SMALL = 1 << 4 | 1 << 5 | 1 << 6  # Punkt's flags: seen small at the beginning, inside, or unknown
INNER_CAPITAL = 1 << 2

_WORD = re.compile(r"[^\W\d_][\w'’]*")
_ABBREVIATION = re.compile(r"[^\W\d_]+(\.[^\W\d_]+)*")


def running_text(folder: Path) -> Iterator[str]:
    """The texts under a folder of corpora, each some kilobytes or a whole book."""
    for book in sorted(folder.glob("gutenberg/*.txt")):
        yield book.read_text("utf-8", errors="replace")
    editorials = (folder / "vader/nytEditorialSnippets_GroundTruth.txt").read_text("utf-8", errors="replace")
    yield "\n\n".join(line.split("\t")[-1] for line in editorials.splitlines())
    with (folder / "emobank/emobank.csv").open(encoding="utf-8", newline="") as rows:
        yield "\n\n".join(row["text"] for row in csv.DictReader(rows) if row["split"] == "train")
    for path in [*sorted(folder.glob("common_voice/*.txt")), folder / "tatoeba/sentences.txt"]:
        yield "\n\n".join(path.read_text("utf-8", errors="replace").splitlines())


def train_punkt(texts: Iterable[str], rare: int = RARE) -> dict[str, str]:
    """What `boundaries.Punkt` holds, learned by NLTK's trainer; the words joined by spaces."""
    from nltk.tokenize.punkt import PunktTrainer

    trainer = PunktTrainer()
    for text in texts:
        trainer.train(text, finalize=False)
    trainer.freq_threshold(ortho_thresh=rare, type_thresh=rare, colloc_thres=rare, sentstart_thresh=rare)
    trainer.finalize_training()
    learned = trainer.get_params()
    flags = {word: seen for word, seen in learned.ortho_context.items() if _WORD.fullmatch(word)}
    small = {word for word, flag in flags.items() if flag & SMALL}
    chosen = {
        "abbreviations": {word for word in learned.abbrev_types if _ABBREVIATION.fullmatch(word)},
        "starters": learned.sent_starters & small,
        "beginners": {word for word in small if not flags[word] & INNER_CAPITAL},
    }
    return {name: " ".join(sorted(words)) for name, words in chosen.items()}


def main(folder: Path) -> None:
    """Train on the corpora under `folder` and write the parameters that ship."""
    stored = json.dumps(train_punkt(running_text(folder)), ensure_ascii=False, indent=0)
    PARAMETERS.write_bytes(gzip.compress(stored.encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
