/* The NFS server behind the stores: what it answers, what it exports and to whom. */
#include "scene.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define EXPORT   "/opt/ollama-models"
#define LEFT_OUT " (the list leaves out what is for version 4 alone)"

struct client_case {
	const char *client, *address, *name;
	enum nfs_allowed allowed;
};

static const struct client_case client_cases[] = {
	{"*", "10.0.0.84", "84", NFS_ALLOWED},
	{"*", NULL, NULL, NFS_ALLOWED},
	{"(everyone)", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.84", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.85", "10.0.0.84", "84", NFS_DENIED},
	{"10.0.0.8", "10.0.0.84", "84", NFS_DENIED},
	{"10.0.0.0/24", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.0/24", "10.0.1.84", "84", NFS_DENIED},
	{"10.0.0.80/29", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.88/29", "10.0.0.84", "84", NFS_DENIED},
	{"10.0.0.84/32", "10.0.0.84", "84", NFS_ALLOWED},
	{"0.0.0.0/0", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.0/255.255.255.0", "10.0.0.84", "84", NFS_ALLOWED},
	{"10.0.0.0/255.255.0.0", "10.0.77.84", "84", NFS_ALLOWED},
	{"10.0.0.0/255.255.255.128", "10.0.0.200", "84", NFS_DENIED},
	{"10.0.0.7/255.255.255.0", "10.0.0.84", "84", NFS_ALLOWED},
	/* no mask at all: whoever wrote it meant something that cannot be told */
	{"10.0.0.0/33", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/255.0.255.0", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/-1", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/24x", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/4294967320", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"fd00::/8", "fd12::84", "84", NFS_ALLOWED},
	{"fd00::80", "fd00:0:0::80", "84", NFS_ALLOWED},
	{"fd00::/64", "fd00:1::84", "84", NFS_DENIED},
	{"fd00::/64", "10.0.0.84", "84", NFS_DENIED},
	{"::/0", "fd00:1::84", "84", NFS_ALLOWED},
	/* names: only one that is the configured one can be told without asking anybody */
	{"ai84.lan", "ai84.lan", "84", NFS_ALLOWED},
	{"AI84.LAN", "ai84.lan", "84", NFS_ALLOWED},
	{"*.lan", "ai84.lan", "84", NFS_ALLOWED},
	{"ai8[0-9].lan", "ai84.lan", "84", NFS_ALLOWED},
	{"ai8?.lan", "ai84.lan", "84", NFS_ALLOWED},
	{"*.wan", "ai84.lan", "84", NFS_ALLOWED_UNKNOWN},
	{"ai84.lan", "10.0.0.84", "ai84.lan", NFS_ALLOWED},
	{"ai84.lan", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"10.0.0.0/24", "ai84.lan", "84", NFS_ALLOWED_UNKNOWN},
	{"*.0.0.84", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"@clients", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"@clients", "@clients", "@clients", NFS_ALLOWED_UNKNOWN},
	{"gss/krb5", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
	{"/", "10.0.0.84", "84", NFS_ALLOWED_UNKNOWN},
};

Test(nfs_clients, are_decided_where_it_can_be)
{
	for (size_t k = 0; k < sizeof(client_cases) / sizeof(client_cases[0]); k++) {
		const struct client_case *c = &client_cases[k];

		cr_expect_eq(nfs_client_allows(c->client, c->address, c->name), c->allowed,
			"%s for %s (%s): %d", c->client, c->address ? c->address : "-",
			c->name ? c->name : "-", nfs_client_allows(c->client, c->address, c->name));
	}
}

Test(nfs_clients, one_of_several_is_enough)
{
	char *denied[] = {(char *)"10.0.1.0/24", (char *)"10.0.0.80"};
	char *unsure[] = {(char *)"10.0.1.0/24", (char *)"@ai"};
	char *allowed[] = {(char *)"10.0.1.0/24", (char *)"@ai", (char *)"10.0.0.0/24"};

	cr_expect_eq(nfs_export_allows(&(struct nfs_export){(char *)"/x", denied, 2}, "10.0.0.84", "84"),
		NFS_DENIED);
	cr_expect_eq(nfs_export_allows(&(struct nfs_export){(char *)"/x", unsure, 2}, "10.0.0.84", "84"),
		NFS_ALLOWED_UNKNOWN);
	cr_expect_eq(nfs_export_allows(&(struct nfs_export){(char *)"/x", allowed, 3}, "10.0.0.84", "84"),
		NFS_ALLOWED);
	cr_expect_eq(nfs_export_allows(&(struct nfs_export){(char *)"/x", NULL, 0}, "10.0.0.84", "84"),
		NFS_ALLOWED, "a list that names nobody is for everybody");
}

Test(nfs_target, is_the_export_or_the_source)
{
	struct scene s;
	struct nfs_target t;

	scene_start(&s);
	cr_assert(nfs_target_of(&s.spec, RW, &t));
	cr_expect_str_eq(t.address, "10.0.0.80");
	cr_expect_eq(t.port, 2049);
	cr_expect_eq(t.portmapper, 111);
	s.servers[RW].nfs.port = 12049;
	cr_assert(nfs_target_of(&s.spec, RO, &t));
	cr_expect_str_eq(t.address, "10.0.0.80");
	cr_expect_eq(t.port, 12049, "who mounts from a server of the fleet asks where that one listens");
	s.servers[RO].nfs.source = (char *)"[fd00::80]:/opt/ollama-models";
	s.servers[RO].nfs.portmapper = 1111;
	cr_assert(nfs_target_of(&s.spec, RO, &t));
	cr_expect_str_eq(t.address, "fd00::80");
	cr_expect_eq(t.port, 2049);
	cr_expect_eq(t.portmapper, 1111);
	s.servers[RO].nfs.source = (char *)"/dev/sdb1";
	cr_expect_not(nfs_target_of(&s.spec, RO, &t));
	s.servers[RO].nfs.source = NULL;
	cr_expect_not(nfs_target_of(&s.spec, RO, &t));
	s.servers[RW].nfs.given = false;
	cr_expect_not(nfs_target_of(&s.spec, RW, &t));
	scene_end(&s);
}

/* What an NFS server says, to both servers of the scene as the watch does. */
struct says {
	enum nfs_answer v4, v3, portmapper, mountd;
	const char *path, *client; /* NULL: an empty list */
};

static void say(struct scene *s, const struct says *what)
{
	char *clients[] = {(char *)(uintptr_t)what->client};
	const struct nfs_export exports[] = {{(char *)(uintptr_t)what->path, clients, what->client ? 1 : 0}};
	const enum nfs_answer answers[NFS_SERVICES] = {what->v4, what->v3, what->portmapper, what->mountd};
	struct nfs_service services[NFS_SERVICES];

	for (size_t k = 0; k < NFS_SERVICES; k++) {
		services[k] = (struct nfs_service){
			.answer = answers[k], .port = 2049, .latency_ms = 0.4 + (double)k};
		if (answers[k] > NFS_ANSWERS)
			services[k].error = (char *)(uintptr_t) "10.0.0.80:2049 refuses";
	}
	for (size_t server = RW; server <= RO; server++) {
		struct observation o = {.kind = OBS_NFS, .server = server};

		o.u.nfs.services = services;
		o.u.nfs.exports = exports;
		o.u.nfs.export_count = what->path ? 1 : 0;
		send(s, o);
	}
}

#define OK NFS_ANSWERS
static const struct says well = {OK, OK, OK, OK, EXPORT, "10.0.0.0/24"};

static const struct nfs_server *nfs_of(const struct scene *s, size_t server)
{
	return &s->fleet->servers[server].nfs_server;
}

static void space_seen(struct scene *s)
{
	struct observation o = {.kind = OBS_SPACE, .server = RO, .instance = "ollama-1"};

	o.u.space.total = 100 * GIB;
	o.u.space.available = 50 * GIB;
	o.u.space.inodes = o.u.space.inodes_free = -1;
	send(s, o);
}

Test(nfs_server, that_is_well_raises_nothing)
{
	struct scene s;

	scene_healthy(&s);
	cr_expect_eq(s.fleet->servers[RW].nfs.status, LINK_UNKNOWN);
	say(&s, &well);
	cr_expect_eq(s.fleet->servers[RW].nfs.status, LINK_OK);
	cr_expect_float_eq(s.fleet->servers[RW].nfs.latency_ms, 0.4, 1e-9, "version 4 speaks first");
	cr_expect_eq(nfs_of(&s, RW)->list, NFS_LIST_KNOWN);
	cr_expect_eq(nfs_of(&s, RW)->presence, NFS_PRESENT);
	cr_expect_eq(nfs_of(&s, RO)->allowed, NFS_ALLOWED);
	cr_expect_eq(nfs_of(&s, RO)->owner, &s.fleet->servers[RW]);
	cr_expect_str_eq(nfs_of(&s, RW)->exports[0].clients[0], "10.0.0.0/24");
	cr_expect_eq(s.fleet->alert_count, 0);
	const uint64_t generation = s.fleet->generation;
	say(&s, &well);
	cr_expect_eq(s.fleet->generation, generation, "the same answer changes nothing");
	scene_end(&s);
}

Test(nfs_server, that_fails_is_said_once_and_of_itself)
{
	static const struct says down = {NFS_REFUSED, NFS_REFUSED, NFS_REFUSED, NFS_UNHEARD, NULL, NULL};
	struct scene s;

	scene_healthy(&s);
	say(&s, &well);
	say(&s, &down);
	cr_expect_eq(s.fleet->servers[RW].nfs.status, LINK_FAILED);
	cr_expect_eq(s.fleet->servers[RO].nfs.status, LINK_FAILED);
	cr_expect_eq(nfs_of(&s, RW)->export_count, 1, "the last list stays, with its age");
	cr_assert_eq(s.fleet->alert_count, 1);
	const struct alert *a = alert_of(&s, "80", CONDITION_NFS_SERVER);
	cr_assert_not_null(a);
	cr_expect_str_eq(a->text, "its NFS service fails: 10.0.0.80:2049 refuses");
	fail(&s, OBS_NFS, RW, NULL, "cannot resolve 10.0.0.80");
	cr_expect_str_eq(alert_of(&s, "80", CONDITION_NFS_SERVER)->text,
		"its NFS service fails: cannot resolve 10.0.0.80");
	say(&s, &well);
	cr_expect_eq(s.fleet->alert_count, 0);
	cr_expect(last_event_has(&s, "answers again"));
	scene_end(&s);
}

Test(nfs_server, outside_the_fleet_is_said_of_who_mounts_from_it)
{
	static const struct says hung = {NFS_HUNG, NFS_HUNG, NFS_HUNG, NFS_UNHEARD, NULL, NULL};
	struct scene s;

	scene_start(&s);
	fleet_free(s.fleet);
	s.servers[RO].nfs.source = (char *)"10.0.0.90:/opt/ollama-models";
	s.fleet = fleet_new(&s.spec, s.now, s.wall);
	cr_expect_null(nfs_of(&s, RO)->owner);
	say(&s, &hung);
	cr_assert_not_null(alert_of(&s, "84", CONDITION_NFS_SERVER));
	scene_end(&s);
}

Test(nfs_server, of_version_4_alone_needs_no_list)
{
	static const struct says v4[] = {
		{OK, NFS_ABSENT, NFS_REFUSED, NFS_UNHEARD, NULL, NULL},
		{OK, NFS_ABSENT, OK, NFS_ABSENT, NULL, NULL},
		{OK, NFS_ABSENT, NFS_HUNG, NFS_UNHEARD, NULL, NULL},
	};

	for (size_t k = 0; k < sizeof(v4) / sizeof(v4[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		say(&s, &v4[k]);
		cr_expect_eq(s.fleet->servers[RW].nfs.status, LINK_OK);
		cr_expect_eq(nfs_of(&s, RW)->list, NFS_LIST_NONE);
		cr_expect_null(nfs_of(&s, RW)->list_error);
		cr_expect_eq(s.fleet->alert_count, 0, "%s", s.fleet->alerts[0].text);
		scene_end(&s);
	}
}

Test(nfs_server, whose_list_is_blocked_is_a_warning_and_no_failure)
{
	static const struct says blocked[] = {
		{OK, OK, OK, NFS_HUNG, NULL, NULL},
		{OK, OK, OK, NFS_REFUSED, NULL, NULL},
		{OK, OK, NFS_HUNG, NFS_UNHEARD, NULL, NULL},
	};

	for (size_t k = 0; k < sizeof(blocked) / sizeof(blocked[0]); k++) {
		struct scene s;

		scene_healthy(&s);
		say(&s, &blocked[k]);
		cr_expect_eq(s.fleet->servers[RW].nfs.status, LINK_OK);
		cr_expect_eq(nfs_of(&s, RW)->list, NFS_LIST_BLOCKED);
		cr_expect_not(nfs_of(&s, RW)->export_fails);
		cr_assert_eq(s.fleet->alert_count, 1);
		cr_expect_eq(s.fleet->alerts[0].severity, SEVERITY_WARNING);
		cr_expect_not_null(
			strstr(s.fleet->alerts[0].text, "export list blocked: 10.0.0.80:2049 refuses"));
		scene_end(&s);
	}
}

Test(nfs_export, that_is_gone_is_told_with_what_there_is)
{
	static const struct says other = {OK, OK, OK, OK, "/srv", NULL},
				 nothing = {OK, OK, OK, OK, NULL, NULL};
	struct scene s;

	scene_healthy(&s);
	say(&s, &other);
	cr_expect_eq(nfs_of(&s, RW)->presence, NFS_MISSING);
	cr_expect(nfs_of(&s, RO)->export_fails);
	cr_assert_eq(s.fleet->alert_count, 1);
	cr_expect_str_eq(alert_of(&s, "80", CONDITION_NFS_EXPORT)->text,
		"10.0.0.80 does not export /opt/ollama-models, only /srv" LEFT_OUT);
	say(&s, &nothing);
	cr_expect_str_eq(alert_of(&s, "80", CONDITION_NFS_EXPORT)->text,
		"10.0.0.80 does not export /opt/ollama-models, nor anything else" LEFT_OUT);
	say(&s, &well);
	cr_expect_eq(s.fleet->alert_count, 0);
	scene_end(&s);
}

Test(nfs_export, of_version_4_alone_is_not_taken_for_gone_while_its_mounts_work)
{
	static const struct says other = {OK, OK, OK, OK, "/srv", NULL};
	struct scene s;

	scene_healthy(&s);
	space_seen(&s);
	say(&s, &other);
	cr_expect_eq(nfs_of(&s, RW)->presence, NFS_PRESENCE_UNKNOWN);
	cr_expect_eq(s.fleet->alert_count, 0);
	fail(&s, OBS_SPACE, RO, "ollama-1", "df: /root/.ollama: Stale file handle");
	say(&s, &other);
	cr_expect_eq(nfs_of(&s, RW)->presence, NFS_MISSING);
	scene_end(&s);
}

Test(nfs_export, that_is_not_for_a_server_is_told_of_that_one)
{
	static const struct says denied = {OK, OK, OK, OK, EXPORT, "10.0.1.0/24"},
				 unsure = {OK, OK, OK, OK, EXPORT, "@ai"},
				 above = {OK, OK, OK, OK, "/opt", "*"};
	struct scene s;

	scene_healthy(&s);
	say(&s, &denied);
	cr_assert_eq(s.fleet->alert_count, 1);
	cr_expect_str_eq(alert_of(&s, "84", CONDITION_NFS_EXPORT)->text,
		"10.0.0.80 exports /opt/ollama-models, but not to 10.0.0.84 (allowed: 10.0.1.0/24)");
	say(&s, &unsure);
	cr_expect_eq(nfs_of(&s, RO)->allowed, NFS_ALLOWED_UNKNOWN);
	cr_expect_eq(s.fleet->alert_count, 0);
	say(&s, &above);
	cr_expect_eq(nfs_of(&s, RW)->presence, NFS_PRESENT, "a folder below an export can be mounted");
	cr_expect_eq(nfs_of(&s, RO)->allowed, NFS_ALLOWED);
	scene_end(&s);
}

Test(nfs_server, latency_has_a_history)
{
	struct scene s;

	scene_healthy(&s);
	say(&s, &well);
	pass(&s, 2000);
	cr_assert_eq(nfs_of(&s, RW)->latency_history.count, 1);
	cr_expect_float_eq(history_at(&nfs_of(&s, RW)->latency_history, 0), 0.4F, 0.001F);
	pass(&s, 60 * 1000);
	cr_expect(isnan(history_at(
			  &nfs_of(&s, RW)->latency_history, nfs_of(&s, RW)->latency_history.count - 1U)),
		"what was not seen again is not known");
	scene_end(&s);
}
