"""What every benchmark shares: the machine it ran on, a command timed from outside, and where results go."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
TEXTVAE = (sys.executable, "-m", "textvae")


@dataclass(frozen=True, slots=True)
class Run:
    """One command, seen from outside: wall-clock seconds and the most memory it held, in MiB."""

    seconds: float
    peak_mib: float


def run(command: Sequence[str]) -> Run:
    """Run a command to its end, its output thrown away.

    Raises `SystemExit` with what the command said if it fails.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        said = child.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with exit code {child.returncode}:\n{said}")
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is in bytes there and in KiB elsewhere
    return Run(seconds, usage.ru_maxrss / unit)


def machine() -> dict[str, Any]:
    """The processor, its cores that may be used, the GPU if there is one, and the versions that matter."""
    from importlib.metadata import version

    import torch

    from textvae import __version__

    gpu = {"gpu": torch.cuda.get_device_name()} if torch.cuda.is_available() else {}
    names = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else [])
        if line.startswith("model name")
    ]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": names[0] if names else "unknown",
        "cores": cores,
        **gpu,
        "torch": version("torch"),
        "transformers": version("transformers"),
        "textvae": __version__,
    }


def publish(
    name: str, figures: Mapping[str, str], details: Mapping[str, Any], folder: Path = RESULTS
) -> None:
    """Print a Markdown row for each figure and keep everything in `results/NAME.json`."""
    where, today = machine(), date.today().isoformat()
    place = f"{where['cpu']}, {where['cores']} cores"
    print("| what | figure | date | machine | torch |\n|---|---|---|---|---|")
    for what, figure in figures.items():
        print(f"| {what} | {figure} | {today} | {place} | {where['torch']} |")
    folder.mkdir(parents=True, exist_ok=True)
    content = {"date": today, "machine": where, "figures": dict(figures), **details}
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as a Markdown table; `columns` gives each heading a format of the row's values.

    >>> print(table({"what": "{name}", "s": "{seconds:.1f}"}, [{"name": "start", "seconds": 0.17}]), end="")
    | what | s |
    |---|---|
    | start | 0.2 |
    """
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(each.format_map(row) for each in columns.values()) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def keep(name: str, details: Mapping[str, Any], text: str, folder: Path = RESULTS) -> None:
    """Keep the details and the machine in `NAME.json` and the Markdown `text` in `NAME.md`, and print it."""
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"machine": machine(), **details}, indent=1, ensure_ascii=False)
    (folder / f"{name}.json").write_text(content + "\n", encoding="utf-8")
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    print(text, end="")
