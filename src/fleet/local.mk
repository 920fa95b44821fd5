noinst_LIBRARIES += libfleet.a
libfleet_a_SOURCES =
