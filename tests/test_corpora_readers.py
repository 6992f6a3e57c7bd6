"""Each reader on a corpus of a few lines, with the answers worked out by hand."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from textvae.corpora import Rating, Sentence, load_card, read_corpus
from textvae.corpora.readers import READERS


def read(name: str, folder: Path, files: Mapping[str, str | bytes]) -> list[Sentence]:
    """Write the files of a corpus into a folder, and read them as its card says."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_corpus(name, directory=folder))


GOLD = 'id,split,V,A,D,text\ns1,train,3.0,3.5,2.0,"He said ""no"", twice"\ns2,test,4,2,3,Fine\n'


def test_emobank_pools_the_raters_and_drops_those_who_skipped(tmp_path: Path) -> None:
    readers = "id,V,A,D\ns1,2,4,2\ns1,4,4,2\ns1,1,1,1\n"
    writers = "id,V,A,D\ns1,3,3,2\ns1,3,3,2\ns2,1,1,1\n"
    files = {"emobank.csv": GOLD, "individual_reader_ratings.csv": readers}
    first, second = read("emobank", tmp_path, {**files, "individual_writer_ratings.csv": writers})
    # valence 2 4 3 3: variance 0.5; arousal 4 4 3 3: variance 0.25; dominance always 2
    assert first.valence == Rating(3.0, math.sqrt(0.5))
    assert first.arousal == Rating(3.5, 0.5)
    assert first.dominance == Rating(2.0, 0.0)
    assert (first.text, first.id, first.split) == ('He said "no", twice', "s1", "train")
    assert second == Sentence("Fine", "s2", "test", Rating(4), Rating(2), Rating(3))


def test_emobank_falls_back_on_the_two_perspectives(tmp_path: Path) -> None:
    header = '"id","V","A","D","stdV","stdA","stdD","N"\n'
    reader = header + '"s1","3","4","2","1","0","0","2"\n'
    writer = header + '"s1","3","3","2","0","0","0","2"\n'
    first, second = read(
        "emobank", tmp_path, {"emobank.csv": GOLD, "reader.csv": reader, "writer.csv": writer}
    )
    assert first.valence == Rating(3.0, math.sqrt(0.5))  # the same raters, so the same spread
    assert first.arousal == Rating(3.5, 0.5)
    assert second.valence == Rating(4)


def test_emobank_reads_without_any_raters(tmp_path: Path) -> None:
    assert [s.valence for s in read("emobank", tmp_path, {"emobank.csv": GOLD})] == [Rating(3), Rating(4)]


def test_emobank_knows_the_genre(tmp_path: Path) -> None:
    about = "id\tdocument\tcategory\tsubcategory\ns1\tAcephalous\tblog\t \ns3\tnyt\tnewspaper\tnyt\n"
    read_back = read("emobank", tmp_path, {"emobank.csv": GOLD, "meta.tsv": about})
    assert [s.category for s in read_back] == ["blog", None]


def test_vader_comes_onto_the_scale(tmp_path: Path) -> None:
    stems = ("amazonReviewSnippets", "movieReviewSnippets", "nytEditorialSnippets", "tweets")
    files: dict[str, str] = {}
    for stem in stems:
        files[f"{stem}_GroundTruth.txt"] = "1\t4\tGreat &amp; good\r\n2\t-4\tBad\tluck\r\n"
        files[f"{stem}_anonDataRatings.txt"] = "\ufeff1\t4\t0.8\t[4, 4]\r\n2\t-3.5\t1\t[-3, -4]\r\n"
    read_back = read("vader", tmp_path, files)
    assert read_back[0] == Sentence("Great & good", "amazon/1", "train", Rating(5.0, 0.4), label="amazon")
    assert read_back[1] == Sentence("Bad luck", "amazon/2", "train", Rating(1.0), label="amazon")
    assert [s.label for s in read_back[::2]] == ["amazon", "movie", "nyt", "tweets"]


def test_goemotions_joins_its_labels(tmp_path: Path) -> None:
    files = {f"{split}.tsv": f'"Oh no\t0,2\tid_{split}\n' for split in ("train", "dev", "test")}
    first, *_, last = read("goemotions", tmp_path, {**files, "labels.txt": "joy\nfear\nneutral"})
    assert first == Sentence('"Oh no', "id_train", "train", label="joy,neutral")
    assert last.split == "test"


def test_chinese_emobank_comes_onto_the_scale(tmp_path: Path) -> None:
    text = (
        "No.\tText\tValence_Mean\tArousal_Mean\tValence_SD\tArousal_SD\tCategory\n7\t好\t9\t1\t0.5\t1\tbook\n"
    )
    sentence = "Text\tValence_Mean\tArousal_Mean\tValence_SD\tArousal_SD\n壞\t1.0\t5\t0\t2\n"
    files = {f"CVAT_{i}_SD.csv": text for i in range(1, 6)} | {f"CVAS_{i}.csv": sentence for i in range(1, 6)}
    read_back = read("chinese_emobank", tmp_path, files)
    assert read_back[0] == Sentence(
        "好", "text/1/7", "fold1", Rating(5, 0.25), Rating(1, 0.5), label="text", category="book"
    )
    assert read_back[9] == Sentence(
        "壞", "sentence/5/1", "fold5", Rating(1, 0), Rating(3, 1), label="sentence"
    )


YELP = {
    "train_part/train_part.0": "bad food .\nit was ok .\nold news .\n",
    "train_part/train_part.1": "good food .\nit was ok .\n",
    "shen_dev_test/sentiment.dev.0": "rude  staff .\n\nbad food .\n",
    "shen_dev_test/sentiment.dev.1": "nice staff .\n",
    "shen_dev_test/sentiment.test.0": "cold soup .\n",
    "shen_dev_test/sentiment.test.1": "warm soup .\n",
    "drg/sentiment.dev.0": "old news .\n",
    "drg/sentiment.dev.1": "new place .\n",
    "drg/sentiment.test.0": "rude staff .\n",
    "drg/sentiment.test.1": "warm soup .\n",
    "drg/reference.0": "rude staff .\tnice staff .\n",
    "drg/reference.1": "warm soup .\tluke-warm soup .\n",
}


def test_yelp_keeps_the_benchmark_out_of_its_training_sentences(tmp_path: Path) -> None:
    sentences = read("yelp", tmp_path, YELP)
    assert [(s.text, s.label) for s in sentences if s.split == "train"] == [
        ("bad food .", "negative"),
        ("it was ok .", "negative"),  # it is in both; the first label stays
        ("good food .", "positive"),
        ("cold soup .", "negative"),
    ]
    assert [(s.text, s.label) for s in sentences if s.split == "dev"] == [
        ("old news .", "negative"),
        ("new place .", "positive"),
    ]
    assert [(s.text, s.label, s.references) for s in sentences if s.split == "test"] == [
        ("rude staff .", "negative", ("nice staff .",)),
        ("warm soup .", "positive", ("luke-warm soup .",)),
    ]


def test_yelp_reads_without_the_part_that_cannot_be_fetched(tmp_path: Path) -> None:
    sentences = read("yelp", tmp_path, {k: v for k, v in YELP.items() if not k.startswith("train_part")})
    assert [s.text for s in sentences if s.split == "train"] == ["bad food .", "cold soup ."]


def test_lines_are_distinct_where_the_card_says_so(tmp_path: Path) -> None:
    assert [s.id for s in read("tatoeba", tmp_path, {"sentences.txt": "Go.\nHi.\n\nGo.\n"})] == [
        "sentences.txt/1",
        "sentences.txt/2",
    ]
    ptb = read("ptb", tmp_path, {"train.txt": " a b \n a b \n", "valid.txt": " c \n", "test.txt": " d \n"})
    assert [(s.text, s.split) for s in ptb] == [
        ("a b", "train"),
        ("a b", "train"),
        ("c", "dev"),
        ("d", "test"),
    ]


def test_reviews_say_which_part_they_come_from(tmp_path: Path) -> None:
    files = {
        "sentence_polarity/rt-polarity.pos": "a delight . \n",
        "sentence_polarity/rt-polarity.neg": "a bore . \n",
        "pros_cons/IntegratedPros.txt": "<Pros>Easy &#38;&#13;&#10; quick</Pros>\n",
        "pros_cons/IntegratedCons.txt": "        <Cons>Eats batteries</Cons>\n<Cons></Cons>\n\n",
        "movie_reviews/pos/cv1.txt": "it works . \n\nreally . \n",
        "movie_reviews/neg/cv2.txt": "it fails . \n",
        "product_reviews_1/Phone.txt": "*** By\n[t]great\n##it rings . \nsize[+2]##it is small . \n",
    }
    assert [(s.id, s.text, s.label) for s in read("reviews", tmp_path, files)] == [
        ("sentence_polarity/rt-polarity.pos/1", "a delight .", "positive"),
        ("sentence_polarity/rt-polarity.neg/1", "a bore .", "negative"),
        ("pros_cons/IntegratedPros.txt/1", "Easy & quick", "positive"),
        ("pros_cons/IntegratedCons.txt/1", "Eats batteries", "negative"),
        ("movie_reviews/pos/cv1.txt/1", "it works .", "positive"),
        ("movie_reviews/pos/cv1.txt/3", "really .", "positive"),
        ("movie_reviews/neg/cv2.txt/1", "it fails .", "negative"),
        ("product_reviews_1/Phone.txt/3", "it rings .", None),
        ("product_reviews_1/Phone.txt/4", "it is small .", None),
    ]


def test_books_lose_gutenbergs_header_and_their_hard_line_breaks(tmp_path: Path) -> None:
    running = (
        "The Project Gutenberg EBook.\nTake it.\n\n*** START OF THIS PROJECT GUTENBERG EBOOK X ***\n\n"
        '"Well, Prince," she said\nand sighed. He bowed.\n\nThe end.\n*** END OF THIS EBOOK ***\nA licence.\n'
    )
    (tmp_path / "war.txt").write_text(running)
    (tmp_path / "emma.txt").write_text("[ Emma ]\nShe was clever . So .\n\n")
    card = replace(load_card("gutenberg"), reader={"name": "books", "running": ["war.txt"]})
    files = {name: tmp_path / name for name in ("emma.txt", "war.txt")}
    assert [(s.id, s.text) for s in READERS["books"](card, files)] == [
        ("emma.txt/1", "[ Emma ]"),
        ("emma.txt/2", "She was clever . So ."),
        ("war.txt/1", '"Well, Prince," she said and sighed.'),
        ("war.txt/2", "He bowed."),
        ("war.txt/3", "The end."),
    ]


def test_topics_and_bags_of_words(tmp_path: Path) -> None:
    corpus = "fast cut\ttrain\t1\nslow cut\tval\t0\n"
    assert read("m10", tmp_path / "m10", {"corpus.tsv": corpus, "vocabulary.txt": "cut\n"}) == [
        Sentence("fast cut", "1", "train", label="1"),
        Sentence("slow cut", "2", "dev", label="0"),
    ]
    files = {"vocab.new": "sea 9\nsky 8\n", "train.feat": "3 2:2 1:1\n", "test.feat": "4 1:1\n"}
    assert read("20newsgroups", tmp_path, files) == [
        Sentence("sky sky sea", "train/1", "train", label="3"),
        Sentence("sea", "test/1", "test", label="4"),
    ]
