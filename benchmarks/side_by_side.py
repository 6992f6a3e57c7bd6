"""Commands that rest on one another, several at a time."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Job:
    """A command, made when it starts; what it says goes to `log`.

    It starts when all of `needs` went well and all of `after` are over, well or not.
    """

    command: Callable[[], Sequence[str]]
    log: Path
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    done: Callable[[], None] = lambda: None  # called once it went well


def work_off(jobs: Mapping[str, Job], at_once: int, tell: Callable[[str], None] = print) -> list[str]:
    """Run the jobs, `at_once` at a time and the first that may start first; the names of those that failed.

    A name of `needs` or `after` that is no job counts as done. Jobs that need one that failed fail too.
    """
    waiting, running = dict(jobs), dict[str, tuple[subprocess.Popen[bytes], float]]()
    failed: list[str] = []
    try:
        while waiting or running:
            for name, job in list(waiting.items()):
                if any(need in failed for need in job.needs):
                    failed.append(name)
                    del waiting[name]
                    tell(f"! {name}: what it needs failed")
            open_ones = waiting.keys() | running.keys()
            ready = [n for n, job in waiting.items() if not open_ones & {*job.needs, *job.after}]
            if not (ready or running) and waiting:
                raise ValueError(f"these jobs wait for one another: {', '.join(waiting)}")
            for name in ready[: at_once - len(running)]:
                job = waiting.pop(name)
                command = job.command()
                tell(f"> {name}")
                job.log.parent.mkdir(parents=True, exist_ok=True)
                with job.log.open("wb") as log:
                    child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
                running[name] = child, time.monotonic()
            for name, (child, began) in list(running.items()):
                if (code := child.poll()) is None:
                    continue
                del running[name]
                seconds = time.monotonic() - began
                if code:
                    failed.append(name)
                    said = jobs[name].log.read_text(encoding="utf-8", errors="replace")[-2000:]
                    tell(f"! {name} failed with exit code {code} after {seconds:.0f} s:\n{said}")
                else:
                    jobs[name].done()
                    tell(f"< {name}: {seconds:.0f} s")
            time.sleep(0.05)
    finally:
        for child, _ in running.values():
            child.terminate()
    return failed
