# unit tests of src/cli
check_PROGRAMS += tests/unit/test-cli
TESTS += tests/unit/test-cli
tests_unit_test_cli_SOURCES = \
	%D%/demo.c \
	%D%/options.c \
	%D%/snapshot.c \
	%D%/words.c
tests_unit_test_cli_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_cli_LDADD = libcli.a libops.a libnet.a libconfig.a libfleet.a \
	$(CURL_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) $(CRITERION_LIBS) -lm
