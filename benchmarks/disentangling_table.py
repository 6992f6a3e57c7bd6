"""How the ablation of `disentangling.py` is shown: a table, and the two spaces as a figure."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from textvae.text.projection import project

ROWS = {
    "vae": "J_rec",
    "all": "all five terms",
    "mul-s-dis-s": "J_rec + mul(s) + dis(s)",
    "mul-s": "J_rec + mul(s)",
    "dis-s": "J_rec + dis(s)",
    "mul-c-dis-c": "J_rec + mul(c) + dis(c)",
    "mul-s-dis-s-mul-c": "J_rec + mul(s) + dis(s) + mul(c)",
}
"""Recipes and their titles, in the order in which they are trained: those that say most first."""
SHOWN = ("vae", "mul-s", "dis-s", "mul-s-dis-s", "mul-c-dis-c", "mul-s-dis-s-mul-c", "all")
"""The rows of the table, from least to most."""
DRAWN = ("vae", "mul-s-dis-s", "all")
"""The rows of the figure."""
FLAT = {"ACC": ".1f", "cosine": ".3f", "overlap": ".3f", "PPL": ".1f", "GM": ".3f", "self-BLEU": ".1f"}
REST = {
    "rebuilt": ".1f", "label from s": ".1f", "label from c": ".1f", "valence from s": ".2f",
    "valence from c": ".2f", "arousal from s": ".2f", "arousal from c": ".2f",
}  # fmt: skip


def table(rows: dict[str, dict[str, float]]) -> str:
    """The table in Markdown; a column that no row has is left out."""
    columns = {
        name: form for name, form in (FLAT | REST).items() if any(name in row for row in rows.values())
    }
    lines = ["| system | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for title, row in rows.items():
        cells = [format(row[name], form) if name in row else "–" for name, form in columns.items()]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def points(mean: np.ndarray, styled: int) -> dict[str, list[list[float]]]:
    """The style's and the content's latents in the plane, by principal components."""
    spaces = {"style": mean[:, :styled], "content": mean[:, styled:]}
    return {name: np.round(project(part).points, 3).tolist() for name, part in spaces.items()}


def draw(path: Path, points: dict[str, dict[str, Any]], told: Sequence[str] | np.ndarray) -> None:
    """Style space and content space of the rows that are there, a point a dev sentence.

    `told` is each sentence's label, or its valence: the points' colour.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = [row for row in DRAWN if row in points]
    if not shown:
        return
    hues: Any
    if isinstance(told, np.ndarray):
        low, high = np.quantile(told, [0.05, 0.95])
        hues = pyplot.get_cmap("RdYlBu")(np.clip((told - low) / (high - low), 0, 1))
        said = "valence from low, red, to high, blue"
    else:
        hues = ["#0072b2" if label == "positive" else "#d55e00" for label in told]
        said = "positive blue, negative orange"
    size = (3.4 * len(shown), 6.6)
    figure, axes = pyplot.subplots(2, len(shown), figsize=size, layout="constrained", squeeze=False)
    for column, row in enumerate(shown):
        for axis, (name, place) in zip(axes[:, column], points[row].items(), strict=True):
            axis.scatter(*zip(*place, strict=True), s=3, c=hues, linewidths=0, alpha=0.7)
            axis.set(title=f"{ROWS[row]}: {name}", xticks=[], yticks=[])
    figure.suptitle(f"latents of {len(told)} dev sentences, principal components; {said}", fontsize=9)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
