"""The kinds of component, one contract a file."""

from metier.components.adaptation_method import AdaptationMethod, Engine, MethodContext, Progress
from metier.components.base import (
    Component,
    ComponentConfig,
    ModelMark,
    ModelReference,
    PathMark,
    Pattern,
    RecipePath,
)
from metier.components.data_source import DataSource, ReadContext
from metier.components.industry import Industry
from metier.components.model_source import FetchContext, ModelSource
from metier.components.objective import Objective
from metier.components.optimizer_factory import OptimizerConfig, OptimizerFactory, ScheduleName
from metier.components.strategy import Strategy, Train
from metier.components.task_head import Baseline, TaskHead, TaskObjective
from metier.components.transform import Change, Transform, TransformContext

KINDS: dict[str, type[Component]] = {
    "provide_industries": Industry,
    "provide_data_sources": DataSource,
    "provide_transforms": Transform,
    "provide_model_sources": ModelSource,
    "provide_adaptation_methods": AdaptationMethod,
    "provide_task_heads": TaskHead,
    "provide_optimizers": OptimizerFactory,
    "provide_strategies": Strategy,
}
"""Provider hook to the class that it must return subclasses of."""

__all__ = [
    "KINDS",
    "AdaptationMethod",
    "Baseline",
    "Change",
    "Component",
    "ComponentConfig",
    "DataSource",
    "Engine",
    "FetchContext",
    "Industry",
    "MethodContext",
    "ModelMark",
    "ModelReference",
    "ModelSource",
    "Objective",
    "OptimizerConfig",
    "OptimizerFactory",
    "PathMark",
    "Pattern",
    "Progress",
    "ReadContext",
    "RecipePath",
    "ScheduleName",
    "Strategy",
    "TaskHead",
    "TaskObjective",
    "Train",
    "Transform",
    "TransformContext",
]
