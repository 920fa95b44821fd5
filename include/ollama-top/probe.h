/*
 * probe.h - what files and programs inside a container say about its store and its host.
 * Parsers are pure; texts need no NUL at their end, but may hold any byte.
 */
#ifndef OLLAMA_TOP_PROBE_H
#define OLLAMA_TOP_PROBE_H

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
