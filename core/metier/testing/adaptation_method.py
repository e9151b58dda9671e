"""The contract of an adaptation method: it trains what it says, and leaves a model that loads without it."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from metier.components import AdaptationMethod
from metier.testing.base import ComponentContract
from metier.testing.models import MODEL_TYPES, build_model
from metier.testing.probe import Call
from metier.values import LocalModel, ModelInfo, TaskInfo

if TYPE_CHECKING:
    from metier.testing.trial import Trial

every_model = pytest.mark.parametrize("model_type", MODEL_TYPES)
TASK = TaskInfo("text-classification")
GROUP_OPTIONS = {"learning_rate_scale", "weight_decay"}


class AdaptationMethodContract(ComponentContract):
    """Tests of an adaptation method on tiny models: an encoder, two decoders, an encoder-decoder."""

    component: ClassVar[type[AdaptationMethod]]
    trains: ClassVar[Sequence[str] | None] = None
    """Globs of the parameters of tiny BERT that train after `prepare` (`["bert.encoder.layer.1.*"]`); None for those
    that `prepare` leaves with `requires_grad`."""

    def planning_calls(self) -> Sequence[Call]:
        """Planning asks whether it serves, beside which others, and whether it needs a corpus."""
        info = ModelInfo(
            reference="tiny", model_type="bert", architecture="encoder", layers=2, hidden_size=32, vocabulary_size=100
        )
        return [("refuses", (info, TASK)), ("conflicts", ((),)), ("needs_corpus", ()), ("lacks", (None,))]

    def trial(self, model_type: str, folder: Path) -> Trial:
        """Return the method with a tiny model that it serves; skips, with its reason, where it refuses."""
        from metier.testing.trial import Trial

        model = build_model(model_type, folder / model_type)
        return self._trial_on(model, folder, Trial)

    def _trial_on(self, model: LocalModel, folder: Path, trial: type[Trial]) -> Trial:
        method = self.make(folder)
        reason = method.refuses(model.info, TASK)
        if reason is not None:
            pytest.skip(f"it refuses {model.info.model_type}: {reason}")
        return trial(method=method, model=model, folder=folder / "stage")

    def _pretrains(self) -> bool:
        return self.component.pretrain is not AdaptationMethod.pretrain

    def test_serves_a_model_and_refuses_in_words(self, made: AdaptationMethod, tmp_path: Path) -> None:
        """When it fails: return None from `refuses` for models that it serves, a sentence for the others."""
        answers = [made.refuses(build_model(one, tmp_path / one).info, TASK) for one in MODEL_TYPES]
        assert None in answers, f"it refuses every tiny model: {answers}"
        assert all(answer is None or answer.strip() for answer in answers), answers

    def test_acts_at_some_moment(self) -> None:
        """When it fails: override at least one of the five moments, spelled as in `AdaptationMethod`."""
        moments = ("pretrain", "prepare", "parameter_groups", "wrap_loss", "finish")
        assert any(getattr(self.component, one) is not getattr(AdaptationMethod, one) for one in moments)

    def test_asks_for_a_corpus_only_to_read_it(self, made: AdaptationMethod) -> None:
        """When it fails: a method that needs `data.corpus` overrides a moment that can read `stage.corpus`: `pretrain`,
        `prepare` or `wrap_loss`; others return False."""
        readers = ("pretrain", "prepare", "wrap_loss")
        reads = any(getattr(self.component, one) is not getattr(AdaptationMethod, one) for one in readers)
        assert reads or not made.needs_corpus()

    @every_model
    def test_trains_the_parameters_that_it_says(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: set `requires_grad` in `prepare` on just the parameters that are to train, and restore in
        `wrap_loss` whatever it disturbs."""
        from metier.testing.trial import moved, snapshot, trainable

        trial = self.trial(model_type, tmp_path)
        model = trial.prepared()
        said, before = set(trainable(model)), snapshot(model)
        if model_type == "bert" and self.trains is not None:
            globs = self.trains
            assert said == {name for name in before if any(fnmatch.fnmatch(name, one) for one in globs)}
        assert said, "nothing trains"
        changed = moved(before, trial.trained())
        assert changed <= said, f"frozen parameters moved: {sorted(changed - said)}"
        assert changed, "no parameter moved in three steps"

    @every_model
    def test_groups_name_parameters_that_train(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: give names as `model.named_parameters()` does, each in one group, with known options."""
        from metier.testing.trial import trainable

        trial = self.trial(model_type, tmp_path)
        model = trial.prepared()
        groups = trial.method.parameter_groups(model, trial.context())
        names = [name for group in groups for name in group.names]
        assert len(names) == len(set(names)), "a parameter is in two groups"
        assert set(names) <= set(trainable(model)), f"not trained: {set(names) - set(trainable(model))}"
        assert all(set(group.options) <= GROUP_OPTIONS for group in groups), f"options are {sorted(GROUP_OPTIONS)}"

    @every_model
    def test_loss_stays_a_sum(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: return a float32 scalar summed over rows: twice the rows, about twice the loss."""
        import torch

        trial = self.trial(model_type, tmp_path)
        model, loss, batch = trial.prepared().eval(), trial.loss(), trial.batch(8)
        torch.manual_seed(0)
        once = loss(model, batch)
        torch.manual_seed(0)
        twice = loss(model, {name: torch.cat([value, value]) for name, value in batch.items()})
        assert once.shape == torch.Size([])
        assert once.dtype == torch.float32
        assert once.isfinite()
        assert 1.5 < (twice / once).item() < 2.7, f"{once.item()} for 8 rows, {twice.item()} for 16"

    @every_model
    def test_loss_leaves_the_weights_as_they_were(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: put perturbed weights back before the loss returns, also where it raises."""
        from metier.testing.trial import moved, snapshot

        trial = self.trial(model_type, tmp_path)
        model, loss = trial.prepared(), trial.loss()
        before = snapshot(model)
        value = loss(model, trial.batch())
        if value.requires_grad:
            value.backward()
        assert not moved(before, model)

    def test_reads_no_states_where_it_says_so(self, tmp_path: Path) -> None:
        """When it fails: leave `reads_states` as it is, True: the loss that `wrap_loss` gives reads the last layer's
        hidden states beside those that the objective reads."""
        import torch

        from metier.training.unpadded import unpadded

        if self.component.reads_states:
            pytest.skip("its loss may read them, or it wraps none")
        trial = self.trial("bert", tmp_path)
        model, batch = trial.prepared().eval(), trial.batch()
        expected = trial.loss()(model, batch)
        with unpadded(model, first_token=True) as narrowed:
            found = trial.loss()(model, batch)
        assert narrowed, "a tiny BERT is computed without padding"
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)

    @every_model
    def test_reads_no_vocabulary_where_it_says_so(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: leave `reads_vocabulary` as it is, True: the loss that `wrap_loss` gives asks the model about
        tokens that the batch does not have, or holds the word embedding that was there before."""
        import torch

        from metier.training.vocabulary import OccurringEmbedding

        trial = self.trial(model_type, tmp_path)
        if trial.method.reads_vocabulary:
            pytest.skip("its loss may read it, or it wraps none")
        model, batch = trial.prepared().eval(), trial.batch()
        torch.manual_seed(0)
        expected = trial.loss()(model, batch)
        whole = model.get_input_embeddings()
        model.set_input_embeddings(OccurringEmbedding(whole, batch["input_ids"].unique()))
        torch.manual_seed(0)
        torch.testing.assert_close(trial.loss()(model, batch), expected)

    @every_model
    def test_finished_model_loads_to_equal_outputs(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: merge and unwrap in `finish`, so that `from_pretrained` alone gives the same model."""
        import torch
        from transformers import AutoModelForSequenceClassification

        from metier.testing.trial import logits

        trial = self.trial(model_type, tmp_path)
        model, batch = trial.trained(), trial.batch()
        expected = logits(model, batch)
        finished = trial.method.finish(model, trial.context())
        torch.testing.assert_close(logits(finished, batch), expected, rtol=1e-4, atol=1e-4)
        finished.save_pretrained(tmp_path / "finished")
        loaded = AutoModelForSequenceClassification.from_pretrained(tmp_path / "finished")
        torch.testing.assert_close(logits(loaded, batch), expected, rtol=1e-4, atol=1e-4)

    @every_model
    def test_same_seed_same_result(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: draw randomness from torch alone, or from generators seeded with `stage.seed`."""
        from metier.testing.trial import moved, snapshot

        trial = self.trial(model_type, tmp_path)
        assert not moved(snapshot(trial.trained()), trial.trained())

    @every_model
    def test_pretrained_model_moved_and_loads(self, model_type: str, tmp_path: Path) -> None:
        """When it fails: return from `pretrain` the model that was trained, such that a head can be built on it, and
        train it with `stage.engine`, whose randomness follows `stage.seed`."""
        from metier.testing.objective import build_classifier
        from metier.testing.trial import moved, snapshot

        if not self._pretrains():
            pytest.skip("it has no training phase of its own")
        trial = self.trial(model_type, tmp_path)
        plain, adapted = build_classifier(trial.model.path), trial.pretrained()
        assert adapted is not None, "pretrain returned no model"
        adapted.save_pretrained(tmp_path / "adapted")
        loaded = build_classifier(tmp_path / "adapted")
        assert moved(snapshot(plain), loaded), "the model is as it was before"
        again = trial.pretrained()
        assert again is not None
        assert not moved(snapshot(adapted), again), "the same seed gave another model"
