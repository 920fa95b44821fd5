#include "options.h"

#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "ollama-top/simulation.h"
#include "ollama-top/text.h"
#include "text_table.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 30
#define LINES_MAX   1000000
#define SPEED_LEAST 100 /* thousandths */
#define SPEED_MOST  1000000

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

enum {
	LONG_ONLY = 256,
	LONG_DEMO,
	LONG_NO_COLOR,
	LONG_ASCII,
	LONG_TIMEOUT,
	LONG_FORMAT,
	LONG_ROLLING,
	LONG_DRY_RUN,
	LONG_LISTEN,
	LONG_BELL,
	LONG_SIMULATE,
	LONG_COMPARE,
	LONG_SVG,
	LONG_PARALLEL,
	LONG_STORE,
	LONG_RECORD,
	LONG_REPLAY,
	LONG_SPEED,
	LONG_ANONYMISE
};

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

/* A whole number within the bounds of the row. */
static bool set_number(struct options *options, const struct row *row, const char *value)
{
	char *end = NULL;
	int64_t *number = (int64_t *)((char *)options + row->offset);
	if (value[0] < '0' || value[0] > '9') {
		return false;
	}
	errno = 0;
	*number = strtoll(value, &end, 10);
	return errno == 0 && *end == '\0' && *number >= row->least && *number <= row->most;
}

static bool set_lines(struct options *options, const struct row *row, const char *value)
{
	options->lines_given = true;
	return set_number(options, row, value);
}

/* The index of a word; -1 when it is none of them. */
static int word_index(const char *value, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(value, words[i]) == 0) {
			return (int)i;
		}
	}
	return -1;
}

static bool set_store(struct options *options, const struct row *row, const char *value)
{
	static const char *const names[] = {
		[FROM_NFS] = "nfs", [FROM_NFS10G] = "nfs10g", [FROM_LOCAL] = "local"};
	const int index = word_index(value, names, sizeof(names) / sizeof(*names));
	(void)row;
	options->store_given = true;
	options->store = index < 0 ? FROM_NFS : (enum store_kind)index;
	return index >= 0;
}

static bool set_speed(struct options *options, const struct row *row, const char *value)
{
	int64_t thousandth = 0;
	const bool good = config_seconds(value, row->least, row->most, &thousandth);
	options->speed = (double)thousandth / 1000;
	options->speed_given = true;
	return good;
}

static bool set_format(struct options *options, const struct row *row, const char *value)
{
	static const char *const names[] = {
		[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_PROMETHEUS] = "prometheus"};
	const int index = word_index(value, names, sizeof(names) / sizeof(*names));
	(void)row;
	options->format_given = true;
	options->format = index < 0 ? FORMAT_TEXT : (enum format)index;
	return index >= 0;
}

#define AT(member) offsetof(struct options, member)

static const struct row rows[] = {
	{'c', false, "config", N_("FILE"), set_text, AT(config), 0, 0, N_("the name of a file"),
		N_("read this configuration")},
	{LONG_DEMO, true, "demo", N_("SCENARIO"), set_demo, AT(scenario), 0, 0, N_("the name of a scenario"),
		N_("watch a simulated fleet")},
	{'r', false, "read-only", NULL, set_flag, AT(read_only), 0, 0, NULL,
		N_("watch only, change nothing")},
	{'w', false, "wall", NULL, set_flag, AT(wall), 0, 0, NULL,
		N_("for a screen on the wall: large, read-only, by itself")},
	{LONG_BELL, false, "bell", NULL, set_flag, AT(bell), 0, 0, NULL,
		N_("of the wall: ring at a new critical alert")},
	{'d', false, "refresh", N_("SECONDS"), set_seconds, AT(refresh_ms), CONFIG_REFRESH_MIN_MS,
		CONFIG_REFRESH_MAX_MS, N_("seconds from 0.1 to 3600"), N_("ask this often")},
	{LONG_TIMEOUT, false, "timeout", N_("SECONDS"), set_seconds, AT(timeout_ms), CONFIG_TIMEOUT_MIN_MS,
		CONFIG_TIMEOUT_MAX_MS, N_("seconds from 0.1 to 600"), N_("wait this long for an answer")},
	{LONG_FORMAT, false, "format", N_("FORMAT"), set_format, 0, 0, 0, N_("text, json or prometheus"),
		N_("print results as text or json; snapshot also as prometheus")},
	{'f', false, "follow", NULL, set_flag, AT(follow), 0, 0, NULL, N_("of logs: go on with new lines")},
	{'n', false, "lines", N_("LINES"), set_lines, AT(lines), 0, LINES_MAX,
		N_("a number from 0 to 1000000"), N_("of logs: only so many of the last lines")},
	{LONG_ROLLING, false, "rolling", NULL, set_flag, AT(rolling), 0, 0, NULL,
		N_("of restart: a server's instances one after another")},
	{LONG_RECORD, false, "record", N_("FILE"), set_text, AT(record), 0, 0, N_("the name of a file"),
		N_("write down what is seen, to be replayed")},
	{LONG_REPLAY, false, "replay", N_("FILE"), set_text, AT(replay), 0, 0, N_("the name of a file"),
		N_("show what was recorded, ask no server")},
	{LONG_SPEED, false, "speed", N_("NUMBER"), set_speed, 0, SPEED_LEAST, SPEED_MOST,
		N_("a number from 0.1 to 1000"), N_("of the replay: so many times as fast")},
	{LONG_ANONYMISE, false, "anonymise", NULL, set_flag, AT(anonymise), 0, 0, NULL,
		N_("of --record: no names and addresses")},
	{LONG_DRY_RUN, false, "dry-run", NULL, set_flag, AT(dry_run), 0, 0, NULL,
		N_("of autoscale: say what would be done, change nothing")},
	{LONG_SIMULATE, false, "simulate", N_("TRACE"), set_text, AT(simulate), 0, 0,
		N_("the name of a file of ARRIVAL,SERVICE lines"),
		N_("of autoscale: play a trace against the policy")},
	{LONG_COMPARE, false, "compare", NULL, set_flag, AT(compare), 0, 0, NULL,
		N_("of a simulation: beside 1, 3, 6 instances and Kubernetes' rule")},
	{LONG_SVG, false, "svg", N_("FILE"), set_text, AT(svg), 0, 0, N_("the name of a file"),
		N_("of a simulation: write its chart there")},
	{LONG_PARALLEL, false, "parallel", N_("REQUESTS"), set_number, AT(parallel), 1,
		SIMULATION_PARALLEL_MAX, N_("a number from 1 to 64"),
		N_("of a simulation: what an instance works on at once (1)")},
	{LONG_STORE, false, "store", N_("STORE"), set_store, 0, 0, 0, N_("nfs, nfs10g or local"),
		N_("of a simulation: where cold starts read (nfs)")},
	{LONG_LISTEN, false, "listen", N_("ADDRESS:PORT"), set_text, AT(listen), 0, 0,
		N_("ADDRESS:PORT, such as 127.0.0.1:9421"), N_("of serve: where; 127.0.0.1:9421 without it")},
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
	*options = (struct options){.lines = -1, .speed = 1};
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

/* What shells can offer as an option's argument. */
static const struct {
	const char *option, *completion;
} completions[] = {
	{"config", "file"},
	{"record", "file"},
	{"replay", "file"},
	{"simulate", "file"},
	{"store", "nfs nfs10g local"},
	{"svg", "file"},
	{"format", "text json prometheus"},
};

static const char *completion_of(const struct row *row)
{
	for (size_t i = 0; i < sizeof(completions) / sizeof(*completions); i++) {
		if (strcmp(completions[i].option, row->name) == 0) {
			return completions[i].completion;
		}
	}
	return NULL;
}

bool options_describe(size_t i, struct option_description *description)
{
	if (i >= ROWS) {
		return false;
	}
	const struct row *row = &rows[i];
	*description = (struct option_description){
		.letter = row->letter < LONG_ONLY ? (char)row->letter : '\0',
		.name = row->name,
		.argument = row->argument,
		.argument_optional = row->optional,
		.completion = completion_of(row),
		.explanation = row->explanation,
	};
	return true;
}

void options_help_term(FILE *out, const char *term)
{
	const int width = text_table_width(term);
	fprintf(out, "%s%*s", term, width < HELP_COLUMN ? HELP_COLUMN - width : 1, "");
}

void options_help(FILE *out)
{
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		char letter[8] = "    ", term[HELP_TERM_MAX];
		if (row->letter < LONG_ONLY) {
			snprintf(letter, sizeof(letter), "-%c, ", row->letter);
		}
		const char *argument = row->argument ? _(row->argument) : "";
		snprintf(term, sizeof(term), "  %s--%s%s%s%s", letter, row->name,
			!row->argument  ? ""
			: row->optional ? "[="
					: " ",
			argument, row->argument && row->optional ? "]" : "");
		options_help_term(out, term);
		fprintf(out, "%s\n", _(row->explanation));
	}
}
