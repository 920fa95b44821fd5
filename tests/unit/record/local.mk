# unit tests of src/record
check_PROGRAMS += tests/unit/test-record
TESTS += tests/unit/test-record
tests_unit_test_record_SOURCES = \
	%D%/codec.c \
	%D%/files.c \
	%D%/names.c \
	%D%/samples.c %D%/samples.h \
	%D%/spec.c
tests_unit_test_record_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_record_LDADD = librecord.a libnet.a libconfig.a libfleet.a \
	$(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) $(CRITERION_LIBS) -lm
