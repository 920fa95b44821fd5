/* What must hold between values that are each well formed. */
#include "node.h"
#include "ollama-top/i18n.h"
#include "schema.h"
#include "zone_file.h"

#include <string.h>

bool check_instance(struct reader *r, const struct node *map, const void *value)
{
	const struct instance_spec *instance = value;
	if (instance->port == 0 && !instance->url) {
		return reader_fail(r, map, _("instance \"%s\" cannot be reached; expected port: or url:"),
			instance->name);
	}
	if ((instance->tls.ca || instance->tls.cert) &&
		(!instance->url || strncmp(instance->url, "https://", 8) != 0)) {
		return reader_fail(r, node_find(map, "tls"),
			_("tls without https; expected url: https://HOST:PORT beside it"));
	}
	return true;
}

bool check_discover(struct reader *r, const struct node *map, const void *value)
{
	const struct discover_spec *discover = value;
	if (!discover->name && !discover->label && !discover->image) {
		return reader_fail(
			r, map, _("discover finds nothing; expected one or more of name:, label:, image:"));
	}
	if (discover->label && discover->label[0] == '=') {
		return reader_fail(r, node_find(map, "label"),
			_("label \"%s\" has no key; expected KEY or KEY=VALUE"), discover->label);
	}
	return true;
}

bool check_tls(struct reader *r, const struct node *map, const void *value)
{
	const struct tls_spec *tls = value;
	if (!tls->ca && !tls->cert && !tls->key) {
		return reader_fail(r, map, _("tls is empty; expected ca:, or cert: and key:, or all three"));
	}
	if (!tls->cert != !tls->key) {
		return reader_fail(r, map, _("tls has %s alone; expected cert: and key: together"),
			tls->cert ? "cert:" : "key:");
	}
	return true;
}

bool check_scale(struct reader *r, const struct node *map, const void *value)
{
	const struct scale_spec *scale = value;
	if (scale->min > scale->max) {
		return reader_fail(
			r, map, _("min %d is above max %d; expected min <= max"), scale->min, scale->max);
	}
	if (scale->service && scale->port_first > 0) {
		return reader_fail(r, node_find(map, "ports"),
			_("ports are not used with a Swarm service; expected only service:, min: and max:"));
	}
	if (!scale->service && scale->port_first == 0) {
		return reader_fail(
			r, map, _("scale has no ports; expected ports: FIRST-LAST, or service: NAME"));
	}
	return true;
}

static bool is_nfs_type(const char *type)
{
	return strcmp(type, "nfs") == 0 || strcmp(type, "nfs4") == 0;
}

bool check_nfs(struct reader *r, const struct node *map, const void *value)
{
	const struct nfs_spec *nfs = value;
	bool local = nfs->type_count > 0;
	if (map->count == 0) {
		return reader_fail(r, map, _("nfs is empty; expected export:, or mount: and source:"));
	}
	for (size_t i = 0; i < nfs->type_count; i++) {
		local = local && !is_nfs_type(nfs->types[i]);
	}
	if (nfs->source && nfs->source[0] == '/' && !local) {
		return reader_fail(r, node_find(map, "source"),
			_("source \"%s\" names no server; expected ADDRESS:/PATH"), nfs->source);
	}
	return true;
}

/* The value of a key of the i-th item of a list; tells where in the file it is. */
static const struct node *item_value(const struct node *list, size_t i, const char *key)
{
	return node_find(list->items[i], key);
}

static bool unique_instances(struct reader *r, const struct node *list, const struct server_spec *server)
{
	for (size_t i = 0; i < server->instance_count; i++) {
		const struct instance_spec *one = &server->instances[i];
		for (size_t j = 0; j < i; j++) {
			const struct instance_spec *other = &server->instances[j];
			if (strcmp(one->name, other->name) == 0) {
				return reader_fail(r, item_value(list, i, "name"),
					_("instance \"%s\" is named twice, first in line %zu; expected a "
					  "name of "
					  "its own"),
					one->name, item_value(list, j, "name")->line);
			}
			if (one->port > 0 && one->port == other->port) {
				return reader_fail(r, item_value(list, i, "port"),
					_("port %d is that of \"%s\" in line %zu; expected a port of its "
					  "own"),
					one->port, other->name, item_value(list, j, "port")->line);
			}
		}
	}
	return true;
}

/* Clones need a port each; instances with a fixed port outside the range bring their own. */
static bool enough_ports(struct reader *r, const struct node *map, const struct server_spec *server)
{
	const struct scale_spec *scale = &server->scale;
	if (!scale->given || scale->service) {
		return true;
	}
	int ports = scale->port_last - scale->port_first + 1;
	for (size_t i = 0; i < server->instance_count; i++) {
		const int port = server->instances[i].port;
		ports += port > 0 && (port < scale->port_first || port > scale->port_last) ? 1 : 0;
	}
	if (ports < scale->max) {
		return reader_fail(r, node_find(node_find(map, "scale"), "ports"),
			_("ports %d-%d are too few for max %d; expected a port for each instance"),
			scale->port_first, scale->port_last, scale->max);
	}
	return true;
}

bool check_server(struct reader *r, const struct node *map, const void *value)
{
	const struct server_spec *server = value;
	const struct discover_spec *discover = &server->discover;
	const bool discovers = discover->name || discover->label || discover->image;
	const struct tls_spec *tls = &server->tls;
	if (server->instance_count == 0 && !discovers && !server->scale.service) {
		return reader_fail(r, map,
			_("server \"%s\" has nothing to watch; expected instances: or discover:"),
			server->name);
	}
	if (discovers && !server->docker) {
		return reader_fail(
			r, node_find(map, "discover"), _("discover asks Docker; expected docker: beside it"));
	}
	if (server->scale.given && !server->docker) {
		return reader_fail(r, node_find(map, "scale"),
			_("scale works through Docker; expected docker: beside it"));
	}
	if ((tls->ca || tls->cert) && (!server->docker || strncmp(server->docker, "tcp://", 6) != 0)) {
		return reader_fail(
			r, node_find(map, "tls"), _("tls without tcp; expected docker: tcp://HOST:PORT"));
	}
	return unique_instances(r, node_find(map, "instances"), server) && enough_ports(r, map, server);
}

bool check_autoscale(struct reader *r, const struct node *map, const void *value)
{
	const struct autoscale_spec *rule = value;
	const bool conditions = rule->up_when || rule->down_when;
	if (conditions && rule->target_metric) {
		return reader_fail(r, node_find(map, "target"),
			_("target beside up_when or down_when; expected one way of the two"));
	}
	/* neither: the default target */
	if (!rule->up_when != !rule->down_when) {
		return reader_fail(r, map,
			_("%s is missing in %s; expected up_when: and down_when:, or target:"),
			rule->up_when ? "down_when" : "up_when", _("an autoscale rule"));
	}
	return true;
}

bool check_schedule(struct reader *r, const struct node *map, const void *value)
{
	const struct schedule_spec *schedule = value;
	if (strcmp(schedule->from, schedule->to) == 0) {
		const struct node *to = node_find(map, "to");
		return reader_fail(r, to ? to : map, _("from and to are both %s; expected a span of time"),
			schedule->to);
	}
	if (schedule->tz && !zone_name_is_good(schedule->tz)) {
		return reader_fail(r, map,
			_("tz \"%s\" cannot be read; expected a time zone such as Europe/Berlin"),
			schedule->tz);
	}
	return true;
}

/* Names are their own, and one server alone is writable. */
static bool check_servers(struct reader *r, const struct node *list, const struct fleet_spec *spec)
{
	size_t rw = SIZE_MAX;
	for (size_t i = 0; i < spec->server_count; i++) {
		const struct server_spec *server = &spec->servers[i];
		for (size_t j = 0; j < i; j++) {
			if (strcmp(server->name, spec->servers[j].name) == 0) {
				return reader_fail(r, item_value(list, i, "name"),
					_("server \"%s\" is named twice, first in line %zu; expected a name "
					  "of "
					  "its own"),
					server->name, item_value(list, j, "name")->line);
			}
		}
		if (server->role == ROLE_RW && rw != SIZE_MAX) {
			return reader_fail(r, item_value(list, i, "role"),
				_("a second rw server, the first is \"%s\" in line %zu; expected exactly "
				  "one"),
				spec->servers[rw].name, item_value(list, rw, "role")->line);
		}
		if (server->role == ROLE_RW) {
			rw = i;
		}
	}
	if (rw == SIZE_MAX) {
		return reader_fail(r, list,
			_("no server is rw; expected exactly one with role: rw, where models are pulled"));
	}
	return true;
}

static const struct server_spec *find_server(const struct fleet_spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->server_count; i++) {
		if (strcmp(spec->servers[i].name, name) == 0) {
			return &spec->servers[i];
		}
	}
	return NULL;
}

static bool check_rule(struct reader *r, const struct node *key, const struct node *map,
	const struct fleet_spec *spec, size_t i)
{
	const struct autoscale_spec *rule = &spec->autoscale[i];
	const struct server_spec *server = find_server(spec, rule->server);
	if (!server) {
		return reader_fail(
			r, key, _("there is no server \"%s\"; expected the name of a server"), rule->server);
	}
	if (!server->scale.given) {
		return reader_fail(r, key, _("server \"%s\" has no scale:; expected one, with its limits"),
			rule->server);
	}
	const struct node *list = node_find(map, "schedule");
	for (size_t j = 0; j < rule->schedule_count; j++) {
		if (rule->schedule[j].min > server->scale.max) {
			const struct node *min = item_value(list, j, "min");
			return reader_fail(r, min ? min : list->items[j],
				_("min %d is above scale's max %d of server \"%s\"; expected at most that"),
				rule->schedule[j].min, server->scale.max, rule->server);
		}
	}
	return true;
}

bool check_fleet(struct reader *r, const struct node *map, const void *value)
{
	const struct fleet_spec *spec = value;
	const struct node *rules = node_find(map, "autoscale");
	if (!check_servers(r, node_find(map, "servers"), spec)) {
		return false;
	}
	for (size_t i = 0; i < spec->autoscale_count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(spec->autoscale[i].server, spec->autoscale[j].server) == 0) {
				return reader_fail(r, rules->items[2 * i],
					_("%s is given twice, first in line %zu; expected it once"),
					spec->autoscale[i].server, rules->items[2 * j]->line);
			}
		}
		if (!check_rule(r, rules->items[2 * i], rules->items[2 * i + 1], spec, i)) {
			return false;
		}
	}
	return true;
}
