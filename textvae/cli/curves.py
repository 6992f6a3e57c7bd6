"""The curves of a training, its losses and its figures on dev, drawn where matplotlib is installed."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from textvae.cli.figures import house_style, save_figure

Curve = Mapping[str, Sequence[tuple[float, float]]]

PANEL = (3.2, 2.2)  # inches
COLUMNS = 3


def draw_curves(runs: Mapping[str, Curve], path: Path, title: str) -> bool:
    """Draw a panel for each name that a run's curves have, with a line for each run, into `path`.

    An older figure of that name is replaced. False, and nothing drawn, without matplotlib or any curve.
    """
    names = list(dict.fromkeys(name for curves in runs.values() for name in curves))
    if not names or find_spec("matplotlib") is None:
        return False
    from matplotlib.figure import Figure

    rows = -(-len(names) // COLUMNS)
    with house_style():
        figure = Figure(figsize=(PANEL[0] * min(COLUMNS, len(names)), PANEL[1] * rows), layout="constrained")
        figure.suptitle(title)
        for number, name in enumerate(names, 1):
            axes = figure.add_subplot(rows, min(COLUMNS, len(names)), number)
            axes.set_title(name)
            for run, curves in runs.items():
                points = curves.get(name, ())
                mark = "o" if len(points) == 1 else None
                axes.plot([x for x, _ in points], [y for _, y in points], marker=mark, lw=1.0, label=run)
            if number == 1 and len(runs) > 1:
                axes.legend()
        figure.supxlabel("step")
    save_figure(figure, path, force=True)
    return True
