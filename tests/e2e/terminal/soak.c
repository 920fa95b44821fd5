/*
 * soak - walls of three sizes over a fleet that breaks all the time: each must draw every second, and their memory must not
 * grow once everything that is kept is full.
 *
 * Usage: soak [SECONDS]    prints TAP; without an argument for $SOAK_MINUTES (30)
 *
 * Judged is RssAnon, which is all that a process has allocated and touched, whoever allocated it, with a malloc() that gives
 * back at once what is freed; and of it the lowest, since an answer of 16 MiB takes its room only while it is read. The first
 * half of the time fills what is kept: histories of ten minutes, hence at least 25 minutes for the real thing, and 256
 * events. In its last quarter the lowest may not be more than in the one before, but for a few pages.
 */
#include "simulator.h"
#include "terminal.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MINUTES      30
#define SHORT        120 /* seconds below which all goes faster */
#define SLACK_KIB    128
#define LATE_SECONDS 4 /* a clock that is behind by more stands still */
#define WALLS        3

struct wall {
	int columns, rows;
	struct terminal *t;
	long early, late; /* KiB: lowest of the third and of the last quarter of the time; 0 not measured */
	long seconds, stood;
	char last[16];
	int64_t changed; /* when the clock on the screen last did */
};

/* What breaks, and what mends it. */
static const struct {
	const char *breaks, *mends;
} faults[] = {
	{"{\"do\":\"oom\",\"target\":\"84/ollama-1\"}", NULL},
	{"{\"do\":\"hang\",\"target\":\"84\",\"what\":\"docker\"}", "{\"do\":\"reset\",\"target\":\"84\"}"},
	{"{\"do\":\"refuse\",\"target\":\"80\"}", "{\"do\":\"reset\",\"target\":\"80\"}"},
	{"{\"do\":\"hang\",\"target\":\"84/ollama-3\",\"what\":\"api\"}",
		"{\"do\":\"reset\",\"target\":\"84/ollama-3\"}"},
	{"{\"do\":\"refuse\",\"target\":\"80/ollama\"}", "{\"do\":\"reset\",\"target\":\"80/ollama\"}"},
	{"{\"do\":\"nfs\",\"target\":\"80\",\"fault\":\"down\"}",
		"{\"do\":\"nfs\",\"target\":\"80\",\"fault\":\"none\"}"},
	{"{\"do\":\"nfs\",\"target\":\"80\",\"fault\":\"hung\"}",
		"{\"do\":\"nfs\",\"target\":\"80\",\"fault\":\"none\"}"},
	{"{\"do\":\"slow\",\"target\":\"84/ollama-1\",\"ms\":1500}",
		"{\"do\":\"reset\",\"target\":\"84/ollama-1\"}"},
	{"{\"do\":\"hostile\",\"target\":\"84/ollama-2\",\"kind\":\"oversize\"}",
		"{\"do\":\"reset\",\"target\":\"84/ollama-2\"}"},
	{"{\"do\":\"hostile\",\"target\":\"84/ollama-2\",\"kind\":\"long-names\"}",
		"{\"do\":\"reset\",\"target\":\"84/ollama-2\"}"},
	{"{\"do\":\"hostile\",\"target\":\"84\",\"kind\":\"truncated\"}",
		"{\"do\":\"reset\",\"target\":\"84\"}"},
	{"{\"do\":\"hostile\",\"target\":\"84/ollama-2\",\"kind\":\"escape-names\"}",
		"{\"do\":\"reset\",\"target\":\"84/ollama-2\"}"},
	{"{\"do\":\"load\",\"target\":\"84/ollama-3\",\"model\":\"mistral:7b\"}",
		"{\"do\":\"unload\",\"target\":\"84/ollama-3\"}"},
	{"{\"do\":\"add-model\",\"target\":\"80\",\"model\":\"gemma2:2b\"}",
		"{\"do\":\"remove-model\",\"target\":\"80\",\"model\":\"gemma2:2b\"}"},
	{"{\"do\":\"refuse\",\"target\":\"84\"}", NULL}, /* from here on nothing answers any more */
	{"{\"do\":\"refuse\",\"target\":\"80\"}", NULL},
	{"{\"do\":\"refuse\",\"target\":\"80/ollama\"}", NULL},
	{"{\"do\":\"refuse\",\"target\":\"84/ollama-1\"}", NULL},
	{"{\"do\":\"refuse\",\"target\":\"84/ollama-2\"}", NULL},
	{"{\"do\":\"refuse\",\"target\":\"84/ollama-3\"}", NULL},
	{"{\"do\":\"reset\",\"target\":\"84\"}", "{\"do\":\"reset\",\"target\":\"80\"}"},
	{"{\"do\":\"reset\",\"target\":\"84/ollama-1\"}", "{\"do\":\"reset\",\"target\":\"84/ollama-2\"}"},
	{"{\"do\":\"reset\",\"target\":\"84/ollama-3\"}", "{\"do\":\"reset\",\"target\":\"80/ollama\"}"},
};
#define FAULTS (sizeof(faults) / sizeof(faults[0]))

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static long rss_anon(pid_t pid)
{
	char path[64], line[128];
	long kib = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "RssAnon: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

/* The clock at the end of the first row goes on; whatever stands below it, something does. */
static void look(struct wall *w)
{
	char *head = terminal_row(w->t, 0);
	size_t length = head ? strlen(head) : 0;
	const char *clock = length > 8 ? head + length - 8 : "";

	if (strcmp(clock, w->last) != 0) {
		snprintf(w->last, sizeof(w->last), "%s", clock);
		w->changed = now_ms();
	}
	w->seconds++;
	if (strlen(clock) != 8 || now_ms() - w->changed > LATE_SECONDS * 1000) {
		w->stood++;
		printf("# %dx%d: the clock stands at %s\n", w->columns, w->rows, clock);
	}
	free(head);
}

static void measure(struct wall *w, int64_t passed, int64_t whole)
{
	long kib = rss_anon(terminal_pid(w->t));

	long *lowest = passed >= whole * 3 / 4 ? &w->late : passed >= whole / 2 ? &w->early : NULL;

	if (lowest && kib > 0 && (*lowest == 0 || kib < *lowest))
		*lowest = kib;
}

static bool control(struct simulator *sim, const char *json)
{
	bool ok = !json || simulator_control(sim, json);

	if (!ok)
		printf("# the simulator refused: %s\n", json);
	return ok;
}

static bool soak(struct wall *walls, struct simulator *sim, int64_t whole, int64_t each)
{
	int64_t start = now_ms(), next_fault = start, next_look = start + 5000;
	size_t fault = 0;
	bool ok = true;

	while (now_ms() - start < whole) {
		for (int i = 0; i < WALLS; i++)
			if (!terminal_pump(walls[i].t, 10))
				return false;
		if (now_ms() >= next_fault) {
			ok = control(sim, fault ? faults[(fault - 1) % FAULTS].mends : NULL) && ok;
			ok = control(sim, faults[fault++ % FAULTS].breaks) && ok;
			next_fault += each;
		}
		if (now_ms() < next_look)
			continue;
		for (int i = 0; i < WALLS; i++) {
			look(&walls[i]);
			measure(&walls[i], now_ms() - start, whole);
		}
		next_look += 1000;
	}
	return ok;
}

static int report(struct wall *walls, bool ok)
{
	int number = 0, failed = 0;

	for (int i = 0; i < WALLS; i++) {
		struct wall *w = &walls[i];
		bool drew = ok && w->seconds > 0 && w->stood == 0;
		bool constant = w->early > 0 && w->late > 0 && w->late <= w->early + SLACK_KIB;
		bool left;

		terminal_send(w->t, "q", 1);
		left = terminal_wait(w->t, 5000) == 0;
		printf("%sok %d - %dx%d: drew all the time, %ld s, and left when told to\n",
			drew && left ? "" : "not ", ++number, w->columns, w->rows, w->seconds);
		printf("%sok %d - %dx%d: memory constant, %ld KiB and later %ld KiB\n",
			constant ? "" : "not ", ++number, w->columns, w->rows, w->early, w->late);
		failed += !(drew && left) + !constant;
		terminal_free(w->t);
	}
	printf("1..%d\n", number);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *program = getenv("OLLAMA_TOP"), *base = getenv("TEST_TMP"),
		   *minutes = getenv("SOAK_MINUTES");
	const char *const options[] = {"--free-ports", NULL};
	int64_t seconds = argc > 1 ? atoi(argv[1]) : 60 * (int64_t)(minutes ? atoi(minutes) : MINUTES);
	bool quick = seconds < SHORT;
	struct wall walls[WALLS] = {
		{.columns = 240, .rows = 67}, {.columns = 120, .rows = 40}, {.columns = 80, .rows = 24}};
	char config[512], made[] = "/tmp/soak-XXXXXX";
	struct simulator *sim;
	bool ok = true;
	int status;

	setlocale(LC_ALL, "C.UTF-8");
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("MALLOC_MMAP_THRESHOLD_", "65536", 1);
	setenv("MALLOC_TRIM_THRESHOLD_", "65536", 1);
	setenv("MALLOC_ARENA_MAX", "1", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!base)
		base = mkdtemp(made);
	snprintf(config, sizeof(config), "%s/config.yaml", base ? base : "/tmp");
	sim = simulator_start("healthy", options, config);
	for (int i = 0; i < WALLS; i++) {
		const char *command[] = {program ? program : "./ollama-top", "--wall", "--bell", "--refresh",
			quick ? "0.2" : "1", "--timeout", "1", "--config", config, NULL};

		walls[i].t = terminal_start(walls[i].columns, walls[i].rows,
			i == 2 ? "linux" : "xterm-256color", (char *const *)command);
		walls[i].changed = now_ms();
		ok = ok && walls[i].t;
	}
	if (!sim || !ok) {
		printf("Bail out! the simulator or a wall did not start\n");
		return 1;
	}
	status = report(walls, soak(walls, sim, seconds * 1000, quick ? 300 : 4000));
	simulator_stop(sim);
	return status;
}
