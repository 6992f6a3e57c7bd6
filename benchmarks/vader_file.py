"""What one writes to read a file with vaderSentiment: a line in, a line of CSV out."""

import csv
import sys
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def main() -> None:
    analyzer = SentimentIntensityAnalyzer()
    source, target = map(Path, sys.argv[1:])
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(["text", "neg", "neu", "pos", "compound"])
        for line in lines:
            text = line.rstrip("\n")
            scores = analyzer.polarity_scores(text)
            writer.writerow([text, scores["neg"], scores["neu"], scores["pos"], scores["compound"]])


if __name__ == "__main__":
    main()
