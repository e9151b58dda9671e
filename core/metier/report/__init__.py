"""What a person reads of a run: report.html and the model card, written from the run's files alone."""

from metier.report.adapted import adaptations, write_adapted_card
from metier.report.card import write_card
from metier.report.page import write_report

__all__ = ["adaptations", "write_adapted_card", "write_card", "write_report"]
