# unit tests of src/cli
check_PROGRAMS += tests/unit/test-cli
TESTS += tests/unit/test-cli
tests_unit_test_cli_SOURCES = \
	%D%/demo.c \
	%D%/options.c \
	%D%/snapshot.c
tests_unit_test_cli_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_cli_LDADD = libcli.a libconfig.a libfleet.a $(CJSON_LIBS) $(YAML_LIBS) $(CRITERION_LIBS) -lm
