"""Why a clause was found: the relation between roles that explains it, told to the member.

For each clause the relations from the most to the least telling; the first whose roles all occur is the reason. A
relation is a set of alternatives that must all be met: `{"support"}, {"party", "politician"}` is support for a party.
"""

from collections.abc import Set

Alternatives = tuple[frozenset[str], ...]


def _relation(*alternatives: str) -> Alternatives:
    return tuple(frozenset(one.split("|")) for one in alternatives)


_PARTY = "party|politician|party_symbol|movement|slogan"
_PEOPLE = "ethnicity|caste|province_people|cadre|service_group|rank_low|gender_women|gender_men|transgender|disability"
_BAD = (
    "insult|abuse|animal_insult|corruption_insult|incompetence_insult|body_insult|stereotype|evaluation_bad"
)

RELATIONS: dict[str, tuple[tuple[str, Alternatives], ...]] = {
    "disclosure": (
        ("personal", _relation("personal_data", "official_system|case_file|leak_verb|document_kind")),
        (
            "paper",
            _relation(
                "document_kind|marking|case_file", "draft_state|marking|secrecy_hint|unannounced|leak_verb"
            ),
        ),
        ("meeting", _relation("inside_meeting", "decision_word|unannounced|secrecy_hint|document_kind")),
        ("unannounced", _relation("unannounced|secrecy_hint|draft_state")),
        ("content", _relation("document_kind|case_file|official_system")),
    ),
    "political": (
        ("support", _relation("support|slogan|vote|campaign", _PARTY)),
        ("oppose", _relation("oppose|insult|corruption_insult|abuse", _PARTY)),
        ("rigging", _relation("rigging|mandate")),
        ("election", _relation("election|vote|campaign")),
        ("side", _relation(_PARTY)),
    ),
    "sectarian": (
        ("takfir", _relation("takfir")),
        ("exclusion", _relation("sect|faith|faith_follower", "exclusion|conversion_marriage")),
        ("disparage", _relation("sect|faith|faith_follower|sect_ritual|sect_place", _BAD)),
        ("rank", _relation("sect|faith|faith_follower|sect_slur")),
    ),
    "disparaging": (
        ("group", _relation(_PEOPLE, _BAD)),
        ("person", _relation("colleague|boss|relative|second_person", _BAD)),
        ("abuse", _relation("abuse|insult|animal_insult|body_insult")),
        ("corrupt", _relation("corruption_insult|incompetence_insult")),
    ),
    "unauthentic": (
        ("forward", _relation("forward_marker|urgency_share")),
        ("rumour", _relation("rumour_marker|unverified")),
        ("benefit", _relation("benefit_topic")),
        ("shock", _relation("shock_news|hoax_topic")),
    ),
    "government": (
        ("protest", _relation("protest|strike")),
        (
            "mock",
            _relation(
                "sarcasm_marker|oppose", "policy|decision_measure|cabinet|head_of_government|government_body"
            ),
        ),
        ("policy", _relation("policy|decision_measure|cabinet|head_of_government|government_body")),
    ),
    "ideology": (
        ("secession", _relation("secession|nationalist_movement")),
        ("partition", _relation("partition")),
        ("basis", _relation("ideology_state|anti_state")),
    ),
    "security": (
        (
            "movement",
            _relation("force|convoy|movement_troops|weapon", "route_timing|time_word|place_pk|border|convoy"),
        ),
        ("vip", _relation("vip", "route_timing|time_word|convoy|patrol_guard|checkpost")),
        ("guard", _relation("patrol_guard|checkpost|installation|weapon")),
        ("state", _relation("foreign_state|foreign_insult|war_talk")),
        ("operation", _relation("operation|intelligence|force")),
    ),
    "order": (
        ("violence", _relation("violence_verb|violence_means|mob|incite")),
        ("court", _relation("judge|court|pending_case|contempt_word")),
        ("decency", _relation("obscene|vulgar")),
        ("law", _relation("law_break|gambling_drugs")),
    ),
    "promotion": (
        ("press", _relation("press_talk|media_outlet")),
        ("property", _relation("property_sale|investment")),
        ("academy", _relation("tuition_academy")),
        ("offer", _relation("business|product|service_offer|shop_word|discount|contact_order|price")),
    ),
}


def reason_for(clause: str, roles: Set[str]) -> str:
    """The id of the reason (`political.support`); `<clause>.general` when no relation was recognised."""
    for name, alternatives in RELATIONS[clause]:
        if not any(roles.isdisjoint(one) for one in alternatives):
            return f"{clause}.{name}"
    return f"{clause}.general"
