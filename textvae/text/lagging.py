"""Who learns at a step: the encoder may take several steps for one of the decoder, while it lags behind."""

import math
from dataclasses import dataclass
from typing import Literal

from torch import nn

Turn = Literal["both", "encoder", "decoder"]
ENCODER = ("encoder.", "affect.", "content.")


@dataclass(frozen=True, slots=True)
class LaggingOptions:
    """A recipe's `[lagging]`: He et al. 2019, algorithm 1. With a window of 0 steps all learn together."""

    window: int = 0  # encoder steps over which the loss is averaged
    most: int = 100  # encoder steps for one of the decoder


class Pace:
    """The turns of encoder and decoder.

    While the encoder lags, it learns alone until the mean loss of a window is no better than that of the
    window before, and then the decoder takes one step. The encoder lags until the mutual information on dev
    first falls; from then on both learn together. `memory` holds all of this, so that a training that was
    resumed goes on as it would have.
    """

    def __init__(self, options: LaggingOptions, memory: dict[str, float]) -> None:
        self.options, self.memory = options, memory

    @property
    def lags(self) -> bool:
        """Whether the encoder is still given steps of its own."""
        return self.options.window > 0 and not self.memory.get("caught_up", 0.0)

    def turn(self) -> Turn:
        """Who learns at the coming step."""
        if not self.lags:
            return "both"
        return "decoder" if self.memory.get("decoder", 0.0) else "encoder"

    def note(self, turn: Turn, loss: float) -> None:
        """The loss of a step that `turn` took."""
        memory = self.memory
        if turn == "decoder":
            memory["decoder"] = memory["steps"] = memory["sum"] = 0.0
            memory.pop("before", None)
        elif turn == "encoder":
            memory["steps"] = memory.get("steps", 0.0) + 1
            memory["sum"] = memory.get("sum", 0.0) + loss
            if memory["steps"] % self.options.window == 0:
                mean = memory["sum"] / self.options.window
                stale = mean >= memory.get("before", math.inf)
                memory["decoder"] = float(stale or memory["steps"] >= self.options.most)
                memory["before"], memory["sum"] = mean, 0.0

    def judge(self, mutual_information: float) -> None:
        """The mutual information on dev, in nats."""
        if mutual_information < self.memory.get("most_information", -math.inf):
            self.memory["caught_up"] = 1.0
        else:
            self.memory["most_information"] = mutual_information


def let_learn(model: nn.Module, turn: Turn) -> None:
    """Give a gradient to the encoder's parameters, to all the others, or to both. The embeddings, which both
    halves read, learn with the decoder."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(turn == "both" or name.startswith(ENCODER) == (turn == "encoder"))
