/* The demo's child, which is the real simulator: it starts, tells its fleet, and ends with us. */
#include "cli/demo.h"

#include "ollama-top/config.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The program is found on $PATH: the build folder first. */
static void set_path(void)
{
	char path[8192];
	const char *folder = getenv("builddir");
	const char *old = getenv("PATH");
	snprintf(path, sizeof(path), "%s:%s", folder ? folder : ".", old ? old : "");
	setenv("PATH", path, 1);
}

/* The process whose parent is `parent`; 0 when there is none. */
static pid_t child_of(pid_t parent)
{
	DIR *proc = opendir("/proc");
	pid_t found = 0;
	cr_assert_not_null(proc);
	for (struct dirent *entry = readdir(proc); entry; entry = readdir(proc)) {
		char path[300];
		char line[512] = "";
		snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
		FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!file) {
			continue;
		}
		const char *rest = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
		fclose(file);
		char state = 0;
		long ppid = 0;
		if (rest && sscanf(rest, ") %c %ld", &state, &ppid) == 2 && ppid == parent && state != 'Z') {
			found = (pid_t)atol(entry->d_name);
		}
	}
	closedir(proc);
	return found;
}

/* True as soon as the process is gone, at the latest after three seconds. */
static bool goes_away(pid_t pid)
{
	for (int i = 0; i < 300; i++) {
		if (kill(pid, 0) != 0) {
			return true;
		}
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	return false;
}

Test(demo, it_starts_tells_its_fleet_and_stops, .init = set_path)
{
	struct demo_ready ready;
	struct config_error error;
	struct demo *demo = demo_start("healthy", &ready);
	cr_assert_not_null(demo, "%s", ready.notice);
	struct fleet_spec *spec = config_parse("demo", ready.config, ready.config_len, &error);
	cr_assert_not_null(spec, "%s", error.message);
	cr_expect_eq(spec->server_count, 2);
	cr_expect_str_eq(spec->servers[0].name, "80");
	cr_expect_str_eq(spec->servers[1].name, "84");
	spec_free(spec);
	free(ready.config);
	const pid_t pid = child_of(getpid());
	cr_expect_gt(pid, 0);
	demo_stop(demo);
	cr_expect(goes_away(pid));
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "a child was left");
}

Test(demo, an_unknown_scenario_is_the_users_mistake, .init = set_path)
{
	struct demo_ready ready;
	cr_expect_null(demo_start("no-such-scenario", &ready));
	cr_expect_eq(ready.exit_status, 2);
	cr_expect(strstr(ready.notice, "no-such-scenario"), "%s", ready.notice);
	cr_expect_null(strchr(ready.notice, '\n'));
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "a child was left");
}

Test(demo, without_the_simulator_it_says_so)
{
	struct demo_ready ready;
	setenv("PATH", "/nonexistent", 1);
	cr_expect_null(demo_start(NULL, &ready));
	cr_expect_eq(ready.exit_status, 1);
	cr_expect_str_eq(ready.notice, "the simulator ollama-top-sim: cannot be started");
}

Test(demo, it_dies_when_its_parent_is_killed, .init = set_path)
{
	int tell[2];
	pid_t sim = 0;
	cr_assert_eq(pipe(tell), 0);
	const pid_t parent = fork();
	cr_assert_geq(parent, 0);
	if (parent == 0) {
		struct demo_ready ready;
		const struct demo *demo = demo_start("healthy", &ready);
		sim = demo ? child_of(getpid()) : 0;
		if (write(tell[1], &sim, sizeof(sim)) == (ssize_t)sizeof(sim)) {
			pause();
		}
		_exit(1);
	}
	cr_assert_eq(read(tell[0], &sim, sizeof(sim)), (ssize_t)sizeof(sim));
	cr_assert_gt(sim, 0);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	cr_expect(goes_away(sim));
}
