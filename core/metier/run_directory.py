"""A run's folder: what was asked, what happened, and what came of it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from metier.errors import RunError
from metier.files import read_json, write_json, write_text
from metier.plan import Plan
from metier.values import RunInfo

Status = Literal["running", "finished", "failed"]


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The folder `runs/<recipe>/<UTC>-<digest8>` and its files."""

    path: Path

    @classmethod
    def create(cls, root: Path, plan: Plan, recipe: str) -> RunDirectory:
        """Make the folder of a new run under `root`, with its recipe and plan; raises `RunError` where it cannot."""
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{plan.digest[:8]}"
        for attempt in range(1, 1000):
            path = root / plan.name / (stamp if attempt == 1 else f"{stamp}-{attempt}")
            try:
                path.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                hint = "name a folder that can be written with --output"
                raise RunError(f"no run folder can be made: {error.strerror}", where=str(path), hint=hint) from error
            run = cls(path)
            write_text(path / "recipe.yaml", recipe)
            write_text(path / "plan.json", plan.to_json())
            run.set_status("running")
            return run
        raise RunError("a thousand runs began this second", where=str(root / plan.name))

    @classmethod
    def open(cls, path: Path) -> RunDirectory:
        """Return the run at `path`; raises `RunError` where it is none."""
        if not (path / "plan.json").is_file():
            raise RunError("not a run: it has no plan.json", where=str(path), hint="name a folder under runs/<recipe>/")
        return cls(path)

    @classmethod
    def unfinished(cls, root: Path, plan: Plan) -> RunDirectory | None:
        """Return the latest run of this plan under `root` that did not finish, or None."""
        for path in sorted((root / plan.name).glob(f"*-{plan.digest[:8]}*"), reverse=True):
            run = cls(path)
            if (path / "plan.json").is_file() and run.plan().digest == plan.digest and run.status() != "finished":
                return run
        return None

    def plan(self) -> Plan:
        """Return the plan that the run follows."""
        return Plan.from_json((self.path / "plan.json").read_text(encoding="utf-8"))

    def status(self) -> Status:
        """Return `running` (also for a run that was killed), `finished` or `failed`."""
        path = self.path / "status.json"
        status: Status = read_json(path)["status"] if path.is_file() else "failed"
        return status

    def set_status(self, status: Status, **fields: Any) -> None:
        """Write status.json; `LATEST` beside the run becomes a link to it once it is finished."""
        write_json(self.path / "status.json", {"status": status, "time": now(), "pid": os.getpid(), **fields})
        if status == "finished":
            link = self.path.with_name(f".LATEST-{self.path.name}")
            link.unlink(missing_ok=True)
            link.symlink_to(self.path.name, target_is_directory=True)
            link.replace(self.path.with_name("LATEST"))

    def event(self, event: str, **fields: Any) -> None:
        """Append one line to events.jsonl."""
        line = json.dumps({"time": now(), "event": event, **fields}, ensure_ascii=False, default=str)
        with (self.path / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def mend_events(self) -> None:
        """Close the last line of events.jsonl where a kill left it open, so that later ones stand alone."""
        path = self.path / "events.jsonl"
        if path.is_file() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
            whole, _, _ = path.read_text(encoding="utf-8", errors="replace").rpartition("\n")
            write_text(path, f"{whole}\n" if whole else "")

    def stage(self, name: str, result: Mapping[str, Any]) -> Path:
        """Write `stages/<n>-<name>/result.json` and return its folder; a stage that was noted keeps its number."""
        stages = self.path / "stages"
        stages.mkdir(exist_ok=True)
        for known in stages.iterdir():
            if known.name.split("-", 1)[1] == name:
                break
        else:
            known = stages / f"{len(list(stages.iterdir())) + 1:02d}-{name}"
        write_json(known / "result.json", result)
        return known

    def info(self) -> RunInfo:
        """Return the run as observers see it."""
        plan = self.plan()
        return RunInfo(name=plan.name, directory=self.path, digest=plan.digest, status=self.status())

    def discard(self) -> None:
        """Remove a run that came to nothing before its first stage was done."""
        shutil.rmtree(self.path)
        if not any(self.path.parent.iterdir()):
            self.path.parent.rmdir()


def read_events(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a run folder; a last line that a kill cut short is left out."""
    file = path / "events.jsonl"
    if not file.is_file():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True):
        if line.endswith("\n"):
            yield json.loads(line)
