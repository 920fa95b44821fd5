#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 64

void scene_start(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	s->now = SCENE_NOW;
	s->wall = SCENE_WALL;
	s->types[0] = (char *)"nfs";
	s->types[1] = (char *)"nfs4";
	s->instances[0] = (struct instance_spec){.name = (char *)"ollama", .port = 11434};
	s->servers[RW] = (struct server_spec){
		.name = (char *)"80",
		.host = (char *)"10.0.0.80",
		.docker = (char *)"unix:///var/run/docker.sock",
		.role = ROLE_RW,
		.instances = s->instances,
		.instance_count = 1,
		.nfs = {.given = true, .export_path = (char *)"/opt/ollama-models"},
	};
	s->servers[RO] = (struct server_spec){
		.name = (char *)"84",
		.host = (char *)"10.0.0.84",
		.docker = (char *)"tcp://10.0.0.84:2375",
		.role = ROLE_RO,
		.discover = {.name = (char *)"ollama-[0-9]*"},
		.nfs = {.given = true,
			.mount = (char *)"/opt/ollama-models",
			.source = (char *)"10.0.0.80:/opt/ollama-models",
			.types = s->types,
			.type_count = 2},
	};
	s->spec = (struct fleet_spec){
		.refresh_ms = 2000,
		.timeout_ms = 3000,
		.busy_cpu = 50,
		.servers = s->servers,
		.server_count = 2,
		.traefik = {.api = (char *)"http://10.0.0.80:8080", .service = (char *)"ollama"},
	};
	s->fleet = fleet_new(&s->spec, s->now, s->wall);
}

void scene_healthy(struct scene *s)
{
	static const char *const names[] = {"ollama-1", "ollama-2"};
	struct container c;

	scene_start(s);
	docker(s, RW);
	docker(s, RO);
	containers(s, RW, "ollama", NULL);
	containers(s, RO, "ollama-1", "ollama-2", NULL);
	c = running(s, 3600 * 1000);
	c.host_port = 11434;
	container(s, RW, "ollama", &c);
	version(s, RW, "ollama", 2);
	mounted(s, RW, "ollama", "ext4", "/dev/sda1", 0);
	stored(s, RW, "ollama", s->wall - 86400000, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
	for (int k = 0; k < 2; k++) {
		c.host_port = 11434 + k;
		container(s, RO, names[k], &c);
		version(s, RO, names[k], 3);
		mounted(s, RO, names[k], "nfs4", "10.0.0.80:/opt/ollama-models", 1);
		stored(s, RO, names[k], s->wall - 86400000, "mistral:7b=aaa", "llama2:13b=bbb", NULL);
		stats(s, RO, names[k], 4 * GIB, 5, 0);
	}
	stats(s, RW, "ollama", 4 * GIB, 5, 0);
	pool(s, "http://10.0.0.80:11434=UP", "http://10.0.0.84:11434=UP", "http://10.0.0.84:11435=UP", NULL);
}

void scene_end(struct scene *s)
{
	fleet_free(s->fleet);
}

void pass(struct scene *s, int64_t ms)
{
	s->now += ms;
	s->wall += ms;
	fleet_tick(s->fleet, s->now, s->wall);
}

struct instance *find(struct scene *s, size_t server, const char *name)
{
	return fleet_instance(&s->fleet->servers[server], name);
}

void send(struct scene *s, struct observation o)
{
	o.at = s->now;
	o.wall = s->wall;
	fleet_apply(s->fleet, &o);
}

void version(struct scene *s, size_t server, const char *name, double latency_ms)
{
	send(s, (struct observation){.kind = OBS_VERSION,
			.server = server,
			.instance = name,
			.u.version = {"0.9.0", latency_ms}});
}

void fail(struct scene *s, enum observation_kind kind, size_t server, const char *name, const char *error)
{
	send(s, (struct observation){.kind = kind, .server = server, .instance = name, .error = error});
}

void docker(struct scene *s, size_t server)
{
	send(s, (struct observation){
			.kind = OBS_DOCKER, .server = server, .u.docker = {"28.2.2", "1.48", NULL, 1}});
}

void see_containers(struct scene *s, size_t server, const char *const *names)
{
	size_t count = 0;

	while (names[count])
		count++;
	send(s, (struct observation){
			.kind = OBS_CONTAINERS, .server = server, .u.containers = {names, count}});
}

struct container running(const struct scene *s, int64_t age_ms)
{
	return (struct container){
		.known = true,
		.id = "4f1c",
		.name = (char *)"ollama",
		.image = (char *)"ollama/ollama:0.9.0",
		.status = CONTAINER_RUNNING,
		.started_wall = s->wall - age_ms,
		.memory_limit = 16 * GIB,
	};
}

void container(struct scene *s, size_t server, const char *name, const struct container *c)
{
	char url[64];

	snprintf(url, sizeof(url), "http://10.0.0.84:%d", c->host_port);
	send(s, (struct observation){.kind = OBS_CONTAINER,
			.server = server,
			.instance = name,
			.u.container = {c, c->host_port ? url : NULL}});
}

void happened(struct scene *s, const char *name, enum docker_event what, int code, int64_t ago_ms)
{
	struct observation o = {.kind = OBS_DOCKER_EVENT, .server = RO, .instance = name};

	o.u.event.what = what;
	o.u.event.exit_code = what == DEVENT_DIE ? code : 0;
	o.u.event.signal = what == DEVENT_KILL ? code : 0;
	o.u.event.replayed = true;
	o.u.event.happened_wall = s->wall - ago_ms;
	send(s, o);
}

void happens(struct scene *s, const char *name, enum docker_event what, int code)
{
	struct observation o = {.kind = OBS_DOCKER_EVENT, .server = RO, .instance = name};

	o.u.event.what = what;
	o.u.event.exit_code = what == DEVENT_DIE ? code : 0;
	o.u.event.signal = what == DEVENT_KILL ? code : 0;
	o.u.event.happened_wall = s->wall;
	send(s, o);
}

void stats(struct scene *s, size_t server, const char *name, int64_t judged, double cpu, double faults)
{
	send(s, (struct observation){.kind = OBS_STATS,
			.server = server,
			.instance = name,
			.u.stats = {judged + GIB / 4, judged, 16 * GIB, cpu, faults}});
}

/* "name=value" in parts, kept in `buf`. */
static char *part(const char *pair, char buf[128], const char **value)
{
	snprintf(buf, 128, "%s", pair);
	char *equals = strrchr(buf, '=');
	*value = "";
	if (equals) {
		*equals = '\0';
		*value = equals + 1;
	}
	return buf;
}

void see_loaded(struct scene *s, size_t server, const char *name, const char *const *pairs)
{
	struct model_loaded models[LIST_MAX] = {0};
	char bufs[LIST_MAX][128];
	size_t count = 0;

	for (const char *digest; count < LIST_MAX && pairs[count]; count++) {
		models[count].name = part(pairs[count], bufs[count], &digest);
		snprintf(models[count].digest, sizeof(models[count].digest), "%.71s", digest);
	}
	send(s, (struct observation){
			.kind = OBS_LOADED, .server = server, .instance = name, .u.loaded = {models, count}});
}

void see_stored(
	struct scene *s, size_t server, const char *name, int64_t modified_wall, const char *const *pairs)
{
	struct model_stored models[LIST_MAX] = {0};
	char bufs[LIST_MAX][128];
	size_t count = 0;

	for (const char *digest; count < LIST_MAX && pairs[count]; count++) {
		models[count].name = part(pairs[count], bufs[count], &digest);
		models[count].modified_wall = modified_wall;
		snprintf(models[count].digest, sizeof(models[count].digest), "%.71s", digest);
	}
	send(s, (struct observation){
			.kind = OBS_STORED, .server = server, .instance = name, .u.stored = {models, count}});
}

void mounted(struct scene *s, size_t server, const char *name, const char *fstype, const char *source,
	int read_only)
{
	struct observation o = {.kind = OBS_MOUNT, .server = server, .instance = name};

	o.u.mount.path = "/root/.ollama";
	o.u.mount.fstype = fstype;
	o.u.mount.source = source;
	o.u.mount.options = "rw,vers=4.2";
	o.u.mount.root = "/";
	o.u.mount.read_only = read_only;
	send(s, o);
}

void see_pool(struct scene *s, const char *const *pairs)
{
	struct balancer_server servers[LIST_MAX] = {0};
	char bufs[LIST_MAX][128];
	size_t count = 0;

	for (const char *status; count < LIST_MAX && pairs[count]; count++) {
		servers[count].url = part(pairs[count], bufs[count], &status);
		snprintf(servers[count].status, sizeof(servers[count].status), "%.15s", status);
	}
	send(s, (struct observation){.kind = OBS_BALANCER, .u.balancer = {servers, count, 1}});
}

bool last_event_has(const struct scene *s, const char *part_of_text)
{
	const struct event *e = fleet_event(s->fleet, 0);

	return e && strstr(e->text, part_of_text);
}

const struct alert *alert_of(const struct scene *s, const char *target, enum condition condition)
{
	for (size_t k = 0; k < s->fleet->alert_count; k++) {
		const struct alert *a = &s->fleet->alerts[k];

		if (a->condition == condition && strcmp(a->target, target) == 0)
			return a;
	}
	return NULL;
}
