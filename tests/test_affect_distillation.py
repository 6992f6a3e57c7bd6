"""The student: its pieces, its first embeddings, its teacher's readings, and the term that it learns from."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from textvae.affect import distillation
from textvae.affect.distillation import plain, readings_of
from textvae.affect.emoji import reading_emoji
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.lessons import Lessons, standardised
from textvae.affect.model import AffectModel, Scale
from textvae.affect.narrowing import frequent_pieces, narrowed
from textvae.affect.pupil import Pupil
from textvae.affect.reader import AffectReader
from textvae.affect.recurrent import RecurrentEncoder, RecurrentSize
from textvae.corpora.sentence import Rating, Sentence
from textvae.errors import RecipeError

SCALES = (Scale(3.0, 0.5), Scale(3.0, 0.25), Scale(2.0, 1.0))
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "g", "##o", "good", "bad", "##ly", "rare"]


def word_pieces() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({p: i for i, p in enumerate(PIECES)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return tokenizer


def test_the_most_frequent_pieces_are_kept() -> None:
    texts = ["bad bad good", "badly bad", "rare"]
    tokenizer, kept, counts = frequent_pieces(word_pieces(), texts, 6)
    # The two special ones and the single characters, whatever their counts; then by falling count.
    assert list(kept) == [0, 1, 4, 5, 7, 6]
    assert list(counts) == [0, 0, 0, 0, 4, 1]
    assert tokenizer.encode("bad good goo rare").tokens == ["bad", "good", "g", "##o", "##o", "[UNK]"]
    assert tokenizer.encode("bad").ids == [4]  # no special pieces around a text
    assert tokenizer.token_to_id("[CLS]") is None


def test_only_word_pieces_can_be_chosen_from() -> None:
    with pytest.raises(RecipeError, match="WordLevel"):
        frequent_pieces(Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")), ["a"], 5)


def test_components_keep_what_varies_most() -> None:
    """Points on a line in three dimensions need one component, which keeps their distances."""
    along = torch.tensor([-1.0, 0.0, 1.0, 3.0])
    table = along[:, None] * torch.tensor([[2.0, -1.0, 2.0]]) + torch.tensor([5.0, 5.0, 5.0])
    small = narrowed(table, np.zeros(4, np.int64), 1)
    distances = (small - small.T).abs()
    wanted = (along[:, None] - along).abs()
    torch.testing.assert_close(distances / distances[0, 1], wanted / wanted[0, 1], atol=1e-4, rtol=1e-4)
    assert small.square().mean().item() == pytest.approx(1.0, abs=1e-4)  # variance 1 / width
    assert narrowed(table, np.zeros(4, np.int64), 5).shape == (4, 5)


def test_two_sentences_are_one_whatever_their_capitals() -> None:
    assert plain(" What  a DAY ") == plain("what a day")


class Teacher:
    """Reads a text as its length."""

    device_name = "cpu, fp32"

    def __init__(self) -> None:
        self.calls = 0
        size = BertSize(len(PIECES), hidden=6, layers=1, heads=1, intermediate=4, positions=8)
        self.model = AffectModel(BertEncoder(size), 6, SCALES)
        self.pieces = SimpleNamespace(tokenizer=word_pieces())

    def read(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        self.calls += 1
        lengths = np.array([[len(text)] * 3 for text in texts], np.float32)
        return lengths, lengths / 10


def test_a_teacher_reads_a_list_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    teacher = Teacher()
    first = readings_of(teacher, ["a", "bcd"])  # type: ignore[arg-type]
    assert first.tolist() == [[1, 1, 1, *[pytest.approx(0.1)] * 3], [3, 3, 3, *[pytest.approx(0.3)] * 3]]
    again = readings_of(teacher, ["a", "bcd"])  # type: ignore[arg-type]
    assert np.array_equal(first, again)
    assert teacher.calls == 1
    readings_of(teacher, ["a", "bcde"])  # type: ignore[arg-type]
    assert teacher.calls == 2
    with torch.no_grad():
        teacher.model.mean.bias.add_(1.0)
    readings_of(teacher, ["a", "bcd"])  # type: ignore[arg-type]
    assert teacher.calls == 3  # another teacher
    teacher.pieces.tokenizer = reading_emoji(teacher.pieces.tokenizer)
    readings_of(teacher, ["a", "bcd"])  # type: ignore[arg-type]
    assert teacher.calls == 4  # who reads other pieces


def test_readings_are_standardised_as_the_model_gives_them() -> None:
    read = standardised(np.array([[3.5, 2.5, 4.0, 1.0, 0.5, 2.0]]), SCALES)
    assert read.tolist() == [[1.0, -2.0, 2.0, 2.0, 2.0, 2.0]]


def test_the_distillation_term_by_hand() -> None:
    """Means and spreads of 0 and 1 against a teacher's: the squared errors of the sentences that it read."""
    rated = Sentence("good", valence=Rating(3.0), arousal=Rating(3.0), dominance=Rating(2.0))
    sources = {"emobank": [rated], "tatoeba": [Sentence("bad"), Sentence("rare")]}
    readings = {"tatoeba": np.array([[3.5, 2.5, 4.0, 0.5, 0.5, 1.0], [3.0, 3.0, 2.0, 0.5, 0.25, 3.0]])}
    lessons = Lessons(sources, word_pieces(), 8, SCALES, readings)
    encoder = RecurrentEncoder("gru", RecurrentSize(len(PIECES), 4, 3))
    model = AffectModel(encoder, 3, SCALES)
    for head in (model.mean, model.log_spread):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    pupil = Pupil(model, len(lessons.scale_names), len(lessons.emotions))
    terms = pupil(lessons.batch(np.arange(3)))
    # Sentence 2: means 1, -2, 2 and spreads 1, 2, 1, so 1 + 4 + 4 + 0 + 1 + 0; sentence 3: 0 and 0, 0, 4.
    assert terms["distillation"].item() == pytest.approx((10.0 + 4.0) / 3)
    assert terms["affect"].item() == 0.0
    assert terms["valence"].item() == 0.0


def test_a_student_is_what_its_recipe_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A toy teacher: the student has its pieces, its readings, and none of the held-out sentences."""
    monkeypatch.setenv("TEXTVAE_CACHE", str(tmp_path))
    rows = [
        Sentence("good bad", split="train"),
        Sentence("Bad", split="train"),
        Sentence("bad", split="test"),
    ]
    corpora = {
        "emobank": rows,
        "tatoeba": [Sentence("good BAD"), Sentence("rare good"), Sentence("bad " * 9)],
    }
    monkeypatch.setattr(distillation, "read_corpus", lambda name, directory=None: iter(corpora[name]))
    teacher = Teacher()
    monkeypatch.setattr(distillation, "load_checkpoint", lambda name: SimpleNamespace(config={}))
    monkeypatch.setattr(AffectReader, "from_checkpoint", lambda *_: teacher)
    options = distillation.StudentOptions(embedding=4, hidden=3, pieces=8, max_words=5)
    student = distillation.new_student(options, ["emobank", "tatoeba"], 0.1)
    found = {name: [s.text for s in group] for name, group in student.sources.items()}
    assert found == {"emobank": ["good bad"], "tatoeba": ["rare good"]}
    assert student.readings["tatoeba"][0, 0] == len("rare good")
    assert student.encoder.describe() == {
        "architecture": "bigru", "vocabulary": 8, "embedding": 4, "hidden": 3, "layers": 1, "pooling": "mean",
    }  # fmt: skip
    assert student.tokenizer.get_vocab_size() == 8
