# tests/e2e/tap.sh - TAP for end-to-end tests in shell: source it, report each case, call finish at the end.
# shellcheck shell=sh

tap_cases=0
tap_failed=0

pass() { # NAME
	tap_cases=$((tap_cases + 1))
	echo "ok $tap_cases - $1"
}

fail() { # NAME [DETAIL]
	tap_cases=$((tap_cases + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_cases - $1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

skip() { # NAME WHY
	tap_cases=$((tap_cases + 1))
	echo "ok $tap_cases - $1 # SKIP $2"
}

skip_all() { # WHY
	echo "1..0 # SKIP $1"
	exit 0
}

check() { # NAME COMMAND...: passes when the command succeeds; its output explains a failure
	tap_name=$1
	shift
	if tap_output=$("$@" 2>&1); then
		pass "$tap_name"
	else
		fail "$tap_name" "status $? of: $*
$tap_output"
	fi
}

equal() { # NAME WANTED SEEN
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "wanted: $2
seen:   $3"
	fi
}

wait_for() { # SECONDS COMMAND...: retries until the command succeeds, every 0.1 s for the first second, then every 0.3 s
	tap_tenths=$(($1 * 10))
	tap_step=1
	tap_patience=$((tap_tenths - 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$tap_tenths" -gt "$tap_patience" ] || tap_step=3
		tap_tenths=$((tap_tenths - tap_step))
		[ "$tap_tenths" -gt 0 ] || return 1
		sleep 0.$tap_step
	done
}

finish() {
	echo "1..$tap_cases"
	[ "$tap_failed" -eq 0 ]
	exit
}
