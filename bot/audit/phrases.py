"""What WhatsApp itself writes into an export, in English and Urdu: in place of a message, after one, or as a system line.

A member can type any of these himself, so nothing here is taken for WhatsApp's unless it stands where WhatsApp puts
it: alone, at the very end, or behind the mark that WhatsApp sets before its own words. In doubt it is a message.
"""

import re

# Direction marks that WhatsApp (and people's keyboards) strew around names, numbers and its own words.
MARKS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
M = f"[{MARKS}]*"
_END = rf"[.۔\s{MARKS}]*"

_DELETED = re.compile(
    rf"{M}(?:🚫\s*)?(?:"
    r"(?:this message was deleted|you deleted this message)(?: (?:by|as) (?:an )?admin(?: [^\n]{1,40})?)?"
    r"|message deleted"
    r"|(?:آپ نے )?(?:یہ |اس )?(?:پیغام|میسج|میسیج)(?: کو)? (?:حذف|ڈیلیٹ|مٹا) (?:کر )?(?:دیا|دی|کیا|ہو)(?: گیا| گئی)?(?: تھا| تھی| ہے)?"
    rf"){_END}",
    re.IGNORECASE,
)
_WAITING = re.compile(
    rf"{M}(?:⌛\ufe0f?\s*)?(?:waiting for this message\. this may take a while\.?(?: learn more\.?)?"
    r"|اس پیغام کا انتظار[^\n]{0,80})"
    rf"{_END}",
    re.IGNORECASE,
)
_EDITED = re.compile(
    rf"\s*{M}<{M}(?:this message was edited|edited|[^<>\n]{{0,30}}(?:ترمیم|ایڈٹ)[^<>\n]{{0,30}}){M}>{_END}$",
    re.IGNORECASE,
)

_NOUN = (
    "media|image|video|audio|sticker|document|gif|contact card|contact|voice message|video message|video note|location|"
    "live location|photo|album|view once (?:photo|video|voice message|message)"
)
_URDU_NOUN = "میڈیا|تصویر|تصاویر|ویڈیو|آڈیو|صوتی پیغام|وائس میسج|اسٹیکر|سٹیکر|دستاویز|جف|رابطہ کارڈ|رابطہ|GIF"
_URDU_LEFT_OUT = "چھوڑ|حذف|شامل نہیں|نظر ?انداز|خارج|ہٹا|موجود نہیں"
_OMITTED = re.compile(
    rf"(?P<before>(?s:.*?)(?:[\u200e]|^))\s*{M}(?:"
    rf"<{M}(?:{_NOUN}) omitted{M}>|<{M}(?:{_URDU_NOUN})[^<>\n]{{0,40}}(?:{_URDU_LEFT_OUT})[^<>\n]{{0,30}}>"
    rf"|(?:{_NOUN}) omitted(?={_END}$)|(?:{_URDU_NOUN}) (?:[\u0600-\u06ff]+ ){{0,3}}(?:{_URDU_LEFT_OUT})[\u0600-\u06ff ]{{0,30}}(?={_END}$)"
    rf"|gif attached(?={_END}$)"
    r")(?P<after>(?s:.*))",
    re.IGNORECASE,
)
_ATTACHED_AS_TAG = re.compile(
    rf"(?P<before>(?s:.*?)){M}<{M}(?:attached|منسلک[^:<>\n]{{0,20}}|منسلکہ):\s*{M}(?P<name>[^<>\n]{{1,255}}?){M}>(?P<after>(?s:.*))",
    re.IGNORECASE,
)
_ATTACHED_IN_BRACKETS = re.compile(
    rf"{M}(?P<name>[^\n]{{1,250}}?\.\w{{1,8}}){M}[ \u00a0]\({M}(?:file attached|(?:منسلک )?(?:فائل|فایل)(?: منسلک)?(?: ہے| کی گئی| شدہ)*){M}\)"
    rf"(?P<after>(?s:.*))",
    re.IGNORECASE,
)
_HINT = re.compile(f"omitted|attached|منسلک|{_URDU_LEFT_OUT}", re.IGNORECASE)
_LABEL = re.compile(rf"^{M}(?:POLL|OPTION|پول|رائے شماری|آپشن|اختیار):", re.MULTILINE)
_VOTES = re.compile(rf"\({M}[\d,]+ (?:votes?|ووٹ)s?{M}\)(?={_END}$)", re.MULTILINE | re.IGNORECASE)
_POLL = re.compile(rf"{M}(?:POLL|پول|رائے شماری):")
_WEB_POLL = re.compile(r"Poll: [^\n]*\n    - ")

FORWARDED = re.compile(r"\[Forwarded(?: many times)?\] ")

_SYSTEM = re.compile(
    r"end-to-end encrypt|secured with end-to-end"
    r"|\bcreated (?:this |the )?(?:group|community)|\badded\b|\bremoved\b|\bleft\b|\bjoined\b|\bwas added|\bwere added"
    r"|\bchanged (?:the|this|their|to|your|from)\b|\bdeleted (?:this|the) group|security code|\badmin|disappearing|\bpinned a message"
    r"|\bmissed (?:voice|video|group)|\b(?:voice|video|group) call\b|\bstarted a (?:voice |video )?(?:call|chat)|\brequested to join|invite link"
    r"|message timer|business account|\bcommunity\b|\bthis group\b|\bin your contacts\b|\bblocked\b|advanced chat privacy"
    r"|اینڈ ٹو اینڈ|خفیہ|انکرپ|گروپ|شامل (?:کیا|ہو|کر)|نکال دیا|ہٹا دیا|ہٹایا|چھوڑ (?:دیا|گ)|ایڈمن|منتظم|موضوع|عنوان|آئیکن"
    r"|نمبر (?:تبدیل|بدل)|غائب ہونے والے|سیکیورٹی کوڈ|دعوتی لنک|ویڈیو کال|وائس کال|صوتی کال|مسڈ",
    re.IGNORECASE,
)
NOTICE = re.compile(
    rf"{M}(?:messages (?:and calls|you send to this (?:chat|group)|to this (?:chat|group)) [^\n]{{0,60}}end-to-end encrypt"
    rf"|اس (?:چیٹ|گروپ)[^\n:]{{0,80}}(?:اینڈ ٹو اینڈ|انکرپ|خفیہ)|پیغامات اور کالز[^\n:]{{0,40}}(?:اینڈ ٹو اینڈ|انکرپ|خفیہ))",
    re.IGNORECASE,
)
_CALL = re.compile(
    rf"(?:missed )?(?:voice|video|group)(?: voice| video)? call(?:[,.] [\w \d]{{1,30}})?{_END}$",
    re.IGNORECASE,
)
_QUOTE = re.compile('["“”«»]')
_NAMES = re.compile(
    r"(?:\bcreated (?:the |this )?(?:group|community)|\bchanged the (?:subject|group name|group description|community name)"
    r"(?: from| to)?|نے (?:گروپ|موضوع|گروپ کا موضوع|گروپ کا نام|عنوان))\s*$"
)
# What people begin messages with again and again: no second half of a name.
_LEADS = re.compile(
    r"(?:note|notice|updates?|reminder|urgent|important|attention|fyi|ps|re|fwd?|sub|subject|date|time|venue|agenda|link"
    r"|zoom|news|breaking|sir|madam|dear|all|duty|sitrep|message|msg|from|to)"
)


def is_deleted(text: str) -> bool:
    """WhatsApp's stand-in for a message that was deleted."""
    return len(text) < 200 and _DELETED.fullmatch(text) is not None


def is_undecryptable(text: str) -> bool:
    """WhatsApp's stand-in for a message whose key has not come."""
    return len(text) < 200 and _WAITING.fullmatch(text) is not None


def without_edited(text: str) -> tuple[str, bool]:
    """A text without the mark of an edited message at its end, and whether it had one."""
    if ">" not in text[-12:]:
        return text, False
    found = _EDITED.search(text, max(0, len(text) - 120))
    return (text[: found.start()], True) if found else (text, False)


def media_of(text: str) -> tuple[str, str | None] | None:
    """What was written with a file (empty for nothing) and the file's name where it is told; None when there is no file."""
    if not _HINT.search(text):
        return None
    for pattern in (_ATTACHED_AS_TAG, _ATTACHED_IN_BRACKETS, _OMITTED):
        found = pattern.match(text)
        if found:
            parts = found.groupdict()
            told = [tidy(parts.get(part) or "") for part in ("before", "after")]
            return "\n".join(part for part in told if part), parts.get("name")
    return None


def tidy(text: str) -> str:
    """A text without the marks and spaces around it."""
    return text.strip().strip("\u200e\u200f\u061c\ufeff").strip()


def neutral_poll(text: str) -> str:
    """A poll with WhatsApp's own labels and the count of votes blanked, so that nobody is charged with the word vote."""
    if _POLL.match(text):
        return _VOTES.sub(_blank, _LABEL.sub(_blank, text))
    if _WEB_POLL.match(text):
        return f"     {text[5:]}"
    return text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def is_system(text: str) -> bool:
    """Whether words are such as WhatsApp says by itself; only for words that stand where it says them."""
    return _SYSTEM.search(text[:400]) is not None


def is_about(name: str, text: str) -> bool:
    """Whether WhatsApp tells what a member did (`Sana left`): his name or `You` begins it, one line, no longer than names ask."""
    told = tidy(text)
    if "\n" in told or len(told) > 160:
        return False
    if _CALL.match(told):
        return True
    began = next((one for one in (name, "You", "آپ") if told.startswith(one)), None)
    return began is not None and _SYSTEM.search(told, len(began)) is not None


def names_group(text: str, place: int) -> bool:
    """Whether a colon at `place` belongs to the name of a group, in a system line that tells of it in quotes."""
    quote = _QUOTE.search(text, 0, place)
    if quote is None or not _NAMES.search(text[: quote.start()]):
        return False
    return any(end.start() > place and len(text) - end.end() < 40 for end in _QUOTE.finditer(text, place))


def may_be_name(part: str) -> bool:
    """Whether what stands between two colons can be the second half of a name."""
    words = part.strip("*_~ ").lower()
    return (
        0 < len(words) <= 40 and not _LEADS.fullmatch(words) and not any(letter.isdigit() for letter in words)
    )
