/*
 * docker_inspect.c - GET /containers/{id}/json.
 *
 * Config and HostConfig are tables of the engine's members: what the world knows is written from
 * it, the rest is echoed from the body of the container's own create, or is the engine's default.
 */
#include "docker.h"

#include <stdio.h>
#include <string.h>

struct inspect {
	struct json_out out;
	const struct world_container *c;
	const cJSON *given; /* Config's or HostConfig's members as created; NULL without */
};

/* Exactly one of `fallback` (JSON text, unless given otherwise) and `write` is set. */
struct member {
	const char *name, *fallback;
	void (*write)(struct inspect *inspect, const char *name);
};

static void write_members(
	struct inspect *inspect, const char *key, const struct member *members, size_t count)
{
	json_object(&inspect->out, key);
	for (size_t i = 0; i < count; i++) {
		const struct member *member = &members[i];
		const cJSON *given = cJSON_GetObjectItemCaseSensitive(inspect->given, member->name);
		if (member->write)
			member->write(inspect, member->name);
		else if (given && !cJSON_IsNull(given))
			json_tree(&inspect->out, member->name, given);
		else
			json_raw(&inspect->out, member->name, member->fallback);
	}
	json_end_object(&inspect->out);
}

static const cJSON *given(const struct inspect *inspect, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(inspect->given, name);

	return cJSON_IsNull(value) ? NULL : value;
}

static void binds(struct inspect *inspect, const char *name)
{
	const struct world_container *c = inspect->c;
	size_t count = 0;

	if (c->create_json) {
		json_tree(&inspect->out, name, given(inspect, name));
		return;
	}
	for (size_t i = 0; i < c->mount_count; i++)
		count += strcmp(c->mounts[i].type, "tmpfs") != 0;
	if (!count) {
		json_raw(&inspect->out, name, "null");
		return;
	}
	json_array(&inspect->out, name);
	for (size_t i = 0; i < c->mount_count; i++) {
		const struct world_mount *mount = &c->mounts[i];
		if (strcmp(mount->type, "tmpfs") != 0)
			json_format(&inspect->out, NULL, "%s:%s%s", mount->name ? mount->name : mount->source,
				mount->destination, mount->read_only ? ":ro" : "");
	}
	json_end_array(&inspect->out);
}

static void network_mode(struct inspect *inspect, const char *name)
{
	const cJSON *mode = given(inspect, name);

	json_string(
		&inspect->out, name, cJSON_IsString(mode) ? mode->valuestring : docker_network(inspect->c));
}

/* `both`: a port on every address shows once for each IP version, as the running container has it. */
static void write_bindings(struct json_out *out, const struct world_container *c, bool both)
{
	char port[32];
	bool every = both && (!*c->host_ip || strcmp(c->host_ip, "0.0.0.0") == 0);

	snprintf(port, sizeof port, "%d/tcp", c->container_port);
	json_array(out, port);
	for (int i = 0; i < (every ? 2 : 1); i++) {
		json_object(out, NULL);
		json_string(out, "HostIp", !every ? c->host_ip : i ? "::" : "0.0.0.0");
		json_format(out, "HostPort", "%d", c->host_port);
		json_end_object(out);
	}
	json_end_array(out);
}

static void port_bindings(struct inspect *inspect, const char *name)
{
	if (given(inspect, name)) {
		json_tree(&inspect->out, name, given(inspect, name));
		return;
	}
	json_object(&inspect->out, name);
	if (inspect->c->host_port)
		write_bindings(&inspect->out, inspect->c, false);
	json_end_object(&inspect->out);
}

static void restart_policy(struct inspect *inspect, const char *name)
{
	const struct world_container *c = inspect->c;

	json_object(&inspect->out, name);
	json_string(
		&inspect->out, "Name", c->restart_policy && *c->restart_policy ? c->restart_policy : "no");
	json_int(&inspect->out, "MaximumRetryCount", c->restart_max);
	json_end_object(&inspect->out);
}

static void cgroupns(struct inspect *inspect, const char *name)
{
	json_string(&inspect->out, name, inspect->c->server->cgroup == 1 ? "host" : "private");
}

static void memory(struct inspect *inspect, const char *name)
{
	json_int(&inspect->out, name, inspect->c->memory_limit);
}

static void memory_swap(struct inspect *inspect, const char *name)
{
	const cJSON *swap = given(inspect, name);

	json_int(&inspect->out, name,
		cJSON_IsNumber(swap) && swap->valuedouble != 0 ? (int64_t)swap->valuedouble
							       : 2 * inspect->c->memory_limit);
}

static void nano_cpus(struct inspect *inspect, const char *name)
{
	json_int(&inspect->out, name, inspect->c->nano_cpus);
}

/* As `docker run --gpus all` asks, or what it was created with. */
static void device_requests(struct inspect *inspect, const char *name)
{
	if (given(inspect, name))
		json_tree(&inspect->out, name, given(inspect, name));
	else
		json_raw(&inspect->out, name,
			inspect->c->gpu_count == 0 ? "null"
						   : "[{\"Driver\":\"\",\"Count\":-1,\"DeviceIDs\":null,"
						     "\"Capabilities\":[[\"gpu\"]],"
						     "\"Options\":{}}]");
}

static const struct member host_config[] = {
	{"Binds", NULL, binds},
	{"ContainerIDFile", "\"\"", NULL},
	{"LogConfig", "{\"Type\":\"json-file\",\"Config\":{}}", NULL},
	{"NetworkMode", NULL, network_mode},
	{"PortBindings", NULL, port_bindings},
	{"RestartPolicy", NULL, restart_policy},
	{"AutoRemove", "false", NULL},
	{"VolumeDriver", "\"\"", NULL},
	{"VolumesFrom", "null", NULL},
	{"ConsoleSize", "[0,0]", NULL},
	{"CapAdd", "null", NULL},
	{"CapDrop", "null", NULL},
	{"CgroupnsMode", NULL, cgroupns},
	{"Dns", "[]", NULL},
	{"DnsOptions", "[]", NULL},
	{"DnsSearch", "[]", NULL},
	{"ExtraHosts", "null", NULL},
	{"GroupAdd", "null", NULL},
	{"IpcMode", "\"private\"", NULL},
	{"Cgroup", "\"\"", NULL},
	{"Links", "null", NULL},
	{"OomScoreAdj", "0", NULL},
	{"PidMode", "\"\"", NULL},
	{"Privileged", "false", NULL},
	{"PublishAllPorts", "false", NULL},
	{"ReadonlyRootfs", "false", NULL},
	{"SecurityOpt", "null", NULL},
	{"UTSMode", "\"\"", NULL},
	{"UsernsMode", "\"\"", NULL},
	{"ShmSize", "67108864", NULL},
	{"Runtime", "\"runc\"", NULL},
	{"Isolation", "\"\"", NULL},
	{"CpuShares", "0", NULL},
	{"Memory", NULL, memory},
	{"NanoCpus", NULL, nano_cpus},
	{"CgroupParent", "\"\"", NULL},
	{"BlkioWeight", "0", NULL},
	{"BlkioWeightDevice", "[]", NULL},
	{"BlkioDeviceReadBps", "[]", NULL},
	{"BlkioDeviceWriteBps", "[]", NULL},
	{"BlkioDeviceReadIOps", "[]", NULL},
	{"BlkioDeviceWriteIOps", "[]", NULL},
	{"CpuPeriod", "0", NULL},
	{"CpuQuota", "0", NULL},
	{"CpuRealtimePeriod", "0", NULL},
	{"CpuRealtimeRuntime", "0", NULL},
	{"CpusetCpus", "\"\"", NULL},
	{"CpusetMems", "\"\"", NULL},
	{"Devices", "[]", NULL},
	{"DeviceCgroupRules", "null", NULL},
	{"DeviceRequests", NULL, device_requests},
	{"MemoryReservation", "0", NULL},
	{"MemorySwap", NULL, memory_swap},
	{"MemorySwappiness", "null", NULL},
	{"OomKillDisable", "false", NULL},
	{"PidsLimit", "null", NULL},
	{"Ulimits", "[]", NULL},
	{"CpuCount", "0", NULL},
	{"CpuPercent", "0", NULL},
	{"IOMaximumIOps", "0", NULL},
	{"IOMaximumBandwidth", "0", NULL},
	{"Mounts", "null", NULL},
	{"MaskedPaths",
		"[\"/proc/asound\",\"/proc/acpi\",\"/proc/kcore\",\"/proc/keys\",\"/proc/latency_stats\",\"/"
		"proc/"
		"timer_list\",\"/proc/timer_stats\",\"/proc/sched_debug\",\"/proc/scsi\",\"/sys/firmware\"]",
		NULL},
	{"ReadonlyPaths", "[\"/proc/bus\",\"/proc/fs\",\"/proc/irq\",\"/proc/sys\",\"/proc/sysrq-trigger\"]",
		NULL},
};

static void hostname(struct inspect *inspect, const char *name)
{
	const cJSON *host = given(inspect, name);

	if (cJSON_IsString(host) && *host->valuestring)
		json_string(&inspect->out, name, host->valuestring);
	else
		json_format(&inspect->out, name, "%.12s", inspect->c->id);
}

static void exposed_ports(struct inspect *inspect, const char *name)
{
	char port[32];

	if (!inspect->c->container_port) {
		json_tree(&inspect->out, name, given(inspect, name));
		return;
	}
	snprintf(port, sizeof port, "%d/tcp", inspect->c->container_port);
	json_object(&inspect->out, name);
	json_raw(&inspect->out, port, "{}");
	json_end_object(&inspect->out);
}

static void env(struct inspect *inspect, const char *name)
{
	json_strings(&inspect->out, name, inspect->c->env, inspect->c->env_count);
}

static void strings_or_null(struct json_out *out, const char *name, char *const *items, size_t count)
{
	if (count)
		json_strings(out, name, items, count);
	else
		json_raw(out, name, "null");
}

static void cmd(struct inspect *inspect, const char *name)
{
	strings_or_null(&inspect->out, name, inspect->c->cmd, inspect->c->cmd_count);
}

static void entrypoint(struct inspect *inspect, const char *name)
{
	strings_or_null(&inspect->out, name, inspect->c->entrypoint, inspect->c->entrypoint_count);
}

static void healthcheck(struct inspect *inspect, const char *name)
{
	const struct world_container *c = inspect->c;
	const cJSON *check = given(inspect, name);

	if (check) {
		json_tree(&inspect->out, name, check);
		return;
	}
	if (!c->health_test_count)
		return;
	json_object(&inspect->out, name);
	json_strings(&inspect->out, "Test", c->health_test, c->health_test_count);
	json_int(&inspect->out, "Interval", c->health_interval * 1000000);
	json_int(&inspect->out, "Retries", c->health_retries);
	json_end_object(&inspect->out);
}

static void image(struct inspect *inspect, const char *name)
{
	json_string(&inspect->out, name, inspect->c->image);
}

static void labels(struct inspect *inspect, const char *name)
{
	json_object(&inspect->out, name);
	for (size_t i = 0; i < inspect->c->label_count; i++)
		json_string(&inspect->out, inspect->c->labels[i].name, inspect->c->labels[i].value);
	json_end_object(&inspect->out);
}

static void user(struct inspect *inspect, const char *name)
{
	json_string(&inspect->out, name, inspect->c->user ? inspect->c->user : "");
}

static const struct member config[] = {
	{"Hostname", NULL, hostname},
	{"Domainname", "\"\"", NULL},
	{"User", NULL, user},
	{"AttachStdin", "false", NULL},
	{"AttachStdout", "false", NULL},
	{"AttachStderr", "false", NULL},
	{"ExposedPorts", NULL, exposed_ports},
	{"Tty", "false", NULL},
	{"OpenStdin", "false", NULL},
	{"StdinOnce", "false", NULL},
	{"Env", NULL, env},
	{"Cmd", NULL, cmd},
	{"Healthcheck", NULL, healthcheck},
	{"Image", NULL, image},
	{"Volumes", "null", NULL},
	{"WorkingDir", "\"\"", NULL},
	{"Entrypoint", NULL, entrypoint},
	{"OnBuild", "null", NULL},
	{"Labels", NULL, labels},
};

static void write_health(struct json_out *out, const struct world_container *c)
{
	json_object(out, "Health");
	json_string(out, "Status", world_health_name(c->health));
	json_int(out, "FailingStreak", c->health_failing);
	json_array(out, "Log");
	for (size_t i = 0; i < c->health_log_count; i++) {
		const struct world_health_result *result = &c->health_log[i];
		json_object(out, NULL);
		json_time(out, "Start", result->start);
		json_time(out, "End", result->end);
		json_int(out, "ExitCode", result->exit_code);
		json_string(out, "Output", result->output ? result->output : "");
		json_end_object(out);
	}
	json_end_array(out);
	json_end_object(out);
}

static void write_state(struct json_out *out, const struct world_container *c)
{
	json_object(out, "State");
	json_string(out, "Status", world_status_name(c->status));
	json_bool(out, "Running", docker_is_up(c));
	json_bool(out, "Paused", c->status == WORLD_PAUSED);
	json_bool(out, "Restarting", c->status == WORLD_RESTARTING);
	json_bool(out, "OOMKilled", c->oom_killed);
	json_bool(out, "Dead", false);
	json_int(out, "Pid", c->status == WORLD_RUNNING || c->status == WORLD_PAUSED ? c->pid : 0);
	json_int(out, "ExitCode", c->exit_code);
	json_string(out, "Error", c->error ? c->error : "");
	json_time(out, "StartedAt", c->started);
	json_time(out, "FinishedAt", c->finished);
	if (c->health_test_count)
		write_health(out, c);
	json_end_object(out);
}

/* Members of old: those of the default bridge, and empty in any other network. */
static void write_bridge(struct json_out *out, const struct world_container *c, bool up)
{
	static const char *const empty[] = {"GlobalIPv6Address", "IPv6Gateway", "LinkLocalIPv6Address"};
	bool bridge = up && strcmp(docker_network(c), "bridge") == 0;
	const char *last = strrchr(c->ip, '.');
	char endpoint[65];

	docker_hash(endpoint, c->id, "bridge");
	json_bool(out, "HairpinMode", false);
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
		json_string(out, empty[i], "");
	json_int(out, "LinkLocalIPv6PrefixLen", 0);
	json_int(out, "GlobalIPv6PrefixLen", 0);
	json_raw(out, "SecondaryIPAddresses", "null");
	json_raw(out, "SecondaryIPv6Addresses", "null");
	json_string(out, "EndpointID", bridge ? endpoint : "");
	if (bridge && last)
		json_format(out, "Gateway", "%.*s.1", (int)(last - c->ip), c->ip);
	else
		json_string(out, "Gateway", "");
	json_string(out, "IPAddress", bridge ? c->ip : "");
	json_int(out, "IPPrefixLen", bridge ? 16 : 0);
	json_string(out, "MacAddress", "");
}

static void write_network_settings(struct json_out *out, const struct world_container *c)
{
	bool up = c->status == WORLD_RUNNING || c->status == WORLD_PAUSED;
	char port[32], id[65];

	docker_hash(id, c->id, "sandbox");
	json_object(out, "NetworkSettings");
	json_string(out, "Bridge", "");
	json_string(out, "SandboxID", up ? id : "");
	json_format(out, "SandboxKey", up ? "/var/run/docker/netns/%.12s" : "%.0s", id);
	json_object(out, "Ports");
	if (up && c->host_port) {
		write_bindings(out, c, true);
	} else if (up && c->container_port) {
		snprintf(port, sizeof port, "%d/tcp", c->container_port);
		json_raw(out, port, "null");
	}
	json_end_object(out);
	write_bridge(out, c, up);
	docker_write_networks(out, "Networks", c);
	json_end_object(out);
}

static void write_arguments(struct json_out *out, const struct world_container *c)
{
	const char *argument = docker_argument(c, 0);

	json_string(out, "Path", argument ? argument : "");
	json_array(out, "Args");
	for (size_t i = 1; (argument = docker_argument(c, i)) != NULL; i++)
		json_string(out, NULL, argument);
	json_end_array(out);
}

static void write_files(struct json_out *out, const struct world_container *c)
{
	static const char folder[] = "/var/lib/docker/containers";

	json_format(out, "ResolvConfPath", "%s/%s/resolv.conf", folder, c->id);
	json_format(out, "HostnamePath", "%s/%s/hostname", folder, c->id);
	json_format(out, "HostsPath", "%s/%s/hosts", folder, c->id);
	json_format(out, "LogPath", "%s/%s/%s-json.log", folder, c->id, c->id);
}

static void write_graph(struct json_out *out, const struct world_container *c)
{
	static const char folder[] = "/var/lib/docker/overlay2";
	char id[65];

	docker_hash(id, c->id, "overlay");
	json_object(out, "GraphDriver");
	json_object(out, "Data");
	json_format(out, "LowerDir", "%s/%s-init/diff:%s/%s/diff", folder, id, folder,
		c->image_id + strcspn(c->image_id, ":") + 1);
	json_format(out, "MergedDir", "%s/%s/merged", folder, id);
	json_format(out, "UpperDir", "%s/%s/diff", folder, id);
	json_format(out, "WorkDir", "%s/%s/work", folder, id);
	json_end_object(out);
	json_string(out, "Name", "overlay2");
	json_end_object(out);
}

enum serve_result docker_inspect(struct serve_request *request)
{
	const struct world_container *c = docker_container(request);

	if (!c)
		return SERVE_DONE;
	struct inspect inspect = {.out = {.skew_ms = c->server->skew_ms}, .c = c};
	struct json_out *out = &inspect.out;
	cJSON *created_with = docker_created_with(c);
	json_object(out, NULL);
	json_string(out, "Id", c->id);
	json_time(out, "Created", c->created);
	write_arguments(out, c);
	write_state(out, c);
	json_string(out, "Image", c->image_id);
	write_files(out, c);
	json_format(out, "Name", "/%s", c->name);
	json_int(out, "RestartCount", c->restart_count);
	json_string(out, "Driver", "overlay2");
	json_string(out, "Platform", "linux");
	json_string(out, "MountLabel", "");
	json_string(out, "ProcessLabel", "");
	json_string(out, "AppArmorProfile", "docker-default");
	docker_write_exec_ids(out, request->context, c);
	inspect.given = cJSON_GetObjectItemCaseSensitive(created_with, "HostConfig");
	write_members(&inspect, "HostConfig", host_config, sizeof host_config / sizeof *host_config);
	write_graph(out, c);
	if (serve_query_bool(request, "size", false)) {
		const struct world_image *of = world_image(c->server, c->image_id);
		json_int(out, "SizeRw", 0);
		json_int(out, "SizeRootFs", of ? of->size : 0);
	}
	docker_write_mounts(out, c);
	inspect.given = created_with;
	write_members(&inspect, "Config", config, sizeof config / sizeof *config);
	write_network_settings(out, c);
	json_end_object(out);
	cJSON_Delete(created_with);
	return json_reply(request, 200, out);
}
