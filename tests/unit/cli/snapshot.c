/* What a fleet looks like to programs, and in a pipe. The fleet is filled as the watcher fills it. */
#include "cli/snapshot.h"

#include "ollama-top/config.h"
#include "ollama-top/observation.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define NOW  ((int64_t)100000)
#define WALL ((int64_t)1767269071000) /* 2026-01-01T12:04:31Z */
#define GIB  ((int64_t)1 << 30)

static const char yaml[] =
	"servers:\n"
	"- {name: '80', host: 10.0.0.80, role: rw, docker: 'unix:///d', nfs: {export: /x},\n"
	"   instances: [{name: ollama, port: 11434}]}\n"
	"- {name: '84', host: 10.0.0.84, role: ro, docker: 'unix:///e',\n"
	"   instances: [{name: o1, port: 11434}, {name: o2, port: 11435}]}\n"
	"traefik: {api: 'http://h:8080', service: ollama}\n";

struct world {
	struct fleet_spec *spec;
	struct fleet *fleet;
};

static struct world open_world(void)
{
	struct world world;
	struct config_error error;
	world.spec = config_parse("f", yaml, sizeof(yaml) - 1, &error);
	cr_assert_not_null(world.spec, "%s", error.message);
	world.fleet = fleet_new(world.spec, NOW, WALL);
	cr_assert_not_null(world.fleet);
	return world;
}

static void close_world(struct world *world)
{
	fleet_free(world->fleet);
	spec_free(world->spec);
}

static struct observation seen(enum observation_kind kind, size_t server, const char *instance)
{
	return (struct observation){
		.kind = kind, .at = NOW, .wall = WALL, .server = server, .instance = instance};
}

static void see_ollama(struct fleet *fleet)
{
	char mistral[] = "mistral:7b";
	struct observation o = seen(OBS_VERSION, 0, "ollama");
	o.u.version.version = "0.9.0";
	o.u.version.latency_ms = 2.123456;
	fleet_apply(fleet, &o);
	const struct model_loaded loaded = {.name = mistral,
		.digest = "f974a74358d6",
		.size = 5 * GIB,
		.size_vram = 0,
		.context = 4096,
		.expires_at = NOW + 60000,
		.expires_wall = WALL + 60000};
	o = seen(OBS_LOADED, 0, "ollama");
	o.u.loaded.models = &loaded;
	o.u.loaded.count = 1;
	fleet_apply(fleet, &o);
	const struct model_stored stored = {.name = mistral, .digest = "f974a74358d6", .size = 4 * GIB};
	o = seen(OBS_STORED, 0, "ollama");
	o.u.stored.models = &stored;
	o.u.stored.count = 1;
	fleet_apply(fleet, &o);
}

static void see_docker(struct fleet *fleet)
{
	struct observation o = seen(OBS_DOCKER, 0, NULL);
	o.u.docker.version = "28.2.2";
	o.u.docker.api = "1.50";
	fleet_apply(fleet, &o);
	o = seen(OBS_HOST, 0, NULL);
	o.u.host.memory_total = 62 * GIB;
	o.u.host.memory_available = 51 * GIB;
	o.u.host.cpus = 16;
	fleet_apply(fleet, &o);
	char name[] = "ollama";
	char image[] = "ollama/ollama:0.9.0";
	char gpus[] = "0,1 (nvidia)";
	const struct container container = {.known = true,
		.gpus = gpus,
		.gpu_count = 2,
		.id = "0123abcd",
		.name = name,
		.image = image,
		.status = CONTAINER_RUNNING,
		.health = HEALTH_HEALTHY,
		.restarts = 2,
		.memory_limit = 16 * GIB,
		.host_port = 11434};
	o = seen(OBS_CONTAINER, 0, "ollama");
	o.u.container.container = &container;
	fleet_apply(fleet, &o);
	o = seen(OBS_STATS, 0, "ollama");
	o.u.stats.memory_used = 9 * GIB;
	o.u.stats.memory_judged = 5 * GIB;
	o.u.stats.memory_limit = 16 * GIB;
	o.u.stats.cpu_percent = 12.34567;
	fleet_apply(fleet, &o);
	o = seen(OBS_MOUNT, 0, "ollama");
	o.u.mount.path = "/root/.ollama";
	o.u.mount.fstype = "ext4";
	o.u.mount.source = "/dev/sda1";
	o.u.mount.options = "rw";
	o.u.mount.root = "/opt/ollama-models";
	fleet_apply(fleet, &o);
	o = seen(OBS_SPACE, 0, "ollama");
	o.u.space.total = 500 * GIB;
	o.u.space.available = 295 * GIB;
	fleet_apply(fleet, &o);
}

static void see_requests(struct fleet *fleet)
{
	static const struct ended_request ended[] = {{200, 1.25}, {503, 0.001}};
	static const struct gpu gpu = {
		.index = 1, .name = "NVIDIA L4", .memory_used = GIB, .memory_total = -1, .utilisation = 37};
	struct observation o = seen(OBS_CONNECTIONS, 0, "ollama");
	o.u.connections.count = 3;
	fleet_apply(fleet, &o);
	o = seen(OBS_REQUESTS, 0, "ollama");
	o.u.requests.inflight = -1;
	o.u.requests.queue = 0;
	fleet_apply(fleet, &o);
	o = seen(OBS_ENDED, 0, "ollama");
	o.u.ended.list = ended;
	o.u.ended.count = 2;
	fleet_apply(fleet, &o);
	o = seen(OBS_GPUS, 0, "ollama");
	o.u.gpus.list = &gpu;
	o.u.gpus.count = 1;
	fleet_apply(fleet, &o);
}

static void see_failures(struct fleet *fleet)
{
	struct observation o = seen(OBS_VERSION, 1, "o1");
	o.error = "connection refused";
	fleet_apply(fleet, &o);
	o = seen(OBS_DOCKER, 1, NULL);
	o.error = "no such file";
	fleet_apply(fleet, &o);
	char url[] = "http://10.0.0.80:11434";
	const struct balancer_server pool = {.url = url, .status = "UP"};
	o = seen(OBS_BALANCER, 0, NULL);
	o.u.balancer.servers = &pool;
	o.u.balancer.count = 1;
	fleet_apply(fleet, &o);
}

/* "servers.0.name" in a tree; the test fails where a step is missing. */
static const cJSON *at(const cJSON *node, const char *path)
{
	char copy[128];
	char *rest = NULL;
	strncpy(copy, path, sizeof(copy) - 1);
	copy[sizeof(copy) - 1] = '\0';
	for (char *step = strtok_r(copy, ".", &rest); step; step = strtok_r(NULL, ".", &rest)) {
		node = step[0] >= '0' && step[0] <= '9' ? cJSON_GetArrayItem(node, atoi(step))
							: cJSON_GetObjectItemCaseSensitive(node, step);
		cr_assert_not_null(node, "%s: no %s", path, step);
	}
	return node;
}

struct expected {
	const char *path, *json;
};

static void expect_json(const cJSON *json, const struct expected *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = cJSON_PrintUnformatted(at(json, rows[i].path));
		cr_expect_str_eq(
			text, rows[i].json, "%s is %s instead of %s", rows[i].path, text, rows[i].json);
		cJSON_free(text);
	}
}
#define EXPECT(json, rows) expect_json(json, rows, sizeof(rows) / sizeof(*(rows)))

Test(snapshot, what_was_not_heard_is_null)
{
	struct world world = open_world();
	cJSON *json = snapshot_json(world.fleet);
	static const struct expected rows[] = {
		{"time", "\"2026-01-01T12:04:31Z\""},
		{"status", "\"ok\""},
		{"servers.0.docker",
			"{\"status\":\"unknown\",\"version\":null,\"error\":null,\"memory_total\":null,"
			"\"memory_available\":null}"},
		{"servers.0.nfs.status", "\"unknown\""},
		{"servers.0.nfs.error", "null"},
		{"servers.0.nfs.latency_ms", "null"},
		{"servers.0.nfs.exports", "null"},
		{"servers.0.nfs.allowed", "null"},
		{"servers.0.nfs.services.v4.latency_ms", "null"},
		{"servers.1.nfs.status", "\"none\""},
		{"servers.0.instances.0",
			"{\"name\":\"ollama\",\"url\":\"http://"
			"10.0.0.80:11434\",\"kind\":\"ollama\",\"state\":\"unknown\",\"reason\":\"nothing "
			"heard yet\","
			"\"version\":null,\"latency_ms\":null,\"container\":null,\"task\":null,\"memory\":{"
			"\"used\":null,"
			"\"limit\":null},"
			"\"cpu_percent\":null,\"busy\":null,\"requests\":{\"inflight\":null,\"queue\":null,"
			"\"ended\":null,\"error\":null},\"gpus\":null,\"models_loaded\":null,\"models_"
			"stored\":null,"
			"\"store\":{\"path\":null,\"fstype\":null,\"source\":null,\"read_only\":null,"
			"\"status\":\"unknown\",\"error\":null,\"total\":null,\"available\":null},"
			"\"balancer\":{\"in_pool\":null,\"status\":null}}"},
		{"balancer", "{\"status\":\"unknown\",\"error\":null,\"servers\":[]}"},
		{"alerts", "[]"},
	};
	EXPECT(json, rows);
	cJSON_Delete(json);
	close_world(&world);
}

Test(snapshot, every_figure_is_told)
{
	struct world world = open_world();
	see_ollama(world.fleet);
	see_docker(world.fleet);
	see_requests(world.fleet);
	see_failures(world.fleet);
	cJSON *json = snapshot_json(world.fleet);
	static const struct expected rows[] = {
		{"servers.0.name", "\"80\""},
		{"servers.0.host", "\"10.0.0.80\""},
		{"servers.0.role", "\"rw\""},
		{"servers.1.role", "\"ro\""},
		{"servers.0.docker", "{\"status\":\"ok\",\"version\":\"28.2.2\",\"error\":null,"
				     "\"memory_total\":66571993088,\"memory_available\":54760833024}"},
		{"servers.0.instances.0.state", "\"ok\""},
		{"servers.0.instances.0.version", "\"0.9.0\""},
		{"servers.0.instances.0.latency_ms", "2.123"},
		{"servers.0.instances.0.container",
			"{\"id\":\"0123abcd\",\"image\":\"ollama/"
			"ollama:0.9.0\",\"status\":\"running\",\"health\":\"healthy\","
			"\"restarts\":2,\"oom_killed\":false,\"gpus\":\"0,1 (nvidia)\",\"exit_code\":null}"},
		{"servers.0.instances.0.memory", "{\"used\":9663676416,\"limit\":17179869184}"},
		{"servers.0.instances.0.cpu_percent", "12.346"},
		{"servers.0.instances.0.requests.inflight",
			"{\"count\":3,\"is\":\"at_most\",\"source\":\"connections\","
			"\"time\":\"2026-01-01T12:04:31Z\"}"},
		{"servers.0.instances.0.requests.queue",
			"{\"count\":0,\"is\":\"exact\",\"source\":\"metrics\","
			"\"time\":\"2026-01-01T12:04:31Z\"}"},
		{"servers.0.instances.0.requests.ended",
			"{\"count\":2,\"failed\":1,\"busy\":1,\"seconds\":1.251,\"source\":\"log\","
			"\"since\":\"2026-01-01T12:04:31Z\"}"},
		{"servers.0.instances.0.gpus", "[{\"index\":1,\"name\":\"NVIDIA "
					       "L4\",\"memory_used\":1073741824,\"memory_total\":null,"
					       "\"utilisation_percent\":37}]"},
		{"servers.0.instances.0.models_loaded",
			"[{\"name\":\"mistral:7b\",\"digest\":\"f974a74358d6\",\"size\":5368709120,\"size_"
			"vram\":0,"
			"\"expires_at\":\"2026-01-01T12:05:31Z\"}]"},
		{"servers.0.instances.0.models_stored",
			"[{\"name\":\"mistral:7b\",\"digest\":\"f974a74358d6\",\"size\":4294967296}]"},
		{"servers.0.instances.0.store.path", "\"/root/.ollama\""},
		{"servers.0.instances.0.store.fstype", "\"ext4\""},
		{"servers.0.instances.0.store.source", "\"/dev/sda1\""},
		{"servers.0.instances.0.store.read_only", "false"},
		{"servers.0.instances.0.store.total", "536870912000"},
		{"servers.0.instances.0.store.available", "316753838080"},
		{"servers.0.instances.0.balancer", "{\"in_pool\":true,\"status\":\"UP\"}"},
		{"servers.1.instances.0.state", "\"DOWN\""},
		{"servers.1.instances.0.latency_ms", "null"},
		{"servers.1.docker.status", "\"failed\""},
		{"servers.1.docker.error", "\"no such file\""},
		{"balancer",
			"{\"status\":\"ok\",\"error\":null,\"servers\":[{\"url\":\"http://10.0.0.80:11434\","
			"\"status\":\"UP\"}]}"},
		{"status", "\"degraded\""},
		{"alerts.0.severity", "\"critical\""},
		{"alerts.0.state", "\"DOWN\""},
		{"alerts.0.target", "\"84/o1\""},
	};
	EXPECT(json, rows);
	cr_expect(
		strstr(cJSON_GetStringValue(at(json, "servers.1.instances.0.reason")), "connection refused"));
	cr_expect(strstr(cJSON_GetStringValue(at(json, "alerts.0.text")), "connection refused"));
	cJSON_Delete(json);
	close_world(&world);
}

Test(snapshot, the_text_is_a_table_and_the_alerts)
{
	struct world world = open_world();
	char *text = NULL;
	size_t len = 0;
	see_ollama(world.fleet);
	see_docker(world.fleet);
	see_requests(world.fleet);
	see_failures(world.fleet);
	FILE *out = open_memstream(&text, &len);
	cr_assert_not_null(out);
	snapshot_text(out, world.fleet);
	fclose(out);
	cr_expect_str_eq(text,
		"2026-01-01T12:04:31Z  degraded  1/3 ok  1 model loaded  9G/16G\n"
		"SERVER  INSTANCE  STATE     PORT  LAT  MEMORY  CPU  REQ  STORE       LOADED\n"
		"80      ollama    ok       11434  2ms  9G/16G  12%  <=3  rw ext4 ok  mistral:7b 5G\n"
		"84      o1        DOWN     11434    -       -    -    -  unknown     -\n"
		"84      o2        unknown  11435    -       -    -    -  unknown     -\n"
		"SERVER  EXPORT  SOURCE     TYPE  STORES  LAT  NFS\n"
		"80      /x      /dev/sda1  ext4  1/1 ok    -  not heard yet\n"
		"critical  DOWN  84/o1: connection refused\n"
		"warning  docker  84: Docker does not answer: no such file\n",
		"%s", text);
	free(text);
	close_world(&world);
}

static void see_mount(struct fleet *fleet, const char *instance, const char *fstype, const char *source)
{
	struct observation o = seen(OBS_MOUNT, 1, instance);
	o.u.mount.path = "/root/.ollama";
	o.u.mount.fstype = fstype;
	o.u.mount.source = source;
	o.u.mount.options = "rw";
	o.u.mount.root = "/";
	o.u.mount.read_only = 1;
	fleet_apply(fleet, &o);
}

/* The lines of NFS alone. */
static void expect_nfs(const struct fleet *fleet, const char *wanted)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	cr_assert_not_null(out);
	snapshot_nfs_text(out, fleet);
	fclose(out);
	cr_expect_str_eq(text, wanted, "%s", text);
	free(text);
}

Test(snapshot, sources_of_a_server_are_named_once)
{
	struct config_error error;
	static const char config[] =
		"servers:\n"
		"- {name: '80', host: 10.0.0.80, role: rw, instances: [{name: ollama, port: 11434}]}\n"
		"- {name: '84', host: 10.0.0.84, role: ro, nfs: {source: '10.0.0.80:/x', mount: /x},\n"
		"   instances: [{name: o1, port: 1}, {name: o2, port: 2}, {name: o3, port: 3}, {name: o4, "
		"port: 4}]}\n";
	struct fleet_spec *spec = config_parse("f", config, sizeof(config) - 1, &error);
	cr_assert_not_null(spec, "%s", error.message);
	struct fleet *fleet = fleet_new(spec, NOW, WALL);
	see_mount(fleet, "o1", "nfs4", "10.0.0.80:/x");
	see_mount(fleet, "o2", "nfs", "10.0.0.80:/x/y");
	see_mount(fleet, "o3", "nfs4", "10.0.0.80:/x");
	see_mount(fleet, "o4", "nfs", "0.0.80:/x");
	struct observation o = seen(OBS_NFS, 1, NULL);
	o.error = "it hangs";
	fleet_apply(fleet, &o);
	expect_nfs(fleet,
		"SERVER  EXPORT  SOURCE                                   TYPE       STORES  LAT  NFS\n"
		"84      -       10.0.0.80:/x, 10.0.0.80:/x/y, 0.0.80:/x  nfs4, nfs  2/4 ok    -  it "
		"hangs\n");
	fleet_free(fleet);
	spec_free(spec);
}

Test(snapshot, without_nfs_nothing_is_said_of_it)
{
	struct config_error error;
	static const char config[] =
		"servers:\n"
		"- {name: '80', host: 10.0.0.80, role: rw, instances: [{name: ollama, port: 11434}]}\n";
	struct fleet_spec *spec = config_parse("f", config, sizeof(config) - 1, &error);
	cr_assert_not_null(spec, "%s", error.message);
	struct fleet *fleet = fleet_new(spec, NOW, WALL);
	expect_nfs(fleet, "");
	fleet_free(fleet);
	spec_free(spec);
}

Test(snapshot, hostile_names_stay_one_string)
{
	struct world world = open_world();
	char name[] = "a\"b\\c/\xe6\x9d\xb1";
	const struct model_loaded loaded = {.name = name, .digest = "", .size = -1, .size_vram = -1};
	struct observation o = seen(OBS_LOADED, 0, "ollama");
	o.u.loaded.models = &loaded;
	o.u.loaded.count = 1;
	fleet_apply(world.fleet, &o);
	cJSON *json = snapshot_json(world.fleet);
	char *text = cJSON_Print(json);
	cJSON *again = cJSON_Parse(text);
	cr_assert_not_null(again);
	cr_expect_str_eq(cJSON_GetStringValue(at(again, "servers.0.instances.0.models_loaded.0.name")), name);
	cr_expect(cJSON_IsNull(at(again, "servers.0.instances.0.models_loaded.0.digest")));
	cr_expect(cJSON_IsNull(at(again, "servers.0.instances.0.models_loaded.0.size")));
	cr_expect(cJSON_IsNull(at(again, "servers.0.instances.0.models_loaded.0.expires_at")));
	cJSON_Delete(again);
	cJSON_free(text);
	cJSON_Delete(json);
	close_world(&world);
}
