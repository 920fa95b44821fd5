LOG_DRIVER = $(SHELL) $(top_srcdir)/tests/driver
AM_TESTS_ENVIRONMENT = \
	OLLAMA_TOP='$(abs_top_builddir)/ollama-top'; export OLLAMA_TOP; \
	OLLAMA_TOP_SIM='$(abs_top_builddir)/ollama-top-sim'; export OLLAMA_TOP_SIM; \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	TEST_TIMEOUT_FACTOR=$(TEST_TIMEOUT_FACTOR); export TEST_TIMEOUT_FACTOR;
EXTRA_DIST += %D%/.clang-tidy %D%/README.md %D%/catalogues %D%/coverage.awk %D%/cpu.awk %D%/driver %D%/lint %D%/package %D%/totals

# What measures time or drives real engines gains nothing from the sanitizers, and is in the second list.
E2E_TESTS =
E2E_PLAIN_TESTS =

# Those of the long list come first, so that those at the same time end at about the same time.
if E2E
if !SANITIZERS
TESTS += $(E2E_PLAIN_TESTS)
endif
TESTS += $(E2E_TESTS)
endif

# Unit tests need Criterion; without it the check target says so instead of passing with nothing run.
if HAVE_CRITERION
include tests/unit/fleet/local.mk
include tests/unit/config/local.mk
include tests/unit/net/local.mk
include tests/unit/ops/local.mk
include tests/unit/record/local.mk
include tests/unit/ui/local.mk
include tests/unit/cli/local.mk
include tests/unit/sim/local.mk
else
check-local:
	@echo "The unit tests were not built: Criterion is missing (Debian: libcriterion-dev). Install it, then run configure again." >&2; exit 1
endif

include tests/fuzz/local.mk
include tests/e2e/local.mk
include tests/bench/local.mk
EXTRA_DIST += $(E2E_TESTS) $(E2E_PLAIN_TESTS)

# All that the tests run, and no test.
check-programs: $(check_PROGRAMS)
.PHONY: check-programs
