/*
 * world_time.c - what the passing of time does, and what the counters say of it.
 */
#include "world.h"

#include "world_private.h"

#include <stdlib.h>
#include <string.h>

#define BUSY_CORES    4.0
#define LOADING_CORES 0.9
#define IDLE_CORES    0.002
#define NS_PER_MS     1000000
#define STILL_STEP_MS 1000
#define THRASH_FAULTS 2400 /* major faults a second while weights are read again and again */
#define HOST_BASE     (1536 * WORLD_MIB)
#define KERNEL_SHARE  20 /* one part of so many of CPU time is the kernel's */

double world_cores(const struct world_container *c)
{
	double cores = IDLE_CORES;
	double limit = c->nano_cpus > 0 ? (double)c->nano_cpus / 1e9 : c->server->cpus;

	if (c->status != WORLD_RUNNING)
		return 0;
	for (size_t i = 0; i < c->loaded_count; i++)
		if (!c->loaded[i]->ready)
			cores += LOADING_CORES;
	if (world_is_busy(c))
		cores += BUSY_CORES;
	return cores < limit ? cores : limit;
}

/* Weights are mapped: they count as file pages, and what does not fit beside the rest is read again. */
static int64_t file_pages(const struct world_container *c)
{
	int64_t pages = 18 * WORLD_MIB;
	int64_t room = c->memory_limit > 0 ? c->memory_limit - world_anon(c) : INT64_MAX;

	for (size_t i = 0; i < c->loaded_count; i++)
		pages += c->loaded[i]->resident;
	return pages < room ? pages : room > 0 ? room : 0;
}

static bool thrashes(const struct world_container *c)
{
	int64_t pages = 18 * WORLD_MIB;

	for (size_t i = 0; i < c->loaded_count; i++)
		pages += c->loaded[i]->resident;
	return world_is_busy(c) && file_pages(c) < pages;
}

static bool alive(const struct world_container *c)
{
	return c->status == WORLD_RUNNING || c->status == WORLD_PAUSED;
}

int64_t world_memory_used(const struct world_container *c)
{
	return alive(c) ? world_anon(c) + file_pages(c) : 0;
}

int64_t world_memory_available(const struct world_server *server)
{
	int64_t available = server->memory_total - HOST_BASE;

	/* Mapped weights can be reclaimed and so count as available, as in /proc/meminfo. */
	for (size_t i = 0; i < server->container_count; i++)
		if (alive(server->containers[i]))
			available -= world_anon(server->containers[i]);
	return available > 0 ? available : 0;
}

static void burn(struct world_container *c, int64_t ms)
{
	double jitter =
		c->server->world->still ? 1.0 : 0.94 + (double)world_random(c->server->world, 120) / 1000;
	uint64_t ns = (uint64_t)(world_cores(c) * jitter * (double)ms * NS_PER_MS);

	c->cpu_ns += ns;
	c->cpu_kernel_ns += ns / KERNEL_SHARE;
	c->cpu_user_ns += ns - ns / KERNEL_SHARE;
	if (thrashes(c))
		c->major_faults += (uint64_t)(THRASH_FAULTS * ms / 1000);
}

void world_sample(struct world_container *c, struct world_sample *out)
{
	const struct world_server *server = c->server;
	int64_t file = file_pages(c);

	memset(out, 0, sizeof *out);
	if (server->world->still) {
		burn(c, STILL_STEP_MS);
		c->samples++;
	}
	out->wall_ns = (server->world->wall + (int64_t)c->samples * STILL_STEP_MS) * NS_PER_MS;
	out->system_ns =
		server->system_cpu_ns + c->samples * STILL_STEP_MS * NS_PER_MS * (uint64_t)server->cpus;
	out->cpu_ns = c->cpu_ns;
	out->user_ns = c->cpu_user_ns;
	out->kernel_ns = c->cpu_kernel_ns;
	out->cpus = server->cpus;
	out->limit = c->memory_limit > 0 ? c->memory_limit : server->memory_total;
	if (!alive(c))
		return;
	out->anon = world_anon(c);
	out->inactive_file = file / 3;
	out->active_file = file - out->inactive_file;
	out->mapped_file = file;
	out->usage = out->anon + file;
	out->max_usage = out->usage;
	out->faults = 184000 + c->major_faults;
	out->major_faults = c->major_faults;
	out->net_rx = c->net_rx;
	out->net_tx = c->net_tx;
	out->block_read = c->block_read;
	out->pids = c->ollama ? 14 + 11 * (int)c->loaded_count : 1;
}

static void container_tick(struct world_container *c, int64_t ms)
{
	int64_t now = c->server->world->wall;

	if (c->status == WORLD_RESTARTING && now >= c->restart_at) {
		world_restart_due(c);
		return;
	}
	if (!alive(c))
		return;
	if (c->stop_at && now >= c->stop_at) {
		world_stop_due(c);
		return;
	}
	if (c->start_error && now >= c->ready_at) {
		world_start_fails(c);
		return;
	}
	if (c->status == WORLD_PAUSED)
		return;
	burn(c, ms);
	world_models_tick(c, ms);
	if (c->status == WORLD_RUNNING)
		world_health_tick(c);
}

void world_tick(struct world *world, int64_t ms)
{
	if (ms <= 0)
		return;
	world->wall += ms;
	for (size_t i = 0; i < world->store_count; i++)
		world_store_tick(world, world->stores[i], ms);
	for (size_t i = 0; i < world->server_count; i++) {
		struct world_server *server = world->servers[i];

		server->system_cpu_ns += (uint64_t)ms * NS_PER_MS * (uint64_t)server->cpus;
		for (size_t j = 0; j < server->container_count; j++)
			container_tick(server->containers[j], ms);
		if (server->service)
			world_service_tick(server->service);
	}
	if (world->after_tick)
		world->after_tick(world->script, world);
}
