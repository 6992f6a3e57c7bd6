"""Refining latents: a few steps from where the encoder points to where the sentence is likelier to be said.

Semi-amortised inference (Kim, Wiseman, Miller, Sontag & Rush 2018, section 3): the encoder's answer, one for
all sentences, is where the search for a sentence's own latent begins.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from textvae.text.decoding import bounded
from textvae.text.model import Latent, TextVAE
from textvae.text.tokenizer import PAD

RATE = 0.03  # of Adam
PRIOR = 0.03  # what -log N(content; 0, 1) weighs beside -log p(x|z): the weight of the KL in training


def refine(model: TextVAE, latent: Latent, sentences: Sequence[Sequence[int]], steps: int) -> Latent:
    """The latents with their contents after `steps` steps of Adam down -log p(x|z) + PRIOR |content|^2 / 2.

    The affect stays as it is. What becomes of a row does not depend on the others.
    """
    with torch.inference_mode(False), torch.enable_grad():
        tokens = bounded(sentences, latent.content.device)
        affect, content = latent.affect.clone(), latent.content.clone().requires_grad_()
        optimiser = torch.optim.Adam([content], RATE)
        for _ in range(steps):
            optimiser.zero_grad()
            _cost(model, Latent(affect, content), tokens).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return Latent(latent.affect, content.detach())


def _cost(model: TextVAE, latent: Latent, tokens: Tensor) -> Tensor:
    logits = model.logits(model(tokens[:, :-1], latent))
    unlikely = functional.cross_entropy(
        logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=PAD, reduction="sum"
    )
    return unlikely + 0.5 * PRIOR * latent.content.square().sum()
