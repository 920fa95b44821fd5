# engine.sh - a real Docker Engine of our own for one test; to be sourced.
#
# engine_own_namespaces "$0" "$@"   runs the test again in namespaces of its own, so that its engine
#                                   disturbs nobody and ends with it; returns where that is done
# engine_start                      sets DOCKER_HOST; returns 1 with the reason in $engine_why
# engine_image NAME                 an image with busybox and the simulator's Ollama half
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
	dockerd --containerd "$engine_dir/containerd.sock" -H "unix://$engine_dir/docker.sock" \
		--data-root "$engine_dir/data" --exec-root "$engine_dir/exec" --pidfile "$engine_dir/dockerd.pid" \
		>"$engine_dir/dockerd.log" 2>&1 &
	engine_dockerd=$!
	DOCKER_HOST=unix://$engine_dir/docker.sock
	export DOCKER_HOST
	if ! engine_wait curl -sf --unix-socket "$engine_dir/docker.sock" http://docker/_ping; then
		engine_why="dockerd did not start: $(tail -n 1 "$engine_dir/dockerd.log")"
		return 1
	fi
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

engine_stop()
{
	docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1
	kill "$engine_dockerd" 2>/dev/null
	wait "$engine_dockerd" 2>/dev/null
	kill "$engine_containerd" 2>/dev/null
	wait "$engine_containerd" 2>/dev/null
	rm -rf "$engine_dir"
}
