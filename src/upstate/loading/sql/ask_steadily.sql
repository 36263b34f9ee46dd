-- Compiling a digest takes longer than computing a million of them. And while the state's rows are asked about, the
-- district's own are on another processor: the state is not the slower end that several would have to help.
select set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true)
