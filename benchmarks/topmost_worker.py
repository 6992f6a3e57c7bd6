"""TopMost's ProdLDA on documents in a file: `topic_peers.py` calls this in the Python that has TopMost.

python topmost_worker.py documents.npz outcome.npz K SEED EPOCHS SAMPLES
"""

import random
import sys
import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch.utils.data import DataLoader


def main() -> None:
    given, made, *numbers = sys.argv[1:]
    k, seed, epochs, samples = map(int, numbers)
    from topmost import BasicTrainer, ProdLDA

    with np.load(given) as found:
        words = found["words"]
        train, test = (
            torch.from_numpy(
                csr_matrix(
                    (found[f"{name}_counts"], found[f"{name}_indices"], found[f"{name}_indptr"]),
                    shape=(len(found[f"{name}_indptr"]) - 1, len(words)),
                ).toarray()
            ).float()
            for name in ("train", "test")
        )
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    # What TopMost's RawDataset makes of texts that it has preprocessed itself.
    dataset = SimpleNamespace(
        train_data=train,
        vocab=words.tolist(),
        train_dataloader=DataLoader(train, batch_size=200, shuffle=True),  # type: ignore[arg-type]
    )
    model = ProdLDA(len(words), num_topics=k)
    trainer = BasicTrainer(model, dataset, epochs=epochs)
    started = np.array([time.perf_counter(), time.process_time()])
    trainer.train()
    seconds = np.array([time.perf_counter(), time.process_time()]) - started
    proportions = trainer.test(test)
    topics = torch.softmax(torch.from_numpy(trainer.get_beta()), -1).numpy()
    bound, weighted = likelihood(model, test, samples)
    rows = model.get_beta().detach()
    deviation = torch.sqrt(model.decoder_bn.running_var.mean() + model.decoder_bn.eps)
    scaled = torch.softmax((rows - rows.mean(0)) / deviation, -1).numpy()
    np.savez(
        made,
        scaled=scaled,
        topics=topics,
        proportions=proportions,
        bound=bound,
        weighted=weighted,
        seconds=seconds,
    )


def likelihood(
    model: Any, documents: torch.Tensor, samples: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bound and the importance-weighted likelihood of each document, under the model's own prior."""
    model.eval()
    bound, weighted = [], []
    torch.manual_seed(0)
    with torch.no_grad():
        prior = torch.distributions.Normal(model.mu2, model.var2.sqrt())
        for x in torch.split(documents, 200):
            mu, logvar = model.encode(x)
            q = torch.distributions.Normal(mu, (0.5 * logvar).exp())
            kl = torch.distributions.kl_divergence(q, prior).sum(-1)
            draws = []
            for _ in range(samples):
                z = q.sample()
                log_p = (x * (model.decode(torch.softmax(z, -1)) + 1e-10).log()).sum(-1)
                draws.append(torch.stack([log_p, log_p + (prior.log_prob(z) - q.log_prob(z)).sum(-1)]))
            drawn = torch.stack(draws).double()
            bound.append(drawn[:, 0].mean(0) - kl)
            weighted.append(torch.logsumexp(drawn[:, 1], 0) - np.log(samples))
    return torch.cat(bound).numpy(), torch.cat(weighted).numpy()


if __name__ == "__main__":
    main()
