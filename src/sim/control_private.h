/*
 * control_private.h - what the verbs share.
 */
#ifndef SIM_CONTROL_PRIVATE_H
#define SIM_CONTROL_PRIVATE_H

#include "control.h"

#include <stdint.h>

struct command {
	struct world *world;
	const cJSON *json;
	struct world_server *server;       /* of the target, also when that is a container; may be NULL */
	struct world_container *container; /* NULL: the target is a server, or there is none */
	char *error;
	size_t size;
};

/* Puts the reason into the command's error; false. */
bool control_fail(const struct command *c, const char *text);
/* What the command says under `key`, or `otherwise` where it is absent or of another type. */
const char *control_text(const struct command *c, const char *key, const char *otherwise);
int64_t control_number(const struct command *c, const char *key, int64_t otherwise);
bool control_flag(const struct command *c, const char *key, bool otherwise);
/* Milliseconds from "4m12s" or from a number of seconds. */
int64_t control_duration(const struct command *c, const char *key, int64_t otherwise);
/* The store of a container, or the one that a server exports or mounts; NULL: none. */
struct world_store *control_store(const struct command *c);

/* The verbs; false with the reason given. */
bool control_die(const struct command *c);
bool control_oom(const struct command *c);
bool control_start(const struct command *c);
bool control_stop(const struct command *c);
bool control_restart(const struct command *c);
bool control_pause(const struct command *c);
bool control_load(const struct command *c);
bool control_unload(const struct command *c);
bool control_busy(const struct command *c);
bool control_pull(const struct command *c);
bool control_add_model(const struct command *c);
bool control_remove_model(const struct command *c);
bool control_mount(const struct command *c);
bool control_drift(const struct command *c);
bool control_store_trouble(const struct command *c);
bool control_hang(const struct command *c);
bool control_slow(const struct command *c);
bool control_refuse(const struct command *c);
bool control_stale(const struct command *c);
bool control_nfs(const struct command *c);
bool control_reset(const struct command *c);
bool control_hostile(const struct command *c);
bool control_pool(const struct command *c);
bool control_clock(const struct command *c);
bool control_skew(const struct command *c);
bool control_exec_forbidden(const struct command *c);
bool control_no_cat(const struct command *c);
bool control_docker_api(const struct command *c);
bool control_version(const struct command *c);
bool control_env(const struct command *c);
bool control_log(const struct command *c);
bool control_requests(const struct command *c);
bool control_gpu(const struct command *c);
bool control_service(const struct command *c);

#endif
