/*
 * fixture.c - the small world.
 */
#include "fixture.h"

#include "sim/control.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct world_container *add(
	struct world_server *server, const char *name, bool read_only, int port, int64_t limit)
{
	struct world_container *c = world_create(server, name, "ollama/ollama:latest");
	struct world_mount mount = {.source = (char *)(uintptr_t) "/opt/ollama-models",
		.destination = (char *)(uintptr_t) "/root/.ollama",
		.read_only = read_only};
	const char *why = "";

	cr_assert_not_null(c);
	c->host_port = port;
	c->memory_limit = limit;
	cr_assert(world_set_string(&c->restart_policy, "unless-stopped"));
	cr_assert(world_add_mount(c, &mount));
	cr_assert(world_start(c, &why), "%s", why);
	c->ready_at = server->world->wall;
	return c;
}

struct fixture fixture_new(void)
{
	static const char *const models[] = {"mistral:7b", "llama2:13b", "all-minilm"};
	struct fixture f = {.world = world_new(7)};
	struct world_host_mount mount = {.path = (char *)(uintptr_t) "/opt/ollama-models",
		.fstype = (char *)(uintptr_t) "ext4",
		.source = (char *)(uintptr_t) "/dev/sdb1"};

	cr_assert_not_null(f.world);
	f.store = world_add_store(f.world, "shared", true);
	f.rw = world_add_server(f.world, "80", "127.0.0.80", true);
	f.ro = world_add_server(f.world, "84", "127.0.0.84", false);
	mount.store = f.store;
	cr_assert(world_host_mount(f.rw, &mount));
	mount.fstype = (char *)(uintptr_t) "nfs4";
	mount.source = (char *)(uintptr_t) "127.0.0.80:/opt/ollama-models";
	cr_assert(world_host_mount(f.ro, &mount));
	for (size_t i = 0; i < 3; i++) {
		cr_assert(world_store_add(f.world, f.store, world_registry(f.world, models[i])));
		f.store->models[i]->visible_at = 0;
	}
	f.ollama = add(f.rw, "ollama", false, 11434, 0);
	f.one = add(f.ro, "ollama-1", true, 11434, 16 * WORLD_GIB);
	f.two = add(f.ro, "ollama-2", true, 11435, 4 * WORLD_GIB);
	world_forget_events(f.world);
	return f;
}

void fixture_free(struct fixture *f)
{
	world_free(f->world);
}

void fixture_pass(struct fixture *f, int64_t ms)
{
	for (; ms > 0; ms -= 100)
		world_tick(f->world, ms < 100 ? ms : 100);
}

const char *fixture_events(const struct fixture *f, uint64_t serial, const struct world_container *c)
{
	static char text[4096];
	const struct world_event *event;
	size_t used = 0;

	text[0] = '\0';
	while ((event = world_event_after(f->world, serial))) {
		serial = event->serial;
		if (c && strcmp(event->id, c->id) != 0)
			continue;
		used += (size_t)snprintf(
			text + used, sizeof text - used, "%s%s", used ? " " : "", event->action);
		cr_assert_lt(used, sizeof text);
	}
	return text;
}

const char *fixture_do(struct world *world, const char *json)
{
	static char error[256];
	cJSON *command = cJSON_Parse(json);

	cr_assert_not_null(command, "%s", json);
	error[0] = '\0';
	if (!control_do(world, command, error, sizeof error) && !error[0])
		snprintf(error, sizeof error, "failed without a reason");
	cJSON_Delete(command);
	return error;
}
