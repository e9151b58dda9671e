"""Plans: recipes with every component resolved and every option checked, before anything runs."""

from metier.plan.build import make_plan
from metier.plan.components import pretrains
from metier.plan.describe import describe, strategies
from metier.plan.files import source_of_file
from metier.plan.models import split_reference
from metier.plan.options import faults
from metier.plan.paths import is_path, marked_texts
from metier.plan.plan import Plan, SplitOptions

__all__ = [
    "Plan",
    "SplitOptions",
    "describe",
    "faults",
    "is_path",
    "make_plan",
    "marked_texts",
    "pretrains",
    "source_of_file",
    "split_reference",
    "strategies",
]
