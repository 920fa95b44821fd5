#include "ollama-top/probe.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

Test(mountinfo, of_a_real_container_with_more_behind_it)
{
	size_t len;
	struct probe_mount m;
	char *text = fixture_exec("exec-cat.bin", 1, &len);
	cr_assert(probe_parse_mountinfo(text, len, "/root/.ollama", &m, &error), "%s", error.text);
	cr_assert_str_eq(m.fstype, "ext4");
	cr_assert_str_eq(m.source, "/dev/vda");
	cr_assert_str_eq(m.root, "/srv/ollama-disks/store");
	cr_assert(m.read_only);
	cr_assert_str_eq(m.options, "ro,relatime,rw,discard,resv_strict,resuid=65534,resgid=65534");
	cr_assert(probe_parse_mountinfo(text, len, "/root/elsewhere", &m, &error));
	cr_assert_str_eq(m.fstype, "overlay");
	free(text);
}

static const char lines[] = "22 1 0:1 / / rw - overlay overlay rw\n"
			    "23 22 0:2 / /data rw,noatime shared:1 master:2 - nfs4 "
			    "10.0.0.80:/opt/ollama-models rw,vers=4.2,addr=10.0.0.80\n"
			    "24 22 0:3 / /data/with\\040blank rw - ext4 /dev/my\\011disk ro,errors=x\n"
			    "25 22 0:4 / /over rw - tmpfs first rw\n"
			    "26 25 0:5 /sub /over ro - nfs :/second rw\n"
			    "27 22 0:6 / /database rw - xfs /dev/sdb rw\n"
			    "broken line\n"
			    "28 22 0:7 / /cut rw\n";

Test(mountinfo, which_mount_covers_a_path)
{
	static const struct {
		const char *path, *fstype, *source, *root;
		bool read_only;
	} cases[] = {
		{"/root/.ollama", "overlay", "overlay", "/", false},
		{"/data", "nfs4", "10.0.0.80:/opt/ollama-models", "/", false},
		{"/data/models", "nfs4", "10.0.0.80:/opt/ollama-models", "/", false},
		{"/database/x", "xfs", "/dev/sdb", "/", false},
		{"/databank", "overlay", "overlay", "/", false},
		{"/data/with blank/models", "ext4", "/dev/my disk", "/", true},
		{"/over", "nfs", ":/second", "/sub", true},
		{"/cut", "overlay", "overlay", "/", false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct probe_mount m;
		cr_assert(probe_parse_mountinfo(lines, sizeof lines - 1, cases[i].path, &m, &error), "%s",
			cases[i].path);
		cr_assert_str_eq(m.fstype, cases[i].fstype, "%s: %s", cases[i].path, m.fstype);
		cr_assert_str_eq(m.source, cases[i].source, "%s: %s", cases[i].path, m.source);
		cr_assert_str_eq(m.root, cases[i].root);
		cr_assert_eq(m.read_only, cases[i].read_only, "%s", cases[i].path);
	}
}

Test(mountinfo, nothing_covers)
{
	struct probe_mount m;
	cr_assert_not(probe_parse_mountinfo("", 0, "/x", &m, &error));
	cr_assert_not(probe_parse_mountinfo("1 2 0:3 / /y rw - a b c\n", 24, "/x", &m, &error));
	cr_assert(strstr(error.text, "/x") != NULL);
}

Test(df, of_a_real_container)
{
	size_t len;
	struct probe_space s;
	char *text = fixture_exec("exec-df.bin", 1, &len);
	cr_assert(probe_parse_df(text, len, &s, &error), "%s", error.text);
	cr_assert_eq(s.total, 264212084LL * 1024);
	cr_assert_eq(s.used, 17161692LL * 1024);
	cr_assert_eq(s.available, 83175496LL * 1024);
	free(text);
}

#define HEAD "Filesystem 1024-blocks Used Available Capacity Mounted on\n"

Test(df, forms)
{
	static const struct {
		const char *text;
		int64_t total, available;
	} cases[] = {
		{HEAD "10.0.0.80:/opt/a-very-long-export-name-that-wraps\n   100  60 40 60% /root/.ollama\n",
			100, 40},
		{HEAD "//nas/my share 100 60 40 60% /root/.ollama\n", 100, 40},
		{HEAD "disk 9 1 100 60 40 60% /x\n", 100, 40},
		{HEAD "fuse - - - - /x\n", -1, -1},
		{HEAD "full 100 110 -10 111% /x\n", 100, 0},
		{HEAD "d 100 60 40 60% /x", 100, 40},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct probe_space s;
		cr_assert(probe_parse_df(cases[i].text, strlen(cases[i].text), &s, &error), "%s",
			cases[i].text);
		cr_assert_eq(s.total, cases[i].total < 0 ? -1 : cases[i].total * 1024, "%s", cases[i].text);
		cr_assert_eq(s.available, cases[i].available < 0 ? -1 : cases[i].available * 1024, "%s",
			cases[i].text);
	}
}

Test(df, refused)
{
	static const char *const cases[] = {"", "df: /x: Stale file handle\n", HEAD, HEAD "d 1 2\n",
		HEAD "d 99999999999999999999 1 1 1% /x\n"};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct probe_space s;
		cr_assert_not(probe_parse_df(cases[i], strlen(cases[i]), &s, &error), "%s", cases[i]);
	}
}

Test(meminfo, of_a_real_machine)
{
	size_t len;
	struct probe_memory m;
	char *text = fixture_exec("exec-cat.bin", 1, &len);
	cr_assert(probe_parse_meminfo(text, len, &m));
	cr_assert_eq(m.total, 24684096LL * 1024);
	cr_assert_eq(m.available, 24251708LL * 1024);
	cr_assert_not(probe_parse_meminfo("MemTotal: lots kB\nMemAvailable:\n", 32, &m));
	free(text);
}

Test(tcp, of_a_real_container)
{
	size_t len;
	struct probe_connections c;
	char *text = fixture_exec("exec-cat.bin", 1, &len);
	probe_parse_tcp(text, len, 11434, &c);
	cr_assert(c.seen);
	cr_assert_eq(c.count, 0, "a listening socket is no connection");
	free(text);
}

#define V4(remote, port, state, queues) \
	"   1: 030012AC:" port " " remote " " state " " queues " 00:00000000 00000000 0 0 1\n"
#define V6(remote, state, queues)                                                                           \
	"   2: 0000000000000000FFFF0000030012AC:2CAA " remote " " state " " queues " 02:0000 00000000 0 0 " \
	"2\n"

Test(tcp, counts_only_established_from_elsewhere_to_the_port)
{
	static const char text[] = "  sl  local_address rem_address   st tx_queue rx_queue\n" /* */
		V4("010012AC:D2F0", "2CAA", "01", "00000000:00000000")                        /* idle */
		V4("010012AC:D2F1", "2CAA", "01", "00000010:00000000")                        /* active */
		V4("0100007F:D2F2", "2CAA", "01", "00000010:00000000")                 /* from inside */
		V4("010012AC:D2F3", "2CAA", "06", "00000000:00000000")                 /* closing */
		V4("010012AC:D2F4", "0050", "01", "00000000:00000000")                 /* other port */
		V6("0000000000000000FFFF0000010012AC:D2F0", "01", "00000000:00000001") /* active */
		V6("0000000000000000FFFF00000100007F:D2F0", "01", "00000000:00000001") /* from inside */
		V6("00000000000000000000000001000000:D2F0", "01", "00000000:00000001") /* from inside */
		"   3: garbage\n   4: 1:2 3:4\n";
	struct probe_connections c;
	probe_parse_tcp(text, sizeof text - 1, 11434, &c);
	cr_assert(c.seen);
	cr_assert_eq(c.count, 3);
	cr_assert_eq(c.active, 2);
	probe_parse_tcp("", 0, 11434, &c);
	cr_assert_not(c.seen);
}

Test(partials, are_summed_by_layer)
{
	size_t len, n;
	struct probe_partial *list;
	char *text = fixture_read("partials.txt", &len);
	cr_assert(probe_parse_partials(text, len, &list, &n));
	cr_assert_eq(n, 2);
	cr_assert_str_eq(
		list[0].digest, "sha256:ff82381e2bea77d91c1b824c7afb83f6fb73e9f7de9dda631bcdbca564aa5435");
	cr_assert_eq(list[0].total, 2000);
	cr_assert_eq(list[0].completed, 700);
	cr_assert_eq(list[1].total, 500);
	cr_assert_eq(list[1].completed, 0);
	free(list);
	free(text);
}

Test(partials, strange_lines_count_nothing)
{
	static const char text[] =
		"nonsense\n/x/sha256-zz-partial-0:{\"N\":0,\"Size\":1,\"Completed\":1}\n"
		"/x/"
		"sha256-ff82381e2bea77d91c1b824c7afb83f6fb73e9f7de9dda631bcdbca564aa5435-partial-0:{\"Size\":"
		"1,\"Completed\":2}\n"
		"/x/"
		"sha256-ff82381e2bea77d91c1b824c7afb83f6fb73e9f7de9dda631bcdbca564aa5435-partial-0:{\"Size\":"
		"1e18,\"Completed\":2}\n"
		"/x/sha256-ff82381e2bea77d91c1b824c7afb83f6fb73e9f7de9dda631bcdbca564aa5435-partial-0:{\n";
	size_t n;
	struct probe_partial *list;
	cr_assert(probe_parse_partials(text, sizeof text - 1, &list, &n));
	cr_assert_eq(n, 0);
	free(list);
}
