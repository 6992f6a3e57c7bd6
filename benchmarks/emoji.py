"""What emoji say, read and not read: valence beside the emotions that people chose, on GoEmotions' comments.

Of the comments with an emoji, Pearson's r between the valence that is read and the mean sign of the emotions
that raters chose (Demszky et al. 2020, figure 2: 12 are positive, 11 negative, the others 0): with emoji put
into words (`textvae.affect.emoji`), left out, unknown pieces, and as their Unicode names. The words were
chosen on `--split choosing` (train and dev); test is for one look.
"""

import argparse
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np

from measuring import RESULTS, publish
from textvae.affect.emoji import JOINERS, PICTURES, without_rules
from textvae.affect.reader import AffectReader
from textvae.corpora import read_corpus

POSITIVE = "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief"
NEGATIVE = (
    "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness"
)
EMOJI = re.compile(f"[{PICTURES}][{PICTURES}{JOINERS}]*")
SPLITS = {"choosing": ("train", "dev"), "test": ("test",)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="+", default=["affect-en", "affect-fast"])
    parser.add_argument("--split", choices=SPLITS, default="choosing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes")
    options = parser.parse_args()
    found = [s for split in SPLITS[options.split] for s in read_corpus("goemotions", split=split)]
    found = [s for s in found if EMOJI.search(s.text) and re.search(r"\w", EMOJI.sub("", s.text))]
    signs = np.array([sign(s.label or "") for s in found])
    ways: dict[str, Callable[[str], str]] = {
        "in words": str,
        "left out": lambda text: EMOJI.sub(" ", text),
        "Unicode names": lambda text: EMOJI.sub(named, text),
    }
    figures = {}
    for model in options.models:
        reader = AffectReader.load(model, device="cpu", precision="fp32")
        for name, way in ways.items():
            figures[f"{model}, {name}"] = correlation(reader, [way(s.text) for s in found], signs)
        pieces = reader.pieces
        reader.pieces = type(pieces)(without_rules(pieces.tokenizer), pieces.window)
        figures[f"{model}, unknown pieces"] = correlation(reader, [s.text for s in found], signs)
    shown = {name: f"r {r:.3f}" for name, r in figures.items()}
    publish(f"emoji_{options.split}", shown, {"r": figures, "comments": len(found)}, options.results)


def correlation(reader: AffectReader, texts: list[str], signs: np.ndarray) -> float:
    return float(np.corrcoef(reader.score(texts)[:, 0], signs)[0, 1])


def sign(label: str) -> float:
    """The mean over the emotions of a label, joined by commas: 1 for a positive, -1 for a negative one."""
    positive, negative = POSITIVE.split(), NEGATIVE.split()
    emotions = label.split(",")
    return sum((one in positive) - (one in negative) for one in emotions) / len(emotions)


def named(run: re.Match[str]) -> str:
    bare = re.sub(f"[{JOINERS}]", "", run[0])
    return f" {' '.join(dict.fromkeys(unicodedata.name(one, '').lower() for one in bare))} "


if __name__ == "__main__":
    main()
