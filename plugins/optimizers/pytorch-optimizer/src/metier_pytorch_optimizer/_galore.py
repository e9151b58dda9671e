"""GaLore whose state is made of tensors and numbers only, as a checkpoint is read back."""

from __future__ import annotations

from typing import Any

from pytorch_optimizer import GaLore
from pytorch_optimizer.optimizer.utils.galore import GaLoreProjector

DIRECTIONS, FOUND_AT = "directions", "directions_found_at"


class ResumableGaLore(GaLore):
    """The library's GaLore; it keeps each matrix's projection as an object, which no safe checkpoint can hold."""

    def state_dict(self) -> dict[str, Any]:
        """Return the state with each projection as its directions (rank by the shorter side) and their step."""
        packed: dict[str, Any] = super().state_dict()
        packed["state"] = {key: _packed(state) for key, state in packed["state"].items()}
        return packed

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up what `state_dict` returned."""
        kept = {key: dict(state) for key, state in state_dict["state"].items()}
        taken = {key: (state.pop(DIRECTIONS, None), state.pop(FOUND_AT, None)) for key, state in kept.items()}
        super().load_state_dict({**state_dict, "state": kept})
        for group, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            for parameter, key in zip(group["params"], saved["params"], strict=True):
                directions, found_at = taken.get(key, (None, None))
                if directions is not None:
                    projector = GaLoreProjector(group["rank"], group["update_proj_gap"], group["scale"])
                    projector.ortho_matrix = directions.to(parameter.device)
                    projector.last_svd_step = found_at
                    self.state[parameter]["projector"] = projector


def _packed(state: dict[str, Any]) -> dict[str, Any]:
    if "projector" not in state:
        return state
    projector = state["projector"]
    others = {name: value for name, value in state.items() if name != "projector"}
    return {**others, DIRECTIONS: projector.ortho_matrix, FOUND_AT: projector.last_svd_step}
