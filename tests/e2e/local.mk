# End-to-end tests: scripts only, one per line; tests/README.md has the rules.
E2E_PLAIN_TESTS += %D%/bootstrap %D%/driver
E2E_PLAIN_TESTS += %D%/engine
E2E_PLAIN_TESTS += %D%/clone
E2E_PLAIN_TESTS += %D%/operations-engine
E2E_TESTS += %D%/command-line
E2E_TESTS += %D%/killed
E2E_TESTS += %D%/read-only
E2E_TESTS += %D%/operations
E2E_TESTS += %D%/screen
E2E_TESTS += %D%/sim-docker
E2E_TESTS += %D%/sim-ollama
EXTRA_DIST += %D%/tap.sh %D%/engine.sh %D%/screens

# Runs the scripts of tests/e2e/screens in a terminal of libvterm.
if HAVE_VTERM
check_PROGRAMS += %D%/terminal/screens
tests_e2e_terminal_screens_SOURCES = \
	%D%/terminal/frame.c \
	%D%/terminal/frame.h \
	%D%/terminal/keys.c \
	%D%/terminal/keys.h \
	%D%/terminal/screens.c \
	%D%/terminal/script.c \
	%D%/terminal/script.h \
	%D%/terminal/simulator.c \
	%D%/terminal/simulator.h \
	%D%/terminal/terminal.c \
	%D%/terminal/terminal.h
tests_e2e_terminal_screens_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_e2e_terminal_screens_LDADD = $(VTERM_LIBS) -lutil
endif

# Prints what would be sent to an engine to clone a container.
check_PROGRAMS += %D%/helpers/clone-body
tests_e2e_helpers_clone_body_SOURCES = %D%/helpers/clone_body.c
tests_e2e_helpers_clone_body_LDADD = libops.a libnet.a libfleet.a $(CJSON_LIBS) -lm

# Random sequences of intents with random faults against the simulator.
check_PROGRAMS += %D%/random/random-ops
tests_e2e_random_random_ops_SOURCES = \
	%D%/random/actions.c \
	%D%/random/actions.h \
	%D%/random/audit_check.c \
	%D%/random/audit_check.h \
	%D%/random/main.c \
	%D%/random/random.h \
	%D%/random/sequence.c \
	%D%/random/truth.c \
	%D%/random/truth.h \
	%D%/terminal/simulator.c \
	%D%/terminal/simulator.h
tests_e2e_random_random_ops_LDADD = libops.a libnet.a libconfig.a libfleet.a $(CURL_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm
# By hand: RANDOM_OPS_SEQUENCES=1000 make check TESTS=tests/e2e/random-ops. Not all of its sequences pass yet.
EXTRA_DIST += %D%/random-ops
