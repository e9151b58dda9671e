"""How good a model is, and how sure that is: figures with intervals, beside what it had to beat."""

from metier.evaluation.assemble import assemble
from metier.evaluation.evaluate import Evaluation, detail_json, evaluate, evaluate_table
from metier.evaluation.predictions import read_table

__all__ = ["Evaluation", "assemble", "detail_json", "evaluate", "evaluate_table", "read_table"]
