"""The text decoder: a highway network over z and a GRU that gets its output at every step."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


class Highway(nn.Module):
    """y = t * relu(W x + b) + (1 - t) * x with the gate t = sigmoid(W_t x + b_t), `depth` times
    (Srivastava, Greff & Schmidhuber 2015, equation 3); the gates start nearly closed."""

    def __init__(self, size: int, depth: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(size, 2 * size) for _ in range(depth))
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            nn.init.constant_(layer.bias[size:], -1.0)

    def forward(self, x: Tensor) -> Tensor:
        """(B, size) -> (B, size)."""
        for layer in self.layers:
            candidate, gate = layer(x).chunk(2, dim=-1)
            gate = torch.sigmoid(gate)
            x = gate * functional.relu(candidate) + (1 - gate) * x
        return x


@dataclass(frozen=True, slots=True)
class State:
    """What a decoding step needs: h (B, hidden) and what z adds to each input and output, (B, embedding)."""

    h: Tensor
    z_in: Tensor
    z_out: Tensor

    def select(self, rows: Tensor) -> "State":
        """The states of `rows` (N,), in that order; a row may be taken several times."""
        return State(self.h[rows], self.z_in[rows], self.z_out[rows])


class Decoder(nn.Module):
    """A GRU whose first state, inputs and outputs all hear z through the highway."""

    def __init__(self, embedding: int, hidden: int, latent: int, highway: int, dropout: float) -> None:
        super().__init__()
        self.highway = Highway(latent, highway)
        self.to_state = nn.Linear(latent, hidden)
        self.to_input = nn.Linear(latent, embedding)
        self.to_output = nn.Linear(latent, embedding, bias=False)
        self.gru = nn.GRU(embedding, hidden, batch_first=True)
        self.project = nn.Linear(hidden, embedding)
        self.dropout = nn.Dropout(dropout)

    def start(self, z: Tensor) -> State:
        """(B, latent) -> the state before the first token."""
        heard = self.highway(z)
        return State(torch.tanh(self.to_state(heard)), self.to_input(heard), self.to_output(heard))

    def forward(self, embedded: Tensor, state: State) -> Tensor:
        """Teacher forcing: (B, T, embedding) -> (B, T, embedding), to be multiplied by the embeddings."""
        hidden, _ = self.gru(embedded + state.z_in[:, None], state.h[None].to(embedded.dtype).contiguous())
        output: Tensor = self.dropout(self.project(hidden) + state.z_out[:, None])
        return output

    def step(self, embedded: Tensor, state: State) -> tuple[Tensor, State]:
        """One token: (B, embedding) -> (B, embedding) and the state after it."""
        w_in, w_h, b_in, b_h = self.gru.all_weights[0]
        gates_in = functional.linear(embedded + state.z_in, w_in, b_in)
        gates_h = functional.linear(state.h, w_h, b_h)
        in_r, in_u, in_n = gates_in.chunk(3, dim=-1)
        h_r, h_u, h_n = gates_h.chunk(3, dim=-1)
        update = torch.sigmoid(in_u + h_u)
        new = torch.tanh(in_n + torch.sigmoid(in_r + h_r) * h_n)
        h = new + update * (state.h - new)
        return self.project(h) + state.z_out, State(h, state.z_in, state.z_out)
