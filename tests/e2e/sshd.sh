# sshd.sh - a real sshd of our own on loopback, and a user's ssh that knows it; to be sourced.
#
# sshd_start ADDRESS PORT   keys, known_hosts and a configuration in $sshd_dir; 1 with the reason in $sshd_why. In front of
#                           the PATH comes an ssh that reads that configuration instead of the one in the home of this user,
#                           whom ssh looks up in the password file
# sshd_listen               starts the daemon (again)
# sshd_stop                 ends it with all connections
# shellcheck shell=sh disable=SC2034 # whoever sources it reads $sshd_why

sshd_why=
sshd_pid=

sshd_start() { # ADDRESS PORT
	for sshd_tool in ssh ssh-keygen; do
		if ! command -v "$sshd_tool" >/dev/null; then
			sshd_why="$sshd_tool is not installed"
			return 1
		fi
	done
	sshd_program=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) || {
		sshd_why="sshd is not installed"
		return 1
	}
	sshd_dir=$TEST_TMP/ssh
	sshd_address=$1 sshd_port=$2
	mkdir -p "$sshd_dir/bin"
	for sshd_key in host other user; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$sshd_dir/$sshd_key"
	done
	cp "$sshd_dir/user.pub" "$sshd_dir/authorized"
	sshd_know host
	cat >"$sshd_dir/sshd_config" <<END
Port $sshd_port
ListenAddress $sshd_address
HostKey $sshd_dir/host
AuthorizedKeysFile $sshd_dir/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
# One sshd stands for those of many servers: by default it drops at random when ten are not yet known to it.
MaxStartups 100
END
	# A forward of the user's own that another ssh of his holds already is none of ours.
	cat >"$sshd_dir/config" <<END
Host *
  IdentityFile $sshd_dir/user
  IdentitiesOnly yes
  UserKnownHostsFile $sshd_dir/known
  GlobalKnownHostsFile none
  LocalForward $sshd_address:$sshd_port 127.0.0.1:9
  ControlMaster auto
  ControlPath $sshd_dir/mine-%C
  ControlPersist yes
END
	cat >"$sshd_dir/bin/ssh" <<END
#!/bin/sh
exec $(command -v ssh) -F $sshd_dir/config "\$@"
END
	chmod +x "$sshd_dir/bin/ssh"
	PATH=$sshd_dir/bin:$PATH
	# Where sshd as root puts the part of it that has no rights.
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	sshd_listen
}

sshd_know() { # KEY: the one that known_hosts has
	echo "[$sshd_address]:$sshd_port $(cut -d ' ' -f 1,2 "$sshd_dir/$1.pub")" >"$sshd_dir/known"
}

sshd_listen() {
	"$sshd_program" -D -f "$sshd_dir/sshd_config" -E "$sshd_dir/log" &
	sshd_pid=$!
	for _ in $(seq 50); do
		if ssh -o ControlMaster=no -o ControlPath=none -o ClearAllForwardings=yes -p "$sshd_port" \
			"$(id -un)@$sshd_address" true 2>"$sshd_dir/first"; then
			return 0
		fi
		kill -0 "$sshd_pid" 2>/dev/null || break
		sleep 0.1
	done
	sshd_why="sshd does not work: $(tail -n 1 "$sshd_dir/log") $(tail -n 1 "$sshd_dir/first")"
	return 1
}

sshd_stop() {
	[ -n "$sshd_pid" ] || return 0
	sshd_sessions=$(pgrep -P "$sshd_pid")
	kill "$sshd_pid" 2>/dev/null
	wait "$sshd_pid" 2>/dev/null
	sshd_pid=
	for sshd_one in $sshd_sessions; do
		kill -KILL "$sshd_one" $(pgrep -P "$sshd_one") 2>/dev/null
	done
	return 0
}
