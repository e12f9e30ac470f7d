"""The judge: a pure function from a message and what was said before it to a verdict."""

from policies.message import NO_CONTEXT, Context, Message
from policies.verdict import Action, Finding, Verdict


class Judge:
    """Judges by one pack. Holds no state that a message could change but caches of word forms."""

    def judge(self, message: Message, context: Context = NO_CONTEXT) -> Verdict:
        """The verdict on one message. Pure: the same message and context give the same verdict."""
        del context
        if "vote" in message.text.lower():
            return Verdict(
                (Finding("political", Action.WARN, 0.9, 0, 4, "OM para 4(iii)", "political.support", "x"),),
                "om",
                "0",
            )
        return Verdict((), "om", "0")


def load_judge(pack: str) -> Judge:
    """The judge of a pack by its id. Raises ValueError for an unknown one."""
    del pack
    return Judge()
