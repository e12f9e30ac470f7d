"""The statistical layer: features of canonical words and roles, one calibrated probability a clause."""
