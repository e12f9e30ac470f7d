"""Sentences of the catalogues in a page: what stands in their fields is escaped and set apart from the line's direction."""

import re
from datetime import UTC, date, datetime

from markupsafe import Markup, escape

from bot.texts import local_time, sentence
from handlers.records import Language, Notice

# Marks of direction in a title or name would reach beyond it; <bdi> does their work.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST = 200  # of a title; an export may call itself anything
_TAG = re.compile(r"&lt;(/?b)&gt;")


class Say:
    """Speaks one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.rtl = language is Language.UR
        # BCP 47: the folder is named as POSIX does it.
        self.code = language.value.replace("_", "-")

    def __call__(self, key: str, /, **fields: str | int | Markup) -> Markup:
        """The sentence of a key; a field `x_key` is the sentence of another."""
        number = fields.get("n")
        raw = sentence(key, self.language, number if isinstance(number, int) else None)
        filled = dict(self._field(name, value) for name, value in fields.items())
        # The catalogues are ours: their only markup in these sentences is <b>.
        return Markup(_TAG.sub(r"<\1>", str(escape(raw)))).format_map(filled)  # noqa: S704

    def notice(self, notice: Notice) -> Markup:
        """A notice of one line, without the bullet it has in a message."""
        return Markup(str(self(notice.key, **notice.fields)).removeprefix("• "))  # noqa: S704 - made by `__call__`

    def name(self, text: str) -> Markup:
        """A title or a name, of whatever direction."""
        return Markup("<bdi>{}</bdi>").format(clean(text))

    def time(self, at: datetime) -> Markup:
        """An instant by the officers' clock."""
        return escape(local_time(at, self.language))

    def day(self, day: date) -> Markup:
        """A day with its weekday."""
        weekday = f"weekday.{day.isoweekday()}"
        return self("report.day", weekday_key=weekday, day=day.day, month_key=f"month.{day.month}")

    def span(self, seconds: float) -> Markup:
        """How long something took, in its two largest units."""
        whole = max(0, round(seconds))
        if whole < 60:
            return self("span.seconds", n=whole)
        if whole < 3600:
            return self("span.minutes", n=whole // 60)
        if whole < 86_400:
            return self("span.hours", n=whole // 3600, minutes=whole // 60 % 60)
        return self("span.days", n=whole // 86_400, hours=whole // 3600 % 24)

    def _field(self, name: str, value: str | int | Markup) -> tuple[str, Markup]:
        """As bot.texts does it for messages."""
        if name.endswith("_key"):
            return name.removesuffix("_key"), self(str(value))
        if name.endswith("_at"):
            return name.removesuffix("_at"), self.time(datetime.fromtimestamp(float(value), UTC))
        return name, value if isinstance(value, Markup) else escape(value) if isinstance(
            value, int
        ) else self.name(value)


def clean(text: str) -> str:
    """Without controls, marks of direction and halves of letters; what is too long for a title is cut."""
    told = _CONTROLS.sub("", text)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
