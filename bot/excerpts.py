"""Of a long text only the places where something was found: what is kept of a paper."""

from collections.abc import Sequence
from dataclasses import replace

from policies.verdict import Finding

_AROUND = 240  # characters kept on each side of what was found
_BETWEEN = "\n…\n"


def places_found(text: str, findings: Sequence[Finding]) -> tuple[str, tuple[Finding, ...]]:
    """The places, one below the other, and the findings with their offsets in them. Nothing found: nothing kept."""
    spans: list[list[int]] = []
    for finding in sorted(findings, key=lambda one: one.start):
        start, end = max(0, finding.start - _AROUND), min(len(text), finding.end + _AROUND)
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    kept, moved = "", {}
    for start, end in spans:
        if kept:
            kept += _BETWEEN
        for finding in findings:
            if start <= finding.start and finding.end <= end:
                shift = len(kept) - start
                moved[id(finding)] = replace(finding, start=finding.start + shift, end=finding.end + shift)
        kept += text[start:end]
    return kept, tuple(moved[id(finding)] for finding in findings)
