/*
 * probe.h - what files and programs inside a container say about its store and its host.
 * Parsers are pure; texts need no NUL at their end, but may hold any byte.
 */
#ifndef OLLAMA_TOP_PROBE_H
#define OLLAMA_TOP_PROBE_H

#include "ollama-top/fleet.h"
#include "ollama-top/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_FIELD_MAX 512

/* The mount that a path lies on. */
struct probe_mount {
	char root[PROBE_FIELD_MAX]; /* the folder of the file system that is mounted */
	char fstype[64];
	char source[PROBE_FIELD_MAX];
	char options[2 * PROBE_FIELD_MAX]; /* of the mount, then those of the file system */
	bool read_only;                    /* either says so */
};

/*
 * The mount of /proc/self/mountinfo (proc(5)) that covers `path`: the longest mount point that
 * leads to it, of equals the last. Lines of another form are skipped, so the text may be longer
 * than that file.
 */
bool probe_parse_mountinfo(
	const char *text, size_t len, const char *path, struct probe_mount *out, struct parse_error *error);

/* `df -Pk PATH` in bytes; -1 where df says "-". */
struct probe_space {
	int64_t total, used, available;
};
bool probe_parse_df(const char *text, size_t len, struct probe_space *out, struct parse_error *error);

/* `df -Pi PATH`: the same line, of inodes. */
struct probe_inodes {
	int64_t total, free;
};
bool probe_parse_df_inodes(const char *text, size_t len, struct probe_inodes *out, struct parse_error *error);
/* `stat -f PATH` of coreutils and of busybox: both at once. */
bool probe_parse_stat(const char *text, size_t len, struct probe_space *space, struct probe_inodes *inodes,
	struct parse_error *error);

/*
 * Where Ollama keeps the manifest of `model` ("mistral:7b", "user/model:tag", "host/user/model:tag") below the
 * folder of models. False for what is no such name, or does not fit.
 */
bool probe_manifest_path(char *path, size_t size, const char *models, const char *model);

/* /proc/meminfo in bytes; -1 when missing (MemAvailable: Linux before 3.14). */
struct probe_memory {
	int64_t total, available;
};
bool probe_parse_meminfo(const char *text, size_t len, struct probe_memory *out);

/* /proc/net/tcp and tcp6: established connections to a local port from outside the container. */
struct probe_connections {
	int count;
	int active; /* of these, with bytes waiting to be read or sent */
	bool seen;  /* one of the files was there */
};
void probe_parse_tcp(const char *text, size_t len, int port, struct probe_connections *out);

/*
 * `nvidia-smi --query-gpu=index,name,memory.used,memory.total,utilization.gpu --format=csv,noheader,nounits`: a
 * line for each GPU, sizes in MiB; "[N/A]" is unknown. Returns how many there are; other lines are skipped.
 */
size_t probe_parse_gpus(const char *text, size_t len, struct gpu list[FLEET_GPUS_MAX]);

/* A layer of which `sha256-HEX-partial-N` files lie in a store. */
struct probe_partial {
	char digest[80]; /* "sha256:HEX" */
	int64_t completed, total;
};
/*
 * Lines of `grep -r --include=*-partial-* . BLOBS`: PATH:{"N":0,"Offset":0,"Size":S,"Completed":C}, summed up
 * by digest. The caller frees `list` with free(). False: out of memory.
 */
bool probe_parse_partials(const char *text, size_t len, struct probe_partial **list, size_t *count);

#endif
