/*
 * names.h - names that must not leave the house, each with a pseudonym that stays the same: what was equal, or lay
 * in the same folder or network, still does. Pseudonyms are made up as names come, never from them.
 */
#ifndef RECORD_NAMES_H
#define RECORD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* What a string is: each has its own way of being hidden. */
enum name_class {
	NAME_SERVER,
	NAME_INSTANCE, /* also a container's name */
	NAME_MODEL,
	NAME_IMAGE,
	NAME_NODE,
	NAME_SERVICE,
	NAME_LABEL,
	NAME_PATTERN, /* matches names: nothing of it is kept */
	NAME_HOST,    /* a name or a number, maybe in brackets */
	NAME_URL,
	NAME_PATH,
	NAME_PLACE, /* of a mount: a path, ADDRESS:/PATH, a kind of file system, a volume's name */
	NAME_DIGEST,
	NAME_CLIENT,   /* of an export: a host, a network, a wildcard, @netgroup */
	NAME_VARIABLE, /* NAME=VALUE of an environment */
	NAME_TARGET,   /* SERVER/INSTANCE, SERVER, or none */
	NAME_WORD,     /* a version, a state, a type: one short word of a program */
	NAME_TEXT, /* a sentence, or options of a mount: the ordinary words of messages are kept, and numbers */
	NAME_OPEN, /* nobody's: kept as it is */
	NAME_CLASSES,
};

struct names;

struct names *names_new(void);
void names_free(struct names *names);

/* The string with nothing of anybody's in it. The caller frees; NULL when out of memory. */
char *names_hide(struct names *names, enum name_class class, const char *text);

#endif
