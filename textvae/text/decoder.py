"""The text decoder: a highway network over z and a recurrent network that hears its output at every step."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from textvae.text.dropout import Dropout
from textvae.text.encoder import CELLS


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
    """What a decoding step needs: h (B, hidden), of an LSTM h and c side by side, and what z adds to each
    input and output, (B, embedding); 0 where there is no z. A decoder that attends over the parts of z has
    their keys and values, (B, parts, 2 embedding)."""

    h: Tensor
    z_in: Tensor
    z_out: Tensor
    parts: Tensor | None = None

    def select(self, rows: Tensor) -> "State":
        """The states of `rows` (N,), in that order; a row may be taken several times."""
        parts = None if self.parts is None else self.parts[rows]
        return State(self.h[rows], self.z_in[rows], self.z_out[rows], parts)


class Decoder(nn.Module):
    """A GRU or LSTM whose first state, inputs and outputs all hear z through the highway.

    With `latent` 0 there is no z: a plain language model that starts from zeros. With `parts`, the last
    parts * size dimensions of what the highway makes of z are so many vectors, and every output also hears
    them as its hidden state attends to them (Luong, Pham & Manning 2015, section 3.1).
    """

    def __init__(
        self,
        embedding: int,
        hidden: int,
        latent: int,
        highway: int,
        dropout: float,
        cell: str = "gru",
        parts: tuple[int, int] = (0, 0),
    ) -> None:
        super().__init__()
        self.parts, self.part = parts
        self.memory = 2 * hidden if cell == "lstm" else hidden
        self.highway = Highway(latent, highway if latent else 0)
        self.to_state = nn.Linear(latent, self.memory) if latent else None
        self.to_input = nn.Linear(latent, embedding) if latent else None
        self.to_output = nn.Linear(latent, embedding, bias=False) if latent else None
        self.gru = CELLS[cell](embedding, hidden, batch_first=True)
        self.project = nn.Linear(hidden, embedding)
        self.to_query = nn.Linear(hidden, embedding) if self.parts else None
        self.to_parts = nn.Linear(self.part, 2 * embedding) if self.parts else None
        self.dropout = Dropout(dropout)

    def start(self, z: Tensor) -> State:
        """(B, latent) -> the state before the first token."""
        if self.to_state is None or self.to_input is None or self.to_output is None:
            nothing = z.new_zeros(len(z), self.project.out_features)
            return State(z.new_zeros(len(z), self.memory), nothing, nothing)
        heard = self.highway(z)
        parts = None
        if self.to_parts is not None:
            parts = self.to_parts(heard[:, -self.parts * self.part :].unflatten(1, (self.parts, self.part)))
        return State(torch.tanh(self.to_state(heard)), self.to_input(heard), self.to_output(heard), parts)

    def hidden(self, embedded: Tensor, state: State) -> Tensor:
        """Teacher forcing: (B, T, embedding) -> the hidden states (B, T, hidden)."""
        first = state.h[None].to(embedded.dtype)
        begin = first.contiguous() if isinstance(self.gru, nn.GRU) else _halves(first)
        hidden: Tensor = self.gru(embedded + state.z_in[:, None], begin)[0]
        return hidden

    def forward(self, embedded: Tensor, state: State) -> Tensor:
        """Teacher forcing: (B, T, embedding) -> (B, T, embedding), to be multiplied by the embeddings."""
        hidden = self.hidden(embedded, state)
        output: Tensor = self.dropout(self._output(hidden, state))
        return output

    def _output(self, hidden: Tensor, state: State) -> Tensor:
        """(B, T, hidden) -> (B, T, embedding)."""
        output: Tensor = self.project(hidden) + state.z_out[:, None]
        if self.to_query is None or state.parts is None:
            return output
        keys, values = state.parts.chunk(2, dim=-1)
        scores = self.to_query(hidden) @ keys.transpose(1, 2) / keys.shape[-1] ** 0.5
        return output + scores.float().softmax(-1).to(values.dtype) @ values

    def step(self, embedded: Tensor, state: State) -> tuple[Tensor, State]:
        """One token: (B, embedding) -> (B, embedding) and the state after it."""
        w_in, w_h, b_in, b_h = self.gru.all_weights[0]
        if isinstance(self.gru, nn.LSTM):
            h, c = state.h.chunk(2, dim=-1)
            gates = functional.linear(embedded + state.z_in, w_in, b_in) + functional.linear(h, w_h, b_h)
            enter, keep, new, leave = gates.chunk(4, dim=-1)
            c = torch.sigmoid(keep) * c + torch.sigmoid(enter) * torch.tanh(new)
            h = torch.sigmoid(leave) * torch.tanh(c)
            return self._output(h[:, None], state)[:, 0], replace(state, h=torch.cat([h, c], -1))
        gates_in = functional.linear(embedded + state.z_in, w_in, b_in)
        gates_h = functional.linear(state.h, w_h, b_h)
        in_r, in_u, in_n = gates_in.chunk(3, dim=-1)
        h_r, h_u, h_n = gates_h.chunk(3, dim=-1)
        update = torch.sigmoid(in_u + h_u)
        new = torch.tanh(in_n + torch.sigmoid(in_r + h_r) * h_n)
        h = new + update * (state.h - new)
        return self._output(h[:, None], state)[:, 0], replace(state, h=h)


def _halves(memory: Tensor) -> tuple[Tensor, Tensor]:
    h, c = memory.chunk(2, dim=-1)
    return h.contiguous(), c.contiguous()
