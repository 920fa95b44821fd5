# engine.sh - a real Docker Engine of our own for one test; to be sourced.
#
# engine_own_namespaces "$0" "$@"   runs the test again in namespaces of its own, so that its engine
#                                   disturbs nobody and ends with it; returns where that is done
# engine_start                      sets DOCKER_HOST; returns 1 with the reason in $engine_why
# engine_restart                    starts the daemon again that was killed; its containers are as it finds them
# engine_second NAME                another engine, on a host of that name: it has 10.9.0.2 where this one has 10.9.0.1, and
#                                   $engine_second_host is its DOCKER_HOST
# engine_nfs EXPORT                 the simulator's NFS server offers EXPORT at 127.0.0.1: port 2049, portmapper 111
# engine_image NAME                 an image with busybox and the simulator's Ollama half
# engine_request METHOD PATH [BODY] the engine's answer; fails on a refusal and shows it
# engine_differences A B            paths of the fields in which two containers differ
# engine_file_differences A B       the same of files with inspections
# engine_stop

engine_why=
engine_nfs=
engine_second_host=

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
	engine_weigh
	engine_daemon
}

# All containers of an engine together weigh as much as one process that does not run in one. Beside other tests that starved
# them; so these weigh as much as eight. Where no cgroup can be made it is as it was.
engine_weigh()
{
	engine_cgroup=${engine_dir##*/}
	engine_weight=
	for controller in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
		if [ -e "$controller/cgroup.procs" ] && mkdir "$controller/$engine_cgroup"; then
			echo 8192 >"$controller/$engine_cgroup/cpu.shares" || echo 800 >"$controller/$engine_cgroup/cpu.weight"
			engine_weight="--exec-opt native.cgroupdriver=cgroupfs --cgroup-parent /$engine_cgroup"
		fi
	done 2>/dev/null
}

engine_daemon()
{
	# shellcheck disable=SC2086 # they are words
	dockerd --containerd "$engine_dir/containerd.sock" -H "unix://$engine_dir/docker.sock" $engine_weight \
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

# In a network and with a name of its own, which a process that sleeps keeps; all else it shares.
engine_second()
{
	second=$engine_dir/second
	mkdir "$second"
	unshare --net --uts sleep infinity &
	engine_holder=$!
	engine_inside="nsenter --net --uts --target $engine_holder"
	if ! { engine_wait engine_apart && ip link add veth-second type veth peer name veth-first netns "$engine_holder" &&
		ip address add 10.9.0.1/24 dev veth-second && ip link set veth-second up &&
		$engine_inside ip address add 10.9.0.2/24 dev veth-first && $engine_inside ip link set veth-first up &&
		$engine_inside ip link set lo up && $engine_inside hostname "$1"; }; then
		engine_why="no second network can be made here"
		return 1
	fi
	containerd --address "$second/containerd.sock" --root "$second/containerd" --state "$second/containerd-state" \
		>"$second/containerd.log" 2>&1 &
	engine_second_containerd=$!
	engine_wait test -S "$second/containerd.sock"
	engine_second_host=unix://$second/docker.sock
	# shellcheck disable=SC2086 # they are words
	$engine_inside dockerd --containerd "$second/containerd.sock" -H "$engine_second_host" $engine_weight \
		--data-root "$second/data" --exec-root "$second/exec" --pidfile "$second/dockerd.pid" >"$second/dockerd.log" 2>&1 &
	engine_second_dockerd=$!
	if ! engine_wait curl -sf --unix-socket "$second/docker.sock" http://docker/_ping; then
		engine_why="a second dockerd did not start: $(tail -n 1 "$second/dockerd.log")"
		return 1
	fi
}

# The process that keeps the second network has made it.
engine_apart()
{
	[ "$(readlink "/proc/$engine_holder/ns/uts")" != "$(readlink /proc/self/ns/uts)" ]
}

engine_nfs()
{
	cat >"$engine_dir/nfs.yaml" <<-END
		servers:
		  - {name: nfs, address: 127.0.0.1, role: rw, memory: 1G, cpus: 1, docker_port: 0, ollama_port: 21434, ports: 1,
		     export: "$1", clients: 127.0.0.0/8, nfs_port: 2049, portmapper_port: 111}
	END
	"$OLLAMA_TOP_SIM" --scenario "$engine_dir/nfs.yaml" >"$engine_dir/nfs.out" 2>&1 &
	engine_nfs=$!
	engine_wait grep -q '^servers:' "$engine_dir/nfs.out"
}

# The program with the libraries that it is linked with: Debian has no static build of all of them.
engine_image()
{
	root=$engine_dir/rootfs
	mkdir -p "$root/bin" "$root/tmp" "$root/proc" "$root/root" "$root/lib64"
	cp "$(command -v busybox)" "$root/bin/busybox"
	for applet in sh cat df stat ls grep test sleep kill echo; do
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
	engine_file_differences "$TEST_TMP/a.json" "$TEST_TMP/b.json"
}

# The same of inspections that were kept.
engine_file_differences() # FILE FILE
{
	jq -rn --slurpfile a "$1" --slurpfile b "$2" '
		def leaf: (type | IN("object", "array") | not) or length == 0;
		def fields: .Mounts |= sort_by(.Destination) | .NetworkSettings.Networks[].Aliases |= (. // [] | sort) | . as $all |
			[paths(leaf) as $p | {key: ($p | map(tostring) | join(" ")), value: ($all | getpath($p))}] | from_entries;
		($a[0] | fields) as $x | ($b[0] | fields) as $y |
		($x + $y | keys[]) as $k | select(($x | has($k)) != ($y | has($k)) or $x[$k] != $y[$k]) | $k' |
		grep -vE '^ExecIDs|^(Id|Name|Created|ResolvConfPath|HostnamePath|HostsPath|LogPath|State (Pid|StartedAt)|GraphDriver Data .*)$|^State Health (Log|Status)|^NetworkSettings (SandboxID|SandboxKey|EndpointID|IPAddress|MacAddress)$|^NetworkSettings Networks [^ ]* (EndpointID|IPAddress|MacAddress|DNSNames .*)$'
}

engine_stop()
{
	[ -z "$engine_nfs" ] || kill "$engine_nfs" 2>/dev/null
	docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1
	if [ -n "$engine_second_host" ]; then
		docker -H "$engine_second_host" ps -aq | xargs -r docker -H "$engine_second_host" rm -f >/dev/null 2>&1
		kill "$engine_second_dockerd" 2>/dev/null
		wait "$engine_second_dockerd" 2>/dev/null
		kill "$engine_second_containerd" "$engine_holder" 2>/dev/null
		wait "$engine_second_containerd" 2>/dev/null
	fi
	kill "$engine_dockerd" 2>/dev/null
	wait "$engine_dockerd" 2>/dev/null
	kill "$engine_containerd" 2>/dev/null
	wait "$engine_containerd" 2>/dev/null
	# A daemon that was killed leaves its mounts.
	awk -v dir="$engine_dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
	find /sys/fs/cgroup -maxdepth 2 -type d -name "$engine_cgroup" -exec rmdir {} + 2>/dev/null
	rm -rf "$engine_dir"
}
