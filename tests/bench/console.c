/*
 * console - runs a program in a pseudo-terminal and measures it from outside.
 *
 * Usage: console COLUMNSxROWS WARM_SECONDS SECONDS KEYS PROGRAM [ARGUMENT...]
 *
 * Prints one NAME VALUE a line: first_paint_ms, cpu_ms and bytes over SECONDS after WARM_SECONDS,
 * rss_anon_kib, peak_rss_kib, and for KEYS > 0 key presses key_p50_ms, key_p99_ms, key_max_ms.
 */
#include "../e2e/terminal/terminal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1000 + (double)ts.tv_nsec / 1e6;
}

/* CPU of all threads of a process in milliseconds, from the scheduler's nanoseconds. */
static double cpu_ms(pid_t pid)
{
	char path[300];
	double total = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		unsigned long long ns = 0;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid, entry->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%llu", &ns) == 1)
			total += (double)ns / 1e6;
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
	return total;
}

static long status_kib(pid_t pid, const char *field)
{
	char path[64], line[256];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, field, strlen(field)) == 0)
			value = atol(line + strlen(field) + 1);
	if (f)
		fclose(f);
	return value;
}

static void pump_until(struct terminal *t, double end)
{
	while (now_ms() < end && terminal_pump(t, 20))
		;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The cursor of the table goes up and down: each press changes the screen. */
static void press_keys(struct terminal *t, int presses)
{
	double *took = calloc((size_t)presses, sizeof(*took));

	for (int i = 0; took && i < presses; i++) {
		uint64_t before;
		double start;

		terminal_settle(t, 15, 200);
		before = terminal_bytes(t);
		start = now_ms();
		terminal_send(t, i % 2 ? "k" : "j", 1);
		while (terminal_bytes(t) == before && now_ms() - start < 2000)
			terminal_pump(t, 1000);
		took[i] = now_ms() - start;
		pump_until(t, now_ms() + rand() % 40);
	}
	if (!took)
		return;
	qsort(took, (size_t)presses, sizeof(*took), compare);
	printf("key_p50_ms %.2f\nkey_p99_ms %.2f\nkey_max_ms %.2f\n", took[presses / 2],
		took[presses * 99 / 100], took[presses - 1]);
	free(took);
}

int main(int argc, char **argv)
{
	int columns = 120, rows = 40, presses;
	struct terminal *t;
	uint64_t bytes;
	double start, cpu, measured;

	if (argc < 6 || sscanf(argv[1], "%dx%d", &columns, &rows) != 2)
		return 2;
	presses = atoi(argv[4]);
	start = now_ms();
	t = terminal_start(columns, rows, "xterm-256color", argv + 5);
	while (t && terminal_bytes(t) < 400 && terminal_pump(t, 1000))
		;
	if (!t || terminal_bytes(t) == 0)
		return 1;
	printf("first_paint_ms %.1f\n", now_ms() - start);
	pump_until(t, now_ms() + atof(argv[2]) * 1000);
	bytes = terminal_bytes(t);
	cpu = cpu_ms(terminal_pid(t));
	start = now_ms();
	pump_until(t, start + atof(argv[3]) * 1000);
	measured = (now_ms() - start) / 1000;
	printf("seconds %.1f\ncpu_ms %.1f\nbytes_per_second %.0f\n", measured, cpu_ms(terminal_pid(t)) - cpu,
		(double)(terminal_bytes(t) - bytes) / measured);
	printf("rss_anon_kib %ld\npeak_rss_kib %ld\n", status_kib(terminal_pid(t), "RssAnon:"),
		status_kib(terminal_pid(t), "VmHWM:"));
	if (presses > 0)
		press_keys(t, presses);
	terminal_send(t, "q", 1);
	terminal_wait(t, 2000);
	terminal_free(t);
	return 0;
}
