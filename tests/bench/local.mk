# benchmarks, run by hand: make bench
