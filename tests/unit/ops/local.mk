# unit tests of src/ops
check_PROGRAMS += tests/unit/test-ops
TESTS += tests/unit/test-ops
tests_unit_test_ops_SOURCES =
