"""What all tests share: one thread for torch, whose tiny models only lose by more, no network, the same examples."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

# A run says the same of the same tree. To look further: `pytest -m hypothesis --hypothesis-profile default`.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
