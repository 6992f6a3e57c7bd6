"""Other libraries' topic models, trained and measured as ours are: the same documents, words, seeds, rulers.

Their runs are kept where `textvae evaluate topics --out DIR` keeps its own, and `--peers` shows them there.
gensim and scikit-learn must be installed here; TopMost (`pip install topmost`), in the Python that `--python`
names, which may be that of another environment.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from textvae.evaluation.topic_figures import Outcome, TopicCorpus
from textvae.evaluation.topic_table import Run, finished
from textvae.topics.bags import Bags
from textvae.topics.likelihood import Likelihood

Settings = Mapping[str, Any]
WORKER = Path(__file__).with_name("topmost_worker.py")
SYSTEMS: dict[str, Settings] = {
    "gensim-lda": {"passes": 20, "iterations": 100, "alpha": "auto", "eta": "auto"},
    "sklearn-lda": {"max_iter": 30},
    "sklearn-nmf": {"max_iter": 400},
    "sklearn-nmf-tfidf": {"max_iter": 400},
    "topmost-prodlda": {"epochs": 200},  # TopMost's default, as everything else of it
    "topmost-prodlda-60": {"epochs": 60},
}
"""What is told each system; all else is its default. Those with few iterations by default get more."""


def clock() -> NDArray[np.float64]:
    """Now on the wall and in this process's own time, in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


def matrix(bags: Bags) -> Any:
    """The counts as scipy's sparse rows, (N, V)."""
    from scipy.sparse import csr_matrix

    return csr_matrix((bags.counts, bags.indices, bags.indptr), shape=(len(bags), len(bags.words)))


def lda_likelihood(
    gamma: NDArray[np.float64],
    alpha: NDArray[np.float64],
    topics: NDArray[np.float64],
    bags: Bags,
    samples: int,
) -> Likelihood:
    """The bound and the importance-weighted likelihood of LDA with the posteriors Dirichlet(`gamma`) (N, K).

    The topics (K, V) are taken as they are, as our decoders are, and the words' assignments are summed out:
    log p(w|theta) = log sum_k theta_k beta_kw, under draws of theta.
    """
    logs = torch.log(torch.from_numpy(topics).double().clamp_min(1e-20))
    q = torch.distributions.Dirichlet(torch.from_numpy(gamma).double())
    prior = torch.distributions.Dirichlet(torch.from_numpy(alpha).double())
    kl = torch.distributions.kl_divergence(
        q, torch.distributions.Dirichlet(prior.concentration.expand_as(q.mean))
    )
    bound, weighted = np.empty((2, len(bags)))
    torch.manual_seed(0)
    for start in range(0, len(bags), 200):
        rows = np.arange(start, min(start + 200, len(bags)))
        here = torch.distributions.Dirichlet(q.concentration[rows])
        x = bags.dense(rows).double()
        draws = []
        for _ in range(samples):
            theta = here.sample()
            log_p = (x * torch.log((theta @ logs.exp()).clamp_min(1e-300))).sum(-1)
            draws.append(torch.stack([log_p, log_p + prior.log_prob(theta) - here.log_prob(theta)]))
        drawn = torch.stack(draws)
        bound[rows] = (drawn[:, 0].mean(0) - kl[rows]).numpy()
        weighted[rows] = (torch.logsumexp(drawn[:, 1], 0) - np.log(samples)).numpy()
    return Likelihood(bound, weighted, bags.lengths.astype(np.float64))


def gensim_lda(corpus: TopicCorpus, k: int, seed: int, samples: int, settings: Settings) -> Outcome:
    """gensim's online variational LDA (Hoffman et al. 2010)."""
    from gensim.matutils import Sparse2Corpus
    from gensim.models import LdaModel

    train, test = (
        Sparse2Corpus(matrix(bags), documents_columns=False) for bags in (corpus.train, corpus.test)
    )
    words = dict(enumerate(corpus.train.words))
    started = clock()
    model = LdaModel(train, id2word=words, num_topics=k, random_state=seed, eval_every=None, **settings)
    seconds, cpu = clock() - started
    topics = model.get_topics().astype(np.float64)
    gamma = np.concatenate([model.inference([document])[0] for document in test]).astype(np.float64)
    found = lda_likelihood(gamma, np.asarray(model.alpha, np.float64), topics, corpus.test, samples)
    return Outcome(topics, gamma / gamma.sum(1, keepdims=True), found, seconds, settings["passes"], cpu)


def sklearn_lda(corpus: TopicCorpus, k: int, seed: int, samples: int, settings: Settings) -> Outcome:
    """scikit-learn's batch variational LDA."""
    from sklearn.decomposition import LatentDirichletAllocation

    model = LatentDirichletAllocation(k, random_state=seed, **settings)
    train, test = matrix(corpus.train), matrix(corpus.test)
    started = clock()
    model.fit(train)
    seconds, cpu = clock() - started
    topics = model.components_ / model.components_.sum(1, keepdims=True)
    theta = model.transform(test)
    alpha = np.full(k, model.doc_topic_prior_)
    gamma = theta * (alpha.sum() + corpus.test.lengths[:, None])  # what transform divided by its sum
    found = lda_likelihood(gamma, alpha, topics, corpus.test, samples)
    return Outcome(topics, theta, found, seconds, model.n_iter_, cpu)


def sklearn_nmf(corpus: TopicCorpus, k: int, seed: int, samples: int, settings: Settings) -> Outcome:
    """scikit-learn's non-negative matrix factorisation of the counts: no likelihood of documents."""
    return _nmf(matrix(corpus.train), matrix(corpus.test), k, seed, settings)


def sklearn_nmf_tfidf(corpus: TopicCorpus, k: int, seed: int, samples: int, settings: Settings) -> Outcome:
    """The same of tf-idf weights, as scikit-learn's own example has it."""
    from sklearn.feature_extraction.text import TfidfTransformer

    weigh = TfidfTransformer().fit(matrix(corpus.train))
    return _nmf(
        weigh.transform(matrix(corpus.train)), weigh.transform(matrix(corpus.test)), k, seed, settings
    )


def _nmf(train: Any, test: Any, k: int, seed: int, settings: Settings) -> Outcome:
    from sklearn.decomposition import NMF

    model = NMF(k, random_state=seed, **settings)
    started = clock()
    model.fit(train)
    seconds, cpu = clock() - started
    weights = model.transform(test) + 1e-12
    topics = model.components_ + 1e-12
    return Outcome(
        topics / topics.sum(1, keepdims=True), weights / weights.sum(1, keepdims=True), None, seconds,
        model.n_iter_, cpu,
    )  # fmt: skip


def topmost_prodlda(
    corpus: TopicCorpus, k: int, seed: int, samples: int, settings: Settings, python: str = sys.executable
) -> Outcome:
    """TopMost's ProdLDA, by its own trainer, in another Python."""
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "documents.npz"), Path(folder, "outcome.npz")
        arrays: dict[str, Any] = {}
        for name, bags in (("train", corpus.train), ("test", corpus.test)):
            arrays |= {f"{name}_{part}": getattr(bags, part) for part in ("indptr", "indices", "counts")}
        np.savez(given, words=np.array(corpus.train.words), **arrays)
        command = [
            python,
            str(WORKER),
            str(given),
            str(made),
            str(k),
            str(seed),
            str(settings["epochs"]),
            str(samples),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{python} cannot train TopMost's ProdLDA:\n{done.stderr[-2000:]}")
        with np.load(made) as found:
            likelihood = Likelihood(found["bound"], found["weighted"], corpus.test.lengths.astype(np.float64))
            seconds, cpu = (float(value) for value in found["seconds"])
            return Outcome(
                found["topics"],
                found["proportions"],
                likelihood,
                seconds,
                settings["epochs"],
                cpu,
                found["scaled"],
            )


TRAINERS: dict[str, Callable[..., Outcome]] = {
    "gensim-lda": gensim_lda,
    "sklearn-lda": sklearn_lda,
    "sklearn-nmf": sklearn_nmf,
    "sklearn-nmf-tfidf": sklearn_nmf_tfidf,
    "topmost-prodlda": topmost_prodlda,
    "topmost-prodlda-60": topmost_prodlda,
}


def run_peer(
    system: str,
    corpus: TopicCorpus,
    k: int,
    seed: int,
    folder: Path,
    samples: int,
    python: str = sys.executable,
) -> Run:
    """One run of another library's system, trained unless its file is there."""
    settings = SYSTEMS[system]

    def train(_: Path) -> Outcome:
        more = {"python": python} if system.startswith("topmost") else {}
        return TRAINERS[system](corpus, k, seed, samples, settings, **more)

    return finished(system, settings, corpus, k, seed, samples, folder, train)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="20newsgroups")
    parser.add_argument("-k", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="with commas between")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--python", default=sys.executable, help="the Python that has TopMost")
    parser.add_argument("--out", type=Path, default=Path("runs/topics"))
    options = parser.parse_args()
    corpus = TopicCorpus.load(options.corpus)
    for system in options.systems.split(","):
        for seed in range(1, options.seeds + 1):
            run = run_peer(system, corpus, options.k, seed, options.out, options.samples, options.python)
            told = ", ".join(
                f"{name} {value:.4g}" for name, value in run.figures.items() if value is not None
            )
            print(f"{system}, k {run.k}, seed {seed}: {told}", flush=True)


if __name__ == "__main__":
    main()
