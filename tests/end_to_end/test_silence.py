"""Nothing phones home: a run with local files opens no connection, also where it may."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.end_to_end.conftest import Trade, environment

PROGRAM = """
import json, sys

asked = []
watched = ("socket.connect", "socket.getaddrinfo", "socket.sendto")
sys.addaudithook(lambda event, arguments: asked.append(str(arguments)) if event in watched else None)

import metier

run = metier.run("small.yaml", sets=["training.num_train_epochs=1"])
assert run.model().predict(["profit rose"])
print(json.dumps(asked))
"""


@pytest.mark.slow
def test_a_run_asks_nobody(trade: Trade) -> None:
    allowed = {name: value for name, value in environment().items() if name != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=trade.folder, env=allowed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
