"""What the study of adaptation compares: real data, and methods side by side on it."""

from studies.arms import STUDIES, Study
from studies.materials import MATERIALS, Material, Size

__all__ = ["MATERIALS", "STUDIES", "Material", "Size", "Study"]
