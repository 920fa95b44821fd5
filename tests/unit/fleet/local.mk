check_PROGRAMS += tests/unit/test-fleet
TESTS += tests/unit/test-fleet
tests_unit_test_fleet_SOURCES = \
	%D%/alerts.c \
	%D%/containers.c \
	%D%/history.c \
	%D%/models.c \
	%D%/nfs.c \
	%D%/policy.c \
	%D%/policy_random.c \
	%D%/policy_sample.c \
	%D%/pool.c \
	%D%/random.c \
	%D%/requests.c \
	%D%/scene.c \
	%D%/scene.h \
	%D%/service.c \
	%D%/simulation.c \
	%D%/states.c \
	%D%/stores.c \
	%D%/tended.c \
	%D%/text.c \
	%D%/text_time.c \
	%D%/zone.c
tests_unit_test_fleet_LDADD = libfleet.a $(CRITERION_LIBS) -lm
