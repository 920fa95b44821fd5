#include "actions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTENTS_WITHIN_MS 1500
#define FAULTS_WITHIN_MS  3500
#define RUSH_WITHIN_MS    400
#define COUNT(array)      (sizeof(array) / sizeof *(array))

unsigned draw_below(struct draw *draw, unsigned limit)
{
	uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % limit);
}

static const char *pick(struct draw *draw, const char *const *list, size_t count)
{
	return list[draw_below(draw, (unsigned)count)];
}

static const char *const servers[] = {"84", "84", "84", "84", "84", "84", "84", "80", "80", "99"};
static const char *const instances[] = {
	"ollama-1", "ollama-2", "ollama-3", "ollama-1", "ollama-2", "ollama-3", "ollama-4", "nobody"};
static const char *const models[] = {"mistral:7b", "llama3.2:3b", "mem-64m", "mem-100m", "mem-200m",
	"mistral:7b", "nosuch:model", "../evil"};
static const char *const images[] = {
	NULL, "ollama/ollama:latest", "ollama/ollama:0.12.3", "ollama/ollama:0.12.3", "no such"};

/* What changes containers twice as often as the rest. */
static const enum op_kind intents[] = {OP_RESTART, OP_RESTART, OP_ROLLING, OP_ROLLING, OP_START, OP_STOP,
	OP_STOP, OP_STOP, OP_SCALE, OP_SCALE, OP_SCALE, OP_SCALE, OP_UPGRADE, OP_UPGRADE, OP_PULL, OP_LOAD,
	OP_UNLOAD, OP_DELETE};

/* Several people who want less at once. */
static const enum op_kind stops[] = {OP_STOP, OP_STOP, OP_STOP, OP_SCALE, OP_RESTART, OP_START};

static void draw_intent(struct draw *draw, struct action *action, bool rush)
{
	struct intent *intent = &action->intent;

	action->kind = ACTION_INTENT;
	action->at = draw_below(draw, rush ? RUSH_WITHIN_MS : INTENTS_WITHIN_MS);
	intent->kind =
		rush ? stops[draw_below(draw, COUNT(stops))] : intents[draw_below(draw, COUNT(intents))];
	intent->server = pick(draw, servers, COUNT(servers));
	intent->instance = pick(draw, instances, COUNT(instances));
	intent->model = pick(draw, models, COUNT(models));
	intent->image = pick(draw, images, COUNT(images));
	intent->count = (int)draw_below(draw, MAX_INSTANCES + 2);
	intent->unload_first = draw_below(draw, 2) > 0;
	if (strcmp(intent->server, "80") == 0 && draw_below(draw, 8) > 0)
		intent->instance = "ollama";
	if (intent->kind == OP_UNLOAD && draw_below(draw, 2) > 0)
		intent->server = intent->instance = NULL;
}

enum victim { ENGINE, CONTAINER };

/* `extra` is the rest of the command's object; one %s in it takes a kind of lie. */
static const struct fault {
	const char *verb, *extra;
	enum victim victim;
	bool lies, late, until_start, kills, stays_dead, mends;
} faults[] = {
	{"die", "\"exit\":1,\"stay\":true", CONTAINER, .kills = true, .stays_dead = true},
	{"die", "\"exit\":2,\"stay\":true", CONTAINER, .kills = true, .stays_dead = true},
	{"die", "\"exit\":3,\"stay\":true", CONTAINER, .kills = true, .stays_dead = true},
	{"die", "\"exit\":1", CONTAINER, .kills = true},
	{"oom", "\"runner\":false", CONTAINER, .kills = true},
	{"oom", "\"runner\":true", CONTAINER, .lies = false},
	{"pause", "\"on\":true", CONTAINER, .lies = true, .late = true, .until_start = true},
	{"hang", "\"what\":\"api\"", CONTAINER, .lies = true, .late = true},
	{"hang", "\"what\":\"store\"", CONTAINER, .lies = false},
	{"refuse", "\"on\":true", CONTAINER, .lies = true},
	/* Late, but before the deadline: an honest answer. */
	{"slow", "\"ms\":500", CONTAINER, .lies = false},
	{"hostile", "\"kind\":\"%s\"", CONTAINER, .lies = true},
	{"mount", "\"fstype\":\"ext4\",\"source\":\"/dev/sda1\",\"store\":\"empty\"", CONTAINER,
		.lies = false},
	{"reset", "\"why\":\"drawn\"", CONTAINER, .mends = true},
	{"mount", "\"fstype\":\"ext4\",\"source\":\"/dev/sda1\",\"store\":\"empty\"", ENGINE, .lies = false},
	{"mount", "\"fstype\":\"ext4\",\"source\":\"/dev/sda1\",\"store\":\"empty\"", ENGINE, .lies = false},
	{"hang", "\"what\":\"docker\"", ENGINE, .lies = true},
	{"refuse", "\"on\":true", ENGINE, .lies = true},
	{"slow", "\"ms\":300", ENGINE, .lies = true},
	{"hostile", "\"kind\":\"%s\"", ENGINE, .lies = true},
	{"exec-forbidden", "\"on\":true", ENGINE, .lies = true},
	{"reset", "\"why\":\"drawn\"", ENGINE, .mends = true},
};

static const char *const lies[] = {"truncated", "oversize", "wrong-types", "deep", "escape-names",
	"long-names", "nul", "one-byte-per-second", "reset"};

static void draw_fault(struct draw *draw, struct action *action)
{
	const struct fault *fault = &faults[draw_below(draw, COUNT(faults))];
	const char *lie = pick(draw, lies, COUNT(lies));
	const char *gap = strstr(fault->extra, "%s");
	char extra[128];

	action->kind = ACTION_FAULT;
	action->at = draw_below(draw, FAULTS_WITHIN_MS);
	action->server = draw_below(draw, 5) > 0 ? "84" : "80";
	/* What 80 mounts is its own disk. */
	if (strcmp(fault->verb, "mount") == 0)
		action->server = "84";
	action->container = NULL;
	if (fault->victim == CONTAINER)
		action->container = strcmp(action->server, "80") == 0
					    ? "ollama"
					    : pick(draw, instances, COUNT(instances) - 1);
	/* Names that are hostile come in an answer that is one. */
	action->lies = fault->lies && !(gap && fault->victim == CONTAINER && strstr(lie, "-names"));
	action->late = fault->late;
	action->until_start = fault->until_start;
	action->kills = fault->kills;
	action->stays_dead = fault->stays_dead;
	action->mends = fault->mends;
	if (gap)
		snprintf(extra, sizeof(extra), "%.*s%s%s", (int)(gap - fault->extra), fault->extra, lie,
			gap + 2);
	else
		snprintf(extra, sizeof(extra), "%s", fault->extra);
	snprintf(action->command, sizeof(action->command), "{\"do\":\"%s\",\"target\":\"%s%s%s\",%s}",
		fault->verb, action->server, action->container ? "/" : "",
		action->container ? action->container : "", extra);
}

static int by_time(const void *a, const void *b)
{
	const struct action *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* What is started from here on finds a local folder where the share should be. */
static void lose_mount(struct draw *draw, struct action *action)
{
	do
		draw_fault(draw, action);
	while (!strstr(action->command, "\"mount\"") || action->container);
	action->at = draw_below(draw, RUSH_WITHIN_MS);
}

enum theme { THEME_RUSH, THEME_MOUNT, THEME_ANY, THEME_COUNT };

size_t actions_draw(struct draw *draw, struct action actions[ACTIONS_MAX])
{
	size_t count = 0;
	unsigned wishes = 1 + draw_below(draw, 4), trouble = draw_below(draw, 6);
	enum theme theme = (enum theme)draw_below(draw, THEME_COUNT);

	memset(actions, 0, ACTIONS_MAX * sizeof *actions);
	while (wishes-- > 0)
		draw_intent(draw, &actions[count++], theme == THEME_RUSH);
	while (trouble-- > 0)
		draw_fault(draw, &actions[count++]);
	if (theme == THEME_MOUNT)
		lose_mount(draw, &actions[count++]);
	if (draw_below(draw, 4) == 0) {
		actions[count].kind = ACTION_CANCEL;
		actions[count++].at = draw_below(draw, FAULTS_WITHIN_MS);
	}
	qsort(actions, count, sizeof *actions, by_time);
	return count;
}
