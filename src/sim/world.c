/*
 * world.c - building the world and finding things in it.
 */
#include "world.h"

#include "world_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FNV_PRIME            1099511628211ULL
#define FNV_OFFSET           14695981039346656037ULL
#define DEFAULT_NFS_DELAY_MS 20000
#define DEFAULT_PULL_RATE    (96 * WORLD_MIB)

void *world_grow(void **array, size_t *count, size_t element)
{
	char *grown = realloc(*array, (*count + 1) * element);

	if (!grown)
		return NULL;
	*array = grown;
	memset(grown + *count * element, 0, element);
	return grown + (*count)++ * element;
}

/* xorshift64*: small, seeded, and the same on every machine. */
uint64_t world_random(struct world *world, uint64_t bound)
{
	world->random ^= world->random >> 12;
	world->random ^= world->random << 25;
	world->random ^= world->random >> 27;
	return bound ? (world->random * 2685821657736338717ULL >> 11) % bound : 0;
}

void world_hex(struct world *world, char *out, size_t digits)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < digits; i++)
		out[i] = hex[world_random(world, 16)];
	out[digits] = '\0';
}

void world_changed(struct world *world)
{
	world->generation++;
	if (world->on_change)
		world->on_change(world->user);
}

struct world *world_new(uint64_t seed)
{
	struct world *world = calloc(1, sizeof *world);

	if (!world)
		return NULL;
	world->events = calloc(WORLD_EVENTS_MAX, sizeof *world->events);
	world->random = (seed ^ FNV_OFFSET) | 1;
	world->wall = WORLD_STILL_WALL;
	world->nfs_delay_ms = DEFAULT_NFS_DELAY_MS;
	world->pull_rate = DEFAULT_PULL_RATE;
	if (!world->events || !world_set_string(&world->ollama_version, "0.11.4")) {
		world_free(world);
		return NULL;
	}
	return world;
}

static void pairs_free(struct world_pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(pairs[i].name);
		free(pairs[i].value);
	}
	free(pairs);
}

static void strings_free(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

static void event_free(struct world_event *event)
{
	free(event->action);
	free(event->id);
	pairs_free(event->attributes, event->attribute_count);
}

void world_container_free(struct world_container *c)
{
	world_unload_all(c);
	for (size_t i = 0; i < c->mount_count; i++) {
		struct world_mount *m = &c->mounts[i];

		free(m->type);
		free(m->name);
		free(m->source);
		free(m->destination);
		free(m->fstype);
		free(m->fs_source);
		free(m->fs_options);
	}
	free(c->mounts);
	strings_free(c->env, c->env_count);
	strings_free(c->cmd, c->cmd_count);
	strings_free(c->entrypoint, c->entrypoint_count);
	strings_free(c->health_test, c->health_test_count);
	pairs_free(c->labels, c->label_count);
	for (size_t i = 0; i < c->health_log_count; i++)
		free(c->health_log[i].output);
	for (size_t i = 0; i < c->log_count; i++)
		free(c->log[(c->log_head + i) % WORLD_LOG_MAX].text);
	free(c->name);
	free(c->image);
	free(c->version);
	free(c->user);
	free(c->serves);
	for (size_t i = 0; i < c->gpu_count; i++)
		free(c->gpus[i].name);
	free(c->gpus);
	free(c->error);
	free(c->start_error);
	free(c->restart_policy);
	free(c->network);
	free(c->create_json);
	free(c->hostile);
	free(c);
}

static void server_free(struct world_server *server)
{
	for (size_t i = 0; i < server->container_count; i++)
		world_container_free(server->containers[i]);
	free(server->containers);
	world_service_free(server->service);
	for (size_t i = 0; i < server->image_count; i++) {
		strings_free(server->images[i]->tags, server->images[i]->tag_count);
		free(server->images[i]);
	}
	free(server->images);
	for (size_t i = 0; i < server->host_mount_count; i++) {
		free(server->host_mounts[i].path);
		free(server->host_mounts[i].fstype);
		free(server->host_mounts[i].source);
		free(server->host_mounts[i].options);
	}
	free(server->host_mounts);
	free(server->name);
	free(server->host);
	free(server->shown_host);
	free(server->hostname);
	free(server->engine_version);
	free(server->api_version);
	free(server->min_api_version);
	free(server->nfs_export);
	free(server->nfs_clients);
	free(server->discover);
	free(server->hostile);
	free(server);
}

void world_free(struct world *world)
{
	if (!world)
		return;
	world->on_change = NULL;
	for (size_t i = 0; i < world->server_count; i++)
		server_free(world->servers[i]);
	free(world->servers);
	for (size_t i = 0; i < world->store_count; i++)
		world_store_free(world->stores[i]);
	free(world->stores);
	for (size_t i = 0; i < world->event_count; i++)
		event_free(&world->events[(world->event_head + i) % WORLD_EVENTS_MAX]);
	free(world->events);
	for (size_t i = 0; i < world->pool_count; i++) {
		free(world->pool[i].url);
		free(world->pool[i].forced);
	}
	free(world->pool);
	free(world->scenario);
	free(world->ollama_version);
	free(world->traefik_host);
	free(world->traefik_service);
	free(world->traefik_rule);
	free(world->traefik_file);
	free(world);
}

bool world_set_string(char **field, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		return false;
	free(*field);
	*field = copy;
	return true;
}

bool world_set_list(char ***list, size_t *count, const char *const *items, size_t n)
{
	char **copy = calloc(n ? n : 1, sizeof *copy);

	if (!copy)
		return false;
	for (size_t i = 0; i < n; i++) {
		copy[i] = strdup(items[i]);
		if (!copy[i]) {
			strings_free(copy, i);
			return false;
		}
	}
	strings_free(*list, *count);
	*list = copy;
	*count = n;
	return true;
}

struct world_store *world_add_store(struct world *world, const char *source, bool nfs)
{
	struct world_store *store = calloc(1, sizeof *store);
	struct world_store **slot;

	if (!store || !world_set_string(&store->source, source)) {
		free(store);
		return NULL;
	}
	slot = world_grow((void **)&world->stores, &world->store_count, sizeof(struct world_store *));
	if (!slot) {
		world_store_free(store);
		return NULL;
	}
	store->nfs = nfs;
	store->total = 916 * WORLD_GIB;
	store->available = 540 * WORLD_GIB;
	store->inodes = 61054976;
	store->inodes_free = 60894211;
	*slot = store;
	return store;
}

struct world_server *world_add_server(struct world *world, const char *name, const char *host, bool rw)
{
	struct world_server *server = calloc(1, sizeof *server);
	struct world_server **slot;

	if (!server)
		return NULL;
	server->world = world;
	server->rw = rw;
	server->cpus = 16;
	server->cgroup = 2;
	server->memory_total = 64 * WORLD_GIB;
	server->docker_port = 2375;
	server->ollama_port = 11434;
	server->port_count = 16;
	server->next_pid = 4100 + (int)world_random(world, 900);
	server->next_ip = 2;
	/* Some months of uptime, so that system CPU time is of a likely size. */
	server->system_cpu_ns = 10000000ULL * 1000000000ULL;
	snprintf(server->engine_id, sizeof server->engine_id, "6f1c0d2e-%04x-4c1b-9a40-%012" PRIx64,
		(unsigned)world_random(world, 65536), world_random(world, 1ULL << 48));
	slot = world_grow((void **)&world->servers, &world->server_count, sizeof(struct world_server *));
	if (!slot || !world_set_string(&server->name, name) || !world_set_string(&server->host, host) ||
		!world_set_string(&server->shown_host, host) || !world_set_string(&server->hostname, name) ||
		!world_set_string(&server->engine_version, "28.2.2") ||
		!world_set_string(&server->api_version, "1.50") ||
		!world_set_string(&server->min_api_version, "1.24")) {
		if (slot)
			world->server_count--;
		server_free(server);
		return NULL;
	}
	*slot = server;
	return server;
}

struct world_image *world_add_image(struct world_server *server, const char *tag)
{
	struct world_image *image = calloc(1, sizeof *image);
	struct world_image **slot;
	uint64_t hash = FNV_OFFSET;

	if (!image)
		return NULL;
	/* The same image has the same id on every server. */
	for (const char *s = tag; *s; s++)
		hash = (hash ^ (unsigned char)*s) * FNV_PRIME;
	memcpy(image->id, "sha256:", 7);
	for (int i = 0; i < 4; i++) {
		hash = (hash ^ (hash >> 31)) * FNV_PRIME;
		snprintf(image->id + 7 + i * 16, 17, "%016" PRIx64, hash);
	}
	image->created = server->world->wall - 20LL * 86400000;
	image->size = 3473408000LL;
	slot = world_grow((void **)&server->images, &server->image_count, sizeof(struct world_image *));
	if (!slot || !world_set_list(&image->tags, &image->tag_count, &tag, 1)) {
		if (slot)
			server->image_count--;
		free(image);
		return NULL;
	}
	*slot = image;
	return image;
}

static bool has_tag(const struct world_image *image, const char *reference)
{
	size_t len = strlen(reference);

	for (size_t i = 0; i < image->tag_count; i++) {
		const char *tag = image->tags[i];

		if (strcmp(tag, reference) == 0)
			return true;
		if (strncmp(tag, reference, len) == 0 && strcmp(tag + len, ":latest") == 0)
			return true;
	}
	return false;
}

struct world_image *world_image(const struct world_server *server, const char *reference)
{
	const char *hex = strncmp(reference, "sha256:", 7) == 0 ? reference + 7 : reference;
	size_t len = strlen(hex);

	for (size_t i = 0; i < server->image_count; i++)
		if (has_tag(server->images[i], reference))
			return server->images[i];
	for (size_t i = 0; i < server->image_count; i++)
		if (len >= 4 && strncmp(server->images[i]->id + 7, hex, len) == 0)
			return server->images[i];
	return NULL;
}

bool world_host_mount(struct world_server *server, const struct world_host_mount *mount)
{
	struct world_host_mount *place = NULL;

	for (size_t i = 0; i < server->host_mount_count; i++)
		if (strcmp(server->host_mounts[i].path, mount->path) == 0)
			place = &server->host_mounts[i];
	if (!place)
		place = world_grow((void **)&server->host_mounts, &server->host_mount_count, sizeof *place);
	if (!place)
		return false;
	place->store = mount->store;
	return world_set_string(&place->path, mount->path) &&
	       world_set_string(&place->fstype, mount->fstype) &&
	       world_set_string(&place->source, mount->source) &&
	       world_set_string(&place->options, mount->options);
}

bool world_add_mount(struct world_container *c, const struct world_mount *mount)
{
	struct world_mount *m = world_grow((void **)&c->mounts, &c->mount_count, sizeof *m);

	if (!m)
		return false;
	m->read_only = mount->read_only;
	m->store = mount->store;
	if (!world_set_string(&m->type, mount->type ? mount->type : "bind") ||
		!world_set_string(&m->name, mount->name) || !world_set_string(&m->source, mount->source) ||
		!world_set_string(&m->destination, mount->destination) ||
		!world_set_string(&m->fstype, mount->fstype) ||
		!world_set_string(&m->fs_source, mount->fs_source) ||
		!world_set_string(&m->fs_options, mount->fs_options))
		return false;
	if (!m->fstype)
		world_mounts_resolve(c);
	return true;
}

bool world_add_label(struct world_container *c, const char *name, const char *value)
{
	struct world_pair *label = world_grow((void **)&c->labels, &c->label_count, sizeof *label);

	if (!label)
		return false;
	label->name = strdup(name);
	label->value = strdup(value);
	if (label->name && label->value)
		return true;
	free(label->name);
	free(label->value);
	c->label_count--;
	return false;
}

const char *world_label(const struct world_container *c, const char *name)
{
	for (size_t i = 0; i < c->label_count; i++)
		if (strcmp(c->labels[i].name, name) == 0)
			return c->labels[i].value;
	return NULL;
}

struct world_server *world_server(const struct world *world, const char *name)
{
	for (size_t i = 0; i < world->server_count; i++)
		if (strcmp(world->servers[i]->name, name) == 0)
			return world->servers[i];
	return NULL;
}

struct world_container *world_container(const struct world_server *server, const char *key)
{
	struct world_container *found = NULL;
	size_t len;

	if (*key == '/')
		key++;
	len = strlen(key);
	if (len == 0)
		return NULL;
	for (size_t i = 0; i < server->container_count; i++)
		if (strcmp(server->containers[i]->name, key) == 0)
			return server->containers[i];
	for (size_t i = 0; i < server->container_count; i++) {
		if (strncmp(server->containers[i]->id, key, len) != 0)
			continue;
		if (found)
			return NULL;
		found = server->containers[i];
	}
	return found;
}

struct world_container *world_target(const struct world *world, const char *target)
{
	const char *slash = strchr(target, '/');

	if (!slash)
		return NULL;
	for (size_t i = 0; i < world->server_count; i++) {
		const struct world_server *server = world->servers[i];
		size_t len = (size_t)(slash - target);

		if (strlen(server->name) == len && strncmp(server->name, target, len) == 0)
			return world_container(server, slash + 1);
	}
	return NULL;
}
