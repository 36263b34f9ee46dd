-- Their keys and digests, of some buckets only.
select {keys}, {digest} from {rows} and {within}
