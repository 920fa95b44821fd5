check_PROGRAMS += tests/unit/test-fleet
TESTS += tests/unit/test-fleet
tests_unit_test_fleet_SOURCES = \
	%D%/alerts.c \
	%D%/containers.c \
	%D%/history.c \
	%D%/models.c \
	%D%/pool.c \
	%D%/random.c \
	%D%/scene.c \
	%D%/scene.h \
	%D%/states.c \
	%D%/stores.c \
	%D%/text.c \
	%D%/text_time.c
tests_unit_test_fleet_LDADD = libfleet.a $(CRITERION_LIBS) -lm
