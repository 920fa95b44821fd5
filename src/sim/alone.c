/*
 * alone.c - one real Ollama-like process: memory that is touched, CPU that is burnt.
 */
#include "alone.h"

#include "alone_store.h"
#include "world_private.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#define CATALOGUE_SHARE 64
#define NS_PER_MS       1000000ULL
#define NS_PER_S        1000000000ULL
#define SLICE_NS        (10 * NS_PER_MS)

struct alone {
	struct world *world;
	struct world_container *container;
	char *dir;
	unsigned percent; /* of a core, which generating takes */
	uv_thread_t thread;
	bool started;
	atomic_bool running;
	atomic_ullong until; /* uv_hrtime() */
};

struct memory {
	void *address;
	size_t size;
};

/* Only a page that was written belongs to the process, and counts against its limit. */
static void *take_memory(void *user, const struct world_model *model)
{
	bool exact = strncmp(model->name, "mem-", 4) == 0;
	struct memory *memory = malloc(sizeof *memory);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)user;
	if (!memory)
		return NULL;
	memory->size = (size_t)(exact ? model->size : model->size / CATALOGUE_SHARE);
	memory->address =
		mmap(NULL, memory->size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory->address == MAP_FAILED) {
		free(memory);
		return NULL;
	}
	for (size_t i = 0; i < memory->size; i += page)
		((volatile char *)memory->address)[i] = 1;
	return memory;
}

static void give_back(void *user, void *token)
{
	struct memory *memory = token;

	(void)user;
	munmap(memory->address, memory->size + 1);
	free(memory);
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

static void compute(void)
{
	volatile double x = 1;

	for (int i = 0; i < 10000; i++)
		x = x * 1.0000001 + 0.5;
}

/* What a busy machine keeps from it is made up for: real work would still be there to do. */
static void spin(void *user)
{
	struct alone *alone = user;
	const uint64_t started = uv_hrtime(), used = cpu_ns();
	const struct timespec slice = {.tv_nsec = SLICE_NS};
	uint64_t now;

	while ((now = uv_hrtime()) < atomic_load(&alone->until)) {
		if (cpu_ns() - used < (now - started) / 100 * alone->percent)
			compute();
		else
			nanosleep(&slice, NULL);
	}
	atomic_store(&alone->running, false);
}

static void burn(void *user, int64_t ms)
{
	struct alone *alone = user;
	unsigned long long until = uv_hrtime() + (unsigned long long)ms * NS_PER_MS;

	if (until > atomic_load(&alone->until))
		atomic_store(&alone->until, until);
	if (atomic_load(&alone->running))
		return;
	if (alone->started)
		uv_thread_join(&alone->thread);
	atomic_store(&alone->running, true);
	alone->started = uv_thread_create(&alone->thread, spin, alone) == 0;
	if (!alone->started)
		atomic_store(&alone->running, false);
}

static void refresh(void *user, struct world_store *store)
{
	struct alone *alone = user;
	size_t count;
	struct world_model **models = alone_store_list(alone->world, alone->dir, &count);

	for (size_t i = 0; i < store->model_count; i++)
		world_model_free(store->models[i]);
	free(store->models);
	store->models = models;
	store->model_count = count;
	alone->container->mounts[0].read_only = alone_store_read_only(alone->dir);
}

static bool write_model(void *user, struct world_model *model, char *error, size_t size)
{
	const struct alone *alone = user;

	return alone_store_write(alone->dir, model, error, size);
}

static bool delete_model(void *user, const char *name, char *error, size_t size)
{
	const struct alone *alone = user;

	return alone_store_delete(alone->dir, name, error, size);
}

static void say(void *user, bool is_stderr, const char *text)
{
	FILE *out = is_stderr ? stderr : stdout;

	(void)user;
	fprintf(out, "%s\n", text);
	fflush(out);
}

static bool build(struct alone *alone, const char *host, int port)
{
	struct world *world = alone->world;
	struct world_store *store = world_add_store(world, alone->dir, false);
	struct world_server *server = world_add_server(world, "local", host, true);
	struct world_mount mount = {.destination = (char *)(uintptr_t) "/root/.ollama", .source = alone->dir};
	struct world_host_mount folder = {.path = alone->dir,
		.fstype = (char *)(uintptr_t) "ext4",
		.source = (char *)(uintptr_t) "/dev/sda1",
		.store = store};
	const char *why;

	if (!store || !server)
		return false;
	server->docker_port = 0;
	alone->container = world_create(server, "ollama", "ollama/ollama:latest");
	if (!alone->container || !world_host_mount(server, &folder) ||
		!world_add_mount(alone->container, &mount))
		return false;
	alone->container->host_port = port;
	alone->container->container_port = port;
	if (!world_start(alone->container, &why))
		return false;
	/* A real process answers as soon as it listens. */
	alone->container->ready_at = world->wall;
	return true;
}

static bool split(const char *address, char *host, size_t size, int *port)
{
	const char *colon = strrchr(address, ':');
	char *end;
	long value;

	if (!colon || (size_t)(colon - address) >= size)
		return false;
	snprintf(host, size, "%.*s", (int)(colon - address), address);
	value = strtol(colon + 1, &end, 10);
	*port = (int)value;
	return *end == '\0' && end != colon + 1 && value > 0 && value < 65536;
}

struct world *alone_world(
	const char *address, const char *dir, unsigned percent, struct alone **out, char *error, size_t size)
{
	struct alone *alone = calloc(1, sizeof *alone);
	struct timespec now;
	char host[40];
	int port;

	*out = alone;
	if (alone)
		alone->percent = percent;
	if (!alone || !world_set_string(&alone->dir, dir)) {
		snprintf(error, size, "out of memory");
		return NULL;
	}
	if (!split(address, host, sizeof host, &port)) {
		snprintf(error, size, "\"%s\" is not ADDRESS:PORT", address);
		return NULL;
	}
	if (!alone_store_prepare(dir, error, size))
		return NULL;
	alone->world = world_new(1);
	if (!alone->world)
		return NULL;
	if (clock_gettime(CLOCK_REALTIME, &now) == 0)
		alone->world->wall = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	alone->world->backend = (struct world_backend){.user = alone,
		.refresh = refresh,
		.write_model = write_model,
		.delete_model = delete_model,
		.load = take_memory,
		.unload = give_back,
		.burn = burn,
		.log = say};
	if (!build(alone, host, port)) {
		snprintf(error, size, "out of memory");
		world_free(alone->world);
		return NULL;
	}
	return alone->world;
}

void alone_free(struct alone *alone)
{
	if (!alone)
		return;
	atomic_store(&alone->until, 0);
	if (alone->started)
		uv_thread_join(&alone->thread);
	free(alone->dir);
	free(alone);
}
