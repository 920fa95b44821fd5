#include "options.h"

#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 30
#define LINES_MAX   1000000

struct row;
/* Keeps a value; false when it is malformed. */
typedef bool option_set(struct options *options, const struct row *row, const char *value);

struct row {
	int letter;    /* of the short option, or a number beyond every letter */
	bool optional; /* the argument may be left out */
	const char *name;
	const char *argument; /* NULL: takes none */
	option_set *set;
	size_t offset;           /* in struct options */
	int64_t least, most;     /* of a number: of milliseconds, or of what it counts */
	const char *expected;    /* of an argument */
	const char *explanation; /* in --help */
};

enum { LONG_ONLY = 256, LONG_DEMO, LONG_NO_COLOR, LONG_ASCII, LONG_TIMEOUT, LONG_FORMAT, LONG_ROLLING };

static bool set_flag(struct options *options, const struct row *row, const char *value)
{
	(void)value;
	*(bool *)((char *)options + row->offset) = true;
	return true;
}

static bool set_text(struct options *options, const struct row *row, const char *value)
{
	*(const char **)((char *)options + row->offset) = value;
	return value[0] != '\0';
}

static bool set_demo(struct options *options, const struct row *row, const char *value)
{
	options->demo = true;
	return !value || set_text(options, row, value);
}

static bool set_seconds(struct options *options, const struct row *row, const char *value)
{
	return config_seconds(value, row->least, row->most, (int64_t *)((char *)options + row->offset));
}

static bool set_lines(struct options *options, const struct row *row, const char *value)
{
	char *end = NULL;
	if (value[0] < '0' || value[0] > '9') {
		return false;
	}
	errno = 0;
	options->lines = strtoll(value, &end, 10);
	options->lines_given = true;
	return errno == 0 && *end == '\0' && options->lines >= row->least && options->lines <= row->most;
}

static bool set_format(struct options *options, const struct row *row, const char *value)
{
	static const char *const names[] = {[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json"};
	(void)row;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(value, names[i]) == 0) {
			options->format = (enum format)i;
			options->format_given = true;
			return true;
		}
	}
	return false;
}

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
	{'c', false, "config", N_("FILE"), set_text, AT(config), 0, 0, N_("the name of a file"),
		N_("read this configuration")},
	{LONG_DEMO, true, "demo", N_("SCENARIO"), set_demo, AT(scenario), 0, 0, N_("the name of a scenario"),
		N_("watch a simulated fleet")},
	{'r', false, "read-only", NULL, set_flag, AT(read_only), 0, 0, NULL,
		N_("watch only, change nothing")},
	{'d', false, "refresh", N_("SECONDS"), set_seconds, AT(refresh_ms), CONFIG_REFRESH_MIN_MS,
		CONFIG_REFRESH_MAX_MS, N_("seconds from 0.1 to 3600"), N_("ask this often")},
	{LONG_TIMEOUT, false, "timeout", N_("SECONDS"), set_seconds, AT(timeout_ms), CONFIG_TIMEOUT_MIN_MS,
		CONFIG_TIMEOUT_MAX_MS, N_("seconds from 0.1 to 600"), N_("wait this long for an answer")},
	{LONG_FORMAT, false, "format", N_("FORMAT"), set_format, 0, 0, 0, N_("text or json"),
		N_("print results as text or json")},
	{'f', false, "follow", NULL, set_flag, AT(follow), 0, 0, NULL, N_("of logs: go on with new lines")},
	{'n', false, "lines", N_("LINES"), set_lines, 0, 0, LINES_MAX, N_("a number from 0 to 1000000"),
		N_("of logs: only so many of the last lines")},
	{LONG_ROLLING, false, "rolling", NULL, set_flag, AT(rolling), 0, 0, NULL,
		N_("of restart: a server's instances one after another")},
	{'y', false, "yes", NULL, set_flag, AT(yes), 0, 0, NULL, N_("do not ask for confirmation")},
	{LONG_NO_COLOR, false, "no-color", NULL, set_flag, AT(no_color), 0, 0, NULL,
		N_("no colours, as with $NO_COLOR")},
	{LONG_ASCII, false, "ascii", NULL, set_flag, AT(ascii), 0, 0, NULL, N_("draw with ASCII alone")},
	{'V', false, "version", NULL, set_flag, AT(version), 0, 0, NULL, N_("print the version")},
	{'h', false, "help", NULL, set_flag, AT(help), 0, 0, NULL, N_("print this help")},
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static const struct row *find_row(int letter)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].letter == letter) {
			return &rows[i];
		}
	}
	return NULL;
}

/* getopt's own forms of the table; ':' first, so that a missing argument can be told apart. */
static void make_getopt_tables(char *letters, struct option *longs)
{
	size_t n = 0;
	letters[n++] = ':';
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		const int takes = row->optional ? optional_argument : required_argument;
		longs[i] = (struct option){row->name, row->argument ? takes : no_argument, NULL, row->letter};
		if (row->letter < LONG_ONLY) {
			letters[n++] = (char)row->letter;
			if (row->argument) {
				letters[n++] = ':';
			}
		}
	}
	letters[n] = '\0';
	longs[ROWS] = (struct option){0};
}

static void name_row(char *buf, size_t size, const struct row *row)
{
	snprintf(buf, size, "--%s", row->name);
}

/* What getopt stumbled over: a letter in optopt, or a whole word. */
static bool fail_getopt(int result, const char *word, char *error)
{
	char shown[64];
	const struct row *row = find_row(optopt);
	if (result == ':' && row) {
		name_row(shown, sizeof(shown), row);
		snprintf(error, OPTIONS_ERROR_MAX, _("%s needs an argument; expected %s"), shown,
			_(row->expected));
		return false;
	}
	if (row && !row->argument) {
		name_row(shown, sizeof(shown), row);
		snprintf(error, OPTIONS_ERROR_MAX, _("%s takes no argument"), shown);
		return false;
	}
	char letter[] = {'-', (char)optopt, '\0'};
	const char *name = optopt > 0 && optopt < LONG_ONLY ? letter : word;
	text_clean(shown, sizeof(shown), name, strlen(name));
	snprintf(error, OPTIONS_ERROR_MAX, _("unknown option %s; see ollama-top --help"), shown);
	return false;
}

static bool fail_value(const struct row *row, const char *value, char *error)
{
	char name[64];
	char shown[64];
	name_row(name, sizeof(name), row);
	text_clean(shown, sizeof(shown), value, strlen(value));
	snprintf(error, OPTIONS_ERROR_MAX, _("%s \"%s\" cannot be used; expected %s"), name, shown,
		_(row->expected));
	return false;
}

bool options_parse(struct options *options, int argc, char **argv, char *error)
{
	char letters[2 * ROWS + 2];
	struct option longs[ROWS + 1];
	*options = (struct options){.lines = -1};
	make_getopt_tables(letters, longs);
	opterr = 0;
	optind = 0;
	for (;;) {
		const int result = getopt_long(argc, argv, letters, longs, NULL);
		if (result == -1) {
			break;
		}
		const struct row *row = find_row(result);
		if (!row) {
			return fail_getopt(result, argv[optind - 1], error);
		}
		if (!row->set(options, row, optarg)) {
			return fail_value(row, optarg, error);
		}
	}
	const char *no_color = getenv("NO_COLOR");
	options->no_color = options->no_color || (no_color && no_color[0] != '\0');
	if (optind < argc) {
		options->command = argv[optind];
		options->args = argv + optind + 1;
		options->arg_count = argc - optind - 1;
	}
	if (options->demo && options->config) {
		snprintf(error, OPTIONS_ERROR_MAX,
			_("--demo brings its own configuration; expected it without --config"));
		return false;
	}
	return true;
}

void options_help_pad(FILE *out, int at)
{
	fprintf(out, "%*s", at < HELP_COLUMN ? HELP_COLUMN - at : 1, "");
}

void options_help(FILE *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		int at = row->letter < LONG_ONLY ? fprintf(out, "  -%c, --%s", row->letter, row->name)
						 : fprintf(out, "      --%s", row->name);
		if (row->argument) {
			at += fprintf(out, row->optional ? "[=%s]" : " %s", _(row->argument));
		}
		options_help_pad(out, at);
		fprintf(out, "%s\n", _(row->explanation));
	}
}
