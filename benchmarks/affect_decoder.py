"""What the affect VAE's decoder gives back, by the size of the latent, and what it says across the plane.

    python benchmarks/affect_decoder.py --encoder FOLDER_OF_ALL_MINILM_L6_V2

For latents of 1, 2, 4, 8 and 16 dimensions (valence; valence and arousal; the rest are not rated) and for
the U-Net: the share of the embedding's variance that is left unexplained on EmoBank's test rows, the share of
each sentence's 10 nearest neighbours that are kept, and r of what is read. As many principal components are
the linear optimum for the first. A walk through the plane names the nearest training sentences.
"""

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from measuring import RESULTS, publish
from textvae.affect.lab.folds import Division, official, rated_sentences
from textvae.affect.lab.laboratory import Laboratory
from textvae.affect.lab.plane import neighbours_kept, walk
from textvae.affect.lab.study import Study
from textvae.training.loop import TrainingOptions, train
from textvae.training.recipe import load_recipe, read_table

SIZES = (1, 2, 4, 8, 16)
EPOCHS = 8.0
NEAREST = 10
VALENCES, AROUSALS = (1.8, 2.4, 3.0, 3.6, 4.2), (2.4, 3.0, 3.6, 4.2)


def recipe_for(size: int, decoder: str) -> dict[str, Any]:
    """The recipe `vae` with a latent of `size` dimensions; reconstruction counts more, the KL less."""
    rated = min(size, 2)
    changes = {
        "latent.dimensions": str(rated), "latent.extra": str(size - rated), "latent.decoder": f'"{decoder}"',
        "latent.dropout": "0.0", "objective.reconstruction": "20.0", "objective.kl": "0.01",
    }  # fmt: skip
    return load_recipe("affect", "vae", changes)


def trained(lab: Laboratory, division: Division, values: dict[str, Any]) -> Study:
    """The model after all epochs, its average weights in it."""
    options = read_table(values["training"], TrainingOptions, "training")
    options = replace(options, epochs=EPOCHS, save_every=1e9, validate_every=10**6, average=0.99)
    study = lab.study(division, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        for _ in train(study, options, Path(folder) / "run"):
            pass
    study.restore()
    return study


def components(train_vectors: np.ndarray, test: np.ndarray, size: int) -> tuple[float, float]:
    """Principal components of standardised embeddings: unexplained share and neighbours kept on test."""
    _, _, axes = np.linalg.svd(train_vectors - train_vectors.mean(0), full_matrices=False)
    decoded = test @ axes[:size].T @ axes[:size]
    return float(((test - decoded) ** 2).mean() / (test**2).mean()), neighbours_kept(test, decoded, NEAREST)


@torch.no_grad()
def given_back(study: Study, lab: Laboratory, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standardised embeddings of these rows, and what the decoder makes of the posterior's mean."""
    assert lab.vectors is not None
    model = study.affect_model.eval()
    read = model.judge(torch.from_numpy(lab.vectors[rows]))
    decoded = model.decode(read.mean, read.layers)
    assert model.standard is not None
    return model.standard(read.vectors).numpy(), decoded.numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--encoder", required=True, help="the folder of all-MiniLM-L6-v2")
    given = parser.parse_args()
    sentences = rated_sentences("emobank")
    division = official(sentences)
    figures: dict[str, str] = {}
    details: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for size, decoder in [*((size, "plain") for size in SIZES), (2, "unet")]:
        values = recipe_for(size, decoder)
        lab = Laboratory(values, sentences, encoder=given.encoder, device="cpu")
        assert lab.vectors is not None
        study = trained(lab, division, values)
        real, decoded = given_back(study, lab, division.test)
        read = study.measure(lab.table(division.test, study.affect_model, study.tokenizer))
        taught, _ = given_back(study, lab, division.train)
        left, kept = components(taught, real, size)
        missed = float(((real - decoded) ** 2).mean() / (real**2).mean())
        share = neighbours_kept(real, decoded, NEAREST)
        details.append(
            {"size": size, "decoder": decoder, "unexplained": missed, "kept": share,
             "components unexplained": left, "components kept": kept, "r": read.r}
        )  # fmt: skip
        r = ", ".join(f"r {d} {value:.3f}" for d, value in read.r.items())
        figures[f"{decoder} decoder, {size} dimensions"] = (
            f"{missed:.3f} unexplained (principal components {left:.3f}), "
            f"{100 * share:.1f}% of {NEAREST} neighbours kept ({100 * kept:.1f}%), {r}"
        )
        print(f"{decoder} {size}: {figures[f'{decoder} decoder, {size} dimensions']}", flush=True)
        if (size, decoder) == (2, "plain"):
            for place in walk(study.affect_model, lab.vectors[division.train], VALENCES, AROUSALS):
                found = sentences[int(division.train[place.row])]
                places.append(
                    {"valence": place.valence, "arousal": place.arousal, "similarity": place.similarity,
                     "nearest": found.text, "rated": [found.valence.mean, found.arousal.mean]}  # type: ignore[union-attr]
                )  # fmt: skip
    chance = NEAREST / (len(division.test) - 1)
    publish("affect_decoder", figures, {"rows": details, "walk": places, "kept by chance": chance})
    text = "\n".join(
        f"valence {p['valence']:.1f} arousal {p['arousal']:.1f}: {p['nearest']} "
        f"(rated {p['rated'][0]:.1f}, {p['rated'][1]:.1f}; cosine {p['similarity']:.2f})"
        for p in places
    )
    print(text)
    print(json.dumps({"written": str(RESULTS / "affect_decoder.json")}))


if __name__ == "__main__":
    main()
