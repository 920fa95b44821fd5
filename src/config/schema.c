#include "schema.h"

#include "map.h"
#include "node.h"
#include "ollama-top/i18n.h"
#include "ollama-top/policy.h"
#include "scalar.h"
#include "zone_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SCHEMA(text, type, table, start, verify)                                                      \
	{                                                                                             \
		.what = (text), .size = sizeof(type), .fields = (table), .field_count = COUNT(table), \
		.init = (start), .check = (verify)                                                    \
	}
#define AT(type, member) .offset = offsetof(type, member)
#define SECOND           ((int64_t)1000)
#define DAY              (86400 * SECOND)
#define GIB              ((int64_t)1 << 30)

static_assert(offsetof(struct scale_spec, port_last) == offsetof(struct scale_spec, port_first) + sizeof(int),
	"scalar_ports() fills both as an array");

static const struct field tls_fields[] = {
	{"ca", scalar_path, AT(struct tls_spec, ca)},
	{"cert", scalar_path, AT(struct tls_spec, cert)},
	{"key", scalar_path, AT(struct tls_spec, key)},
};
static const struct schema tls_schema = SCHEMA(N_("tls"), struct tls_spec, tls_fields, NULL, check_tls);

static const struct field instance_fields[] = {
	{"name", scalar_name, AT(struct instance_spec, name), .required = true},
	{"kind", scalar_kind, AT(struct instance_spec, kind)},
	{"port", scalar_port, AT(struct instance_spec, port)},
	{"url", scalar_url, AT(struct instance_spec, url)},
	{"container", scalar_name, AT(struct instance_spec, container)},
	{"token_file", scalar_path, AT(struct instance_spec, token_file)},
	{"ssh", scalar_bool, AT(struct instance_spec, ssh)},
	{"tls", map_inside, AT(struct instance_spec, tls), .schema = &tls_schema},
};
static const struct schema instance_schema =
	SCHEMA(N_("an instance"), struct instance_spec, instance_fields, NULL, check_instance);

static const struct field discover_fields[] = {
	{"name", scalar_text, AT(struct discover_spec, name)},
	{"label", scalar_text, AT(struct discover_spec, label)},
	{"image", scalar_text, AT(struct discover_spec, image)},
	{"ssh", scalar_bool, AT(struct discover_spec, ssh)},
};
static const struct schema discover_schema =
	SCHEMA(N_("discover"), struct discover_spec, discover_fields, NULL, check_discover);

static void init_scale(void *value)
{
	struct scale_spec *scale = value;
	scale->given = true;
	scale->min = 1;
	scale->memory_headroom = 2 * GIB;
	scale->drain_ms = 30 * SECOND;
}

static const struct field scale_fields[] = {
	{"min", scalar_count, AT(struct scale_spec, min), .min = 0, .max = 1000},
	{"max", scalar_count, AT(struct scale_spec, max), .required = true, .min = 1, .max = 1000},
	{"ports", scalar_ports, AT(struct scale_spec, port_first)},
	{"memory_headroom", scalar_size, AT(struct scale_spec, memory_headroom), .max = INT64_MAX},
	{"drain", scalar_duration, AT(struct scale_spec, drain_ms), .min = SECOND, .max = DAY},
	{"service", scalar_name, AT(struct scale_spec, service)},
};
static const struct schema scale_schema =
	SCHEMA(N_("scale"), struct scale_spec, scale_fields, init_scale, check_scale);

static void init_nfs(void *value)
{
	((struct nfs_spec *)value)->given = true;
}

static const struct field nfs_fields[] = {
	{"export", scalar_path, AT(struct nfs_spec, export_path)},
	{"mount", scalar_path, AT(struct nfs_spec, mount)},
	{"source", scalar_source, AT(struct nfs_spec, source)},
	{"types", map_list_scalar, AT(struct nfs_spec, types),
		.count_offset = offsetof(struct nfs_spec, type_count), .max = 16},
	{"port", scalar_port, AT(struct nfs_spec, port)},
	{"portmapper", scalar_port, AT(struct nfs_spec, portmapper)},
};
static const struct schema nfs_schema = SCHEMA(N_("nfs"), struct nfs_spec, nfs_fields, init_nfs, check_nfs);

static bool read_nfs(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	struct nfs_spec *nfs = (struct nfs_spec *)((char *)to + field->offset);
	if (!map_read(r, node, &nfs_schema, nfs)) {
		return false;
	}
	return nfs->type_count > 0 || schema_default_types(nfs) || reader_out_of_memory(r);
}

static const struct field server_fields[] = {
	{"name", scalar_name, AT(struct server_spec, name), .required = true},
	{"host", scalar_host, AT(struct server_spec, host), .required = true},
	{"role", scalar_role, AT(struct server_spec, role), .required = true},
	{"docker", scalar_docker, AT(struct server_spec, docker)},
	{"tls", map_inside, AT(struct server_spec, tls), .schema = &tls_schema},
	{"instances", map_list, AT(struct server_spec, instances),
		.count_offset = offsetof(struct server_spec, instance_count), .max = SCHEMA_INSTANCES_MAX,
		.schema = &instance_schema},
	{"discover", map_inside, AT(struct server_spec, discover), .schema = &discover_schema},
	{"scale", map_inside, AT(struct server_spec, scale), .schema = &scale_schema},
	{"nfs", read_nfs, AT(struct server_spec, nfs)},
};
static const struct schema server_schema =
	SCHEMA(N_("a server"), struct server_spec, server_fields, NULL, check_server);

static const struct field traefik_fields[] = {
	{"api", scalar_url, AT(struct traefik_spec, api), .required = true},
	{"service", scalar_name, AT(struct traefik_spec, service), .required = true},
	{"dynamic_file", scalar_path, AT(struct traefik_spec, dynamic_file)},
};
static const struct schema traefik_schema =
	SCHEMA(N_("traefik"), struct traefik_spec, traefik_fields, NULL, NULL);

static const struct field schedule_fields[] = {
	{"days", scalar_days, AT(struct schedule_spec, days), .required = true},
	{"from", scalar_time, AT(struct schedule_spec, from), .required = true},
	{"to", scalar_time, AT(struct schedule_spec, to), .required = true},
	{"min", scalar_count, AT(struct schedule_spec, min), .required = true, .min = 0, .max = 1000},
	{"tz", scalar_zone, AT(struct schedule_spec, tz)},
};

/* at "08:00-19:00 Mon-Fri" min 3 */
static bool schedule_of_text(struct reader *r, const struct node *node, void *value)
{
	static const struct field item = {.name = "schedule"};
	struct schedule_spec *schedule = value;
	struct policy_error error;
	if (!scalar_is_text(r, node, &item, _("at \"08:00-19:00 Mon-Fri\" min 3"))) {
		return false;
	}
	if (!policy_schedule_parse(node->text, schedule, &error)) {
		return reader_fail_inside(r, node, error.at, "%s", error.text);
	}
	return true;
}

static const struct schema schedule_schema = {
	.what = N_("a schedule"),
	.size = sizeof(struct schedule_spec),
	.fields = schedule_fields,
	.field_count = COUNT(schedule_fields),
	.check = check_schedule,
	.text = schedule_of_text,
};

/* Zones are read here, so that what follows the clock needs no file, and a misspelt one is seen at the start. */
static bool read_schedule(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	if (!map_list(r, node, field, to)) {
		return false;
	}
	const struct autoscale_spec *rule = to;
	for (size_t i = 0; i < rule->schedule_count; i++) {
		struct schedule_spec *schedule = &rule->schedule[i];
		const struct node *item = node->items[i];
		const struct node *tz = node_find(item, "tz");
		if (!zone_file_read(schedule->tz, &schedule->zone, &schedule->zone_len)) {
			return reader_fail(r, tz ? tz : item,
				schedule->tz
					? _("tz \"%s\" is not a time zone of this machine; expected one such "
					    "as Europe/Berlin (they come with the package tzdata)")
					: _("this machine's own time zone cannot be read%s; expected tz: "
					    "beside "
					    "from: and to:"),
				schedule->tz ? schedule->tz : "");
		}
	}
	return true;
}

static const struct field cooldown_fields[] = {
	{"up", scalar_duration, AT(struct autoscale_spec, cooldown_up_ms), .min = 0, .max = DAY},
	{"down", scalar_duration, AT(struct autoscale_spec, cooldown_down_ms), .min = 0, .max = DAY},
};
static const struct schema cooldown_schema =
	SCHEMA(N_("cooldown"), struct autoscale_spec, cooldown_fields, NULL, NULL);

static bool read_cooldown(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	struct autoscale_spec *rule = to;
	if (node->kind == NODE_MAP) {
		return map_read(r, node, &cooldown_schema, rule);
	}
	if (!scalar_duration(r, node, field, to)) {
		return false;
	}
	rule->cooldown_down_ms = rule->cooldown_up_ms;
	return true;
}

static const struct field step_fields[] = {
	{"up", scalar_count, AT(struct autoscale_spec, step_up), .min = 1, .max = 100},
	{"down", scalar_count, AT(struct autoscale_spec, step_down), .min = 1, .max = 100},
};
static const struct schema step_schema = SCHEMA(N_("step"), struct autoscale_spec, step_fields, NULL, NULL);

/* One metric and the figure it is kept at: "target: {inflight: 2}". */
static bool read_target(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	struct autoscale_spec *rule = (struct autoscale_spec *)((char *)to + field->offset);
	char quoted[READER_QUOTE_MAX];
	if (node->kind != NODE_MAP || node->count != 2) {
		return reader_fail(r, node,
			_("target is not one metric; expected \"{METRIC: NUMBER}\", METRIC being %s"),
			policy_metric_list());
	}
	const struct node *key = node->items[0];
	const enum policy_metric metric = policy_metric_find(key->text, key->len);
	if (metric == POLICY_METRICS) {
		return reader_fail(r, key, _("unknown metric \"%s\"; expected %s"), reader_quote(quoted, key),
			policy_metric_list());
	}
	if (!scalar_positive(r, node->items[1], field->name, &rule->target_value)) {
		return false;
	}
	if (rule->target_value > 1 && (metric == POLICY_BUSY || metric == POLICY_MEMORY)) {
		return reader_fail(r, node->items[1], _("target %s is above 1; expected a share such as 0.7"),
			node->items[1]->text);
	}
	rule->target_metric = strdup(policy_metric_name(metric));
	return rule->target_metric || reader_out_of_memory(r);
}

static void init_rule(void *value)
{
	struct autoscale_spec *rule = value;
	char *server = rule->server;
	policy_spec_init(rule);
	rule->server = server;
}

static const struct field rule_fields[] = {
	{"up_when", scalar_rule, AT(struct autoscale_spec, up_when)},
	{"down_when", scalar_rule, AT(struct autoscale_spec, down_when)},
	{"target", read_target, .offset = 0},
	{"cooldown", read_cooldown, AT(struct autoscale_spec, cooldown_up_ms), .min = 0, .max = DAY},
	{"step", map_inside, .offset = 0, .schema = &step_schema},
	{"schedule", read_schedule, AT(struct autoscale_spec, schedule),
		.count_offset = offsetof(struct autoscale_spec, schedule_count), .max = 64,
		.schema = &schedule_schema},
};
static const struct schema rule_schema =
	SCHEMA(N_("an autoscale rule"), struct autoscale_spec, rule_fields, init_rule, check_autoscale);

/* A map whose keys are names of servers; that they are is seen when all servers are known. */
static bool read_autoscale(struct reader *r, const struct node *node, const struct field *field, void *to)
{
	static const struct field server = {"server", scalar_name, AT(struct autoscale_spec, server)};
	struct fleet_spec *spec = to;
	if (node->kind != NODE_MAP || node->count == 0) {
		return reader_fail(r, node,
			_("%s is not a map; expected \"SERVER: {target: ...}\" or \"SERVER: {up_when: ..., "
			  "down_when: ...}\""),
			field->name);
	}
	if (node->count / 2 > SCHEMA_SERVERS_MAX) {
		return reader_fail(
			r, node, _("too many %s; expected at most %d"), field->name, SCHEMA_SERVERS_MAX);
	}
	spec->autoscale = calloc(node->count / 2, sizeof(*spec->autoscale));
	if (!spec->autoscale) {
		return reader_out_of_memory(r);
	}
	for (size_t i = 0; i < node->count / 2; i++) {
		struct autoscale_spec *rule = &spec->autoscale[i];
		spec->autoscale_count = i + 1;
		if (!scalar_name(r, node->items[2 * i], &server, rule) ||
			!map_read(r, node->items[2 * i + 1], &rule_schema, rule)) {
			return false;
		}
		if (!policy_spec_default(rule)) {
			return reader_out_of_memory(r);
		}
	}
	return true;
}

static void init_fleet(void *value)
{
	struct fleet_spec *spec = value;
	spec->refresh_ms = SCHEMA_REFRESH_DEFAULT_MS;
	spec->timeout_ms = SCHEMA_TIMEOUT_DEFAULT_MS;
	spec->busy_cpu = SCHEMA_BUSY_CPU_DEFAULT;
}

static const struct field fleet_fields[] = {
	{"servers", map_list, AT(struct fleet_spec, servers),
		.count_offset = offsetof(struct fleet_spec, server_count), .required = true,
		.max = SCHEMA_SERVERS_MAX, .schema = &server_schema},
	{"refresh", scalar_duration, AT(struct fleet_spec, refresh_ms), .min = CONFIG_REFRESH_MIN_MS,
		.max = CONFIG_REFRESH_MAX_MS},
	{"timeout", scalar_duration, AT(struct fleet_spec, timeout_ms), .min = CONFIG_TIMEOUT_MIN_MS,
		.max = CONFIG_TIMEOUT_MAX_MS},
	{"busy_cpu", scalar_percent, AT(struct fleet_spec, busy_cpu), .min = 1, .max = 10000},
	{"traefik", map_inside, AT(struct fleet_spec, traefik), .schema = &traefik_schema},
	{"autoscale", read_autoscale, .offset = 0},
};
const struct schema schema_fleet =
	SCHEMA(N_("the configuration"), struct fleet_spec, fleet_fields, init_fleet, check_fleet);

bool schema_default_types(struct nfs_spec *nfs)
{
	static const char *const types[] = {"nfs", "nfs4"};
	nfs->types = calloc(COUNT(types), sizeof(*nfs->types));
	if (!nfs->types) {
		return false;
	}
	for (size_t i = 0; i < COUNT(types); i++) {
		nfs->type_count = i + 1;
		nfs->types[i] = strdup(types[i]);
		if (!nfs->types[i]) {
			return false;
		}
	}
	return true;
}
