/*
 * line.h - the lines of a recording: JSON, one change each, below a header.
 *
 * {"ollama-top": "0.1.0", "record": 1, "time": "2026-01-01T12:04:31Z", "at": MS, "wall": MS, "anonymised": false,
 *  "configuration": {...}}
 */
#ifndef RECORD_LINE_H
#define RECORD_LINE_H

#include "codec.h"
#include "ollama-top/record.h"
#include "ollama-top/spec.h"

#include <stdio.h>

/* Of the format; a reader refuses what is newer. */
#define LINE_FORMAT 1

/* The longest line, its end included. The largest answer that a fleet keeps all of is half as long. */
#define LINE_MAX_BYTES ((size_t)4 << 20)

/* The lines without their ends, in new memory that the caller frees; NULL when out of memory. */
char *line_header(const struct fleet_spec *spec, int64_t at, int64_t wall, struct names *names);
char *line_change(const struct fleet_change *change, struct names *names);

enum line_result { LINE_GOOD, LINE_END, LINE_BAD };

struct line_reader {
	FILE *file;
	const char *name; /* in messages */
	size_t number;    /* of the line that was read last, from 1 */
	char *text;
	size_t size;
	struct codec_memory memory;
	struct observation observation;
};

/* The file is closed by line_close(); `name` is borrowed. */
void line_open(struct line_reader *reader, FILE *file, const char *name);
void line_close(struct line_reader *reader);

/* The first line: the spec is the caller's. False with "FILE:1: why". */
bool line_read_header(struct line_reader *reader, struct fleet_spec **spec, int64_t *at, int64_t *wall,
	struct record_error *error);
/* The next change, good until the next call; LINE_BAD with "FILE:LINE: why". */
enum line_result line_read_change(
	struct line_reader *reader, struct fleet_change *change, struct record_error *error);

#endif
