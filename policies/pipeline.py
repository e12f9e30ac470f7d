"""The judge as a component of a spaCy pipeline: `spacy.blank("xx").add_pipe("para6")`, and `nlp.pipe` for batches.

The findings of a text are spans of its Doc, `doc.spans["para6"]`: label = clause, `span._.para6` = the Finding; the
verdict is `doc._.para6_verdict`. A Doc's context (`Context`) may be set before, in `doc._.para6_context`; with
`nlp.pipe(..., as_tuples=True)` it is set by whoever makes the Doc. The bot itself calls the judge without spaCy: loading
it costs a second, and its tokenizer more than the whole verdict.
"""

from spacy.language import Language
from spacy.tokens import Doc, Span

from policies.judge import load_judge
from policies.message import NO_CONTEXT, Message

SPANS = "para6"


def _extend() -> None:
    if not Doc.has_extension("para6_verdict"):
        Doc.set_extension("para6_verdict", default=None)
        Doc.set_extension("para6_context", default=NO_CONTEXT)
        Span.set_extension("para6", default=None)


@Language.factory("para6", default_config={"pack": "om-2024-09-02"}, assigns=["doc.spans"])
class JudgeComponent:
    """Judges each Doc by the pack named in the pipeline's configuration. Raises ValueError for an unknown pack."""

    def __init__(self, nlp: Language, name: str, pack: str) -> None:  # noqa: ARG002 - as spaCy calls a factory
        _extend()
        self._judge = load_judge(pack)

    def __call__(self, doc: Doc) -> Doc:
        """Add the findings; a finding that begins or ends inside a token is widened to whole tokens."""
        verdict = self._judge.judge(Message(doc.text), doc._.para6_context)
        spans = []
        for finding in verdict.findings:
            span = doc.char_span(finding.start, finding.end, label=finding.clause, alignment_mode="expand")
            if span is not None:
                span._.para6 = finding
                spans.append(span)
        doc.spans[SPANS] = spans
        doc._.para6_verdict = verdict
        return doc
