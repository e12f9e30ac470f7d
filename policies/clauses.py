"""The ten clauses by their ids, in the order in which people are shown them (OM 14/3/2022-D-II, paras 2 to 4)."""

CLAUSES = (
    "disclosure",
    "political",
    "sectarian",
    "disparaging",
    "unauthentic",
    "government",
    "ideology",
    "security",
    "order",
    "promotion",
)
