/*
 * parse.h - what all parsers of answers share.
 *
 * A parser is a pure function: bytes in, typed values out. The bytes are hostile: any may
 * be wrong, missing, huge or cut off, and then the parser returns false with one sentence
 * in `error`, fit to be shown to the operator after the name of what was asked.
 */
#ifndef OLLAMA_TOP_PARSE_H
#define OLLAMA_TOP_PARSE_H

struct parse_error {
	char text[200];
};

/* More list members than this in one answer are an error, so that none can fill the memory. */
#define PARSE_LIST_MAX 4096

#endif
