# End-to-end tests: scripts only, one per line; tests/README.md has the rules.
# Long ones first, and real engines apart from each other: of them at most two run at a time, and a third holds a job up.
E2E_PLAIN_TESTS += %D%/operations-faults
E2E_PLAIN_TESTS += %D%/operations-engine
E2E_PLAIN_TESTS += %D%/autoscale
E2E_PLAIN_TESTS += %D%/swarm-sim
E2E_PLAIN_TESTS += %D%/random-ops
E2E_PLAIN_TESTS += %D%/swarm
E2E_PLAIN_TESTS += %D%/languages
E2E_PLAIN_TESTS += %D%/engine
E2E_PLAIN_TESTS += %D%/sim-docker
E2E_PLAIN_TESTS += %D%/command-line
E2E_PLAIN_TESTS += %D%/autoscale-engine
E2E_PLAIN_TESTS += %D%/killed
E2E_PLAIN_TESTS += %D%/store-engine
E2E_PLAIN_TESTS += %D%/wall
E2E_PLAIN_TESTS += %D%/swarm-nodes
E2E_PLAIN_TESTS += %D%/sim-ollama
E2E_PLAIN_TESTS += %D%/serve
E2E_PLAIN_TESTS += %D%/render-engine
E2E_PLAIN_TESTS += %D%/forced
E2E_PLAIN_TESTS += %D%/tunnel-engine
E2E_PLAIN_TESTS += %D%/completions
E2E_PLAIN_TESTS += %D%/doctor-engine
E2E_PLAIN_TESTS += %D%/engines
E2E_PLAIN_TESTS += %D%/clone
E2E_PLAIN_TESTS += %D%/bootstrap
E2E_PLAIN_TESTS += %D%/driver
E2E_TESTS += %D%/operations
E2E_TESTS += %D%/screen
E2E_TESTS += %D%/tunnel
E2E_TESTS += %D%/doctor
E2E_TESTS += %D%/read-only
E2E_TESTS += %D%/record
E2E_TESTS += %D%/nfs
E2E_TESTS += %D%/render
E2E_TESTS += %D%/simulate
EXTRA_DIST += %D%/tap.sh %D%/engine.sh %D%/operate.sh %D%/operations.sh %D%/sshd.sh %D%/screens

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
	%D%/terminal/script_input.c \
	%D%/terminal/script_outcome.c \
	%D%/terminal/script_private.h \
	%D%/terminal/script_screen.c \
	%D%/terminal/script_setup.c \
	%D%/terminal/simulator.c \
	%D%/terminal/simulator.h \
	%D%/terminal/terminal.c \
	%D%/terminal/terminal.h
tests_e2e_terminal_screens_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_e2e_terminal_screens_LDADD = $(VTERM_LIBS) -lutil

# Walls over a fleet that breaks all the time; `make soak` for long.
check_PROGRAMS += %D%/terminal/soak
tests_e2e_terminal_soak_SOURCES = \
	%D%/terminal/simulator.c \
	%D%/terminal/simulator.h \
	%D%/terminal/soak.c \
	%D%/terminal/terminal.c \
	%D%/terminal/terminal.h
tests_e2e_terminal_soak_CPPFLAGS = $(AM_CPPFLAGS) $(VTERM_CFLAGS)
tests_e2e_terminal_soak_LDADD = $(VTERM_LIBS) -lutil

soak: ollama-top ollama-top-sim %D%/terminal/soak
	@$(AM_TESTS_ENVIRONMENT) %D%/terminal/soak
else
soak:
	@echo 'The soak needs libvterm (Debian: libvterm-dev). Install it, then run configure again.' >&2; exit 1
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
tests_e2e_random_random_ops_LDADD = libops.a libnet.a libconfig.a libfleet.a $(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) -lm
# The test runs sixteen of them; by hand: RANDOM_OPS_SEQUENCES=1000 RANDOM_OPS_JOBS=8 make check TESTS=tests/e2e/random-ops.
