/*
 * logs_private.h - the parts that a log passes through: bytes of the answer are cut into the engine's
 * messages, those that were seen before a break are left out, and the rest makes lines.
 */
#ifndef OLLAMA_TOP_NET_LOGS_PRIVATE_H
#define OLLAMA_TOP_NET_LOGS_PRIVATE_H

#include "ollama-top/frames.h"
#include "ollama-top/logs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What the engine stored at once: a line with its end, or 16 KiB of a longer one, or what a process
 * left without an end. With timestamps=1 each begins with its time and a blank.
 */
struct log_message {
	int64_t time_ns; /* 0: it had none */
	enum frames_stream stream;
	const char *data;
	size_t len;
	bool cut; /* longer than LOG_LINE_MAX */
};

/* Return false to end the stream. */
typedef bool log_message_fn(void *user, const struct log_message *message);

/* log_messages.c */
struct log_messages {
	struct frames frames;
	log_message_fn *on_message;
	void *user;
	char stamp[48];
	size_t stamp_len;
	bool stamping; /* at the beginning of a message */
	bool begun;    /* some of a message has come */
	bool stopped;
	int64_t time_ns;
	char *data; /* LOG_LINE_MAX bytes */
	size_t len, total;
	enum frames_stream stream;
};
/* False when out of memory. */
bool log_messages_init(struct log_messages *m, bool tty, log_message_fn *on_message, void *user);
void log_messages_free(struct log_messages *m);
/* False when the bytes are no log, or on_message ended it. */
bool log_messages_push(struct log_messages *m, const char *data, size_t len);
/* The answer ended as it should: hands on what a terminal left without an end. False when it was cut off. */
bool log_messages_end(struct log_messages *m);

/* RFC 3339 with up to nine digits of fraction, in ns since 1970; 0 when it is none. */
int64_t log_time(const char *text, size_t len);

/* log_resume.c: the newest messages, kept to know them again when the engine is asked for all since then. */
#define LOG_REMEMBERED 512

struct log_resume {
	struct log_seen {
		int64_t time_ns;
		uint64_t hash;
		bool again; /* came again in this replay */
	} seen[LOG_REMEMBERED];
	size_t head, count;
	uint64_t added, last; /* messages so far; and before the replay */
	bool replaying;
};
void log_resume_forget(struct log_resume *r);
/* Since when the engine is to be asked again, in ns; 0 when nothing was seen. Begins a replay. */
int64_t log_resume_begin(struct log_resume *r);
/* The same as a parameter of GET /containers/{id}/logs; false when nothing was seen: `query` stays as it is. */
bool log_resume_query(struct log_resume *r, char *query, size_t size);
/* True when the message is new; it is remembered. */
bool log_resume_is_new(struct log_resume *r, const struct log_message *message);

/* log_lines.c: one stream's lines. */
struct log_lines {
	enum log_stream stream;
	char *raw, *clean; /* LOG_LINE_MAX bytes and room for the mark */
	size_t len;
	int64_t time_ns;
	bool open; /* something of a line has come */
	bool cut;
	bool returned; /* a carriage return was the last */
	void (*on_line)(void *user, const struct log_line *line);
	void *user;
};
bool log_lines_init(struct log_lines *l, enum log_stream stream,
	void (*on_line)(void *user, const struct log_line *line), void *user);
void log_lines_free(struct log_lines *l);
void log_lines_add(struct log_lines *l, const struct log_message *message);
/* A line that was not ended is one all the same. */
void log_lines_flush(struct log_lines *l);

/*
 * Takes whole escape sequences out (ECMA-48: CSI, OSC and the other strings, two-byte ones), in
 * place; one that does not end loses its introducer alone, so that it hides nothing. Returns the new length.
 */
size_t log_strip_escapes(char *text, size_t len);

#endif
