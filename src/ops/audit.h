/*
 * audit.h - who did what to which container, and how it ended: one JSON object a line, only ever appended.
 *
 * The file is $XDG_STATE_HOME/ollama-top/audit.jsonl, or else under ~/.local/state; folders are created 0700,
 * files 0600. At 10 MiB it becomes audit.jsonl.1, and older ones .2 to .5. Any number of processes may write
 * at the same time: each line is written whole, under a lock, to the file that has the name at that time.
 *
 * {"time", "id", "user", "ssh_client", "host", "pid", "operation", "target", "event", "outcome", "message"}
 * An operation whose process was killed has a line "begin" without a line "end" of the same id.
 */
#ifndef OLLAMA_TOP_OPS_AUDIT_H
#define OLLAMA_TOP_OPS_AUDIT_H

#include "ollama-top/parse.h"

#include <stdbool.h>

#define AUDIT_ROTATE_BYTES (10L << 20)
#define AUDIT_OLD_FILES    5
#define AUDIT_MESSAGE_MAX  1024 /* bytes of a message that are kept */

struct audit;

/* The folder, whether it exists or not; the caller frees. NULL when out of memory. */
char *audit_folder_path(void);

enum audit_event { AUDIT_BEGIN, AUDIT_STEP, AUDIT_END };
enum audit_outcome {
	AUDIT_PENDING, /* null: of "begin" and "step" */
	AUDIT_DONE,
	AUDIT_FAILED,
	AUDIT_REFUSED,
	AUDIT_UNDONE,
	AUDIT_CANCELLED,
};

/* "done", as in the log; NULL while it is pending. */
const char *audit_outcome_name(enum audit_outcome outcome);

/* What the caller knows; all else is found out. Strings may be hostile: they are cleaned. */
struct audit_line {
	const char *id;        /* of the operation */
	const char *operation; /* as on the command line */
	const char *target;    /* "84/ollama-2", "84" */
	enum audit_event event;
	enum audit_outcome outcome;
	const char *message; /* optional */
};

/*
 * Finds or makes the folder and remembers who is at work. NULL with a sentence that names the folder. To be
 * freed with audit_close(). May be used by the children of a fork() as well, each for itself.
 */
struct audit *audit_open(struct parse_error *error);
void audit_close(struct audit *audit);

/*
 * Writes one line and waits until it is on the disk, at most AUDIT_LOCK_MS for the lock of other processes. False
 * with a sentence when it could not: then nothing of the line is in the file, and what was to be logged must not
 * begin. (The one exception is said in the sentence: the line is there but was not confirmed by the disk.)
 */
#define AUDIT_LOCK_MS 5000
bool audit_write(struct audit *audit, const struct audit_line *line, struct parse_error *error);

#endif
