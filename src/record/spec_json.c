#include "spec_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Writing ends quietly when memory does; the whole is then thrown away. */
struct writer {
	struct names *names;
	bool failed;
};

static cJSON *keep(struct writer *w, cJSON *item)
{
	w->failed |= !item;
	return item;
}

static cJSON *text_item(struct writer *w, enum name_class class, const char *text)
{
	char *hidden = w->names ? names_hide(w->names, class, text) : NULL;
	cJSON *item = w->names && !hidden ? NULL : cJSON_CreateString(hidden ? hidden : text);
	free(hidden);
	return keep(w, item);
}

/* Nothing for NULL. */
static void put(struct writer *w, cJSON *to, const char *key, enum name_class class, const char *text)
{
	if (text) {
		cJSON *item = text_item(w, class, text);
		w->failed |= !cJSON_AddItemToObject(to, key, item);
	}
}

static void put_number(struct writer *w, cJSON *to, const char *key, double number)
{
	keep(w, cJSON_AddNumberToObject(to, key, number));
}

/* Nothing for 0. */
static void put_count(struct writer *w, cJSON *to, const char *key, int count)
{
	if (count != 0) {
		put_number(w, to, key, count);
	}
}

__attribute__((format(printf, 4, 5))) static void putf(
	struct writer *w, cJSON *to, const char *key, const char *format, ...)
{
	char text[64];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	keep(w, cJSON_AddStringToObject(to, key, text));
}

static void put_ms(struct writer *w, cJSON *to, const char *key, int64_t ms)
{
	putf(w, to, key, "%lldms", (long long)ms);
}

static void put_tls(struct writer *w, cJSON *to, const struct tls_spec *tls)
{
	if (tls->ca || tls->cert || tls->key) {
		cJSON *map = keep(w, cJSON_AddObjectToObject(to, "tls"));
		put(w, map, "ca", NAME_PATH, tls->ca);
		put(w, map, "cert", NAME_PATH, tls->cert);
		put(w, map, "key", NAME_PATH, tls->key);
	}
}

static void put_instance(struct writer *w, cJSON *list, const struct instance_spec *instance)
{
	cJSON *map = keep(w, cJSON_CreateObject());
	w->failed |= !cJSON_AddItemToArray(list, map);
	put(w, map, "name", NAME_INSTANCE, instance->name);
	if (instance->kind == KIND_OPENAI) {
		putf(w, map, "kind", "openai");
	}
	put_count(w, map, "port", instance->port);
	put(w, map, "url", NAME_URL, instance->url);
	put(w, map, "container", NAME_INSTANCE, instance->container);
	put(w, map, "token_file", NAME_PATH, instance->token_file);
	if (instance->ssh) {
		keep(w, cJSON_AddTrueToObject(map, "ssh"));
	}
	put_tls(w, map, &instance->tls);
}

static void put_discover(struct writer *w, cJSON *to, const struct discover_spec *discover)
{
	if (!discover->name && !discover->label && !discover->image) {
		return;
	}
	cJSON *map = keep(w, cJSON_AddObjectToObject(to, "discover"));
	put(w, map, "name", NAME_PATTERN, discover->name);
	put(w, map, "label", NAME_LABEL, discover->label);
	put(w, map, "image", NAME_PATTERN, discover->image);
	if (discover->ssh) {
		keep(w, cJSON_AddTrueToObject(map, "ssh"));
	}
}

static void put_scale(struct writer *w, cJSON *to, const struct scale_spec *scale)
{
	if (!scale->given) {
		return;
	}
	cJSON *map = keep(w, cJSON_AddObjectToObject(to, "scale"));
	put_number(w, map, "min", scale->min);
	put_number(w, map, "max", scale->max);
	if (scale->port_first > 0) {
		putf(w, map, "ports", "%d-%d", scale->port_first, scale->port_last);
	}
	/* Sizes have units: a byte has none, and thousands of it are as exact as a fleet needs. */
	putf(w, map, "memory_headroom", "%lldK", (long long)(scale->memory_headroom / 1024));
	put_ms(w, map, "drain", scale->drain_ms);
	put(w, map, "service", NAME_SERVICE, scale->service);
}

static void put_nfs(struct writer *w, cJSON *to, const struct nfs_spec *nfs)
{
	if (!nfs->given) {
		return;
	}
	cJSON *map = keep(w, cJSON_AddObjectToObject(to, "nfs"));
	put(w, map, "export", NAME_PATH, nfs->export_path);
	put(w, map, "mount", NAME_PATH, nfs->mount);
	put(w, map, "source", NAME_PLACE, nfs->source);
	cJSON *types = keep(w, cJSON_AddArrayToObject(map, "types"));
	for (size_t i = 0; i < nfs->type_count; i++) {
		w->failed |= !cJSON_AddItemToArray(types, text_item(w, NAME_WORD, nfs->types[i]));
	}
	put_count(w, map, "port", nfs->port);
	put_count(w, map, "portmapper", nfs->portmapper);
}

static void put_server(struct writer *w, cJSON *list, const struct server_spec *server)
{
	cJSON *map = keep(w, cJSON_CreateObject());
	w->failed |= !cJSON_AddItemToArray(list, map);
	put(w, map, "name", NAME_SERVER, server->name);
	put(w, map, "host", NAME_HOST, server->host);
	putf(w, map, "role", "%s", server->role == ROLE_RW ? "rw" : "ro");
	put(w, map, "docker", NAME_URL, server->docker);
	put_tls(w, map, &server->tls);
	if (server->instance_count > 0) {
		cJSON *instances = keep(w, cJSON_AddArrayToObject(map, "instances"));
		for (size_t i = 0; i < server->instance_count; i++) {
			put_instance(w, instances, &server->instances[i]);
		}
	}
	put_discover(w, map, &server->discover);
	put_scale(w, map, &server->scale);
	put_nfs(w, map, &server->nfs);
}

static void put_schedule(struct writer *w, cJSON *list, const struct schedule_spec *schedule)
{
	cJSON *map = keep(w, cJSON_CreateObject());
	w->failed |= !cJSON_AddItemToArray(list, map);
	put(w, map, "days", NAME_OPEN, schedule->days);
	put(w, map, "from", NAME_OPEN, schedule->from);
	put(w, map, "to", NAME_OPEN, schedule->to);
	put_number(w, map, "min", schedule->min);
	/* Where somebody lives is theirs. */
	if (!w->names) {
		put(w, map, "tz", NAME_OPEN, schedule->tz);
	}
}

static void put_rule(struct writer *w, cJSON *rules, const struct autoscale_spec *rule)
{
	cJSON *map = keep(w, cJSON_CreateObject());
	char *server = w->names ? names_hide(w->names, NAME_SERVER, rule->server) : NULL;
	w->failed |= !cJSON_AddItemToObject(rules, server ? server : rule->server, map);
	free(server);
	put(w, map, "up_when", NAME_OPEN, rule->up_when);
	put(w, map, "down_when", NAME_OPEN, rule->down_when);
	if (rule->target_metric) {
		cJSON *target = keep(w, cJSON_AddObjectToObject(map, "target"));
		put_number(w, target, rule->target_metric, rule->target_value);
	}
	cJSON *cooldown = keep(w, cJSON_AddObjectToObject(map, "cooldown"));
	put_ms(w, cooldown, "up", rule->cooldown_up_ms);
	put_ms(w, cooldown, "down", rule->cooldown_down_ms);
	cJSON *step = keep(w, cJSON_AddObjectToObject(map, "step"));
	put_number(w, step, "up", rule->step_up);
	put_number(w, step, "down", rule->step_down);
	if (rule->schedule_count > 0) {
		cJSON *list = keep(w, cJSON_AddArrayToObject(map, "schedule"));
		for (size_t i = 0; i < rule->schedule_count; i++) {
			put_schedule(w, list, &rule->schedule[i]);
		}
	}
}

static void put_traefik(struct writer *w, cJSON *to, const struct traefik_spec *traefik)
{
	if (traefik->api) {
		cJSON *map = keep(w, cJSON_AddObjectToObject(to, "traefik"));
		put(w, map, "api", NAME_URL, traefik->api);
		put(w, map, "service", NAME_SERVICE, traefik->service);
		put(w, map, "dynamic_file", NAME_PATH, traefik->dynamic_file);
	}
}

cJSON *spec_json(const struct fleet_spec *spec, struct names *names)
{
	struct writer w = {.names = names};
	cJSON *root = keep(&w, cJSON_CreateObject());
	put_ms(&w, root, "refresh", spec->refresh_ms);
	put_ms(&w, root, "timeout", spec->timeout_ms);
	put_number(&w, root, "busy_cpu", spec->busy_cpu);
	cJSON *servers = keep(&w, cJSON_AddArrayToObject(root, "servers"));
	for (size_t i = 0; i < spec->server_count; i++) {
		put_server(&w, servers, &spec->servers[i]);
	}
	put_traefik(&w, root, &spec->traefik);
	if (spec->autoscale_count > 0) {
		cJSON *rules = keep(&w, cJSON_AddObjectToObject(root, "autoscale"));
		for (size_t i = 0; i < spec->autoscale_count; i++) {
			put_rule(&w, rules, &spec->autoscale[i]);
		}
	}
	if (w.failed) {
		cJSON_Delete(root);
		return NULL;
	}
	return root;
}
