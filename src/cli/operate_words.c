#include "operate_words.h"

#include "find.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps an argument; false when it is malformed. */
typedef bool wish_set(struct wish *wish, const char *value);

static bool set_model(struct wish *wish, const char *value)
{
	wish->intent.model = value;
	return true;
}

static bool set_server(struct wish *wish, const char *value)
{
	wish->intent.server = value;
	return true;
}

static bool set_target(struct wish *wish, const char *value)
{
	wish->target = value;
	return true;
}

static bool set_count(struct wish *wish, const char *value)
{
	char *end = NULL;
	if (value[0] < '0' || value[0] > '9') {
		return false;
	}
	errno = 0;
	const long count = strtol(value, &end, 10);
	wish->intent.count = (int)count;
	return errno == 0 && *end == '\0' && count <= INT_MAX;
}

static bool set_image(struct wish *wish, const char *value)
{
	wish->intent.image = value;
	return value[0] != '\0';
}

static const struct word {
	const char *name; /* in struct op_info's arguments; in brackets where it may be left out */
	wish_set *set;
	const char *expected;
} words[] = {
	{"MODEL", set_model, ""},
	{"SERVER", set_server, ""},
	{"SERVER/INSTANCE", set_target, ""},
	{"N", set_count, N_("a number of instances")},
	{"IMAGE", set_image, N_("the name of an image")},
};
#define WORDS (sizeof(words) / sizeof(*words))

enum op_kind wish_kind(const struct options *options)
{
	for (int kind = 0; options->command && kind < OP_KIND_COUNT; kind++) {
		if (kind != OP_ROLLING && strcmp(op_info(kind)->name, options->command) == 0) {
			return kind == OP_RESTART && options->rolling ? OP_ROLLING : (enum op_kind)kind;
		}
	}
	return OP_KIND_COUNT;
}

const char *wish_usage(char *buf, size_t size, enum op_kind kind)
{
	const struct op_info *info = op_info(kind);
	snprintf(buf, size, "%s %s", kind == OP_ROLLING ? WORDS_ROLLING " --rolling" : info->name,
		_(info->arguments));
	return buf;
}

static bool fail(char *error, enum op_kind kind, const char *what)
{
	char usage[128];
	snprintf(error, WORDS_ERROR_MAX, _("%s; usage: ollama-top %s"), what,
		wish_usage(usage, sizeof(usage), kind));
	return false;
}

/* The word that `arguments` begins with, brackets off, and where the next one begins; NULL past the last. */
static const struct word *next_word(const char **arguments, bool *optional)
{
	const char *at = *arguments + strspn(*arguments, " ");
	*optional = *at == '[';
	at += *optional;
	const size_t len = strcspn(at, " ]");
	*arguments = at + len + (at[len] == ']');
	for (size_t i = 0; i < WORDS; i++) {
		if (strlen(words[i].name) == len && strncmp(words[i].name, at, len) == 0) {
			return &words[i];
		}
	}
	return NULL;
}

static bool check_model(const struct wish *wish, char *error)
{
	char why[300];
	char shown[TEXT_NAME_MAX / 2];
	const char *model = wish->intent.model;
	if (!model || op_model_name_valid(model, why, sizeof(why))) {
		return true;
	}
	text_clean(shown, sizeof(shown), model, strlen(model));
	snprintf(error, WORDS_ERROR_MAX, _("\"%s\" is no model's name: %s"), shown, why);
	return false;
}

bool wish_parse(struct wish *wish, const struct options *options, enum op_kind kind, char *error)
{
	char what[256];
	char shown[64];
	const char *rest = op_info(kind)->arguments;
	const struct word *word;
	bool optional;
	int count = 0;
	*wish = (struct wish){.intent = {.kind = kind}};
	while ((word = next_word(&rest, &optional))) {
		if (count >= options->arg_count) {
			if (optional) {
				break;
			}
			snprintf(what, sizeof(what), _("%s is missing"), _(word->name));
			return fail(error, kind, what);
		}
		const char *value = options->args[count++];
		if (!word->set(wish, value)) {
			text_clean(shown, sizeof(shown), value, strlen(value));
			snprintf(what, sizeof(what), _("\"%s\" is not %s"), shown, _(word->expected));
			return fail(error, kind, what);
		}
	}
	if (count < options->arg_count) {
		text_clean(shown, sizeof(shown), options->args[count], strlen(options->args[count]));
		snprintf(what, sizeof(what), _("\"%s\" is too much"), shown);
		return fail(error, kind, what);
	}
	return check_model(wish, error);
}

/* The error is that of an instance that is looked for, where no server is meant at all. */
bool wish_resolve(struct wish *wish, const struct fleet *fleet, char *error)
{
	const char *instance = NULL;
	if (!wish->target) {
		return true;
	}
	const struct server *server = find_server(fleet, wish->target, &instance);
	if (!server) {
		const struct instance *none;
		(void)find_instance(fleet, wish->target, &server, &none, error);
		return false;
	}
	snprintf(wish->server_name, sizeof(wish->server_name), "%s", server->spec->name);
	wish->intent.server = wish->server_name;
	wish->intent.instance = instance;
	return true;
}

const char *wish_target(const struct wish *wish)
{
	const struct intent *intent = &wish->intent;
	return intent->model && !wish->target ? intent->model : wish->target ? wish->target : intent->server;
}
