/*
 * random-ops: workers play sequences side by side, all of them writing to one audit log.
 *
 * RANDOM_OPS_SEQUENCES (16), RANDOM_OPS_SEED (1), RANDOM_OPS_FIRST (0) and RANDOM_OPS_JOBS (4). What
 * failed is repeated by its seed, RANDOM_OPS_FIRST=NUMBER and RANDOM_OPS_SEQUENCES=1.
 */
#include "random.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 64

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static void work(unsigned long job, unsigned long jobs, struct tally *tally)
{
	unsigned long seed = setting("RANDOM_OPS_SEED", 1), first = setting("RANDOM_OPS_FIRST", 0),
		      count = setting("RANDOM_OPS_SEQUENCES", 16);
	const char *tmp = getenv("TEST_TMP");
	char folder[4096];

	snprintf(folder, sizeof(folder), "%s/worker-%lu", tmp ? tmp : ".", job);
	mkdir(folder, S_IRWXU);
	for (unsigned long n = job; n < count; n += jobs) {
		sequence_play(seed, (unsigned)(first + n), (int)job, folder, tally);
		tally->sequences++;
		fflush(stdout);
	}
}

static void add_up(struct tally *sum, const struct tally *tally)
{
	sum->sequences += tally->sequences;
	for (int rule = 0; rule < RULE_COUNT; rule++)
		sum->broken[rule] += tally->broken[rule];
	for (int status = 0; status <= OP_DENIED; status++)
		sum->ops[status] += tally->ops[status];
	sum->refused += tally->refused;
	sum->wrong += tally->wrong;
	sum->faults += tally->faults;
	sum->adds += tally->adds;
	sum->deaths += tally->deaths;
	if (tally->death_longest_ms > sum->death_longest_ms)
		sum->death_longest_ms = tally->death_longest_ms;
}

static void report(const struct tally *sum, unsigned crashed, long seconds)
{
	static const char *const rules[] = {
#define RULE_TEXT(id, what) [RULE_##id] = (what),
		RULES(RULE_TEXT)};
	unsigned n = 1;

	printf("# seed %lu: %u sequences in %ld s, %u faults, %u intents wrong, %u refused\n",
		setting("RANDOM_OPS_SEED", 1), sum->sequences, seconds, sum->faults, sum->wrong,
		sum->refused);
	for (enum op_status status = OP_DONE; status <= OP_DENIED; status++)
		printf("# operations %s: %u\n", op_status_name(status), sum->ops[status]);
	printf("# %u additions to the balancer, %u deaths, the longest reported after %lld ms\n", sum->adds,
		sum->deaths, (long long)sum->death_longest_ms);
	for (int rule = 0; rule < RULE_COUNT; rule++)
		printf("%s %u - %s\n", sum->broken[rule] == 0 ? "ok" : "not ok", n++, rules[rule]);
	printf("%s %u - all sequences were played to their end\n",
		crashed == 0 && sum->sequences == setting("RANDOM_OPS_SEQUENCES", 16) ? "ok" : "not ok", n++);
	printf("1..%u\n", n - 1);
}

int main(void)
{
	unsigned long jobs = setting("RANDOM_OPS_JOBS", 4);
	struct tally sum = {0};
	pid_t workers[JOBS_MAX];
	time_t began = time(NULL);
	unsigned crashed = 0;
	char state[4096];

	jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
	snprintf(state, sizeof(state), "%s/state", getenv("TEST_TMP") ? getenv("TEST_TMP") : ".");
	setenv("XDG_STATE_HOME", state, 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	struct tally *tallies =
		mmap(NULL, jobs * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED) {
		printf("Bail out! no memory\n");
		return EXIT_FAILURE;
	}
	for (unsigned long job = 0; job < jobs; job++) {
		workers[job] = fork();
		if (workers[job] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			work(job, jobs, &tallies[job]);
			exit(EXIT_SUCCESS);
		}
	}
	for (unsigned long job = 0; job < jobs; job++) {
		int status = 0;

		if (workers[job] < 0 || waitpid(workers[job], &status, 0) < 0 || status != 0) {
			crashed++;
			printf("# worker %lu ended with status %d in its sequence %u\n", job, status,
				tallies[job].sequences);
		}
		add_up(&sum, &tallies[job]);
	}
	report(&sum, crashed, (long)(time(NULL) - began));
	for (int rule = 0; rule < RULE_COUNT; rule++)
		crashed += sum.broken[rule];
	munmap(tallies, jobs * sizeof *tallies);
	return crashed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
