"""Infilling: blanks by hand, a small model that learns what fits a place and an affect, edits that follow."""

import copy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from textvae.affect.calibration import Calibration
from textvae.affect.encoder import BertEncoder, BertSize
from textvae.affect.model import DIMENSIONS, AffectModel, Scale
from textvae.affect.reader import AffectReader
from textvae.affect.windows import PieceReader
from textvae.errors import CheckpointError, RecipeError
from textvae.text.blanks import Alphabet, BlankOptions, blank, tell
from textvae.text.editing import Editor, Questions, usable
from textvae.text.fillings import Edit
from textvae.text.infill import InfillConfig, InfillModel, base_checksum
from textvae.text.infill_task import InfillTask
from textvae.text.infilling import Infiller, Place, Posed, places_of
from textvae.text.settings import Editing
from textvae.training.checkpoint import load_checkpoint, save_checkpoint
from textvae.training.device import Device
from textvae.training.loop import TrainingOptions, train

CPU = Device(torch.device("cpu"), torch.float32)
SUBJECTS = ("food", "room", "waiter", "soup", "bed", "place")
VALENCE = {"great": 4.5, "nice": 4.0, "plain": 3.0, "bad": 2.0, "awful": 1.5}
PIECES = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    ".",
    "the",
    "was",
    "##s",
    "again",
    *SUBJECTS,
    *VALENCE,
]


def pieces() -> PieceReader:
    found = Tokenizer(models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    found.normalizer = normalizers.BertNormalizer(lowercase=True)
    found.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return PieceReader(found, 32)


def score(texts: Sequence[str | None]) -> NDArray[np.float32]:
    valence = [next((v for word, v in VALENCE.items() if word in (text or "")), 3.0) for text in texts]
    return np.array([[v, 3.0, 3.0] for v in valence], dtype=np.float32)


def small_reader(seed: int = 3) -> AffectReader:
    """An affect model that has learnt nothing, but reads as `score` does."""
    torch.manual_seed(seed)
    size = BertSize(vocabulary=len(PIECES), hidden=32, layers=2, heads=2, intermediate=64, positions=32)
    model = AffectModel(BertEncoder(size), 32, tuple(Scale(3.0, 1.0) for _ in DIMENSIONS))
    for module in model.modules():
        if isinstance(module, torch.nn.Embedding):
            torch.nn.init.normal_(module.weight)
    gold = np.tile(np.arange(6, dtype=np.float32)[:, None], 3)
    calibration = Calibration.fit(gold, gold + 0.1, np.ones_like(gold), np.ones_like(gold))
    reader = AffectReader(model, pieces(), calibration, CPU)
    reader.name, reader.checksum = "small", f"{seed:012}"
    reader.score = score  # type: ignore[method-assign, assignment]
    return reader


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    return Alphabet.of(pieces())


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    own = tmp_path_factory.mktemp("infill") / "own.csv"
    lines = [f"the {s} was {w}{end}" for s in SUBJECTS for w in VALENCE for end in (".", " again.", "")]
    own.write_text("text\n" + "\n".join(lines), encoding="utf-8")
    return {
        "data": {"corpora": [str(own)], "held_out": 0.1, "affect_words": 0.25},
        "model": {"shared": 1},
        "blanks": {"gaps": 0.5},
        "batches": {"pieces": 96},
    }


@pytest.fixture(scope="module")
def trained(
    recipe: dict[str, dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[InfillTask, AffectReader, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEXTVAE_CACHE", str(tmp_path_factory.mktemp("cache")))
        reader = small_reader()
        task = InfillTask(recipe, reader, CPU, seed=1)
        run = tmp_path_factory.mktemp("run") / "run"
        options = TrainingOptions(epochs=60, learning_rate=0.004, warmup=20, validate_every=1000)
        list(train(task, options, run))
    return task, reader, run / "last"


def test_a_training_begins_as_another_ended(
    recipe: dict[str, dict[str, object]], trained: tuple[InfillTask, AffectReader, Path], tmp_path: Path
) -> None:
    task, reader, folder = trained
    begun = InfillTask(recipe, reader, CPU, seed=1, start=load_checkpoint(folder))
    afresh = InfillTask(recipe, reader, CPU, seed=1)
    assert begun.validate()["told"] < task.validate()["told"] + 0.1 < afresh.validate()["told"] - 1
    missing = {
        **recipe,
        "data": {"corpora": [str(tmp_path / "no.csv")]},
    }  # what is wrong is said before it is read
    with pytest.raises(RecipeError, match="'affect', not 'infill'"):
        InfillTask(missing, reader, CPU, seed=1, start=load_checkpoint("affect-fast"))
    save_checkpoint(tmp_path / "other", {"kind": "infill"}, {"bias": torch.zeros(3)})
    with pytest.raises(RecipeError, match="does not fit"):
        InfillTask(missing, reader, CPU, seed=1, start=load_checkpoint(tmp_path / "other"))


def test_words_are_counted_and_carriers_marked(alphabet: Alphabet) -> None:
    rows, marks = alphabet.sequences(["The rooms was great."], pieces(), frozenset({"great"}))
    assert [PIECES[i] for i in rows[0]] == ["[CLS]", "the", "room", "##s", "was", "great", ".", "[SEP]"]
    assert marks[0] == [False] * 5 + [True, False, False]
    assert alphabet.words(torch.tensor(rows)).tolist() == [[0, 1, 2, 2, 3, 4, 5, 0]]


def test_a_tokenizer_without_a_blank_is_refused() -> None:
    other = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    with pytest.raises(RecipeError, match="BERT"):
        Alphabet.of(PieceReader(other, 32))


def test_blanks_are_whole_words_and_at_least_one(alphabet: Alphabet) -> None:
    rows, marks = alphabet.sequences(["the rooms was great."] * 64, pieces(), frozenset({"great"}))
    torch.manual_seed(1)
    options = BlankOptions(random=0.0, affective=0.0, gaps=0.0, replaced=0.0, kept=0.0)
    found = blank(torch.tensor(rows), torch.tensor(marks), alphabet, options)
    assert found.answers.tolist() == rows
    assert (found.asked.sum(1) >= 1).all() and not found.asked[:, [0, -1]].any()
    assert (found.seen[found.asked] == alphabet.blank).all()
    assert (found.seen[~found.asked] == found.answers[~found.asked]).all()
    assert (found.asked[:, 2] == found.asked[:, 3]).all()  # room and ##s


def test_in_affective_sentences_the_carriers_are_blanked(alphabet: Alphabet) -> None:
    rows, marks = alphabet.sequences(["the room was great."] * 32, pieces(), frozenset({"great"}))
    torch.manual_seed(1)
    options = BlankOptions(affective=1.0, carriers=1.0, others=0.0, gaps=0.0, replaced=0.0, kept=0.0)
    found = blank(torch.tensor(rows), torch.tensor(marks), alphabet, options)
    assert found.asked.tolist() == marks


def test_a_gap_asks_for_nothing(alphabet: Alphabet) -> None:
    rows, marks = alphabet.sequences(["the rooms was great."] * 64, pieces())
    torch.manual_seed(2)
    options = BlankOptions(random=0.0, affective=0.0, gaps=2.0, replaced=0.0, kept=0.0)
    found = blank(torch.tensor(rows), torch.tensor(marks), alphabet, options)
    gaps = found.answers == alphabet.nothing
    assert (gaps.sum(1) == 1).all() and (found.seen[gaps] == alphabet.blank).all() and found.asked[gaps].all()
    assert found.answers[~gaps].view(64, -1).tolist() == rows
    assert not gaps[
        :, [0, 3]
    ].any()  # not before the beginning: places before 'the', 'rooms', ... and the end
    assert gaps[:, 1].any() and gaps[:, -2].any()


def test_told_in_the_shares_asked_for() -> None:
    torch.manual_seed(0)
    told = ~tell(torch.zeros(8000, 2), BlankOptions(told=(0.5, 0.2, 0.1))).isnan()
    shares = [(told == torch.tensor(way)).all(1).float().mean() for way in ([1, 1], [1, 0], [0, 1], [0, 0])]
    assert torch.allclose(torch.stack(shares), torch.tensor([0.5, 0.2, 0.1, 0.2]), atol=0.02)


def test_only_the_upper_layers_are_trained() -> None:
    reader = small_reader()
    model = InfillModel(reader.model.encoder, InfillConfig(shared=1))  # type: ignore[arg-type]
    assert not any(name.startswith(("base", "_base")) for name in model.state_dict())
    assert len(model.layers) == 1
    with pytest.raises(RecipeError, match="shared"):
        InfillModel(reader.model.encoder, InfillConfig(shared=2))  # type: ignore[arg-type]


def test_learns_what_fits_a_place_and_an_affect(trained: tuple[InfillTask, AffectReader, Path]) -> None:
    task, reader, folder = trained
    figures = task.validate()
    assert figures["told"] < figures["untold"] < 2.0
    infiller = Infiller.from_checkpoint(load_checkpoint(folder), reader)
    text = "the food was plain."
    place = Place(13, 18)
    high, low = (
        infiller.answer(infiller.pose(text, [[place]]), torch.tensor([valence, torch.nan]))[0]
        for valence in (1.5, -1.5)
    )
    assert PIECES[int(high.argmax())] in ("great", "nice")
    assert PIECES[int(low.argmax())] in ("bad", "awful")
    assert torch.allclose(high.exp().sum(), torch.tensor(1.0), atol=1e-4)
    untold = torch.full((2,), torch.nan)
    gap = infiller.answer(infiller.pose(text, [[Place(4, 4)]]), untold)[0]
    assert int(gap.argmax()) == infiller.alphabet.nothing
    right, wrong = infiller.standing(
        [text, "the food the plain."], [[Place(9, 12)], [Place(9, 12)]], untold.expand(2, 2)
    )
    assert right[0, 1] > -0.5 > wrong[0, 1] and right[0, 0] > wrong[0, 0]
    several = infiller.answer(infiller.pose(text, [[Place(4, 8), place]]), untold)
    assert several.shape == (2, len(PIECES)) and PIECES[int(several[0].argmax())] in SUBJECTS
    told = torch.tensor([1.5, torch.nan])
    posed = infiller.pose(text, [[place], [Place(4, 8)]])
    both = infiller.answer(posed, torch.stack([told, untold]))
    alone = [infiller.answer(posed, each)[i] for i, each in enumerate((told, untold))]
    assert torch.allclose(both, torch.stack(alone), atol=1e-4)


def test_questions_are_answered_in_parts(
    trained: tuple[InfillTask, AffectReader, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reader, folder = trained
    infiller = Infiller.from_checkpoint(load_checkpoint(folder), reader)
    text, questions = "the food was plain.", [[Place(0, 3), Place(4, 8)], [Place(13, 18)], [Place(4, 8)]]
    affect = torch.tensor([[1.5, 0.0], [-1.5, torch.nan], [torch.nan, torch.nan]])
    whole = infiller.answer(infiller.pose(text, questions), affect)
    monkeypatch.setattr("textvae.text.infilling.ROWS", 2)
    posed = infiller.pose(text, questions)
    assert len(posed) == 2 and whole.shape == (4, len(PIECES))
    assert torch.allclose(infiller.answer(posed, affect), whole, atol=1e-4)
    assert infiller.answer(infiller.pose(text, []), affect[0]).shape == (0, len(PIECES))


def test_what_could_stand_untold_is_asked_once(
    trained: tuple[InfillTask, AffectReader, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reader, folder = trained
    infiller = Infiller.from_checkpoint(load_checkpoint(folder), reader)
    editor = Editor(infiller, {"great": (1.5, 0.0), "awful": (-1.5, 0.0)}, Editing())
    posed: list[str] = []
    pose = infiller.pose

    def noting(text: str, questions: Questions) -> Posed:
        posed.append(text)
        return pose(text, questions)

    monkeypatch.setattr(infiller, "pose", noting)
    own = np.array([-1.4, 0.0])
    first = [editor.propose("the food was awful.", own, np.array([at, np.nan])) for at in (0.5, 1.5)]
    assert posed == ["the food was awful."]
    again = Editor(infiller, editor.lexicon, Editing())
    assert again.propose("the food was awful.", own, np.array([1.5, np.nan])) == first[1]


def test_edits_go_the_way_asked_for(trained: tuple[InfillTask, AffectReader, Path]) -> None:
    _, reader, folder = trained
    infiller = Infiller.from_checkpoint(load_checkpoint(folder), reader)
    lexicon = {"great": (1.5, 0.0), "nice": (1.0, 0.0), "bad": (-1.0, 0.0), "awful": (-1.5, 0.0)}
    editor = Editor(infiller, lexicon, Editing())
    up = editor.propose("the food was awful.", np.array([-1.4, 0.0]), np.array([1.5, np.nan]))
    assert {edit.form for edit in up[:3]} & {"the food was great.", "the food was nice."}
    assert all(edit.log_prob > Editing().likely for edit in up)
    down = editor.propose("the food was great.", np.array([1.4, 0.0]), np.array([-1.5, np.nan]))
    assert {edit.form for edit in down[:3]} & {"the food was awful.", "the food was bad."}
    kept = editor.propose(
        "the food was awful.", np.array([-1.4, 0.0]), np.array([1.5, np.nan]), frozenset({"awful"})
    )
    assert kept and all("awful" in edit.form for edit in kept)
    assert editor.propose("...", np.array([-1.4, 0.0]), np.array([1.5, np.nan])) == []
    assert editor.propose("the food.", np.zeros(2), np.full(2, np.nan)) == []


def test_several_words_in_the_way_change_together(trained: tuple[InfillTask, AffectReader, Path]) -> None:
    _, reader, folder = trained
    infiller = Infiller.from_checkpoint(load_checkpoint(folder), reader)
    lexicon = {"great": (1.5, 0.0), "awful": (-1.5, 0.0), "bad": (-1.0, 0.0)}
    found = Editor(infiller, lexicon, Editing(likely=-20.0)).propose(
        "the bad food was awful.", np.array([-1.4, 0.0]), np.array([1.5, np.nan])
    )
    assert any("bad" not in edit.form and "awful" not in edit.form for edit in found)
    assert all(isinstance(edit, Edit) for edit in found) and len({edit.form for edit in found}) == len(found)


def test_another_affect_model_is_refused(trained: tuple[InfillTask, AffectReader, Path]) -> None:
    checkpoint = load_checkpoint(trained[2])
    with pytest.raises(CheckpointError, match="train it again"):
        Infiller.from_checkpoint(checkpoint, small_reader(seed=4))


def test_only_what_is_shared_has_to_be_the_same(trained: tuple[InfillTask, AffectReader, Path]) -> None:
    task, folder = trained[0], trained[2]
    reader, shared = copy.deepcopy(trained[1]), task.model.config.shared
    encoder = reader.model.encoder
    assert isinstance(encoder, BertEncoder)
    before = base_checksum(encoder, shared)
    with torch.no_grad():
        for parameter in encoder.layers[shared:].parameters():
            parameter.add_(1.0)
    assert base_checksum(encoder, shared) == before != base_checksum(encoder, shared + 1)
    Infiller.from_checkpoint(load_checkpoint(folder), reader)
    with torch.no_grad():
        encoder.pieces.weight[3, 0] += 1.0
    assert base_checksum(encoder, shared) != before


def test_an_editor_of_another_affect_model_is_left_out(
    trained: tuple[InfillTask, AffectReader, Path],
) -> None:
    editing = Editing(model=str(trained[2]))
    assert usable(editing, f"runs/{trained[1].name}") == editing
    assert usable(editing, "another").model == ""
    assert usable(Editing(), "another") == Editing()


@pytest.mark.parametrize(
    ("place", "word", "expected"),
    [
        (Place(4, 8), "room", "the room was bad."),
        (Place(4, 4), "nice", "the nice food was bad."),
        (Place(4, 4), "", "the food was bad."),
        (Place(0, 3), "", "food was bad."),
        (Place(13, 16), "", "the food was."),
    ],
)
def test_words_are_put_and_left_out(place: Place, word: str, expected: str) -> None:
    assert place.put("the food was bad.", word) == expected


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("it was an interesting film", "interesting", "bad", "it was a bad film"),
        ("it was a bad film", "bad", "awful", "it was an awful film"),
        ("a big hour", "big", "", "an hour"),
        ("a bad one", "bad", "useful", "a useful one"),
        ("a bad idea", "bad", "unusual", "an unusual idea"),
        ("an old hat", "old", "unique", "a unique hat"),
        ("vitamin a helps", "helps", "aids", "vitamin an aids"),  # it is no parser
        ("banana bread", "bread", "ice", "banana ice"),
    ],
)
def test_articles_agree(text: str, old: str, new: str, expected: str) -> None:
    start = text.index(old)
    assert Place(start, start + len(old)).put(text, new) == expected


def test_places_of_words_and_gaps() -> None:
    words, gaps = places_of("it's fine, isn't it")
    assert [(place.start, place.end) for place in words] == [(0, 4), (5, 9), (11, 16), (17, 19)]
    assert [(place.start, place.end) for place in gaps] == [(0, 0), (5, 5), (11, 11), (17, 17)]
