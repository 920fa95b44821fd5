# unit tests of src/ui
check_PROGRAMS += tests/unit/test-ui
TESTS += tests/unit/test-ui
tests_unit_test_ui_SOURCES = \
	%D%/fixture.c %D%/fixture.h \
	%D%/test-canvas.c \
	%D%/test-edit.c \
	%D%/test-figures.c \
	%D%/test-keys.c \
	%D%/test-log-text.c \
	%D%/test-layout.c \
	%D%/test-matrix.c \
	%D%/test-operations.c \
	%D%/test-roster.c \
	%D%/test-secrets.c \
	%D%/test-spark.c \
	%D%/test-wall.c
tests_unit_test_ui_CPPFLAGS = $(AM_CPPFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_ui_LDADD = libui.a libops.a libnet.a libfleet.a $(CURSES_LIBS) $(CURL_LIBS) $(NFS_LIBS) $(UV_LIBS) $(CJSON_LIBS) $(YAML_LIBS) $(CRITERION_LIBS) -lm
