/*
 * docker_files.h - the files that a command inside a container sees: /proc as the kernel writes it, a
 * little of /etc, and the store of models with its partial files.
 */
#ifndef SIM_DOCKER_FILES_H
#define SIM_DOCKER_FILES_H

#include "serve.h"

struct docker_file {
	char *path;   /* owned by whoever visits; valid during the visit */
	int64_t size; /* bytes, as `ls -l` shows it */
	/* Writes the content; NULL for a directory. Blobs give their first bytes only. */
	void (*write)(
		struct serve_buffer *out, const struct world_container *c, const struct docker_file *file);
	const struct world_model *model; /* of a manifest or blob */
	const struct world_part *part;   /* of a partial file */
	const struct world_mount *mount; /* of the store; NULL outside */
};

/* Return false to end the walk. */
typedef bool docker_visit(void *user, const struct docker_file *file);

/* Every file at or below `path` (absolute, clean), in no particular order. Nothing that hangs: see below. */
void docker_files_each(const struct world_container *c, const char *path, docker_visit *visit, void *user);

enum docker_found { DOCKER_FILE_MISSING, DOCKER_FILE_REGULAR, DOCKER_FILE_DIRECTORY };
/* What is at `path`; a regular file's content is put into `content` unless that is NULL. */
enum docker_found docker_file_find(
	const struct world_container *c, const char *path, struct serve_buffer *content, int64_t *size);

/* The mount that `path` lies on; NULL: the container's own overlay. */
const struct world_mount *docker_file_mount(const struct world_container *c, const char *path);
/* Would a call on `path` hang now? With `below`, also when something under it would. */
bool docker_file_hangs(const struct world_container *c, const char *path, bool below);
/* Does the container's user lack the permission to go there? */
bool docker_file_closed(const struct world_container *c, const char *path);
/* Would it fail with ESTALE? */
bool docker_file_stale(const struct world_container *c, const char *path);
/* Removes "//", "/./" and a slash at the end; relative to "/". The caller frees; NULL out of memory. */
char *docker_file_clean(const char *path);

/* docker_proc.c */
extern const struct docker_proc_file {
	const char *path;
	void (*write)(struct serve_buffer *out, const struct world_container *c);
} docker_proc_files[];

#endif
