"""The manner a message is written in: English, Urdu script, Roman Urdu, or mixed.

By letters first, then by the small words that hold sentences together, which no one can write without.
"""

import re
from collections.abc import Sequence

_URDU = re.compile("[\u0600-\u06ff]")
_LATIN = re.compile("[A-Za-z]")
_WORDS = re.compile(r"[\w']+")

_ROMAN = frozenset(
    "hai hain he hen tha thi thay the_ ho hoga hogi hoon hun hona hota hoti ka ki ke ko kay se sy mein mai mn main par pe "
    "ne aur or_ ya yeh ye wo woh jo kya kia kyun kyu kaise kab kahan kaun kon nahi nahin nai ni na mat bhi b_ to_ tou toh "
    "hi ab abhi phir agar magar lekin sab kuch koi kisi kis apna apni apne mera meri mere tera hamara hamari humara tumhara "
    "aap ap tum hum ham unka inka iska uska unko inko isko usko us_ is_ kar karo karen karna karein kiya raha rahi rahe gaya "
    "gayi gai gaye diya di_ do_ dein den lo lein lena dena wala wali walay wale liye lye bohat bohot bht bahut acha achha "
    "theek thik sahi jee ji janab sahib sahab bhai bhaijan yaar yar baji kal aaj aj rat raat subah sham din baat log logon "
    "ghar kaam waqt mil gya hogya hogaya krna krdo krna krte karte hua hui huay huwa sirf bas jab tab tak saath sath pehle "
    "baad bad_ zara shukriya mubarak salam assalam walaikum allah inshallah mashallah dua duain chahiye chahye sakta sakti "
    "sakte kitna kitni kitne itna itni jaisa jaise warna wrna idhar udhar yahan wahan".replace(
        "_", ""
    ).split()
) - {
    "the",
    "or",
    "b",
    "to",
    "us",
    "is",
    "di",
    "do",
    "bad",
    "main",
    "he",
    "hi",
    "par",
    "ham",
    "log",
    "den",
    "lo",
    "ya",
    "mat",
    "hum",
}
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "but",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "from",
        "with",
        "by",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "must",
        "shall",
        "do",
        "does",
        "did",
        "not",
        "no",
        "this",
        "that",
        "these",
        "those",
        "it",
        "its",
        "he",
        "she",
        "they",
        "we",
        "you",
        "i",
        "my",
        "your",
        "our",
        "their",
        "his",
        "her",
        "me",
        "him",
        "them",
        "us",
        "who",
        "what",
        "when",
        "where",
        "why",
        "how",
        "which",
        "there",
        "here",
        "if",
        "then",
        "than",
        "so",
        "as",
        "about",
        "after",
        "before",
        "please",
        "all",
        "any",
        "some",
        "more",
        "just",
        "only",
        "also",
        "very",
        "now",
        "up",
        "out",
        "into",
        "over",
        "under",
        "again",
        "one",
        "two",
    ]
)


# Words that hold sentences together in either language: they sound like many others and mean none of them.
SMALL_WORDS = _ROMAN | _ENGLISH

# (Urdu letters, Latin letters, Roman Urdu words, English words)
Marks = tuple[int, int, int, int]


def marks_of(word: str) -> Marks:
    """What one word tells of the manner: its Urdu and Latin letters, and whether it is a small word of either language."""
    lower = word.lower()
    return (
        len(_URDU.findall(word)),
        len(_LATIN.findall(word)),
        int(lower in _ROMAN),
        int(lower in _ENGLISH),
    )


def manner_of(marks: Sequence[Marks]) -> str:
    """The manner of a text by its words' marks."""
    urdu = latin = roman = english = 0
    for one in marks:
        urdu += one[0]
        latin += one[1]
        roman += one[2]
        english += one[3]
    if urdu and urdu >= 3 * latin:
        return "ur"
    if not latin or urdu * 6 > latin:
        return "mx"
    if roman > 0 and roman >= 4 * english:
        return "ru"
    return "en" if english > 0 and english >= 6 * roman else "mx"


def manner(text: str) -> str:
    """`en`, `ur`, `ru` or `mx`; a text without letters counts as `mx`, for which the room's language is used."""
    return manner_of([marks_of(word) for word in _WORDS.findall(text)])
