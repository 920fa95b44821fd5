/*
 * core.h - what the modules of src/fleet share and nobody else sees.
 *
 * An observation is folded by one fold_*() of the table in fleet.c, which stores what was
 * seen; then instance_judge() and server_judge() derive state, reason and alerts from it.
 */
#ifndef OLLAMA_TOP_FLEET_CORE_H
#define OLLAMA_TOP_FLEET_CORE_H

#include "ollama-top/observation.h"

#define TARGET_MAX (2 * 256 + 2)

/* A sentence being put together. */
struct words {
	char text[FLEET_TEXT_MAX];
};

struct pool_key {
	char *key; /* "host:port" in lower case */
	size_t index;
	bool matched;
};

/* What a fold works on; server and instance are NULL where the observation names none. */
struct place {
	struct fleet *fleet;
	struct server *server;
	struct instance *instance;
};
typedef void fold_fn(const struct place *place, const struct observation *o);

/* keep.c: owned strings and figures; each returns whether what is shown changed. */
bool keep_text(char **slot, const char *text, size_t max); /* max bytes with the NUL, cut at a character */
bool keep_i64(int64_t *slot, int64_t value);
int64_t sane_size(int64_t bytes);             /* -1 for negative, and at most 2^60 */
bool keep_size(int64_t *slot, int64_t size);  /* as text_size() shows it */
bool keep_figure(double *slot, double value); /* as a whole number */
bool keep_int(int *slot, int value);
void keep_digest(char digest[72], const char *from);
uint64_t hash_text(const char *text);
void say(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool contains_nocase(const char *text, const char *part);

/* The engine's wall clock now, as far as its skew is known. */
int64_t engine_wall(const struct fleet *fleet, const struct server *server);

/* link.c: true when the status or the error changed. */
bool link_answered(struct link *link, int64_t at, double latency_ms);
bool link_failed(struct link *link, int64_t at, const char *error);

/* instance.c */
struct instance *instance_add(
	struct fleet *fleet, struct server *server, const struct instance_spec *spec, const char *name);
void instance_drop(struct fleet *fleet, struct server *server, size_t index);
void instance_free(struct instance *i);
void instance_forget_process(struct instance *i); /* figures of a container that no longer runs */
void instance_leave(struct fleet *fleet, struct instance *i, int64_t at); /* its row lingers a while */
void instance_return(struct fleet *fleet, struct instance *i);
const char *target_of(char buf[TARGET_MAX], const struct server *server, const struct instance *i);

/* container.c */
void container_free(struct container *c);
bool container_copy(struct container *to, const struct container *from);
void container_words(struct words *words, const struct container *c);
bool container_left(enum container_status status); /* exited, dead, removed */
bool container_stopped_by_operator(const struct instance *i);
void process_is_new(struct instance *i, int64_t at);
/* Takes over a new status and what follows from it; an exit is an answer to "does it answer". */
void container_turn(struct fleet *fleet, struct instance *i, enum container_status status, int64_t at);
void oom_happened(struct fleet *fleet, struct instance *i, int64_t at, int64_t wall, bool is_news);
bool oom_held(const struct fleet *fleet, const struct instance *i);

/* service.c */
void task_free(struct task *task);

/* requests.c, gpus.c */
void requests_from_connections(struct fleet *fleet, struct instance *i, int count, int64_t at);
void requests_tick(struct fleet *fleet, struct instance *i); /* what is too old is unknown */
void requests_forget_process(struct instance *i);
void gpus_forget(struct instance *i);

/* models.c, drift.c */
void loaded_free(struct model_loaded *models, size_t count);
void stored_free(struct model_stored *models, size_t count);
const struct model_stored *stored_find(const struct model_stored *models, size_t count, const char *name);
bool digest_same(const char *a, const char *b);
/* Compares the stored models of `i` with the reference's; `before` is what it listed before. */
void drift_compare(
	struct fleet *fleet, struct instance *i, const struct model_stored *before, size_t before_count);

/* store.c, store_source.c */
void store_free(struct store *store);
void store_reset(struct store *store); /* the container's mounts are no longer what was seen */
/* What an inspect tells of a store whose mount was not seen from inside: path, source, ro. */
void store_from_container(struct instance *i);
bool store_judge(const struct fleet *fleet, struct instance *i);
enum source_match { SOURCE_RIGHT, SOURCE_WRONG, SOURCE_UNSURE };
enum source_match store_source_match(const struct fleet *fleet, const struct instance *i, struct words *why);
/* ADDRESS:/PATH in parts, the address without brackets, the path without slashes at its end; false when there is no ":/". */
struct nfs_source {
	char address[TARGET_MAX / 2];
	char path[FLEET_TEXT_MAX];
};
bool nfs_source_split(const char *text, struct nfs_source *source);
bool path_is_below(const char *path, const char *folder); /* or the same; trailing slashes ignored */

/* observe_nfs.c, observe_ops.c */
bool nfs_server_init(const struct fleet *fleet, struct server *s);
void nfs_server_free(struct nfs_server *nfs);
/* nfs_target.c: the path that is exported or mounted, and who of the fleet exports it; false: none */
bool nfs_path_of(const struct server_spec *server, char path[FLEET_TEXT_MAX]);
bool nfs_owner_of(const struct fleet_spec *spec, size_t index, size_t *owner);
/* Is the export there, and for this server? May hang on whether mounts work. */
void nfs_judge(struct fleet *fleet, struct server *s);
void transfers_free(struct fleet *fleet);

/* pool.c */
void pool_clear(struct balancer *balancer);
void pool_find(struct fleet *fleet, struct instance *i); /* sets in_pool and balancer_status */
void pool_judge(struct fleet *fleet);

/* judge.c, trouble.c */
void instance_judge(struct fleet *fleet, struct instance *i);
void server_judge(struct fleet *fleet, struct server *server);
void server_judge_all(struct fleet *fleet, struct server *server); /* and its instances */

/* alerts.c: NULL text takes the alert away. `slot` remembers what stands. */
void alert_set(struct fleet *fleet, uint32_t *slot, enum condition condition, const struct server *server,
	const struct instance *instance, const char *text);
void alerts_free(struct fleet *fleet);

/* totals.c: the status of a server and the fleet's; of the fleet alone for NULL */
void status_update(struct fleet *fleet, struct server *server);

/* change.c: to the listener, if there is one */
void fleet_tell(struct fleet *fleet, const struct fleet_change *change);

/* events.c */
void event_add(
	struct fleet *fleet, int64_t wall, enum severity severity, const char *target, const char *text);
void instance_event(struct fleet *fleet, const struct instance *i, enum severity severity, const char *format,
	...) __attribute__((format(printf, 4, 5)));
void events_free(struct fleet *fleet);

/* sample.c */
void sample_tick(struct fleet *fleet);
void sample_note(float *peak, double value);

/* observe_*.c */
fold_fn fold_version, fold_loaded, fold_stored;
fold_fn fold_docker, fold_host, fold_containers, fold_container, fold_docker_event;
fold_fn fold_stats, fold_connections, fold_tasks, fold_requests, fold_ended, fold_gpus;
fold_fn fold_mount, fold_space, fold_probe, fold_read, fold_nfs;
fold_fn fold_balancer, fold_transfers, fold_own_layers, fold_tended, fold_retry, fold_token, fold_policy;

static inline void touch(struct fleet *fleet, bool changed)
{
	fleet->generation += changed;
}

#endif
