# End-to-end tests: scripts only, one per line; tests/README.md has the rules.
EXTRA_DIST += %D%/tap.sh
E2E_PLAIN_TESTS += %D%/bootstrap %D%/driver
E2E_TESTS += %D%/sim-docker
