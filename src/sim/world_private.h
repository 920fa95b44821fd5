/*
 * world_private.h - what the parts of the world share.
 */
#ifndef SIM_WORLD_PRIVATE_H
#define SIM_WORLD_PRIVATE_H

#include "world.h"

#define WORLD_BASE_ANON  (96 * WORLD_MIB) /* `ollama serve` itself */
#define WORLD_IDLE_OTHER (12 * WORLD_MIB) /* a container that is not Ollama */

/* Grows an array of pointers or structs by one zeroed element; NULL when out of memory. */
void *world_grow(void **array, size_t *count, size_t element);

void world_container_free(struct world_container *c);
void world_service_free(struct world_service *service);
bool world_task_is_over(const struct world_task *task);
/* In a slot; not `at_once`: after the restart policy's delay. NULL when out of memory. */
struct world_task *world_add_task(struct world_service *service, int slot, bool at_once);

/* world_update.c: replaces tasks of another template in turns, and hears of one that failed. */
void world_update_tick(struct world_service *service);
void world_update_failed(struct world_service *service, const struct world_task *task);
void world_store_free(struct world_store *store);
void world_loaded_free(struct world_container *c, struct world_loaded *loaded);
void world_unload_all(struct world_container *c);
/* The name with ":latest" where it has no tag; the caller frees. NULL: out of memory. */
char *world_with_tag(const char *name);
/* Does the container see its store through NFS? */
bool world_over_nfs(const struct world_container *c);
bool world_model_copy(struct world_model *to, const struct world_model *from);
void world_model_clear(struct world_model *model);

/* Lets `ms` pass for what is loaded: loading, requests, expiry; may kill for memory. */
void world_models_tick(struct world_container *c, int64_t ms);
void world_store_tick(struct world *world, struct world_store *store, int64_t ms);
void world_health_tick(struct world_container *c);
/* A stop whose grace is over, and a restart whose delay is. */
void world_stop_due(struct world_container *c);
void world_restart_due(struct world_container *c);
/* It cannot start with the store that it found. */
void world_start_fails(struct world_container *c);
/* Cores that it burns now. */
double world_cores(const struct world_container *c);
int64_t world_anon(const struct world_container *c);
/* Takes over what is mounted on the host now. */
void world_mounts_resolve(struct world_container *c);
/* A line of Ollama's log about itself. */
void world_slog(struct world_container *c, const char *level, const char *source, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A line of Ollama's own HTTP log. */
void world_gin(struct world_container *c, int status, double ms, const char *client, const char *method,
	const char *path);

#endif
