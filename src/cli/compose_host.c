/*
 * compose_host.c - a service's place on the host: limits, ports, rights, devices. One table has every member of
 * HostConfig that is known; of any other, a note tells that it could not be expressed.
 */
#include "compose_private.h"
#include "net/json.h"
#include "ollama-top/i18n.h"
#include "ops/inspection.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NANO 1e9

struct host_key {
	const char *key;
	void (*put)(struct composing *c, const cJSON *item, const struct host_key *key);
	const char *service_key;
	const char *usual; /* what the engine has where nothing is said */
};

static void tell(struct composing *c, const cJSON *item)
{
	char *text = cJSON_PrintUnformatted(item);
	compose_note(
		c, _("%s could not be expressed: %s"), item->string ? item->string : "", text ? text : "");
	cJSON_free(text);
}

/* ---- kinds ---- */

static void put_text(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const char *text = cJSON_GetStringValue(item);
	if (text && *text != '\0' && !(key->usual && strcmp(text, key->usual) == 0)) {
		compose_put_text(c, c->service, key->service_key, text);
	}
}

/* Zero and below: no limit. */
static void put_limit(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const int64_t value = json_int(c->host, key->key, 0);
	(void)item;
	if (value > 0) {
		compose_put_number(c, c->service, key->service_key, value);
	}
}

/* "16g": the largest unit of which it is a whole number. */
static void put_bytes(struct composing *c, const char *key, int64_t value)
{
	static const char units[] = "bkmg";
	const char *unit = units;
	char text[32];
	for (; unit[1] != '\0' && value % 1024 == 0; unit++) {
		value /= 1024;
	}
	snprintf(text, sizeof(text), "%" PRId64 "%c", value, *unit);
	compose_put_text(c, c->service, key, text);
}

static void put_size(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const int64_t value = json_int(c->host, key->key, 0);
	(void)item;
	if (value > 0 && value != (key->usual ? strtoll(key->usual, NULL, 10) : 0)) {
		put_bytes(c, key->service_key, value);
	}
}

/* Any number but the usual one. */
static void put_number(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const int64_t usual = strtoll(key->usual, NULL, 10);
	const int64_t value = json_int(c->host, key->key, usual);
	(void)item;
	if (value != usual) {
		compose_put_number(c, c->service, key->service_key, value);
	}
}

static void put_truth(struct composing *c, const cJSON *item, const struct host_key *key)
{
	if (cJSON_IsTrue(item)) {
		compose_put(c, c->service, key->service_key, cJSON_CreateTrue());
	}
}

/* Said or not said. */
static void put_said(struct composing *c, const cJSON *item, const struct host_key *key)
{
	if (cJSON_IsBool(item)) {
		compose_put(c, c->service, key->service_key, cJSON_CreateBool(cJSON_IsTrue(item)));
	}
}

static void put_strings(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *member;
	cJSON_ArrayForEach(member, item)
	{
		if (list && cJSON_IsString(member)) {
			compose_add_text(c, list, member->valuestring);
		}
	}
	compose_put_filled(c, c->service, key->service_key, list);
}

static void put_texts(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *map = cJSON_CreateObject();
	const cJSON *member;
	cJSON_ArrayForEach(member, item)
	{
		if (map && member->string && cJSON_IsString(member)) {
			compose_put_text(c, map, member->string, member->valuestring);
		}
	}
	compose_put_filled(c, c->service, key->service_key, map);
}

/* ---- limits ---- */

/* The engine doubles the memory where nothing was said. */
static void put_swap(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const int64_t memory = json_int(c->host, "Memory", 0), swap = json_int(c->host, "MemorySwap", 0);
	(void)item;
	if (swap < 0) {
		compose_put_number(c, c->service, key->service_key, swap);
	} else if (swap > 0 && (swap / 2 != memory || swap % 2 != 0)) {
		put_bytes(c, key->service_key, swap);
	}
}

/* docker-compose multiplies by 10^9 and cuts: the shortest number that comes to the same is written. */
static void put_cpus(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const int64_t nano = json_int(c->host, key->key, 0);
	char text[40];
	(void)item;
	if (nano <= 0) {
		return;
	}
	snprintf(text, sizeof(text), "%.9g", (double)nano / NANO);
	if ((int64_t)(strtod(text, NULL) * NANO) != nano) {
		snprintf(text, sizeof(text), "%.15g", ((double)nano + 0.1) / NANO);
	}
	compose_put(c, c->service, key->service_key, cJSON_CreateRaw(text));
}

static void put_ulimits(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *map = cJSON_CreateObject();
	const cJSON *limit;
	cJSON_ArrayForEach(limit, item)
	{
		const char *name = json_string(limit, "Name");
		if (!map || !name || *name == '\0' ||
			name[strspn(name, "abcdefghijklmnopqrstuvwxyz")] != '\0' || json_member(map, name)) {
			tell(c, item);
			break;
		}
		cJSON *pair = compose_put_map(c, map, name);
		if (pair) {
			compose_put_number(c, pair, "soft", json_int(limit, "Soft", 0));
			compose_put_number(c, pair, "hard", json_int(limit, "Hard", 0));
		}
	}
	compose_put_filled(c, c->service, key->service_key, map);
}

/* ---- rights and devices ---- */

/* A profile is shown with its whole text, where Compose wants a file. */
static void put_security(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *member;
	cJSON_ArrayForEach(member, item)
	{
		const char *text = cJSON_GetStringValue(member);
		if (!list || !text) {
			continue;
		}
		if (strncmp(text, "seccomp", 7) == 0 && !strstr(text, "unconfined")) {
			compose_note(c, _("has a seccomp profile of its own, whose file is to be named here: "
					  "security_opt: [\"seccomp:FILE\"]"));
		} else {
			compose_add_text(c, list, text);
		}
	}
	compose_put_filled(c, c->service, key->service_key, list);
}

static void put_devices(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *device;
	char text[1024];
	cJSON_ArrayForEach(device, item)
	{
		const char *from = json_string(device, "PathOnHost"),
			   *to = json_string(device, "PathInContainer");
		const char *rights = json_string(device, "CgroupPermissions");
		if (!list || !from || !to ||
			(size_t)snprintf(text, sizeof(text), "%s:%s:%s", from, to, rights ? rights : "rwm") >=
				sizeof(text)) {
			tell(c, item);
			break;
		}
		compose_add_text(c, list, text);
	}
	compose_put_filled(c, c->service, key->service_key, list);
}

static void put_copy(struct composing *c, cJSON *map, const char *key, const cJSON *item)
{
	if (item && item->child) {
		compose_put(c, map, key, cJSON_Duplicate(item, true));
	}
}

static void put_gpu(struct composing *c, cJSON *list, const cJSON *request)
{
	const cJSON *any = json_array(request, "Capabilities"), *ids = json_array(request, "DeviceIDs");
	const char *driver = json_string(request, "Driver");
	cJSON *device = cJSON_CreateObject();
	compose_add(c, list, device);
	if (c->failed) {
		return;
	}
	if (driver && *driver != '\0') {
		compose_put_text(c, device, "driver", driver);
	}
	if (ids && ids->child) {
		put_copy(c, device, "device_ids", ids);
	} else if (json_int(request, "Count", 0) < 0) {
		compose_put_text(c, device, "count", "all");
	} else {
		compose_put_number(c, device, "count", json_int(request, "Count", 0));
	}
	put_copy(c, device, "capabilities", any ? any->child : NULL);
	put_copy(c, device, "options", json_object(request, "Options"));
	if (any && any->child && any->child->next) {
		tell(c, any);
	}
}

static void put_gpus(struct composing *c, const cJSON *item, const struct host_key *key)
{
	if (!item->child) {
		return;
	}
	cJSON *resources = compose_put_map(c, compose_put_map(c, c->service, key->service_key), "resources");
	cJSON *list = compose_put_list(c, compose_put_map(c, resources, "reservations"), "devices");
	const cJSON *request;
	cJSON_ArrayForEach(request, item)
	{
		if (list) {
			put_gpu(c, list, request);
		}
	}
}

/* Kernel files that are hidden or read-only by default; none are where it is privileged. */
static void tell_paths(struct composing *c, const cJSON *item, const struct host_key *key)
{
	(void)key;
	if (cJSON_IsArray(item) && !item->child && !json_true(c->host, "Privileged")) {
		tell(c, item);
	}
}

/* ---- ports, restart, log ---- */

/* A port of the host that was picked from a range is the one that balancers know. */
static const char *host_port(const struct composing *c, const char *port, const cJSON *binding)
{
	const char *asked = json_string(binding, "HostPort");
	const cJSON *ports = json_object(json_object(c->part->container, "NetworkSettings"), "Ports");
	const cJSON *given = json_array(ports, port);
	const char *picked = json_string(given ? given->child : NULL, "HostPort");
	if (asked && strchr(asked, '-') && picked) {
		return picked;
	}
	return asked && strcmp(asked, "0") != 0 ? asked : "";
}

/* [[IP:]HOST]:]PORT[/PROTOCOL] */
static void add_port(struct composing *c, cJSON *list, const char *port, const cJSON *binding)
{
	char text[512];
	const char *ip = json_string(binding, "HostIp"), *at = host_port(c, port, binding);
	const int len = (int)strcspn(port, "/");
	const bool six = ip && strchr(ip, ':');
	const bool tcp = strcmp(port + len, "/tcp") == 0;
	ip = ip ? ip : "";
	const int used = snprintf(text, sizeof(text), "%s%s%s%s%s%s%.*s%s", six ? "[" : "", ip,
		six ? "]" : "", *ip != '\0' ? ":" : "", at, *ip != '\0' || *at != '\0' ? ":" : "", len, port,
		tcp ? "" : port + len);
	if ((size_t)used >= sizeof(text)) {
		tell(c, binding);
		return;
	}
	compose_add_text(c, list, text);
}

static void put_ports(struct composing *c, const cJSON *item, const struct host_key *key)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *bindings, *binding;
	cJSON_ArrayForEach(bindings, item)
	{
		cJSON_ArrayForEach(binding, bindings)
		{
			if (list && bindings->string) {
				add_port(c, list, bindings->string, binding);
			}
		}
	}
	compose_put_filled(c, c->service, key->service_key, list);
}

static void put_restart(struct composing *c, const cJSON *item, const struct host_key *key)
{
	char text[64];
	const char *name = json_string(item, "Name");
	const int most = json_small(item, "MaximumRetryCount", 0);
	if (!name || *name == '\0' || strcmp(name, "no") == 0) {
		return;
	}
	snprintf(text, sizeof(text), most > 0 ? "%.32s:%d" : "%.32s", name, most);
	compose_put_text(c, c->service, key->service_key, text);
}

static void put_logging(struct composing *c, const cJSON *item, const struct host_key *key)
{
	const char *type = json_string(item, "Type");
	const cJSON *options = json_object(item, "Config");
	if (!type || *type == '\0' || (strcmp(type, "json-file") == 0 && !(options && options->child))) {
		return;
	}
	cJSON *map = compose_put_map(c, c->service, key->service_key);
	if (map) {
		compose_put_text(c, map, "driver", type);
		put_copy(c, map, "options", options);
	}
}

/* ---- the table ---- */

static const struct host_key host_keys[] = {
	{"PortBindings", put_ports, "ports", NULL},
	{"RestartPolicy", put_restart, "restart", NULL},
	{"Memory", put_size, "mem_limit", NULL},
	{"MemorySwap", put_swap, "memswap_limit", NULL},
	{"MemoryReservation", put_size, "mem_reservation", NULL},
	{"MemorySwappiness", put_number, "mem_swappiness", "-1"},
	{"NanoCpus", put_cpus, "cpus", NULL},
	{"CpuShares", put_limit, "cpu_shares", NULL},
	{"CpuQuota", put_number, "cpu_quota", "0"},
	{"CpuPeriod", put_limit, "cpu_period", NULL},
	{"CpuRealtimePeriod", put_limit, "cpu_rt_period", NULL},
	{"CpuRealtimeRuntime", put_limit, "cpu_rt_runtime", NULL},
	{"CpusetCpus", put_text, "cpuset", NULL},
	{"PidsLimit", put_limit, "pids_limit", NULL},
	{"ShmSize", put_size, "shm_size", "67108864"},
	{"Ulimits", put_ulimits, "ulimits", NULL},
	{"OomScoreAdj", put_number, "oom_score_adj", "0"},
	{"OomKillDisable", put_truth, "oom_kill_disable", NULL},
	{"LogConfig", put_logging, "logging", NULL},
	{"ExtraHosts", put_strings, "extra_hosts", NULL},
	{"Dns", put_strings, "dns", NULL},
	{"DnsOptions", put_strings, "dns_opt", NULL},
	{"DnsSearch", put_strings, "dns_search", NULL},
	{"CapAdd", put_strings, "cap_add", NULL},
	{"CapDrop", put_strings, "cap_drop", NULL},
	{"SecurityOpt", put_security, "security_opt", NULL},
	{"Devices", put_devices, "devices", NULL},
	{"DeviceCgroupRules", put_strings, "device_cgroup_rules", NULL},
	{"DeviceRequests", put_gpus, "deploy", NULL},
	{"GroupAdd", put_strings, "group_add", NULL},
	{"Privileged", put_truth, "privileged", NULL},
	{"ReadonlyRootfs", put_truth, "read_only", NULL},
	{"Init", put_said, "init", NULL},
	{"Runtime", put_text, "runtime", "runc"},
	{"Sysctls", put_texts, "sysctls", NULL},
	{"StorageOpt", put_texts, "storage_opt", NULL},
	{"IpcMode", put_text, "ipc", "private"},
	{"PidMode", put_text, "pid", NULL},
	{"UsernsMode", put_text, "userns_mode", NULL},
	{"CgroupParent", put_text, "cgroup_parent", NULL},
	{"Isolation", put_text, "isolation", "default"},
	{"MaskedPaths", tell_paths, NULL, NULL},
	{"ReadonlyPaths", tell_paths, NULL, NULL},
	/* Put where they belong: compose_volumes.c, compose_network.c. */
	{"Binds", NULL, NULL, NULL},
	{"Mounts", NULL, NULL, NULL},
	{"Tmpfs", NULL, NULL, NULL},
	{"NetworkMode", NULL, NULL, NULL},
	/* Written down by the client that created it, or the engine's own choice. */
	{"ContainerIDFile", NULL, NULL, NULL},
	{"ConsoleSize", NULL, NULL, NULL},
	{"Cgroup", NULL, NULL, NULL},
	{"CgroupnsMode", NULL, NULL, NULL},
};
#define HOST_KEYS (sizeof(host_keys) / sizeof(*host_keys))

static bool is_known(const char *key)
{
	for (size_t i = 0; i < HOST_KEYS; i++) {
		if (strcmp(host_keys[i].key, key) == 0) {
			return true;
		}
	}
	return false;
}

void compose_host(struct composing *c)
{
	const cJSON *item;
	for (size_t i = 0; i < HOST_KEYS; i++) {
		item = json_member(c->host, host_keys[i].key);
		if (item && !cJSON_IsNull(item) && host_keys[i].put) {
			host_keys[i].put(c, item, &host_keys[i]);
		}
	}
	cJSON_ArrayForEach(item, c->host)
	{
		if (!is_known(item->string) && !compose_says_nothing(item)) {
			tell(c, item);
		}
	}
}
