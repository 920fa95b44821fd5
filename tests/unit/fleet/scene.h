/*
 * scene.h - the fleet of DESIGN.md in small, and short words for what is seen of it.
 *
 * Server 80 (0) is rw with the configured instance "ollama"; server 84 (1) is ro and
 * discovers "ollama-N". Time starts at SCENE_NOW and moves only by pass().
 */
#ifndef TEST_FLEET_SCENE_H
#define TEST_FLEET_SCENE_H

#include "ollama-top/observation.h"

#define SCENE_NOW  INT64_C(1000000)
#define SCENE_WALL INT64_C(1767268800000) /* 2026-01-01T12:00:00Z */
#define GIB        (INT64_C(1) << 30)
#define MINUTE     INT64_C(60000)
#define RW         0
#define RO         1

#define LIST(...) ((const char *const[]){__VA_ARGS__})

struct scene {
	struct fleet *fleet;
	struct fleet_spec spec;
	struct server_spec servers[2];
	struct instance_spec instances[1];
	char *types[2];
	int64_t now, wall;
};

/* Nothing heard yet. The scene must not move: the fleet points into it. */
void scene_start(struct scene *s);
/* Everything well: one instance on 80, "ollama-1" and "ollama-2" on 84, balanced, NFS right. */
void scene_healthy(struct scene *s);
void scene_end(struct scene *s);

/* Moves both clocks and ticks. */
void pass(struct scene *s, int64_t ms);

struct instance *find(struct scene *s, size_t server, const char *name);

void send(struct scene *s, struct observation o);
void version(struct scene *s, size_t server, const char *name, double latency_ms);
void fail(struct scene *s, enum observation_kind kind, size_t server, const char *name, const char *error);
void docker(struct scene *s, size_t server);
/* Names end with NULL. */
#define containers(s, server, ...) see_containers(s, server, LIST(__VA_ARGS__))
void see_containers(struct scene *s, size_t server, const char *const *names);
struct container running(const struct scene *s, int64_t age_ms);
void container(struct scene *s, size_t server, const char *name, const struct container *c);
void happens(struct scene *s, const char *name, enum docker_event what, int code);
void happened(struct scene *s, const char *name, enum docker_event what, int code, int64_t ago_ms);
void stats(struct scene *s, size_t server, const char *name, int64_t judged, double cpu, double faults);
/* "name=digest" each, NULL at the end. */
#define loaded(s, server, name, ...)           see_loaded(s, server, name, LIST(__VA_ARGS__))
#define stored(s, server, name, modified, ...) see_stored(s, server, name, modified, LIST(__VA_ARGS__))
void see_loaded(struct scene *s, size_t server, const char *name, const char *const *pairs);
void see_stored(
	struct scene *s, size_t server, const char *name, int64_t modified_wall, const char *const *pairs);
void mounted(struct scene *s, size_t server, const char *name, const char *fstype, const char *source,
	int read_only);
/* "url=STATUS" each, NULL at the end. */
#define pool(s, ...) see_pool(s, LIST(__VA_ARGS__))
void see_pool(struct scene *s, const char *const *pairs);

/* The newest event's text contains this. */
bool last_event_has(const struct scene *s, const char *part);
const struct alert *alert_of(const struct scene *s, const char *target, enum condition condition);

#endif
