# operate.sh - operations by the command line, and what they say of themselves; to be sourced after tap.sh.
#
# operate COMMAND...            with --yes: its status in $status, its lines in $TEST_TMP/out
# outcome FILTER [FILE]         of the last line
# ended NAME STATUS OUTCOME     a case: how the last one ended
# says NAME PATTERN             a case: what its last line says
# leases                        how many there are, by docker
# shellcheck shell=sh

operate()
{
	"$OLLAMA_TOP" "$@" --yes --format json >"$TEST_TMP/out" 2>"$TEST_TMP/err"
	status=$?
}

outcome()
{
	jq -rs "last | $1" "${2-$TEST_TMP/out}"
}

ended()
{
	equal "$1" "$2 $3" "$status $(outcome .status)"
	[ "$2 $3" = "$status $(outcome .status)" ] || sed 's/^/# /' "$TEST_TMP/out" "$TEST_TMP/err"
}

says()
{
	if outcome .message | grep -Eq "$2"; then
		pass "$1"
	else
		fail "$1" "$(outcome .message)"
	fi
}

leases()
{
	docker ps -a --format '{{.Names}}' | grep -c ollama-top-lease
}
