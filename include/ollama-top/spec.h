/*
 * spec.h - what the operator says the fleet is.
 *
 * Filled by src/config from YAML (or from the environment when there is no file),
 * read by every other layer, never changed after start. All times are milliseconds,
 * all sizes bytes. Every pointer is owned by the spec and freed by spec_free(); a
 * pointer documented as optional is NULL when the key is absent.
 */
#ifndef OLLAMA_TOP_SPEC_H
#define OLLAMA_TOP_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum server_role {
	ROLE_RO,
	ROLE_RW,
};

struct tls_spec {
	char *ca;   /* optional */
	char *cert; /* optional */
	char *key;  /* optional */
};

/* What an instance speaks. */
enum instance_kind {
	KIND_OLLAMA,
	KIND_OPENAI, /* OpenAI's API alone: vLLM, llama.cpp's server; its models are its own, loaded when it starts */
};

/* An instance named in the configuration; discovered ones have no spec of their own. */
struct instance_spec {
	char *name;
	enum instance_kind kind;
	char *url;        /* optional: overrides http://HOST:PORT */
	char *container;  /* optional: the container's name where it differs from the instance's */
	char *token_file; /* optional: bearer token, read at start and again after a 401 */
	int port;         /* 0 when only a url was given */
	bool ssh;         /* reach the port through the server's tunnel */
	struct tls_spec
		tls; /* for an https url: authorities to trust, and what the instance asks of a client */
};

/* Which containers of a server are instances: every pattern that is given must hold. */
struct discover_spec {
	char *name;  /* optional: glob over the container's name */
	char *label; /* optional: KEY or KEY=VALUE */
	char *image; /* optional: glob over the image's name */
	bool ssh;    /* reach their ports through the server's tunnel */
};

struct nfs_spec {
	bool given;        /* a server without nfs: is not judged on NFS */
	char *export_path; /* optional: what this server exports (the rw server) */
	char *mount;       /* optional: where the export is mounted on this host */
	char *source;      /* optional: ADDRESS:/PATH that the mount must come from */
	char **types;      /* accepted file system types; default nfs and nfs4 */
	size_t type_count;
	int port;       /* of the NFS server; 0: 2049 */
	int portmapper; /* of its portmapper; 0: 111 */
};

struct scale_spec {
	bool given;
	char *service; /* optional: Swarm service; ports are then unused */
	int min, max;
	int port_first, port_last; /* inclusive; 0 when not given */
	int64_t memory_headroom;
	int64_t drain_ms;
};

struct server_spec {
	char *name;
	char *host;
	char *docker;       /* optional: unix://PATH, tcp://HOST:PORT, ssh://..., context://NAME */
	char *docker_error; /* optional: why its context cannot be used; docker is then still context://NAME */
	enum server_role role;
	struct tls_spec tls;
	struct instance_spec *instances;
	size_t instance_count;
	struct discover_spec discover;
	struct scale_spec scale;
	bool autoscaled; /* autoscale: has a policy for it; follows from that when the file is read */
	struct nfs_spec nfs;
};

struct traefik_spec {
	char *api;          /* optional: base URL; NULL means no balancer is configured */
	char *service;      /* service name without provider suffix */
	char *dynamic_file; /* optional */
};

/* At least so many instances between two times of day: policy_schedule_holds(). */
struct schedule_spec {
	char *days, *from, *to;
	char *tz; /* optional: a name below zoneinfo; absent: this machine's zone */
	int min;
	unsigned char *zone; /* the zone's TZif bytes; NULL: UTC */
	size_t zone_len;
};

struct autoscale_spec {
	char *server;
	char *up_when, *down_when; /* optional, together; else there is a target */
	char *target_metric;
	double target_value;
	int64_t cooldown_up_ms, cooldown_down_ms;
	int step_up, step_down;
	struct schedule_spec *schedule;
	size_t schedule_count;
};

struct fleet_spec {
	char *path; /* the file it was read from; NULL for the built-in default */
	int64_t refresh_ms;
	int64_t timeout_ms;
	double busy_cpu; /* percent of one core above which a loaded instance is busy */
	struct server_spec *servers;
	size_t server_count;
	struct traefik_spec traefik;
	struct autoscale_spec *autoscale;
	size_t autoscale_count;
};

/* Frees the spec and all it owns; NULL is allowed. */
void spec_free(struct fleet_spec *spec);

#endif
