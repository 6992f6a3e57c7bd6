"""A user's own file as a corpus."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textvae.corpora import Rating, Sentence, files, read_corpus, read_file
from textvae.corpora.splitting import Span, split_sentences
from textvae.corpora.tables import column_types
from textvae.errors import InputError, TextError, UnknownNameError

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"))
SCORE, SPREAD = st.none() | st.floats(1, 5), st.none() | st.floats(0, 2)
ROWS = st.lists(st.tuples(TEXT, SCORE, SPREAD, TEXT), min_size=1)

Row = tuple[str, float | None, float | None, str]


def write_csv(path: Path, rows: list[Row], delimiter: str = ",") -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["what, they\tsaid", "valence", "valence_sd", "split"])
        writer.writerows(rows)


def write_tsv(path: Path, rows: list[Row]) -> None:
    write_csv(path, rows, "\t")


def write_jsonl(path: Path, rows: list[Row]) -> None:
    names = ("what, they\tsaid", "valence", "valence_sd", "split")
    lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")


def write_parquet(path: Path, rows: list[Row]) -> None:
    import pyarrow
    import pyarrow.parquet

    texts, means, sds, splits = zip(*rows, strict=True)
    columns: dict[str, Any] = {
        "what, they\tsaid": pyarrow.array(texts, pyarrow.string()),
        "valence": pyarrow.array(means, pyarrow.float64()),
        "valence_sd": pyarrow.array(sds, pyarrow.float64()),
        "split": pyarrow.array(splits, pyarrow.string()),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path)


WRITERS: dict[str, Callable[[Path, list[Row]], None]] = {
    "csv": write_csv,
    "tsv": write_tsv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


@pytest.mark.parametrize("kind", WRITERS)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_a_table_comes_back_as_it_was_written(kind: str, rows: list[Row], tmp_path: Path) -> None:
    path = tmp_path / f"rows.{kind}"
    WRITERS[kind](path, rows)
    read = list(read_corpus(path, columns={"text": "what, they\tsaid"}))
    assert read == [
        Sentence(text, split=split, valence=None if mean is None else Rating(mean, sd))
        for text, mean, sd, split in rows
    ]


def test_columns_map_fields_and_a_split_selects(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('\ufeffV,A,D,said,part\n4,3,2,"so ""good"", yes",a\n1.5,,,bad,b\n', encoding="utf-8")
    columns = {"text": "said", "valence": "V", "arousal": "A", "dominance": "D", "split": "part"}
    good, bad = read_corpus(path, columns=columns)
    assert good == Sentence('so "good", yes', "", "a", Rating(4), Rating(3), Rating(2))
    assert bad == Sentence("bad", "", "b", Rating(1.5))
    assert list(read_corpus(str(path), columns=columns, split="b")) == [bad]


def test_only_the_fields_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path = tmp_path / "scored.csv"
    path.write_text("text,valence\nhm,-0.5\n")
    with pytest.raises(TextError, match=r"scored\.csv, line 2: the valence -0.5 is not on the 1-5 scale"):
        list(read_corpus(path))
    assert list(read_corpus(path, fields=("text",))) == [Sentence("hm")]


def test_running_text_is_split_and_its_line_breaks_joined(tmp_path: Path) -> None:
    path = tmp_path / "diary.txt"
    path.write_text("The day was long, and\nwe walked home. It rained.\n\nDr. Marsh called.\n")
    read = list(read_corpus(path))
    assert [sentence.text for sentence in read] == [
        "The day was long, and we walked home.",
        "It rained.",
        "Dr. Marsh called.",
    ]
    assert [sentence.id for sentence in read] == ["1", "2", "3"]
    assert [sentence.text for sentence in read_corpus(path, lines=True)] == [
        "The day was long, and",
        "we walked home. It rained.",
        "",
        "Dr. Marsh called.",
    ]


def test_running_text_without_a_blank_line_is_cut_between_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PASSAGE", 1000)
    path = tmp_path / "endless.txt"
    path.write_text("We walked along the river until it was dark. It was\ngood, and we slept. " * 300)
    with path.open() as lines:
        cut = list(files.passages(lines))
    assert all(len(passage) < 2000 for passage in cut)  # so memory does not grow with the file
    expected = ["We walked along the river until it was dark.", "It was good, and we slept."] * 300
    assert [sentence.text for sentence in read_corpus(path)] == expected


def test_lines_without_an_end_are_split_in_linear_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def split(text: str) -> list[Span]:
        sizes.append(len(text))
        return split_sentences(text)

    monkeypatch.setattr(files, "PASSAGE", 1000)
    monkeypatch.setattr(files, "split_sentences", split)
    lines = ["and then we went along the road and saw the hills,"] * 2000
    assert list(files.passages(iter(lines))) == ["\n".join(lines)]
    assert sum(sizes) < 3 * len("\n".join(lines))
    ended = [*lines[:100], "and slept. It was good.", *lines[:100]]
    assert "".join(files.passages(iter(ended))) == "\n".join(ended)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", "", r"empty\.csv is empty: the first line of a table names its columns"),
        ("ragged.csv", "text,id\na,1\nb,2,3\n", r"ragged\.csv, line 3: 3 fields where the header has 2"),
        (
            "mac.csv",
            "text,id\ra,1\rb,2\r",
            r"mac\.csv, line 1: a carriage return .* tr '\\r' '\\n' < /.*mac.csv",
        ),
        ("open.csv", 'text,id\n"never closed,1\n', r"open\.csv, line 2: unexpected end of data"),
        ("stray.tsv", 'text\tid\n"Yes," he said\t1\n', r"stray\.tsv, line 2"),
        ("broken.jsonl", '{"text": "a"}\n{"text": \n', r"broken\.jsonl, line 2: not JSON"),
        ("list.jsonl", "[1, 2]\n", r"list\.jsonl, line 1: not a JSON object, but '\[1, 2\]'"),
        ("few.csv", 'text,valence\na,"3,5,1"\n', r"few\.csv, line 2: the valence '3,5,1' is not a number"),
        (
            "far.csv",
            'text,valence\na,"35,5"\n',
            r"far\.csv, line 2: the valence 35\.5 is not on the 1-5 scale",
        ),
        ("bad.csv", "text,arousal\na,high\n", r"bad\.csv, line 2: the arousal 'high' is not a number"),
        ("nan.csv", "text,arousal\na,nan\n", r"nan\.csv, line 2: the arousal nan is not on the 1-5 scale"),
        (
            "inf.csv",
            "text,valence,valence_sd\na,3,inf\n",
            r"inf\.csv, line 2: the valence_sd inf is no stand",
        ),
        ("nan.jsonl", '{"text": "a", "valence": 3, "valence_sd": NaN}', r"line 1: the valence_sd nan is no"),
        ("less.tsv", "text\tarousal\tarousal_sd\na\t3\t-1\n", r"less\.tsv, line 2: the arousal_sd -1 is no"),
        (
            "many.jsonl",
            '{"text": "a"}\n{"text": ["a", "b"]}',
            r"line 2: the text is no text, but \['a', 'b'\]",
        ),
        ("deep.jsonl", '{"text": {"en": "a"}}', r"deep\.jsonl, line 1: the text is no text, but {'en': 'a'}"),
        ("huge.jsonl", f'{{"text": {"9" * 5000}}}', r"huge\.jsonl, line 1: not JSON \(Exceeds the limit"),
        ("twice.csv", "text,id,text\na,1,b\n", r"twice\.csv, line 1: two columns are called 'text': rename"),
        ("twice.jsonl", '{"text": "a", "text": "b"}', r"twice\.jsonl, line 1: two columns are called 'text'"),
        ("not.parquet", "text", r"not\.parquet is not a whole Parquet file"),
    ],
)
def test_a_broken_table_is_named_with_its_line(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(TextError, match=words):
        list(read_corpus(tmp_path / name))


def test_two_columns_of_one_name_that_are_not_read_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("text,x,x,,\na,1,2,3,4\n")
    assert [sentence.text for sentence in read_corpus(path)] == ["a"]


def test_parquet_of_bytes_or_of_two_columns_of_one_name(tmp_path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "odd.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": pyarrow.array([b"a"])}), path)
    with pytest.raises(TextError, match=r"odd\.parquet, line 1: the text is no text, but b'a'"):
        list(read_corpus(path))
    pyarrow.parquet.write_table(pyarrow.table([pyarrow.array(["a"])] * 2, names=["text", "text"]), path)
    with pytest.raises(TextError, match=r"odd\.parquet: two columns are called 'text'"):
        list(read_corpus(path))


def test_unknown_columns_and_fields_name_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("sentence,valenz\na,1\n")
    with pytest.raises(UnknownNameError, match=r"'text'.*Say which column holds the text"):
        list(read_corpus(path))
    with pytest.raises(UnknownNameError, match=r"'sentense'.*did you mean 'sentence'"):
        list(read_corpus(path, columns={"text": "sentense"}))
    with pytest.raises(UnknownNameError, match="unknown field 'valance': did you mean 'valence'"):
        read_corpus(path, columns={"valance": "valenz"})


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_divides_a_csv_is_seen_in_its_header(tmp_path: Path, mark: str) -> None:
    path = tmp_path / "mine.csv"
    rows = [["id", "a; b" if mark == "," else "a, b", "text"], ["1", "x", "one, two; three\tfour"]]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=mark, quoting=csv.QUOTE_ALL).writerows(rows)
    (sentence,) = read_file(path, others=[rows[0][1]])
    assert (sentence.id, sentence.others, sentence.text) == ("1", ("x",), rows[1][2])
    path.write_text("text\none; two\n")
    assert [sentence.text for sentence in read_file(path)] == ["one; two"]


def test_columns_and_their_types(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '{"text": "a", "n": 1, "m": 1, "x": null}\n{"n": 2.5, "m": true, "late": [1]}\n'
        '{"text": "b", "b": false}\n'
    )
    assert column_types(path) == {
        "text": str, "n": float, "m": str, "x": type(None), "late": str, "b": bool,
    }  # fmt: skip
    assert column_types(path, ["text", "n"]) == {"text": str, "n": int}  # the first row has them
    found = list(read_file(path, fields=("text",), others=["late", "n"]))
    assert [sentence.others for sentence in found] == [(None, 1), ([1], 2.5), (None, None)]
    with pytest.raises(UnknownNameError, match=r"mine\.jsonl 'lat': did you mean 'late'"):
        read_file(path, others=["lat"])
    path.write_text('{"id": 1}\n{"text": "b"}\n')
    assert [sentence.text for sentence in read_file(path)] == ["", "b"]
    path = tmp_path / "mine.txt"
    path.write_text("a\n")
    with pytest.raises(TextError, match="has no columns"):
        read_file(path, others=["id"])


def test_empty_files_and_what_is_no_file(tmp_path: Path) -> None:
    for name in ("empty.txt", "empty.jsonl"):
        (tmp_path / name).touch()
        assert list(read_corpus(tmp_path / name)) == []
    with pytest.raises(TextError, match="there is no file"):
        read_corpus("no/such/file.txt")
    with pytest.raises(TextError, match="is a folder"):
        read_corpus(tmp_path)
    with pytest.raises(TextError, match="has no columns"):
        read_corpus(tmp_path / "empty.txt", columns={"text": "a"})
    with pytest.raises(InputError, match="has a card"):
        read_corpus("sample", columns={"text": "a"})


def test_a_field_of_a_megabyte_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("text\n" + "word " * 400_000 + "\n")
    (sentence,) = read_corpus(path)
    assert len(sentence.text) == 2_000_000


def test_json_is_no_prose(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('[{"text": "good"}]')
    with pytest.raises(TextError, match=r"rows\.json: JSON is read as lines"):
        list(read_corpus(tmp_path / "rows.json"))


def test_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("text;valence;valence_sd;arousal\na;3,5;0,25;2\n")
    only = next(iter(read_file(path)))
    assert only.valence == Rating(3.5, 0.25)
    assert only.arousal == Rating(2.0)
