# unit tests of src/ops
check_PROGRAMS += tests/unit/test-ops
TESTS += tests/unit/test-ops
tests_unit_test_ops_SOURCES = \
	%D%/recorded.c \
	%D%/recorded.h \
	%D%/test-audit.c \
	%D%/test-choose.c \
	%D%/test-clone.c \
	%D%/test-successor.c
tests_unit_test_ops_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_ops_LDADD = libops.a libnet.a libfleet.a $(CRITERION_LIBS) $(CURL_LIBS) $(UV_LIBS) $(CJSON_LIBS) -lm
EXTRA_DIST += \
	%D%/data/image-1.json \
	%D%/data/inspect-compose.json \
	%D%/data/inspect-fixed.json \
	%D%/data/inspect-options.json \
	%D%/data/inspect-recreated.json
