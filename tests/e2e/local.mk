# End-to-end tests: scripts only, one per line; tests/README.md has the rules.
EXTRA_DIST += %D%/tap.sh
