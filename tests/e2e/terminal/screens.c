/*
 * screens - runs screen scripts (script.h) and prints TAP.
 *
 * Usage: screens [--update] [--language CODE] SCRIPT...
 *
 * --update rewrites the expected screens that differ. --language: the program and the script's `says` speak it; the locale
 * CODE_XX.UTF-8 must be in $LOCPATH, and the catalogues in $builddir/po/locale.
 */
#include "script.h"

#include <errno.h>
#include <libgen.h>
#include <libintl.h>
#include <locale.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Scripts wait more than they work. */
#define JOBS_MAX 4

/* A network and mounts of its own for each script: the fleet's usual ports are free whatever runs here. */
static void own_network(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS) && unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS))
		return;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		printf("# no loopback in a network of our own: %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
}

struct job {
	const char *script;
	char dir[512];
	pid_t pid;
	int status;
};

static void start(struct job *job, bool update)
{
	char out[600];

	mkdir(job->dir, 0700);
	snprintf(out, sizeof(out), "%s/output", job->dir);
	fflush(stdout);
	job->pid = fork();
	if (job->pid != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!freopen(out, "w", stdout))
		_exit(1);
	own_network();
	setenv("OLLAMA_TOP_STILL_CLOCK", "2026-01-01T12:04:31Z", 1);
	setenv("XDG_STATE_HOME", job->dir, 1); /* the audit log */
	job->status = script_run(job->script, job->dir, update) ? 0 : 1;
	fflush(stdout);
	_exit(job->status);
}

static bool reap(struct job *jobs, int count)
{
	int status;
	pid_t pid = wait(&status);

	for (int i = 0; i < count; i++)
		if (jobs[i].pid == pid) {
			jobs[i].status = status;
			jobs[i].pid = 0;
		}
	return pid > 0;
}

static bool report(const struct job *job, int number)
{
	char out[600], *path = strdup(job->script), line[4096];
	bool ok = job->status == 0;
	FILE *f;

	snprintf(out, sizeof(out), "%s/output", job->dir);
	printf("%sok %d - %s\n", ok ? "" : "not ", number, basename(path));
	f = fopen(out, "r");
	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
	free(path);
	return ok;
}

/* False when the locale is missing: everything would be tested in English. */
static bool speak(const char *code)
{
	char name[64], catalogues[512];
	const char *build = getenv("builddir");

	snprintf(name, sizeof(name), "%s_XX.UTF-8", code);
	snprintf(catalogues, sizeof(catalogues), "%s/po/locale", build ? build : ".");
	setenv("LC_ALL", name, 1);
	unsetenv("LANGUAGE");
	bindtextdomain("ollama-top", catalogues);
	textdomain("ollama-top");
	return setlocale(LC_ALL, name) != NULL;
}

int main(int argc, char **argv)
{
	bool update = argc > 1 && strcmp(argv[1], "--update") == 0, ok = true;
	int first = update ? 2 : 1;
	const char *language =
		argc > first + 1 && strcmp(argv[first], "--language") == 0 ? argv[first + 1] : NULL;

	first += language ? 2 : 0;
	int count = argc - first, running = 0;
	struct job *jobs = calloc((size_t)count + 1, sizeof(*jobs));
	char made[] = "/tmp/screens-XXXXXX";
	const char *base = getenv("TEST_TMP");

	setlocale(LC_ALL, "C.UTF-8");
	setenv("LC_ALL", "C.UTF-8", 1);
	if (language && !speak(language)) {
		printf("1..1\nnot ok 1 - there is a locale for %s in %s\n", language, getenv("LOCPATH"));
		free(jobs);
		return 1;
	}
	setenv("TZ", "UTC", 1);
	unsetenv("NO_COLOR");
	unsetenv("OLLAMA_TOP_CONFIG");
	if (!jobs || (!base && !(base = mkdtemp(made)))) {
		free(jobs);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		jobs[i].script = argv[first + i];
		snprintf(jobs[i].dir, sizeof(jobs[i].dir), "%s/%d", base, i);
		if (running == JOBS_MAX && reap(jobs, i))
			running--;
		start(&jobs[i], update);
		running++;
	}
	while (running > 0 && reap(jobs, count))
		running--;
	for (int i = 0; i < count; i++)
		ok = report(&jobs[i], i + 1) && ok;
	printf("1..%d\n", count);
	free(jobs);
	return ok ? 0 : 1;
}
