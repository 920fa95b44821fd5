/*
 * observation.h - one thing that was seen, as net hands it to the fleet.
 *
 * An observation is a short-lived value: the fleet copies what it keeps, the sender
 * keeps ownership of every pointer and may free it when fleet_apply() returns. Strings
 * are already clean (what is not shown, such as the environment, is cleaned when shown). `server` indexes fleet_spec.servers; `instance` is the instance's
 * name, or NULL when the observation is about the server (or the balancer).
 */
#ifndef OLLAMA_TOP_OBSERVATION_H
#define OLLAMA_TOP_OBSERVATION_H

#include "ollama-top/fleet.h"
#include "ollama-top/text.h"

enum observation_kind {
	OBS_VERSION,      /* u.version; error when /api/version failed */
	OBS_LOADED,       /* u.loaded */
	OBS_STORED,       /* u.stored */
	OBS_DOCKER,       /* u.docker: engine reachable or not */
	OBS_HOST,         /* u.host */
	OBS_CONTAINERS,   /* u.containers: names of all instance containers that exist now */
	OBS_CONTAINER,    /* u.container: one inspect */
	OBS_DOCKER_EVENT, /* u.event */
	OBS_TASKS,        /* u.tasks: all instances that are tasks of the server's Swarm service */
	OBS_STATS,        /* u.stats */
	OBS_MOUNT,        /* u.mount: the store's line of mountinfo */
	OBS_SPACE,        /* u.space: df */
	OBS_PROBE,        /* u.probe: a store probe went out */
	OBS_CONNECTIONS,  /* u.connections */
	OBS_READ,         /* u.read: a small file of the store was read */
	OBS_NFS,          /* u.nfs; error when it could not be asked at all */
	OBS_BALANCER,     /* u.balancer */
	OBS_TRANSFERS,    /* u.transfers: all foreign transfers of the rw store, maybe none */
	OBS_OWN_LAYERS, /* u.own_layers: what this program itself fetches, so that it is no foreign transfer */
	OBS_TENDED,     /* u.tended */
	OBS_RETRY,      /* u.retry: the next attempt of a failing end */
	OBS_TOKEN,      /* u.token: its file was looked at */
	OBS_POLICY,     /* u.policy: of the server's scaling policy */
	OBS_REQUESTS,   /* u.requests: what the instance's own metrics say */
	OBS_ENDED,      /* u.ended: requests that ended; error: why they can no longer be counted */
	OBS_GPUS,       /* u.gpus: what nvidia-smi shows, maybe nothing */
	OBS_KIND_COUNT,
};

enum docker_event {
	DEVENT_START,
	DEVENT_DIE,
	DEVENT_OOM,
	DEVENT_KILL,
	DEVENT_STOP,
	DEVENT_PAUSE,
	DEVENT_UNPAUSE,
	DEVENT_DESTROY,
	DEVENT_CREATE,
	DEVENT_HEALTH,
	DEVENT_SWARM, /* of a service or a node, not of a container */
	DEVENT_OTHER,
};

/* One task as Swarm tells of it; the fields are those of struct task. */
struct observed_task {
	char name[TEXT_NAME_MAX]; /* of the instance: "SERVICE.SLOT" */
	const char *id, *node, *state, *error;
	enum task_phase phase;
	int failures;
	bool here, own_port;
};

/* A request that ended. */
struct ended_request {
	int status; /* of HTTP */
	double seconds;
};

enum retry_of { RETRY_API, RETRY_DOCKER, RETRY_BALANCER, RETRY_NFS };

struct observation {
	enum observation_kind kind;
	int64_t at, wall;     /* when the answer was complete */
	size_t server;        /* ignored for OBS_BALANCER */
	const char *instance; /* NULL: the server itself */
	const char *error;    /* NULL: it worked; else why not, in words, and u is unset */
	union {
		struct {
			const char *version;
			double latency_ms;
		} version;
		struct {
			const struct model_loaded *models;
			size_t count;
		} loaded;
		struct {
			const struct model_stored *models;
			size_t count;
		} stored;
		struct {
			const char *version, *api, *warning;
			double latency_ms;
		} docker;
		struct {
			int64_t memory_total, memory_available;
			int cpus;
			bool skew_known;
			int64_t skew_ms;
		} host;
		struct {
			/* by instance name; a configured instance also by its container's name. After a
			 * break of the event stream this and an inspect of each follow: replayed events
			 * alone never change a status. */
			const char *const *names;
			size_t count;
		} containers;
		struct {
			const struct container *container;
			const char *url;
		} container;
		struct {
			enum docker_event what;
			int exit_code, signal; /* of die, of kill (0 unknown) */
			bool replayed;         /* happened before the stream was opened */
			int64_t happened_wall; /* the engine's clock; 0 unknown */
		} event;
		struct {
			int replicas;
			struct service_rules rules;
			const struct observed_task *tasks;
			size_t count;
		} tasks;
		struct {
			int64_t memory_used, memory_judged, memory_limit;
			double cpu_percent, major_faults;
		} stats;
		struct {
			/* fields of mountinfo: mount point, type, source, super options, root of the
			 * mount within its file system */
			const char *path, *fstype, *source, *options, *root;
			int read_only; /* by the mount's own options or the super block's */
		} mount;
		struct {
			int64_t total, available, inodes, inodes_free;
			double latency_ms;
		} space;
		struct {
			/* out: a probe went out; hung: it is past its deadline. Neither: it was given
			 * up without an answer (the container went away). Its answer is OBS_SPACE, which,
			 * like a hang, holds for every instance of the server on the same mount. */
			bool out, hung;
		} probe;
		struct {
			int count, active;
		} connections;
		struct {
			double latency_ms;
		} read; /* like OBS_SPACE it holds for every instance on the same mount */
		struct {
			/* services[].error is borrowed; the list is there when mountd answers */
			const struct nfs_service *services; /* NFS_SERVICES of them */
			const struct nfs_export *exports;
			size_t export_count;
		} nfs;
		struct {
			const struct balancer_server *servers;
			size_t count;
			double latency_ms;
		} balancer;
		struct {
			const struct transfer *transfers;
			size_t count;
		} transfers;
		struct {
			const char *const *digests; /* as ids of transfers */
			size_t count;
		} own_layers;
		enum tending tended;
		struct {
			enum retry_of of;
			int64_t retry_at;
		} retry;
		struct {
			const char *warning; /* NULL: there is nothing to say of it */
		} token;
		struct {
			const char *alert; /* why it stopped; NULL: it did not */
		} policy;
		struct {
			int inflight, queue; /* -1: it does not say */
		} requests;
		struct {
			/* none: counting begins, or goes on */
			const struct ended_request *list;
			size_t count;
		} ended;
		struct {
			const struct gpu *list;
			size_t count;
		} gpus;
	} u;
};

#endif
