/*
 * pool_file.h - changing the balancer's pool in Traefik's dynamic file.
 *
 * PATH.tmp is written beside the file with its owner and mode and renamed over it, the bytes before are kept
 * in PATH.bak, and a symbolic link is followed to the file itself. Two ollama-tops never lose each other's change;
 * one of somebody else that comes in between is noticed and built upon.
 *
 * Everything here blocks, for milliseconds as a rule and a few seconds while another change is under way: call it
 * through uv_queue_work(). It touches nothing but its arguments and the files. Sentences name the path and what to do.
 */
#ifndef OPS_POOL_FILE_H
#define OPS_POOL_FILE_H

#include "pool_text.h"

#include <stdint.h>
#include <sys/types.h>

/* Which file it was, and with what in it. All zero: not known. */
struct pool_stamp {
	dev_t dev;
	ino_t ino;
	uint64_t size;
	int64_t mtime_ns; /* since 1970 */
	uint64_t hash;    /* of the bytes */
};

struct pool_file {
	char *text; /* not terminated */
	size_t len;
	struct pool_stamp stamp;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct pool_change {
	const char *path, *service, *url;
	enum pool_verb verb;
	struct pool_stamp expected; /* what the caller saw last */

	/* filled */
	struct pool_stamp now; /* what the file is, with POOL_CHANGED and POOL_SAME */
	bool others; /* what was expected is given, and other bytes were found: somebody else's change, kept */
	char *before; /* with POOL_CHANGED: the bytes before, for pool_file_undo() */
	size_t before_len;
	struct pool_error error; /* with POOL_FAILED: the text has the path, and the place if there is one */
};

/* Reads a file of at most POOL_TEXT_MAX bytes; false with the error filled. The caller clears. */
bool pool_file_read(const char *path, struct pool_file *file, struct pool_error *error);
void pool_file_clear(struct pool_file *file);

/* Adds or removes the server. With POOL_FAILED the file is as it was. pool_change_clear() is due. */
enum pool_outcome pool_file_change(struct pool_change *change);

/*
 * Takes a change back that gave POOL_CHANGED: byte for byte while the file is as the change left it, otherwise
 * by the opposite change, so that what others wrote since stays.
 */
enum pool_outcome pool_file_undo(struct pool_change *change);

void pool_change_clear(struct pool_change *change);

#endif
