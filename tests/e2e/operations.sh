# operations.sh - a fleet on a real engine of our own, behind a balancer's API on a file of ours, for operations by the
# command line; to be sourced after tap.sh and engine.sh, in namespaces of its own. Set before, or as here:
# shellcheck shell=sh disable=SC2034 # whoever sources it uses the rest
: "${ro_ports:=11436 11437 11438}" # of the instances ollama-1 and on of server 84
: "${run_options=}" # of docker run, for each instance
: "${generating=}"  # options of the simulator
: "${scale_max:=6}" "${drain:=2s}" "${refresh:=1s}"
dynamic=$TEST_TMP/dynamic.yml
: "${balanced:=$dynamic}" # what the balancer says that it has
# shellcheck source=tests/e2e/operate.sh
. "$here/operate.sh"
engine_start || skip_all "$engine_why"
leave() {
	[ -z "${sim-}" ] || kill "$sim"
	[ -z "${registry-}" ] || kill "$registry"
	# shellcheck disable=SC2086 # a list of pids
	[ -z "${others-}" ] || kill $others 2>/dev/null
	engine_stop
}
trap leave EXIT
trap 'exit 130' INT TERM

engine_image ollama-half
store=$TEST_TMP/store
mkdir -p "$store"
# Flags in the store make the next start slow, or fail; those that run are not touched.
cat >"$store/serve" <<END
[ ! -e /root/.ollama/refuse ] || exit 3
[ ! -e /root/.ollama/slow ] || sleep 4
exec /bin/ollama-top-sim --ollama 0.0.0.0:11434 --models-dir /root/.ollama $generating
END

# Restarted always: an engine that was killed takes those that it finds running for stopped, and "unless-stopped" for meant.
run() { # NAME PORT MODE
	# shellcheck disable=SC2086 # they are words
	docker run -d --name "$1" -p "127.0.0.1:$2:11434" -v "$store:/root/.ollama:$3" --memory 128m --memory-swap 128m $run_options \
		--restart always --label tier=gpu -e OLLAMA_NOPRUNE=1 ollama-half sh /root/.ollama/serve >/dev/null
}
answers() { # PORT...
	for port in "$@"; do
		curl -sf --max-time 2 "http://127.0.0.1:$port/api/version" || return 1
	done
}
run ollama 11434 rw
check "the rw server answers" wait_for 15 answers 11434
n=0
for port in $ro_ports; do
	n=$((n + 1))
	run ollama-$n "$port" ro
done
# shellcheck disable=SC2086 # a list of ports
check "the ro instances answer" wait_for 15 answers $ro_ports

# ---- the balancer: Traefik's API as the simulator has it, on a file of ours --------------------------
dynamic_file() { # PORT...: the file with these in the pool
	cat <<'END'
# kept: a comment on top
http:
  services:
    ollama:
      loadBalancer:
        servers:
END
	for port in "$@"; do
		echo "          - url: \"http://127.0.0.1:$port\""
	done
	cat <<'END'
        healthCheck: {path: /api/version,   interval: "10s"}   # kept: odd blanks
        serversTransport: ollama

    other:
      loadBalancer: {servers: [{url: "http://127.0.0.1:9"}]}
  serversTransports:
    ollama: {forwardingTimeouts: {idleConnTimeout: 1s}}   # kept
END
}
# shellcheck disable=SC2086 # a list of ports
dynamic_file 11434 $ro_ports >"$dynamic"
[ "$balanced" = "$dynamic" ] || cp "$dynamic" "$balanced"
"$OLLAMA_TOP_SIM" --free-ports --traefik-file "$balanced" >"$TEST_TMP/sim.yaml" 2>"$TEST_TMP/sim.err" &
sim=$!
traefik() {
	sed -n 's/^ *api: *//p' "$TEST_TMP/sim.yaml" | grep .
}
check "the balancer's API is there" wait_for 10 traefik

fstype=$(docker exec ollama cat /proc/self/mountinfo | awk '$5 == "/root/.ollama" { sub(/.* - /, ""); print $1 }')
cat >"$TEST_TMP/config.yaml" <<END
refresh: $refresh
timeout: 3s
servers:
  - name: "80"
    host: 127.0.0.1
    role: rw
    docker: $DOCKER_HOST
    instances: [{name: ollama, port: 11434}]
    nfs: {export: $store}
  - name: "84"
    host: 127.0.0.1
    role: ro
    docker: $DOCKER_HOST
    discover: {name: "ollama-[0-9]*"}
    scale: {min: 1, max: $scale_max, ports: 11436-11445, memory_headroom: 64M, drain: $drain}
    nfs: {mount: $store, types: [$fstype]}
traefik: {api: $(traefik), service: ollama, dynamic_file: $dynamic}
END
OLLAMA_TOP_CONFIG=$TEST_TMP/config.yaml
XDG_STATE_HOME=$TEST_TMP/state
export OLLAMA_TOP_CONFIG XDG_STATE_HOME
audit=$XDG_STATE_HOME/ollama-top/audit.jsonl

containers() { # those of server 84, as docker says
	docker ps -a --format '{{.Names}} {{.State}}' | grep '^ollama-[0-9]' | sort
}
seen() { # as snapshot says
	"$OLLAMA_TOP" snapshot --format json >"$TEST_TMP/snapshot.json"
	jq -r '.servers[] | select(.name == "84").instances[] | "\(.name) \(.container.status)"' "$TEST_TMP/snapshot.json" | sort
}
agree() { # WHEN
	there=$(containers)
	equal "$1: snapshot says what docker ps says" "${there:-none}" "$(seen)"
}
names() {
	containers | cut -d' ' -f1 | tr '\n' ' '
}
pool() { # NAME PORT...: the file is as it was but for these
	name=$1
	shift
	dynamic_file "$@" >"$TEST_TMP/wanted.yml"
	check "$name" diff "$TEST_TMP/wanted.yml" "$dynamic"
}
field() { # CONTAINER FORMAT
	docker inspect -f "$2" "$1"
}
