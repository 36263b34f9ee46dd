"""The digest of a record: one definition (definition.py), computed by PostgreSQL and over Arrow; comparing by it."""

from upstate.wire.digests.asking import (
    ask_sums,
    pairs_from_answer,
    strung,
    strung_keys,
    sums_from_answer,
    tells_beside,
)
from upstate.wire.digests.beside import digests_of, limited_beside
from upstate.wire.digests.columns import digests, key_hashes, value_hashes
from upstate.wire.digests.definition import MOST_BUCKETS, UNFIT, VERSION, bucket_count, compared, definition
from upstate.wire.digests.known import SAMPLE, KnownAnswer, known_answers, sample_records, self_test_sql
from upstate.wire.digests.lone import lone_records
from upstate.wire.digests.pairs import (
    DIGEST,
    Differences,
    Pairs,
    compare_pairs,
    confirm,
    pairs_from_bytes,
    pairs_from_rows,
    pairs_from_table,
    pairs_of,
    pairs_schema,
)
from upstate.wire.digests.postgresql import (
    bucket_sql,
    digest_sql,
    in_buckets_sql,
    in_database,
    key_hash_sql,
    quote,
    sums_sql,
)
from upstate.wire.digests.shipping import for_shipping, in_whole
from upstate.wire.digests.sums import Sums, bucket_sums, differing, sums_from_bytes, sums_from_hashes, sums_from_rows
from upstate.wire.digests.total import Total, Totalling, total_from_text, total_of, total_of_sums

__all__ = [
    "DIGEST",
    "MOST_BUCKETS",
    "SAMPLE",
    "UNFIT",
    "VERSION",
    "Differences",
    "KnownAnswer",
    "Pairs",
    "Sums",
    "Total",
    "Totalling",
    "ask_sums",
    "bucket_count",
    "bucket_sql",
    "bucket_sums",
    "compare_pairs",
    "compared",
    "confirm",
    "definition",
    "differing",
    "digest_sql",
    "digests",
    "digests_of",
    "for_shipping",
    "in_buckets_sql",
    "in_database",
    "in_whole",
    "key_hash_sql",
    "key_hashes",
    "known_answers",
    "limited_beside",
    "lone_records",
    "pairs_from_answer",
    "pairs_from_bytes",
    "pairs_from_rows",
    "pairs_from_table",
    "pairs_of",
    "pairs_schema",
    "quote",
    "sample_records",
    "self_test_sql",
    "strung",
    "strung_keys",
    "sums_from_answer",
    "sums_from_bytes",
    "sums_from_hashes",
    "sums_from_rows",
    "sums_sql",
    "tells_beside",
    "total_from_text",
    "total_of",
    "total_of_sums",
    "value_hashes",
]
