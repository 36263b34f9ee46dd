"""A judgement can be compared with an earlier one only where both went by the same catalog entry and facts."""

import subprocess
import sys
from dataclasses import replace

from upstate.catalog import fingerprint, read_catalog, shipped_catalog

K12 = read_catalog(shipped_catalog("k12"))
FACTS = {"school_year": 2024, "edition": "KY"}


def test_the_same_entry_and_facts_give_the_same_fingerprint_in_every_process() -> None:
    code = (
        "from upstate.catalog import *; k = read_catalog(shipped_catalog('k12'));"
        "print(fingerprint(k['NASIS'], {'school_year': 2024, 'edition': 'KY'}))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert said == fingerprint(K12["NASIS"], FACTS)


def test_any_change_of_a_column_a_code_a_rule_or_a_fact_is_another_fingerprint() -> None:
    obj = K12["Enrollment"]
    column = replace(obj.columns[2], required=not obj.columns[2].required)
    others = [
        fingerprint(replace(obj, columns=(*obj.columns[:2], column, *obj.columns[3:])), FACTS),
        fingerprint(replace(obj, rules=obj.rules[1:]), FACTS),
        fingerprint(replace(obj, rules=(replace(obj.rules[0], when="true"), *obj.rules[1:])), FACTS),
        fingerprint(replace(obj, references=obj.references[1:]), FACTS),
        fingerprint(obj, {**FACTS, "edition": None}),
        fingerprint(obj, {**FACTS, "school_year": 2025}),
    ]
    assert len({fingerprint(obj, FACTS), *others}) == 1 + len(others)
