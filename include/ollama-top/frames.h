/*
 * frames.h - output of a container as Docker streams it: exec, attach and logs of a container
 * without a terminal carry frames of an 8-byte header (stream, 0, 0, 0, length big-endian) and
 * data; with a terminal the bytes come as they are (Docker Engine API, ContainerAttach).
 */
#ifndef OLLAMA_TOP_FRAMES_H
#define OLLAMA_TOP_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frames_stream {
	FRAMES_STDIN,
	FRAMES_STDOUT,
	FRAMES_STDERR,
	FRAMES_SYSTEM, /* an error of the engine itself */
};

/* A piece of a stream, valid during the call; a frame may come in several pieces. Return false to
 * end the stream. */
typedef bool frames_data_fn(void *user, enum frames_stream stream, const char *data, size_t len);

/* The parser: keeps a header at most, whatever length a frame claims. */
struct frames {
	frames_data_fn *on_data;
	void *user;
	bool tty;
	bool ended, malformed;
	unsigned char header[8];
	size_t header_len;
	uint32_t left; /* bytes of the current frame still to come */
	enum frames_stream stream;
};

/* `tty`: the container has a terminal, so all is FRAMES_STDOUT as it comes. */
void frames_init(struct frames *f, bool tty, frames_data_fn *on_data, void *user);

/* Takes the next bytes. False when a header is none (`malformed` is set) or on_data ended the stream. */
bool frames_push(struct frames *f, const char *data, size_t len);

/* True between two frames: a stream that ends elsewhere was cut off. */
bool frames_complete(const struct frames *f);

#endif
