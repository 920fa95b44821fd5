# unit tests of src/sim
check_PROGRAMS += tests/unit/test-sim
TESTS += tests/unit/test-sim
tests_unit_test_sim_SOURCES = %D%/containers.c %D%/events.c %D%/fixture.c %D%/fixture.h %D%/models.c %D%/scenarios.c
tests_unit_test_sim_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src $(MHD_CFLAGS) $(CRITERION_CFLAGS)
tests_unit_test_sim_LDADD = $(SIM_LIBS) $(CRITERION_LIBS)
