/*
 * operate_words.h - an operation as the command line words it: which one, its arguments, its usage. What is expected
 * comes from the registry of operations alone (struct op_info's arguments).
 */
#ifndef CLI_OPERATE_WORDS_H
#define CLI_OPERATE_WORDS_H

#include "ollama-top/fleet.h"
#include "ollama-top/ops.h"
#include "ollama-top/text.h"
#include "options.h"

#include <stdbool.h>
#include <stddef.h>

#define WORDS_ERROR_MAX 512
#define WORDS_ROLLING   "restart" /* with --rolling */

/* What was asked for; strings are of argv, but for `server_name`, which intent.server may point to. */
struct wish {
	struct intent intent;
	const char *target; /* SERVER/INSTANCE, to be taken apart by wish_resolve(); NULL: none */
	char server_name[TEXT_NAME_MAX];
};

/* OP_KIND_COUNT: the command is no operation. */
enum op_kind wish_kind(const struct options *options);

/* "restart --rolling SERVER"; translated. */
const char *wish_usage(char *buf, size_t size, enum op_kind kind);

/*
 * Fills `wish` from the arguments. False with a sentence in `error` (WORDS_ERROR_MAX bytes), which ends in the
 * usage, when there are too few or too many, or one is malformed; a model's name is judged by Ollama's rules.
 */
bool wish_parse(struct wish *wish, const struct options *options, enum op_kind kind, char *error);

/*
 * Takes SERVER/INSTANCE apart: names of servers may hold slashes, so the fleet is needed. False with a sentence
 * when it is on no server of the fleet.
 */
bool wish_resolve(struct wish *wish, const struct fleet *fleet, char *error);

/* What the operation is about, as struct op_view has it. */
const char *wish_target(const struct wish *wish);

#endif
