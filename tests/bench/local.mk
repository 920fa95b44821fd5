# Benchmarks, run by hand: make bench
EXTRA_PROGRAMS = %D%/floor %D%/console
tests_bench_floor_SOURCES = %D%/floor.c
tests_bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_bench_floor_LDADD = $(CURL_LIBS)
tests_bench_console_SOURCES = %D%/console.c tests/e2e/terminal/terminal.c tests/e2e/terminal/terminal.h
tests_bench_console_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_bench_console_LDADD = $(VTERM_LIBS) -lutil
EXTRA_DIST += %D%/run

.PHONY: bench
bench: ollama-top ollama-top-sim $(EXTRA_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/bench/run
