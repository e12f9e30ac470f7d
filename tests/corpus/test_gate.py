"""The judge may not get worse unseen: its figures on corpus/check against those of the last `make quality`."""

import json

import pytest

from bot.cli.evaluate import measure
from corpus.lines import HERE, check_lines
from corpus.train_model import corpus_version, train
from policies.evaluation.figures import Figures
from policies.judge import load_judge
from policies.model.weights import load_weights, save_weights
from policies.pack import load_pack

GATE = json.loads((HERE / "gate.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found() -> Figures:
    return measure(load_judge("om-2024-09-02"), check_lines())["all"]


@pytest.mark.parametrize("name", sorted(GATE["reached"]))
def test_figure_has_not_fallen(found: Figures, name: str) -> None:
    """No figure is worse than what was reached by more than the margin (thrice for single clauses: they are few)."""
    reached, margin = GATE["reached"][name], GATE["margin"]
    match name:
        case "macro_f1" | "named_f1" | "violation_recall":
            assert getattr(found, name).value >= reached - margin
        case "false_on_near" | "false_on_benign":
            assert found.false_warnings[name.removeprefix("false_on_")].value <= reached + margin
        case clause:
            assert found.clauses[clause][2].value >= reached - 3 * margin


def test_training_gives_the_same_bytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same lines, the same model: trained twice on a part of the corpus, and read back as written."""
    from corpus.lines import training_lines

    folder = tmp_path_factory.mktemp("model")
    part = training_lines()[::12]
    one, other = folder / "one.npz", folder / "other.npz"
    save_weights(train(part, "om-2024-09-02"), one)
    save_weights(train(part, "om-2024-09-02"), other)
    assert one.read_bytes() == other.read_bytes()
    assert load_weights(one.read_bytes()).version == corpus_version(part)


def test_shipped_model_is_of_this_corpus() -> None:
    """After a change to corpus/train run `make model`."""
    from corpus.lines import training_lines

    assert load_pack("om-2024-09-02").weights.version == corpus_version(training_lines())
