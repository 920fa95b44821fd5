/* Whether a store is the one that it must be. */
#include "scene.h"

#include <criterion/criterion.h>
#include <string.h>

#define ONE    "ollama-1"
#define EXPORT "10.0.0.80:/opt/ollama-models"

struct mount_case {
	const char *fstype, *source, *options, *root, *path;
	int read_only;
	enum store_status status;
	const char *why; /* part of the error; NULL: none */
};

static void see(struct scene *s, size_t server, const char *name, const struct mount_case *m)
{
	struct observation o = {.kind = OBS_MOUNT, .server = server, .instance = name};

	o.u.mount.path = m->path ? m->path : "/root/.ollama";
	o.u.mount.fstype = m->fstype;
	o.u.mount.source = m->source;
	o.u.mount.options = m->options;
	o.u.mount.root = m->root;
	o.u.mount.read_only = m->read_only;
	send(s, o);
}

static void expect_case(const struct instance *i, const struct mount_case *m, size_t row)
{
	cr_expect_eq(i->store.status, m->status, "row %zu: %s: %s", row, store_status_name(i->store.status),
		i->store.error ? i->store.error : "");
	if (m->why)
		cr_expect(
			i->store.error && strstr(i->store.error, m->why), "row %zu: %s", row, i->store.error);
	else
		cr_expect_null(i->store.error, "row %zu: %s", row, i->store.error);
	const bool wrong = m->status == STORE_WRONG || m->status == STORE_HUNG;
	cr_expect_eq(i->state, wrong ? STATE_NFS : STATE_OK, "row %zu", row);
}

static const struct mount_case ro_cases[] = {
	{"nfs4", EXPORT, "rw", "/", NULL, 1, STORE_OK, NULL},
	{"nfs", EXPORT, "rw", "/", NULL, 1, STORE_OK, NULL},
	{"nfs4", EXPORT "/", "rw", "/", NULL, 1, STORE_OK, NULL},
	{"nfs4", EXPORT "//", NULL, NULL, NULL, 1, STORE_OK, NULL},
	/* writable, or not known */
	{"nfs4", EXPORT, "rw", "/", NULL, 0, STORE_WRONG, "writable, must be read-only"},
	{"nfs4", EXPORT, "rw", "/", NULL, -1, STORE_UNKNOWN, "cannot tell whether it is read-only"},
	/* the local folder under a mount that came too late, and the image's own */
	{"ext4", "/dev/sda1", "rw", "/", NULL, 1, STORE_WRONG,
		"on ext4 from /dev/sda1 instead of nfs or nfs4 from " EXPORT},
	{"overlay", "overlay", "rw", "/", "/", 0, STORE_WRONG, "on overlay from overlay"},
	{"tmpfs", NULL, "rw", "/", NULL, 1, STORE_WRONG, "on tmpfs from ?"},
	{NULL, NULL, NULL, NULL, NULL, 1, STORE_UNKNOWN, "type of its file system"},
	{"nfsd", EXPORT, "rw", "/", NULL, 1, STORE_WRONG, "on nfsd"},
	/* another server, another folder */
	{"nfs4", "10.0.0.81:/opt/ollama-models", "rw", "/", NULL, 1, STORE_WRONG,
		"from 10.0.0.81:/opt/ollama-models instead of " EXPORT},
	{"nfs4", "10.0.0.8:/opt/ollama-models", "rw", "/", NULL, 1, STORE_WRONG, "instead of"},
	{"nfs4", "10.0.0.80:/opt/ollama", "rw", "/", NULL, 1, STORE_WRONG,
		"from 10.0.0.80:/opt/ollama instead"},
	{"nfs4", "10.0.0.80:/opt/ollama-models2", "rw", "/", NULL, 1, STORE_WRONG, "instead of"},
	{"nfs4", "10.0.0.80:/", "rw", "/", NULL, 1, STORE_WRONG, "instead of"},
	{"nfs4", "something", "rw", "/", NULL, 1, STORE_WRONG, "from something instead of"},
	{"nfs4", NULL, "rw", "/", NULL, 1, STORE_UNKNOWN, "from ? instead of"},
	/* a subfolder is another store, but for the one that the path inside names too */
	{"nfs4", EXPORT "/backup", "rw", "/", NULL, 1, STORE_WRONG, "from " EXPORT "/backup instead"},
	{"nfs4", EXPORT "/models", "rw", "/", "/root/.ollama/models", 1, STORE_OK, NULL},
	{"nfs4", EXPORT "/models", "rw", "/models", "/root/.ollama/models", 1, STORE_OK, NULL},
	{"nfs4", EXPORT, "rw", "/models", "/root/.ollama/models", 1, STORE_OK, NULL},
	{"nfs4", EXPORT "/models", "rw", "/", "/root/.ollama", 1, STORE_WRONG, "instead of"},
	{"nfs4", EXPORT "/dels", "rw", "/", "/root/.ollama/models", 1, STORE_WRONG, "instead of"},
	{"nfs4", EXPORT, "rw", "/backup", NULL, 1, STORE_WRONG, "from " EXPORT "/backup instead"},
	/* Docker's NFS volumes: the address is among the options */
	{"nfs4", ":/opt/ollama-models", "rw,vers=4.2,addr=10.0.0.80,clientaddr=10.0.0.84", "/", NULL, 1,
		STORE_OK, NULL},
	{"nfs4", ":/opt/ollama-models", "addr=10.0.0.80", "/", NULL, 1, STORE_OK, NULL},
	{"nfs4", ":/opt/ollama-models", "rw,addr=10.0.0.81", "/", NULL, 1, STORE_WRONG,
		"from 10.0.0.81:/opt/ollama-models instead"},
	{"nfs4", ":/opt/ollama-models", "rw,clientaddr=10.0.0.80,addr=10.0.0.81", "/", NULL, 1, STORE_WRONG,
		"10.0.0.81"},
	{"nfs", ":/opt/ollama-models", "rw,mountaddr=10.0.0.80", "/", NULL, 1, STORE_UNKNOWN,
		"cannot tell whether ? is 10.0.0.80"},
	{"nfs4", ":/opt/other", "rw,addr=10.0.0.80", "/", NULL, 1, STORE_WRONG, "10.0.0.80:/opt/other"},
	/* a name where the configuration has a number */
	{"nfs4", "nas:/opt/ollama-models", "rw,addr=10.0.0.80", "/", NULL, 1, STORE_OK, NULL},
	{"nfs4", "nas:/opt/ollama-models", "rw,addr=10.0.0.81", "/", NULL, 1, STORE_WRONG, "from nas:/opt"},
	{"nfs4", "nas:/opt/ollama-models", "rw", "/", NULL, 1, STORE_UNKNOWN,
		"cannot tell whether nas is 10.0.0.80"},
};

Test(ro_store, is_judged_by_type_source_and_mode)
{
	for (size_t k = 0; k < sizeof(ro_cases) / sizeof(ro_cases[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		see(&s, RO, ONE, &ro_cases[k]);
		expect_case(find(&s, RO, ONE), &ro_cases[k], k);
		scene_end(&s);
	}
}

static const struct {
	const char *expected, *actual, *options;
	enum store_status status;
} addresses[] = {
	{"nas:/m", "nas:/m", "", STORE_OK},
	{"nas:/m", "NAS:/m", "", STORE_OK},
	{"nas:/m", "nas.example.org:/m", "", STORE_UNKNOWN},
	{"nas:/m", "10.0.0.7:/m", "", STORE_UNKNOWN},
	{"[fe80::1]:/m", "[fe80::1]:/m", "", STORE_OK},
	{"[fe80::1]:/m", "[fe80::2]:/m", "", STORE_WRONG},
	{"[fe80::1]:/m", ":/m", "rw,addr=fe80::1", STORE_OK},
	{"[fe80::1]:/m", "10.0.0.80:/m", "", STORE_WRONG},
	/* the rw server by its name in the configuration, mounted by its address */
	{"80:/m", "10.0.0.80:/m", "", STORE_OK},
	{"80:/m", "nas:/m", "addr=10.0.0.80", STORE_OK},
	{"10.0.0.80:/m", "80:/m", "", STORE_UNKNOWN},
	{"nonsense", "10.0.0.80:/m", "", STORE_UNKNOWN},
	{"[broken:/m", "10.0.0.80:/m", "", STORE_UNKNOWN},
};

Test(ro_store, addresses)
{
	for (size_t k = 0; k < sizeof(addresses) / sizeof(addresses[0]); k++) {
		struct scene s;
		const struct mount_case m = {"nfs4", addresses[k].actual, addresses[k].options, "/", NULL, 1,
			addresses[k].status, NULL};

		scene_healthy(&s);
		s.servers[RO].nfs.source = (char *)addresses[k].expected;
		see(&s, RO, ONE, &m);
		cr_expect_eq(find(&s, RO, ONE)->store.status, addresses[k].status, "%s and %s: %s",
			addresses[k].expected, addresses[k].actual,
			find(&s, RO, ONE)->store.error ? find(&s, RO, ONE)->store.error : "");
		scene_end(&s);
	}
}

Test(ro_store, a_local_type_that_is_accepted_is_right)
{
	const struct mount_case m = {"ext4", "/dev/sda1", "rw", "/var/data", NULL, 1, STORE_OK, NULL};
	struct scene s;

	scene_healthy(&s);
	see(&s, RO, ONE, &m);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_NFS);
	s.types[0] = (char *)"ext4";
	see(&s, RO, ONE, &m);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	scene_end(&s);
}

Test(ro_store, a_server_without_nfs_is_not_judged)
{
	const struct mount_case m = {"ext4", "/dev/sda1", "rw", "/", NULL, 0, STORE_OK, NULL};
	struct scene s;
	struct totals t;

	scene_healthy(&s);
	s.servers[RO].nfs.given = false;
	see(&s, RO, ONE, &m);
	expect_case(find(&s, RO, ONE), &m, 0);
	fleet_totals(s.fleet, &t);
	cr_expect_eq(t.nfs_expected, 1);
	cr_expect_eq(t.nfs_ok, 1);
	scene_end(&s);
}

Test(ro_store, the_folder_where_the_rw_instance_keeps_its_store_is_right)
{
	const struct mount_case m = {"nfs4", EXPORT "/live", "rw", "/live", NULL, 1, STORE_OK, NULL};
	struct mount mount = {
		(char *)"/opt/ollama-models/live", (char *)"/root/.ollama", (char *)"bind", false};
	struct scene s;
	struct container c;

	scene_healthy(&s);
	see(&s, RO, ONE, &m);
	cr_expect_eq(find(&s, RO, ONE)->store.status, STORE_WRONG);
	c = running(&s, 3600 * 1000);
	c.mounts = &mount;
	c.mount_count = 1;
	container(&s, RW, "ollama", &c);
	see(&s, RO, ONE, &m);
	expect_case(find(&s, RO, ONE), &m, 0);
	scene_end(&s);
}

static const struct {
	int read_only;
	enum store_status status;
	const char *mount_source, *destination, *why;
} rw_cases[] = {
	{0, STORE_OK, NULL, NULL, NULL},
	{1, STORE_WRONG, NULL, NULL, "read-only, but models are pulled here"},
	{-1, STORE_UNKNOWN, NULL, NULL, "cannot tell"},
	{0, STORE_OK, "/opt/ollama-models", "/root/.ollama", NULL},
	{0, STORE_OK, "/opt/ollama-models/", "/root/.ollama/", NULL},
	{0, STORE_OK, "/opt/ollama-models/sub", "/root/.ollama", NULL},
	{0, STORE_OK, "/opt/ollama-models", "/root", NULL},
	{0, STORE_WRONG, "/opt/ollama-models2", "/root/.ollama",
		"in /opt/ollama-models2, not in the export /opt/ollama-models"},
	{0, STORE_WRONG, "/var/lib/docker/volumes/ollama/_data", "/root/.ollama", "not in the export"},
	{0, STORE_OK, "/etc/certs", "/certs", NULL},
};

Test(rw_store, is_writable_and_in_the_export)
{
	for (size_t k = 0; k < sizeof(rw_cases) / sizeof(rw_cases[0]); k++) {
		struct mount mounts[2] = {{(char *)"/elsewhere", (char *)"/r", (char *)"bind", false},
			{(char *)rw_cases[k].mount_source, (char *)rw_cases[k].destination, (char *)"bind",
				false}};
		struct scene s;
		struct container c;

		scene_healthy(&s);
		c = running(&s, 3600 * 1000);
		c.mounts = mounts;
		c.mount_count = rw_cases[k].mount_source ? 2 : 1;
		container(&s, RW, "ollama", &c);
		mounted(&s, RW, "ollama", "ext4", "/dev/sda1", rw_cases[k].read_only);
		const struct instance *i = find(&s, RW, "ollama");
		cr_expect_eq(i->store.status, rw_cases[k].status, "row %zu: %s", k, i->store.error);
		if (rw_cases[k].why)
			cr_expect(strstr(i->store.error, rw_cases[k].why), "row %zu: %s", k, i->store.error);
		cr_expect_eq(
			i->state, rw_cases[k].status == STORE_WRONG ? STATE_NFS : STATE_OK, "row %zu", k);
		scene_end(&s);
	}
}

Test(unknown_store, says_why_and_is_never_wrong)
{
	struct scene s;

	scene_start(&s);
	docker(&s, RO);
	containers(&s, RO, ONE, NULL);
	version(&s, RO, ONE, 2);
	const struct instance *i = find(&s, RO, ONE);
	cr_expect_eq(i->store.status, STORE_UNKNOWN);
	fail(&s, OBS_MOUNT, RO, ONE, "exec is forbidden here (HTTP 403)");
	cr_expect_eq(i->store.status, STORE_UNKNOWN);
	cr_expect_str_eq(i->store.error, "exec is forbidden here (HTTP 403)");
	cr_expect_eq(i->state, STATE_OK);
	fail(&s, OBS_SPACE, RO, ONE, "no df in the image");
	cr_expect_eq(i->store.status, STORE_UNKNOWN);
	cr_expect_eq(i->store.total, -1);
	scene_end(&s);
}

Test(unknown_store, a_failed_look_keeps_what_was_seen)
{
	struct scene s;

	scene_healthy(&s);
	mounted(&s, RO, ONE, "ext4", "/dev/sda1", 1);
	fail(&s, OBS_MOUNT, RO, ONE, "timed out after 3s");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_NFS);
	happens(&s, ONE, DEVENT_DIE, 1);
	happens(&s, ONE, DEVENT_START, 0);
	version(&s, RO, ONE, 2);
	cr_expect_eq(find(&s, RO, ONE)->store.status, STORE_UNKNOWN, "a new start, other mounts");
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	scene_end(&s);
}

static void space(struct scene *s, const char *name, int64_t total, int64_t available)
{
	send(s, (struct observation){.kind = OBS_SPACE,
			.server = RO,
			.instance = name,
			.u.space = {total, available, 1000, 900, 4}});
}

static void probe(struct scene *s, const char *name, bool out, bool hung)
{
	send(s, (struct observation){
			.kind = OBS_PROBE, .server = RO, .instance = name, .u.probe = {out, hung}});
}

Test(probes, a_hang_is_shared_by_all_on_the_mount_and_ends_with_an_answer)
{
	struct scene s;

	scene_healthy(&s);
	probe(&s, ONE, true, false);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK, "out is not hung");
	cr_expect_eq(find(&s, RO, ONE)->store.probing_since, s.now);
	pass(&s, 3000);
	probe(&s, ONE, true, true);
	cr_expect_eq(find(&s, RO, ONE)->store.probing_since, s.now - 3000);
	for (int k = 0; k < 2; k++) {
		const struct instance *i = find(&s, RO, k ? "ollama-2" : ONE);
		cr_expect_eq(i->state, STATE_NFS);
		cr_expect_eq(i->store.status, STORE_HUNG);
		cr_expect_str_eq(i->reason, "the store does not answer");
	}
	cr_expect_eq(find(&s, RW, "ollama")->state, STATE_OK);
	probe(&s, ONE, true, false);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_NFS, "another probe proves nothing");
	space(&s, ONE, 100 * GIB, 41 * GIB);
	for (int k = 0; k < 2; k++) {
		const struct instance *i = find(&s, RO, k ? "ollama-2" : ONE);
		cr_expect_eq(i->state, STATE_OK);
		cr_expect_eq(i->store.available, 41 * GIB);
		cr_expect_eq(i->store.probing_since, 0);
	}
	scene_end(&s);
}

Test(probes, one_that_was_given_up_is_no_hang)
{
	struct scene s;

	scene_healthy(&s);
	probe(&s, ONE, true, true);
	probe(&s, ONE, false, false);
	cr_expect_eq(find(&s, RO, ONE)->state, STATE_OK);
	cr_expect_eq(find(&s, RO, ONE)->store.probing_since, 0);
	scene_end(&s);
}

Test(probes, what_the_store_answers_with)
{
	static const struct {
		const char *error;
		enum state state;
	} rows[] = {
		{"df: /root/.ollama: Stale file handle", STATE_NFS},
		{"df: /root/.ollama: Stale NFS file handle", STATE_NFS},
		{"df: /root/.ollama: Input/output error", STATE_NFS},
		{"df: /root/.ollama: Transport endpoint is not connected", STATE_NFS},
		{"ESTALE", STATE_NFS},
		{"exec: \"df\": executable file not found in $PATH", STATE_OK},
		{"HTTP 403", STATE_OK},
		{"timed out after 3s", STATE_OK},
	};

	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		fail(&s, OBS_SPACE, RO, ONE, rows[k].error);
		const struct instance *i = find(&s, RO, ONE);
		cr_expect_eq(i->state, rows[k].state, "%s", rows[k].error);
		if (rows[k].state == STATE_NFS) {
			cr_expect_not_null(strstr(i->reason, rows[k].error), "%s", i->reason);
			cr_expect_eq(i->store.status, STORE_WRONG);
			space(&s, ONE, 100, 50);
			cr_expect_eq(i->state, STATE_OK);
		}
		scene_end(&s);
	}
}
