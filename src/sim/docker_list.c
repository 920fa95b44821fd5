/*
 * docker_list.c - GET /containers/json, and the parts of it that inspect shows too.
 */
#include "docker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Go's units.HumanDuration, which `docker ps` prints as it comes. */
static void human_duration(int64_t ms, char *text, size_t size)
{
	static const struct {
		int64_t below, unit;
		const char *name;
	} steps[] = {
		{60, 1, "seconds"},
		{3600, 60, "minutes"},
		{INT64_C(48) * 3600, 3600, "hours"},
		{INT64_C(14) * 86400, 86400, "days"},
		{INT64_C(60) * 86400, INT64_C(7) * 86400, "weeks"},
		{INT64_C(730) * 86400, INT64_C(30) * 86400, "months"},
		{INT64_MAX, INT64_C(365) * 86400, "years"},
	};
	int64_t seconds = ms / 1000;

	if (seconds < 1) {
		snprintf(text, size, "Less than a second");
	} else if (seconds == 1) {
		snprintf(text, size, "1 second");
	} else if (seconds / 60 == 1) {
		snprintf(text, size, "About a minute");
	} else if (seconds >= 3600 && (seconds + 1800) / 3600 == 1) {
		snprintf(text, size, "About an hour");
	} else {
		size_t i = 0;
		while (seconds >= steps[i].below)
			i++;
		int64_t half = steps[i].unit == 3600 ? 1800 : 0; /* hours alone are rounded */
		snprintf(text, size, "%lld %s", (long long)((seconds + half) / steps[i].unit), steps[i].name);
	}
}

static const char *health_note(const struct world_container *c)
{
	static const char *const notes[] = {
		[WORLD_HEALTH_NONE] = "",
		[WORLD_HEALTH_STARTING] = " (health: starting)",
		[WORLD_HEALTH_HEALTHY] = " (healthy)",
		[WORLD_HEALTH_UNHEALTHY] = " (unhealthy)",
	};

	return c->health_test_count ? notes[c->health] : "";
}

void docker_status_text(const struct world_container *c, char *text, size_t size)
{
	int64_t now = c->server->world->wall;
	char since[64];

	human_duration(now - (docker_is_up(c) && c->status != WORLD_RESTARTING ? c->started : c->finished),
		since, sizeof since);
	switch (c->status) {
	case WORLD_RUNNING:
		snprintf(text, size, "Up %s%s", since, health_note(c));
		break;
	case WORLD_PAUSED:
		snprintf(text, size, "Up %s (Paused)", since);
		break;
	case WORLD_RESTARTING:
		snprintf(text, size, "Restarting (%d) %s ago", c->exit_code, since);
		break;
	case WORLD_EXITED:
		snprintf(text, size, "Exited (%d) %s ago", c->exit_code, since);
		break;
	default:
		snprintf(text, size, "Created");
	}
}

void docker_write_networks(struct json_out *out, const char *key, const struct world_container *c)
{
	const char *network = docker_network(c);
	bool up = c->status == WORLD_RUNNING || c->status == WORLD_PAUSED;
	unsigned a = 0, b = 0, d = 0, e = 0;
	char id[65];

	if (up &&
		sscanf(c->ip, "%u.%u.%u.%u", &a, &b, &d, &e) != 4) /* NOLINT(cert-err34-c): the world's own */
		up = false;
	json_object(out, key);
	json_object(out, network);
	json_raw(out, "IPAMConfig", "null");
	json_raw(out, "Links", "null");
	json_raw(out, "Aliases", "null");
	docker_hash(id, c->server->name, network);
	json_string(out, "NetworkID", id);
	docker_hash(id, c->id, network);
	json_string(out, "EndpointID", up ? id : "");
	if (up)
		json_format(out, "Gateway", "%u.%u.%u.1", a, b, d);
	else
		json_string(out, "Gateway", "");
	json_string(out, "IPAddress", up ? c->ip : "");
	json_int(out, "IPPrefixLen", up ? 16 : 0);
	json_string(out, "IPv6Gateway", "");
	json_string(out, "GlobalIPv6Address", "");
	json_int(out, "GlobalIPv6PrefixLen", 0);
	if (up)
		json_format(
			out, "MacAddress", "02:42:%02x:%02x:%02x:%02x", a & 255, b & 255, d & 255, e & 255);
	else
		json_string(out, "MacAddress", "");
	json_raw(out, "DriverOpts", "null");
	json_end_object(out);
	json_end_object(out);
}

void docker_write_mounts(struct json_out *out, const struct world_container *c)
{
	json_array(out, "Mounts");
	for (size_t i = 0; i < c->mount_count; i++) {
		const struct world_mount *mount = &c->mounts[i];
		bool bind = strcmp(mount->type, "bind") == 0;
		json_object(out, NULL);
		json_string(out, "Type", mount->type);
		if (mount->name)
			json_string(out, "Name", mount->name);
		json_string(out, "Source", mount->source);
		json_string(out, "Destination", mount->destination);
		if (mount->name)
			json_string(out, "Driver", "local");
		json_string(out, "Mode", mount->read_only ? "ro" : mount->name ? "z" : "");
		json_bool(out, "RW", !mount->read_only);
		json_string(out, "Propagation", bind ? "rprivate" : "");
		json_end_object(out);
	}
	json_end_array(out);
}

static void write_port(struct json_out *out, const struct world_container *c, const char *ip)
{
	json_object(out, NULL);
	if (ip)
		json_string(out, "IP", ip);
	json_int(out, "PrivatePort", c->container_port);
	if (ip)
		json_int(out, "PublicPort", c->host_port);
	json_string(out, "Type", "tcp");
	json_end_object(out);
}

static void write_ports(struct json_out *out, const struct world_container *c)
{
	bool every = !*c->host_ip || strcmp(c->host_ip, "0.0.0.0") == 0;

	json_array(out, "Ports");
	if (c->container_port && (c->status == WORLD_RUNNING || c->status == WORLD_PAUSED)) {
		write_port(out, c, !c->host_port ? NULL : every ? "0.0.0.0" : c->host_ip);
		if (c->host_port && every)
			write_port(out, c, "::");
	}
	json_end_array(out);
}

/* Arguments with a space in single quotes, as the daemon joins them. */
static void write_command(struct json_out *out, const struct world_container *c)
{
	struct serve_buffer text = {0};
	const char *argument;

	for (size_t i = 0; (argument = docker_argument(c, i)) != NULL; i++)
		serve_printf(&text, i && strchr(argument, ' ') ? "%s'%s'" : "%s%s", i ? " " : "", argument);
	serve_put(&text, "", 1);
	json_string(out, "Command", text.data);
	free(text.data);
}

static void write_item(struct json_out *out, const struct world_container *c, bool with_size)
{
	char status[160];

	json_object(out, NULL);
	json_string(out, "Id", c->id);
	json_array(out, "Names");
	json_format(out, NULL, "/%s", c->name);
	json_end_array(out);
	json_string(out, "Image", c->image);
	json_string(out, "ImageID", c->image_id);
	write_command(out, c);
	json_int(out, "Created", (c->created + c->server->skew_ms) / 1000);
	write_ports(out, c);
	if (with_size) {
		json_int(out, "SizeRw", 0);
		const struct world_image *image = world_image(c->server, c->image_id);
		json_int(out, "SizeRootFs", image ? image->size : 0);
	}
	json_object(out, "Labels");
	for (size_t i = 0; i < c->label_count; i++)
		json_string(out, c->labels[i].name, c->labels[i].value);
	json_end_object(out);
	json_string(out, "State", world_status_name(c->status));
	docker_status_text(c, status, sizeof status);
	json_string(out, "Status", status);
	json_object(out, "HostConfig");
	json_string(out, "NetworkMode", docker_network(c));
	json_end_object(out);
	json_object(out, "NetworkSettings");
	docker_write_networks(out, "Networks", c);
	json_end_object(out);
	docker_write_mounts(out, c);
	json_end_object(out);
}

static bool match_name(const char *value, const void *subject)
{
	const char *with_slash = subject;

	return docker_match_regex(value, with_slash) || docker_match_regex(value, with_slash + 1);
}

static bool match_id(const char *value, const void *subject)
{
	return strncmp(value, subject, strlen(value)) == 0;
}

static bool match_image(const char *value, const void *subject)
{
	const struct world_container *c = subject;
	const struct world_image *image = world_image(c->server, value);

	return image ? strcmp(image->id, c->image_id) == 0 : strcmp(value, c->image) == 0;
}

static bool match_exited(const char *value, const void *subject)
{
	const struct world_container *c = subject;

	return c->status == WORLD_EXITED && strtol(value, NULL, 10) == c->exit_code;
}

static bool wanted(const struct world_container *c, const struct docker_filters *filters)
{
	char name[TEXT_SLASHED_MAX];

	snprintf(name, sizeof name, "/%s", c->name);
	return docker_filter_any(filters, "name", match_name, name) &&
	       docker_filter_any(filters, "id", match_id, c->id) &&
	       docker_filter_any(filters, "status", docker_match_equal, world_status_name(c->status)) &&
	       docker_filter_any(filters, "health", docker_match_equal,
		       c->health_test_count ? world_health_name(c->health) : "none") &&
	       docker_filter_any(filters, "ancestor", match_image, c) &&
	       docker_filter_any(filters, "exited", match_exited, c) &&
	       docker_filter_any(filters, "network", docker_match_equal, docker_network(c)) &&
	       docker_filter_labels(filters, c->labels, c->label_count);
}

static int newest_first(const void *a, const void *b)
{
	const struct world_container *x = *(struct world_container *const *)a,
				     *y = *(struct world_container *const *)b;

	return x->created != y->created ? (x->created < y->created) - (x->created > y->created)
					: strcmp(y->name, x->name);
}

enum serve_result docker_list(struct serve_request *request)
{
	static const char *const allowed[] = {
		"ancestor", "exited", "health", "id", "label", "name", "network", "status", NULL};
	const struct world_server *server = request->server;
	const char *limit_text = serve_query(request, "limit");
	long limit = limit_text ? strtol(limit_text, NULL, 10) : 0;
	bool with_size = serve_query_bool(request, "size", false);
	struct json_out out = {.skew_ms = server->skew_ms};
	struct docker_filters filters;
	size_t count = server->container_count;

	if (!docker_filters_parse(request, allowed, &filters))
		return SERVE_DONE;
	bool all = serve_query_bool(request, "all", false) || limit > 0 ||
		   docker_filter_value(&filters, "status", 0) || docker_filter_value(&filters, "exited", 0);
	struct world_container **sorted = calloc(count + 1, sizeof(struct world_container *));
	if (!sorted) {
		docker_filters_free(&filters);
		return serve_error(request, 500, "out of memory");
	}
	if (count)
		memcpy(sorted, server->containers, count * sizeof(struct world_container *));
	qsort(sorted, count, sizeof(struct world_container *), newest_first);
	json_array(&out, NULL);
	for (size_t i = 0; i < count; i++) {
		if ((!all && !docker_is_up(sorted[i])) || !wanted(sorted[i], &filters))
			continue;
		write_item(&out, sorted[i], with_size);
		if (--limit == 0)
			break;
	}
	json_end_array(&out);
	free(sorted);
	docker_filters_free(&filters);
	return json_reply(request, 200, &out);
}
