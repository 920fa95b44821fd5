# unit tests of src/config
check_PROGRAMS += tests/unit/test-config
TESTS += tests/unit/test-config
tests_unit_test_config_SOURCES = \
	%D%/contexts.c \
	%D%/errors.c \
	%D%/good.c \
	%D%/hostile.c \
	%D%/local_machine.c \
	%D%/mistakes.h \
	%D%/units.c
tests_unit_test_config_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_config_LDADD = libconfig.a libfleet.a $(YAML_LIBS) $(CJSON_LIBS) $(CRITERION_LIBS)
