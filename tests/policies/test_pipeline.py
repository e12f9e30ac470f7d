"""The judge in a spaCy pipeline: the same verdicts, as spans."""

import pytest
import spacy

import policies.pipeline
from policies.judge import load_judge
from policies.message import Context, Message

TEXTS = [
    "Dear all, vote for PTI this Sunday, Imran Khan zindabad",
    "شیر کو ووٹ دیں، نواز شریف ہی اس ملک کو بچا سکتا ہے",
    "kal subah nau baje meeting hai",
    "",
]


@pytest.fixture(scope="module")
def nlp() -> spacy.language.Language:
    assert policies.pipeline.SPANS == "para6"
    made = spacy.blank("xx")
    made.add_pipe("para6")
    return made


def test_pipeline_gives_the_judge_s_verdicts(nlp: spacy.language.Language) -> None:
    """In batches, in order, with clause, span and the finding itself."""
    judge = load_judge("om-2024-09-02")
    found = 0
    for text, doc in zip(TEXTS, nlp.pipe(TEXTS), strict=True):
        verdict = judge.judge(Message(text))
        assert doc._.para6_verdict == verdict
        assert [span.label_ for span in doc.spans["para6"]] == [f.clause for f in verdict.findings]
        for span, finding in zip(doc.spans["para6"], verdict.findings, strict=True):
            assert span._.para6 == finding
            assert span.start_char <= finding.start < finding.end <= span.end_char
            found += 1
    assert found >= 2


def test_pipeline_heeds_the_context(nlp: spacy.language.Language) -> None:
    """What was said before counts as it does for the judge."""
    doc = nlp.make_doc("Agreed, all of us")
    doc._.para6_context = Context(("Everyone vote for PTI", "Imran Khan is our only leader"))
    judged = load_judge("om-2024-09-02").judge(Message(doc.text), doc._.para6_context)
    assert nlp(doc)._.para6_verdict == judged


def test_unknown_pack_is_refused() -> None:
    """As by the judge."""
    with pytest.raises(ValueError, match="om-2024-09-02"):
        spacy.blank("xx").add_pipe("para6", config={"pack": "om-1964"})
