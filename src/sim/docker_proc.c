/*
 * docker_proc.c - files of /proc and /etc inside a container, as the kernel and the engine write them.
 */
#include "docker.h"
#include "docker_files.h"

#include <stdio.h>
#include <string.h>

/* The kernel writes blanks and backslashes of a path in octal. */
static void put_path(struct serve_buffer *out, const char *path)
{
	for (; *path; path++) {
		if (strchr(" \t\n\\", *path))
			serve_printf(out, "\\%03o", (unsigned char)*path);
		else
			serve_put(out, path, 1);
	}
}

static void put_engine_files(struct serve_buffer *out, const struct world_container *c, int id, int root)
{
	static const char *const files[] = {"resolv.conf", "hostname", "hosts"};

	for (int i = 0; i < 3; i++)
		serve_printf(out,
			"%d %d 254:1 /var/lib/docker/containers/%s/%s /etc/%s rw,relatime - ext4 /dev/vda1 "
			"rw,errors=remount-ro\n",
			id + i, root, c->id, files[i], files[i]);
}

static void put_masked(struct serve_buffer *out, int id, int proc, int sys)
{
	static const char *const read_only[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};

	for (int i = 0; i < 5; i++)
		serve_printf(out, "%d %d 0:58 /%s /proc/%s ro,nosuid,nodev,noexec,relatime - proc proc rw\n",
			id + i, proc, read_only[i], read_only[i]);
	serve_printf(out, "%d %d 0:63 / /proc/acpi ro,relatime - tmpfs tmpfs ro,inode64\n", id + 5, proc);
	serve_printf(out,
		"%d %d 0:59 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755,inode64\n",
		id + 6, proc);
	serve_printf(out, "%d %d 0:64 / /sys/firmware ro,relatime - tmpfs tmpfs ro,inode64\n", id + 7, sys);
}

static void put_cgroups(struct serve_buffer *out, const struct world_container *c, int id, int sys)
{
	static const char *const groups[] = {
		"cpu,cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "name=systemd"};

	if (c->server->cgroup != 1) {
		serve_printf(out,
			"%d %d 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup "
			"rw,nsdelegate\n",
			id, sys);
		return;
	}
	serve_printf(out,
		"%d %d 0:62 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755\n", id,
		sys);
	for (int i = 0; i < 8; i++) {
		const char *name = strncmp(groups[i], "name=", 5) == 0 ? groups[i] + 5 : groups[i];
		serve_printf(out,
			"%d %d 0:%d /docker/%s /sys/fs/cgroup/%s ro,nosuid,nodev,noexec,relatime - cgroup "
			"cgroup rw,%s\n",
			id + 1 + i, id, 29 + i, c->id, name, groups[i]);
	}
}

/* As the kernel shows a mount by NFS that was asked for nothing in particular. */
static void put_options(
	struct serve_buffer *out, const struct world_container *c, const struct world_mount *mount)
{
	const bool plain = !mount->fs_options || strcmp(mount->fs_options, "rw") == 0;
	const char *source = mount->fs_source ? mount->fs_source : "";

	if (plain && mount->fstype && strcmp(mount->fstype, "nfs4") == 0)
		serve_printf(out,
			"rw,vers=4.2,rsize=1048576,wsize=1048576,namlen=255,hard,proto=tcp,timeo=600,retrans="
			"2,sec=sys,"
			"clientaddr=%s,local_lock=none,addr=%.*s",
			c->server->host, (int)strcspn(source, ":"), source);
	else
		serve_printf(out, "%s", mount->fs_options ? mount->fs_options : "rw");
}

/* The store and other mounts: root of the tree within its file system, then " - type source super options". */
static void put_mounts(struct serve_buffer *out, const struct world_container *c, int id, int root)
{
	for (size_t i = 0; i < c->mount_count; i++) {
		const struct world_mount *mount = &c->mounts[i];
		const char *type = mount->fstype ? mount->fstype : "ext4";
		bool device = mount->fs_source && strncmp(mount->fs_source, "/dev/", 5) == 0;
		serve_printf(out, "%d %d %s:%d ", id + (int)i, root, device ? "254" : "0",
			device ? 1 : 70 + (int)i);
		put_path(out, device ? mount->source : "/");
		serve_put(out, " ", 1);
		put_path(out, mount->destination);
		serve_printf(out, " %s,relatime - %s ", mount->read_only ? "ro" : "rw", type);
		put_path(out, mount->fs_source ? mount->fs_source : type);
		serve_put(out, " ", 1);
		put_options(out, c, mount);
		serve_put(out, "\n", 1);
	}
}

static void write_mountinfo(struct serve_buffer *out, const struct world_container *c)
{
	const int root = 612, proc = 613, dev = 614, sys = 616;
	char lower[65], own[65];

	docker_hash(lower, c->image_id, "layer");
	docker_hash(own, c->id, "overlay");
	serve_printf(out,
		"%d 540 0:55 / / rw,relatime master:210 - overlay overlay "
		"rw,lowerdir=/var/lib/docker/overlay2/l/%.26s:/var/lib/"
		"docker/overlay2/l/%.26s,upperdir=/var/lib/docker/overlay2/%s/diff,workdir=/var/lib/docker/"
		"overlay2/%s/work\n",
		root, own, lower, own, own);
	serve_printf(out, "%d %d 0:58 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n", proc, root);
	serve_printf(out, "%d %d 0:59 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755,inode64\n", dev,
		root);
	serve_printf(out,
		"615 %d 0:60 / /dev/pts rw,nosuid,noexec,relatime - devpts devpts "
		"rw,gid=5,mode=620,ptmxmode=666\n",
		dev);
	serve_printf(out, "%d %d 0:61 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro\n", sys, root);
	put_cgroups(out, c, 617, sys);
	serve_printf(
		out, "626 %d 0:57 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw\n", dev);
	serve_printf(out,
		"627 %d 0:65 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k,inode64\n",
		dev);
	put_mounts(out, c, 640, root);
	put_engine_files(out, c, 628, root);
	put_masked(out, 541, proc, sys);
}

static void write_mounts(struct serve_buffer *out, const struct world_container *c)
{
	serve_printf(out,
		"overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n");
	for (size_t i = 0; i < c->mount_count; i++) {
		const struct world_mount *mount = &c->mounts[i];
		put_path(out, mount->fs_source ? mount->fs_source : "none");
		serve_put(out, " ", 1);
		put_path(out, mount->destination);
		serve_printf(out, " %s %s,relatime 0 0\n", mount->fstype ? mount->fstype : "ext4",
			mount->read_only ? "ro" : "rw");
	}
}

/* The container sees the host's memory: /proc/meminfo knows no cgroup. */
static void write_meminfo(struct serve_buffer *out, const struct world_container *c)
{
	int64_t total = c->server->memory_total / 1024, available = world_memory_available(c->server) / 1024;
	int64_t cached = available / 2, buffers = total / 512,
		unused = available - cached > 0 ? available - cached : 0;
	const struct {
		const char *name;
		int64_t value;
	} lines[] = {{"MemTotal", total}, {"MemFree", unused}, {"MemAvailable", available},
		{"Buffers", buffers}, {"Cached", cached}, {"SwapCached", 0}, {"Active", cached / 2},
		{"Inactive", cached / 2}, {"Active(anon)", 0}, {"Inactive(anon)", total - available},
		{"Active(file)", cached / 2}, {"Inactive(file)", cached / 2}, {"Unevictable", 0},
		{"Mlocked", 0}, {"SwapTotal", 0}, {"SwapFree", 0}, {"Dirty", 112}, {"Writeback", 0},
		{"AnonPages", total - available}, {"Mapped", cached / 8}, {"Shmem", 2048}};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		serve_printf(out, "%s:%*lld kB\n", lines[i].name, (int)(25 - strlen(lines[i].name) - 1),
			(long long)lines[i].value);
}

struct connection {
	unsigned char local[4], remote[4];
	int local_port, remote_port;
	bool listening, active;
};

static void put_address(struct serve_buffer *out, const unsigned char ip[4], int port, bool v6, bool any)
{
	if (v6)
		serve_printf(out, any ? "0000000000000000" : "0000000000000000FFFF0000");
	if (v6 && any)
		serve_printf(out, "00000000");
	serve_printf(out, "%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], port & 0xffff);
}

/* One that sends has a retransmission timer (01) and unacknowledged bytes; an idle one its keep-alive timer (02). */
static void put_connection(struct serve_buffer *out, int n, const struct connection *x, bool v6)
{
	serve_printf(out, "%4d: ", n);
	put_address(out, x->local, x->local_port, v6, x->listening);
	serve_put(out, " ", 1);
	put_address(out, x->remote, x->remote_port, v6, x->listening);
	if (x->listening)
		serve_printf(out, " 0A 00000000:00000000 00:00000000");
	else if (x->active)
		serve_printf(out, " 01 00000094:00000000 01:00000014");
	else
		serve_printf(out, " 01 00000000:00000000 02:000003B6");
	serve_printf(out, " 00000000     0        0 %d %d 0000000000000000 %s\n", 40000 + n,
		x->listening ? 1 : 2, x->listening ? "100 0 0 10 0" : "20 4 30 10 -1");
}

static void put_head(struct serve_buffer *out, bool v6)
{
	serve_printf(out, v6 ? "  sl  local_address                         remote_address                   "
			       "     st tx_queue rx_queue "
			       "tr tm->when retrnsmt   uid  timeout inode\n"
			     : "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt  "
			       " uid  timeout inode       "
			       "                                              \n");
}

static int requests_under_way(const struct world_container *c)
{
	int count = 0;

	for (size_t i = 0; i < c->loaded_count; i++)
		count += c->loaded[i]->requests;
	return count;
}

/* Version 4: the runners' loopback ports, each connected to by Ollama while it answers. */
static void write_tcp(struct serve_buffer *out, const struct world_container *c)
{
	int n = 0;

	put_head(out, false);
	for (size_t i = 0; i < c->loaded_count; i++) {
		struct connection x = {.local = {127, 0, 0, 1},
			.local_port = 35000 + c->pid % 1000 + (int)i,
			.listening = true};
		put_connection(out, n++, &x, false);
		if (!c->loaded[i]->requests && !(world_is_busy(c) && i == 0))
			continue;
		x = (struct connection){.local = {127, 0, 0, 1},
			.remote = {127, 0, 0, 1},
			.local_port = x.local_port,
			.remote_port = 41000 + (int)i,
			.active = true};
		put_connection(out, n++, &x, false);
		x.remote_port = x.local_port;
		x.local_port = 41000 + (int)i;
		put_connection(out, n++, &x, false);
	}
}

/*
 * Version 6, where Ollama listens: what clients of the simulator hold open comes through the engine's
 * proxy and so from the network's gateway; somebody else's requests come from the balancer.
 */
static void write_tcp6(struct serve_buffer *out, const struct world_container *c)
{
	int port = c->container_port ? c->container_port : 11434, active = requests_under_way(c), n = 0;
	unsigned ip[4] = {0}, balancer[4] = {10, 0, 0, 5};
	struct connection x = {.local_port = port};

	put_head(out, true);
	if (!c->ollama || !world_listening(c))
		return;
	put_connection(out, n++, &(struct connection){.local_port = port, .listening = true}, true);
	if (sscanf(c->ip, "%u.%u.%u.%u", &ip[0], &ip[1], &ip[2], &ip[3]) !=
		4) /* NOLINT(cert-err34-c): the world's own */
		return;
	for (int i = 0; i < 4; i++)
		x.local[i] = x.remote[i] = (unsigned char)ip[i];
	x.remote[3] = 1;
	for (int i = 0; i < c->connections && i < 1000; i++) {
		x.remote_port = 50000 + i;
		x.active = i < active;
		put_connection(out, n++, &x, true);
	}
	if (!world_is_busy(c) || active)
		return;
	const char *host = c->server->world->traefik_host;
	if (host && strncmp(host, "127.", 4) != 0)
		sscanf(host, "%u.%u.%u.%u", &balancer[0], &balancer[1], &balancer[2],
			&balancer[3]); /* NOLINT */
	for (int i = 0; i < 4; i++)
		x.remote[i] = (unsigned char)balancer[i];
	x.remote_port = 43210;
	x.active = true;
	put_connection(out, n, &x, true);
}

static void write_uptime(struct serve_buffer *out, const struct world_container *c)
{
	/* of the machine, which ran before its first container was made */
	const int64_t up = c->server->world->wall - c->created + 3600 * 1000;

	serve_printf(out, "%lld.%02lld %lld.00\n", (long long)up / 1000, (long long)up % 1000 / 10,
		(long long)up / 500);
}

static void write_hostname(struct serve_buffer *out, const struct world_container *c)
{
	serve_printf(out, "%.12s\n", c->id);
}

static void write_hosts(struct serve_buffer *out, const struct world_container *c)
{
	serve_printf(out, "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n%s\t%.12s\n",
		c->ip, c->id);
}

static void write_os_release(struct serve_buffer *out, const struct world_container *c)
{
	(void)c;
	serve_printf(out,
		"PRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\n");
}

static void write_loadavg(struct serve_buffer *out, const struct world_container *c)
{
	serve_printf(
		out, "%s 2/412 %d\n", world_is_busy(c) ? "4.12 2.61 1.40" : "0.22 0.31 0.28", c->pid % 400);
}

const struct docker_proc_file docker_proc_files[] = {
	{"/proc/self/mountinfo", write_mountinfo},
	{"/proc/self/mounts", write_mounts},
	{"/proc/mounts", write_mounts},
	{"/proc/meminfo", write_meminfo},
	{"/proc/net/tcp", write_tcp},
	{"/proc/net/tcp6", write_tcp6},
	{"/proc/self/net/tcp", write_tcp},
	{"/proc/self/net/tcp6", write_tcp6},
	{"/proc/loadavg", write_loadavg},
	{"/proc/uptime", write_uptime},
	{"/etc/hostname", write_hostname},
	{"/etc/hosts", write_hosts},
	{"/etc/os-release", write_os_release},
	{NULL, NULL},
};
