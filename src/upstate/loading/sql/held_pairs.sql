-- Their keys and digests, of some buckets only: a row each, or all strung together in one.
select {keys}, {digest} from {rows} and {within}
