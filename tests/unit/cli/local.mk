# unit tests of src/cli
check_PROGRAMS += tests/unit/test-cli
TESTS += tests/unit/test-cli
tests_unit_test_cli_SOURCES = \
	%D%/compose.c \
	%D%/demo.c \
	%D%/doctor.c \
	%D%/metrics.c \
	%D%/options.c \
	%D%/serve.c \
	%D%/snapshot.c \
	%D%/tell.c \
	%D%/words.c \
	%D%/../ops/recorded.c \
	%D%/../ops/recorded.h
tests_unit_test_cli_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_cli_LDADD = libcli.a libops.a libnet.a libconfig.a libfleet.a \
	$(CURL_LIBS) $(NFS_LIBS) $(MHD_LIBS) $(ZLIB_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) $(CRITERION_LIBS) -lm
