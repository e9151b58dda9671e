"""Adapters that runs kept, used side by side on one base that lies in memory once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metier.errors import RunError
from metier.files import read_json
from metier.values import Json
from metier_peft.adapter import FOLDER

if TYPE_CHECKING:
    from metier import Loaded
    from metier.training.predictor import Predictor

SETTINGS_FILE = "adapter_config.json"


@dataclass(frozen=True)
class Adapters:
    """Models that share every weight but those of their adapter and head."""

    predictors: Mapping[str, Predictor]

    def predict(self, name: str, texts: Sequence[str]) -> list[Mapping[str, Json]]:
        """Return what the adapter `name` predicts, one a text, in order; switching costs nothing.

        Raises `RunError` where there is none of that name.
        """
        if name not in self.predictors:
            raise RunError(f"no adapter named {name!r}", hint=f"there are {', '.join(self.predictors)}")
        return self.predictors[name].predict([{"text": text} for text in texts])


def load_adapters(runs: Mapping[str, str | Path], *, base: str | Path | None = None) -> Adapters:
    """Return the adapters that `runs` kept (`keep: true`), each under its name here, on one base.

    `runs` are finished runs or their model folders; `base` is the folder of the model that they were trained on, by
    default where it was then. Raises `RunError` where a run kept none, or its base is another or gone.
    """
    from metier import load
    from metier_peft._load import predictors

    loaded = {name: load(path) for name, path in runs.items()}
    folders = {name: kept_in(one) for name, one in loaded.items()}
    return Adapters(predictors(loaded, folders, base=Path(base) if base else _base(folders)))


def kept_in(run: Loaded) -> Path:
    """Return the folder of the adapter that a run kept; raises `RunError` where there is none."""
    found = sorted(path.parent for path in (run.folder / FOLDER).glob(f"*/{SETTINGS_FILE}"))
    if not found:
        hint = "train it with `keep: true` under `lora`, `ia3` or `vera`"
        raise RunError("no adapter was kept here", where=str(run.folder), hint=hint)
    return found[0]


def _base(folders: Mapping[str, Path]) -> Path:
    """Return the folder of the model that all adapters were trained on."""
    bases = {name: read_json(folder / SETTINGS_FILE)["base_model_name_or_path"] for name, folder in folders.items()}
    if len(set(bases.values())) > 1:
        said = ", ".join(f"{name} on {base}" for name, base in bases.items())
        hint = "load those of one base together, or name the folder of the model if it is the same"
        raise RunError(f"the adapters have different bases: {said}", hint=hint)
    base = Path(next(iter(bases.values()), ""))
    if not (base / "config.json").is_file():
        hint = "name the folder where the model is now (`--base`, `base=`)"
        raise RunError("the model that the adapters were trained on is not here", where=str(base), hint=hint)
    return base
