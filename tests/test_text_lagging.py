"""The turns of encoder and decoder, step by step by hand."""

import torch

from textvae.text.lagging import LaggingOptions, Pace, let_learn


def turns(pace: Pace, losses: list[float]) -> list[str]:
    taken: list[str] = []
    for loss in losses:
        turn = pace.turn()
        pace.note(turn, loss)
        taken.append(turn)
    return taken


def test_the_encoder_goes_on_while_its_windows_get_better() -> None:
    pace = Pace(LaggingOptions(window=2, most=100), {})
    #         5.0  4.0     3.0  3.0     3.5  2.5 (mean 3.0, no better)  decoder
    losses = [5.0, 4.0, 3.0, 3.0, 3.5, 2.5, 9.0, 1.0]
    assert turns(pace, losses) == ["encoder"] * 6 + ["decoder", "encoder"]


def test_the_encoder_takes_no_more_than_it_may() -> None:
    pace = Pace(LaggingOptions(window=1, most=3), {})
    assert turns(pace, [5.0, 4.0, 3.0, 2.0, 1.0]) == ["encoder"] * 3 + ["decoder", "encoder"]


def test_it_ends_when_mutual_information_falls() -> None:
    memory: dict[str, float] = {}
    pace = Pace(LaggingOptions(window=2), memory)
    for information in (0.5, 0.7, 0.7):
        pace.judge(information)
        assert pace.lags
    pace.judge(0.6)
    assert not pace.lags
    assert pace.turn() == "both"
    assert not Pace(LaggingOptions(window=2), dict(memory)).lags  # as after a resume
    assert Pace(LaggingOptions(), {}).turn() == "both"


def test_who_learns() -> None:
    model = torch.nn.ModuleDict({name: torch.nn.Linear(1, 1) for name in ("encoder", "content", "decoder")})
    for turn, learning in (
        ("encoder", {"encoder", "content"}),
        ("decoder", {"decoder"}),
        ("both", set(model)),
    ):
        let_learn(model, turn)  # type: ignore[arg-type]
        assert {name.split(".")[0] for name, p in model.named_parameters() if p.requires_grad} == learning
