# engine.sh - a real Docker Engine of our own for one test; to be sourced.
#
# engine_own_namespaces "$0" "$@"   runs the test again in namespaces of its own, so that its engine
#                                   disturbs nobody and ends with it; returns where that is done
# engine_start                      sets DOCKER_HOST; returns 1 with the reason in $engine_why
# engine_restart                    starts the daemon again that was killed; its containers are as it finds them
# engine_image NAME                 an image with busybox and the simulator's Ollama half
# engine_request METHOD PATH [BODY] the engine's answer; fails on a refusal and shows it
# engine_differences A B            paths of the fields in which two containers differ
# engine_stop

engine_why=

engine_own_namespaces()
{
	[ -z "$ENGINE_NAMESPACES" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		engine_why="an engine needs root"
		return 1
	fi
	if ! unshare --net --mount --pid --fork --kill-child --mount-proc true 2>/dev/null; then
		engine_why="no namespaces of our own can be made here"
		return 1
	fi
	ENGINE_NAMESPACES=1
	export ENGINE_NAMESPACES
	exec unshare --net --mount --pid --fork --kill-child --mount-proc "$@"
}

engine_wait()
{
	for _ in $(seq 150); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

engine_start()
{
	for tool in containerd dockerd docker curl jq ip; do
		if ! command -v $tool >/dev/null; then
			engine_why="$tool is not installed"
			return 1
		fi
	done
	engine_dir=$(mktemp -d /tmp/engine-XXXXXX)
	ip link set lo up
	containerd --address "$engine_dir/containerd.sock" --root "$engine_dir/containerd" \
		--state "$engine_dir/containerd-state" >"$engine_dir/containerd.log" 2>&1 &
	engine_containerd=$!
	engine_wait test -S "$engine_dir/containerd.sock"
	DOCKER_HOST=unix://$engine_dir/docker.sock
	export DOCKER_HOST
	engine_daemon
}

engine_daemon()
{
	dockerd --containerd "$engine_dir/containerd.sock" -H "unix://$engine_dir/docker.sock" \
		--data-root "$engine_dir/data" --exec-root "$engine_dir/exec" --pidfile "$engine_dir/dockerd.pid" \
		>>"$engine_dir/dockerd.log" 2>&1 &
	engine_dockerd=$!
	if ! engine_wait curl -sf --unix-socket "$engine_dir/docker.sock" http://docker/_ping; then
		engine_why="dockerd did not start: $(tail -n 1 "$engine_dir/dockerd.log")"
		return 1
	fi
}

engine_restart()
{
	rm -f "$engine_dir/dockerd.pid"
	engine_daemon
}

# The program with the libraries that it is linked with: Debian has no static build of all of them.
engine_image()
{
	root=$engine_dir/rootfs
	mkdir -p "$root/bin" "$root/tmp" "$root/proc" "$root/root" "$root/lib64"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in sh cat df stat ls grep sleep kill echo; do
		ln -sf busybox "$root/bin/$applet"
	done
	cp "$OLLAMA_TOP_SIM" "$root/bin/ollama-top-sim"
	ldd "$OLLAMA_TOP_SIM" | sed -n 's/.*=> \(\/[^ ]*\) .*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\) .*/\1/p' |
		while read -r library; do
			mkdir -p "$root/$(dirname "$library")"
			cp -L "$library" "$root/$library"
		done
	tar -C "$root" -c . | docker import - "$1:latest" >/dev/null
}

engine_request() # METHOD PATH [BODY FILE]
{
	code=$(curl -s -o "$TEST_TMP/answer" -w '%{http_code}' --unix-socket "$engine_dir/docker.sock" -X "$1" \
		${3:+-H 'Content-Type: application/json' --data-binary "@$3"} "http://docker/v1.41$2")
	cat "$TEST_TMP/answer"
	[ "$code" -lt 300 ]
}

# Paths of all fields that are not equal, but for those that differ between any two containers; mounts and aliases come
# in any order.
engine_differences() # TEMPLATE CLONE
{
	engine_request GET "/containers/$1/json" >"$TEST_TMP/a.json"
	engine_request GET "/containers/$2/json" >"$TEST_TMP/b.json"
	jq -rn --slurpfile a "$TEST_TMP/a.json" --slurpfile b "$TEST_TMP/b.json" '
		def leaf: (type | IN("object", "array") | not) or length == 0;
		def fields: .Mounts |= sort_by(.Destination) | .NetworkSettings.Networks[].Aliases |= (. // [] | sort) | . as $all |
			[paths(leaf) as $p | {key: ($p | map(tostring) | join(" ")), value: ($all | getpath($p))}] | from_entries;
		($a[0] | fields) as $x | ($b[0] | fields) as $y |
		($x + $y | keys[]) as $k | select(($x | has($k)) != ($y | has($k)) or $x[$k] != $y[$k]) | $k' |
		grep -vE '^ExecIDs|^(Id|Name|Created|ResolvConfPath|HostnamePath|HostsPath|LogPath|State (Pid|StartedAt)|GraphDriver Data .*)$|^State Health (Log|Status)|^NetworkSettings (SandboxID|SandboxKey|EndpointID|IPAddress|MacAddress)$|^NetworkSettings Networks [^ ]* (EndpointID|IPAddress|MacAddress|DNSNames .*)$'
}

engine_stop()
{
	docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1
	kill "$engine_dockerd" 2>/dev/null
	wait "$engine_dockerd" 2>/dev/null
	kill "$engine_containerd" 2>/dev/null
	wait "$engine_containerd" 2>/dev/null
	# A daemon that was killed leaves its mounts.
	awk -v dir="$engine_dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
	rm -rf "$engine_dir"
}
