#include "ollama-top/docker.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct parse_error error;

Test(docker, version_of_a_real_engine)
{
	size_t len;
	struct docker_version v;
	char *body = fixture_read("docker-version.json", &len), api[16];
	cr_assert(docker_parse_version(body, len, &v, &error), "%s", error.text);
	cr_assert_str_eq(v.version, "20.10.24+dfsg1");
	cr_assert_str_eq(v.api, "1.41");
	cr_assert_str_eq(v.min_api, "1.12");
	cr_assert(docker_negotiate(&v, api, sizeof api, &error));
	cr_assert_str_eq(api, "1.41");
	free(body);
}

Test(docker, negotiation)
{
	static const struct {
		const char *api, *min_api, *result;
	} cases[] = {
		{"1.41", "", "1.41"},
		{"1.47", "1.24", "1.47"},
		{"1.51", "1.24", "1.51"},
		{"1.99", "1.44", "1.51"},
		{"2.0", "1.44", "1.51"},
		{"1.40", "1.12", NULL},
		{"1.9", "1.1", NULL},
		{"0.99", "", NULL},
		{"1.99", "1.52", NULL},
		{"2.3", "2.0", NULL},
		{"", "", NULL},
		{"one", "", NULL},
		{"1.", "", NULL},
		{"1.9999999999999", "", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct docker_version v = {0};
		char api[16] = "";
		(void)snprintf(v.api, sizeof v.api, "%s", cases[i].api);
		(void)snprintf(v.min_api, sizeof v.min_api, "%s", cases[i].min_api);
		*error.text = '\0';
		bool fine = docker_negotiate(&v, api, sizeof api, &error);
		cr_assert_eq(fine, cases[i].result != NULL, "%s from %s", cases[i].api, cases[i].min_api);
		cr_assert_str_eq(api, fine ? cases[i].result : "");
		cr_assert_eq(*error.text == '\0', fine);
	}
}

Test(docker, info)
{
	size_t len;
	struct docker_info info;
	char *body = fixture_read("docker-info.json", &len);
	cr_assert(docker_parse_info(body, len, &info, &error), "%s", error.text);
	cr_assert_eq(info.memory_total, 25276514304);
	cr_assert_eq(info.cpus, 2);
	cr_assert_eq(info.system_wall_ms, 1795478199485);
	cr_assert_str_eq(info.version, "20.10.24+dfsg1");
	free(body);
}

static struct docker_listed *list_with(struct discover_spec discover, size_t *n)
{
	size_t len;
	struct docker_listed *list;
	char *body = fixture_read("docker-list.json", &len);
	cr_assert(docker_parse_list(body, len, &discover, &list, n, &error), "%s", error.text);
	free(body);
	return list;
}

Test(docker, list)
{
	size_t n;
	char pattern[] = "ollama-[0-9]*";
	struct docker_listed *list = list_with((struct discover_spec){.name = pattern}, &n);
	cr_assert_eq(n, 3);
	cr_assert_str_eq(list[0].name, "ollama-3");
	cr_assert_eq(list[0].status, CONTAINER_RESTARTING);
	cr_assert_str_eq(list[2].name, "ollama-1");
	cr_assert_eq(list[2].status, CONTAINER_RUNNING);
	cr_assert_eq(list[2].host_port, 24434);
	cr_assert(list[0].discovered && list[1].discovered && list[2].discovered);
	free(list);
}

Test(docker, discovery_needs_every_pattern)
{
	static char one[] = "ollama-1", label[] = "tier=gpu", key[] = "tier", other[] = "tier=cpu",
		    image[] = "wb*", none[] = "ollama/*";
	static const struct {
		struct discover_spec spec;
		size_t found;
	} cases[] = {
		{{0}, 0},
		{{.name = one}, 1},
		{{.label = label}, 1},
		{{.label = key}, 1},
		{{.label = other}, 0},
		{{.image = image}, 3},
		{{.image = image, .label = label}, 1},
		{{.image = none, .label = label}, 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n, found = 0;
		struct docker_listed *list = list_with(cases[i].spec, &n);
		for (size_t j = 0; j < n; j++)
			found += list[j].discovered;
		cr_assert_eq(found, cases[i].found, "case %zu: %zu", i, found);
		free(list);
	}
}

Test(docker, list_leaves_out_leases_links_and_strange_ids)
{
	static const char body[] = "[{\"Id\":\"a1\",\"Names\":[\"/ollama-top-lease-7\"]},"
				   "{\"Id\":\"a2\",\"Names\":[\"/web/alias\",\"/x\"],\"State\":\"stopped\"},"
				   "{\"Id\":\"../etc\",\"Names\":[\"/y\"]},{\"Id\":\"\",\"Names\":[\"/"
				   "z\"]},{\"Id\":\"a3\",\"Names\":null},7]";
	struct docker_listed *list;
	size_t n;
	cr_assert(docker_parse_list(body, sizeof body - 1, &(struct discover_spec){0}, &list, &n, &error));
	cr_assert_eq(n, 1);
	cr_assert_str_eq(list[0].name, "x");
	cr_assert_eq(list[0].status, CONTAINER_EXITED);
	free(list);
}

static struct docker_inspected inspect(const char *name)
{
	size_t len;
	struct docker_inspected i;
	char *body = fixture_read(name, &len);
	cr_assert(docker_parse_inspect(body, len, &i, &error), "%s", error.text);
	free(body);
	return i;
}

Test(docker, inspect)
{
	struct docker_inspected i = inspect("docker-inspect-1.json");
	cr_assert_str_eq(i.container.name, "ollama-1");
	cr_assert_str_eq(i.container.image, "wbox");
	cr_assert(strncmp(i.container.image_id, "sha256:ff36d138", 15) == 0);
	cr_assert_eq(i.container.status, CONTAINER_RUNNING);
	cr_assert_eq(i.container.health, HEALTH_NONE);
	cr_assert_eq(i.container.memory_limit, 64 << 20);
	cr_assert_eq(i.container.host_port, 24434);
	cr_assert_eq(i.container.mount_count, 1);
	cr_assert_str_eq(i.container.mounts[0].destination, "/root/.ollama");
	cr_assert(i.container.mounts[0].read_only);
	cr_assert_eq(i.container.env_count, 1);
	cr_assert_str_eq(i.store_path, "/root/.ollama");
	cr_assert_str_eq(i.models_path, "/root/.ollama/models");
	cr_assert_eq(i.api_port, 11434);
	cr_assert_eq(i.container.finished_wall, 0);
	cr_assert_gt(i.container.started_wall, 0);
	docker_free_inspected(&i);
}

static struct docker_inspected inspect_text(const char *body)
{
	struct docker_inspected i;
	cr_assert(docker_parse_inspect(body, strlen(body), &i, &error), "%s", error.text);
	return i;
}

Test(docker, inspect_tells_ports_and_gpus)
{
	static const char body[] = "{\"Id\":\"aa11\",\"Config\":{},\"HostConfig\":{\"DeviceRequests\":["
				   "{\"Driver\":\"nvidia\",\"Count\":0,\"DeviceIDs\":[\"0\",\"2\"],"
				   "\"Capabilities\":[[\"gpu\"]]},"
				   "{\"Driver\":\"\",\"Count\":1,\"DeviceIDs\":null}]},"
				   "\"NetworkSettings\":{\"Ports\":{\"8000/"
				   "tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"18000\"}],"
				   "\"8001/tcp\":null,\"53/udp\":[{\"HostPort\":\"53\"}]}}}";
	struct docker_inspected i = inspect_text(body);
	cr_expect_str_eq(i.container.gpus, "0,2 (nvidia), 1");
	cr_expect_eq(i.container.gpu_count, 3);
	cr_assert_eq(i.port_count, 1);
	cr_expect_eq(i.ports[0].inside, 8000);
	cr_expect_eq(i.ports[0].outside, 18000);
	docker_free_inspected(&i);
	i = inspect_text(
		"{\"Id\":\"aa11\",\"HostConfig\":{\"DeviceRequests\":[{\"Count\":-1},{\"Count\":2}]}}");
	cr_expect_str_eq(i.container.gpus, "all, 2");
	cr_expect_eq(i.container.gpu_count, -1);
	docker_free_inspected(&i);
}

Test(docker, inspect_after_oom_kills)
{
	struct docker_inspected i = inspect("docker-inspect-3.json");
	cr_assert(i.container.oom_killed);
	cr_assert_eq(i.container.restarts, 2);
	cr_assert_eq(i.container.memory_limit, 16 << 20);
	cr_assert_eq(i.container.host_port, 0);
	docker_free_inspected(&i);
}

Test(docker, inspect_tells_a_check_that_cannot_run)
{
	struct docker_inspected i = inspect("docker-inspect-unhealthy.json");
	cr_assert_eq(i.container.health, HEALTH_UNHEALTHY);
	cr_assert_str_eq(
		i.container.health_error, "exec: \"curl\": executable file not found in $PATH: unknown");
	cr_assert_str_eq(i.store_path, "/models");
	cr_assert_str_eq(i.models_path, "/models");
	docker_free_inspected(&i);
}

Test(docker, a_check_that_runs_and_fails_is_no_health_error)
{
	struct docker_inspected i = inspect_text(
		"{\"Id\":\"a\",\"State\":{\"Health\":{\"Status\":\"unhealthy\",\"Log\":[{\"ExitCode\":1,"
		"\"Output\":\"connection refused\"}]}}}");
	cr_assert_eq(i.container.health, HEALTH_UNHEALTHY);
	cr_assert_null(i.container.health_error);
	docker_free_inspected(&i);
}

Test(docker, ports)
{
	static const struct {
		const char *body;
		int port;
	} cases[] = {
		{"{\"Id\":\"a\",\"NetworkSettings\":{\"Ports\":{\"11434/"
		 "tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"5\"},"
		 "{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"6\"}]}}}",
			6},
		{"{\"Id\":\"a\",\"NetworkSettings\":{\"Ports\":{\"11434/"
		 "tcp\":[{\"HostIp\":\"::\",\"HostPort\":\"5\"}]}}}",
			5},
		{"{\"Id\":\"a\",\"NetworkSettings\":{\"Ports\":{\"11434/"
		 "tcp\":null}},\"HostConfig\":{\"PortBindings\":{"
		 "\"11434/tcp\":[{\"HostIp\":\"\",\"HostPort\":\"7\"}]}}}",
			7},
		{"{\"Id\":\"a\",\"HostConfig\":{\"NetworkMode\":\"host\"},\"Config\":{\"Env\":[\"OLLAMA_HOST="
		 "http://0.0.0.0:8080\"]}}",
			8080},
		{"{\"Id\":\"a\",\"HostConfig\":{\"NetworkMode\":\"host\"},\"Config\":{\"Env\":[\"OLLAMA_HOST="
		 "http://x\"]}}",
			11434},
		{"{\"Id\":\"a\",\"HostConfig\":{\"PortBindings\":{\"11434/"
		 "tcp\":[{\"HostPort\":\"99999\"}]}}}",
			0},
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct docker_inspected i = inspect_text(cases[k].body);
		cr_assert_eq(i.container.host_port, cases[k].port, "case %zu: %d", k, i.container.host_port);
		docker_free_inspected(&i);
	}
}

Test(docker, store_paths)
{
	static const struct {
		const char *body, *store, *models;
	} cases[] = {
		{"{\"Id\":\"a\"}", "/root/.ollama", "/root/.ollama/models"},
		{"{\"Id\":\"a\",\"Config\":{\"Env\":[\"HOME=/home/o\"]}}", "/home/o/.ollama",
			"/home/o/.ollama/models"},
		{"{\"Id\":\"a\",\"Config\":{\"Env\":[\"OLLAMA_MODELS=relative\"]}}", "/root/.ollama",
			"/root/.ollama/models"},
		{"{\"Id\":\"a\",\"Mounts\":[{\"Destination\":\"/root/.ollama/models\",\"RW\":true}]}",
			"/root/.ollama/models", "/root/.ollama/models"},
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct docker_inspected i = inspect_text(cases[k].body);
		cr_assert_str_eq(i.store_path, cases[k].store);
		cr_assert_str_eq(i.models_path, cases[k].models);
		docker_free_inspected(&i);
	}
}

Test(docker, cpu_limits)
{
	struct docker_inspected i = inspect_text("{\"Id\":\"a\",\"HostConfig\":{\"NanoCpus\":1500000000}}");
	cr_assert_float_eq(i.container.cpu_limit, 1.5, 1e-9);
	docker_free_inspected(&i);
	i = inspect_text("{\"Id\":\"a\",\"HostConfig\":{\"CpuQuota\":50000,\"CpuPeriod\":0,\"Memory\":-1}}");
	cr_assert_float_eq(i.container.cpu_limit, 0.5, 1e-9);
	cr_assert_eq(i.container.memory_limit, 0);
	docker_free_inspected(&i);
}

Test(docker, events_of_a_real_engine)
{
	size_t len, kinds[DEVENT_OTHER + 1] = {0}, refused = 0;
	char *body = fixture_read("docker-events.ndjson", &len), *save = NULL;
	int64_t last = 0;
	bool killed = false;
	for (char *line = strtok_r(body, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		struct docker_event_line e;
		if (!docker_parse_event(line, strlen(line), &e, &error)) {
			cr_assert_str_eq(error.text, "", "%s", line);
			refused++;
			continue;
		}
		cr_assert_geq(e.time_ns, last);
		last = e.time_ns;
		kinds[e.what]++;
		if (e.what == DEVENT_DIE) {
			cr_assert_str_eq(e.name, "ollama-3");
			cr_assert_eq(e.exit_code, 137);
		}
		killed = killed || e.what == DEVENT_OOM;
	}
	cr_assert_geq(kinds[DEVENT_CREATE], 3);
	cr_assert_geq(kinds[DEVENT_START], 3);
	cr_assert_geq(kinds[DEVENT_DIE], 1);
	cr_assert(killed);
	cr_assert_gt(refused, 0, "images and networks are no containers");
	free(body);
}

Test(docker, events_of_podman_and_of_signals)
{
	static const char podman[] =
		"{\"status\":\"died\",\"id\":\"ab\",\"Type\":\"container\",\"Action\":\"died\",\"Actor\":"
		"{\"ID\":\"ab\",\"Attributes\":{\"containerExitCode\":\"3\",\"name\":\"o\"}},\"time\":"
		"1700000000}";
	static const char kill[] =
		"{\"Type\":\"container\",\"Action\":\"kill\",\"Actor\":{\"ID\":\"ab\",\"Attributes\":"
		"{\"signal\":\"15\"}},\"timeNano\":1700000000000000512}";
	static const char health[] =
		"{\"Type\":\"container\",\"Action\":\"health_status: unhealthy\",\"Actor\":{\"ID\":\"ab\"}}";
	struct docker_event_line e;
	cr_assert(docker_parse_event(podman, sizeof podman - 1, &e, &error));
	cr_assert_eq(e.what, DEVENT_DIE);
	cr_assert_eq(e.exit_code, 3);
	cr_assert_eq(e.time_ns, 1700000000000000000);
	cr_assert(docker_parse_event(kill, sizeof kill - 1, &e, &error));
	cr_assert_eq(e.what, DEVENT_KILL);
	cr_assert_eq(e.signal, 15);
	cr_assert_eq(e.time_ns, 1700000000000000512);
	cr_assert(docker_parse_event(health, sizeof health - 1, &e, &error));
	cr_assert_eq(e.what, DEVENT_HEALTH);
	cr_assert_not(docker_parse_event("{\"Action\"", 9, &e, &error));
	cr_assert(*error.text != '\0');
}

static struct docker_stats stats(const char *name)
{
	size_t len;
	struct docker_stats s;
	char *body = fixture_read(name, &len);
	cr_assert(docker_parse_stats(body, len, &s, &error), "%s", error.text);
	free(body);
	return s;
}

Test(docker, stats_v1)
{
	struct docker_stats s = stats("docker-stats-v1.json");
	cr_assert_eq(s.memory_used, 331776);
	cr_assert_eq(s.memory_judged, 61440);
	cr_assert_eq(s.memory_limit, 25276514304);
	cr_assert_eq(s.cpu_ns, 1973461647);
	cr_assert_eq(s.system_ns, 3429950000000);
	cr_assert_eq(s.cpus, 2);
	cr_assert_eq(s.major_faults, 0);
}

Test(docker, stats_v2)
{
	struct docker_stats s = stats("docker-stats-v2.json");
	cr_assert_eq(s.memory_used, 6200000000 - 3400000000);
	cr_assert_eq(s.memory_judged, 1820000000);
	cr_assert_eq(s.major_faults, 2200);
	cr_assert_eq(s.cpus, 8);
}

Test(docker, cpu_percent)
{
	struct docker_stats a = stats("docker-stats-v2.json"), b = a;
	b.cpu_ns += 1000000000;
	b.system_ns += 16000000000;
	b.read_ns += 2000000000;
	b.major_faults += 300;
	cr_assert_float_eq(docker_cpu_percent(&a, &b), 50.0, 1e-6);
	cr_assert_float_eq(docker_fault_rate(&a, &b), 150.0, 1e-6);
	/* Without the system's time, by the clock. */
	b.system_ns = a.system_ns = -1;
	cr_assert_float_eq(docker_cpu_percent(&a, &b), 50.0, 1e-6);
	/* A container that was restarted counts from zero. */
	b.cpu_ns = 5;
	b.major_faults = 0;
	cr_assert(isnan(docker_cpu_percent(&a, &b)));
	cr_assert(isnan(docker_fault_rate(&a, &b)));
	cr_assert(isnan(docker_cpu_percent(&a, &a)));
}

Test(docker, stats_of_a_stopped_container)
{
	static const char body[] =
		"{\"read\":\"0001-01-01T00:00:00Z\",\"cpu_stats\":{\"cpu_usage\":{\"total_usage\":0}},"
		"\"memory_stats\":{}}";
	struct docker_stats s;
	cr_assert_not(docker_parse_stats(body, sizeof body - 1, &s, &error));
}

Test(docker, exec)
{
	char id[DOCKER_ID_MAX];
	int code = 9;
	cr_assert(docker_parse_exec_id("{\"Id\":\"0f1e\"}", 13, id, sizeof id, &error));
	cr_assert_str_eq(id, "0f1e");
	cr_assert_not(docker_parse_exec_id("{\"Id\":\"../a\"}", 13, id, sizeof id, &error));
	cr_assert(docker_parse_exec_exit("{\"Running\":false,\"ExitCode\":126}", 32, &code, &error));
	cr_assert_eq(code, 126);
	cr_assert(docker_parse_exec_exit("{\"Running\":true,\"ExitCode\":null}", 32, &code, &error));
	cr_assert_eq(code, -1);
	size_t len;
	char *out = fixture_exec("exec-missing.bin", 1, &len);
	cr_assert(docker_exec_refused(out));
	free(out);
	out = fixture_exec("exec-df.bin", 1, &len);
	cr_assert_not(docker_exec_refused(out));
	free(out);
}
