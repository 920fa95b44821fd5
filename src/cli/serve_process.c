#include "serve_process.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* Resident pages are the second number of statm. */
static int64_t resident_bytes(void)
{
	long long size = 0;
	long long resident = -1;
	FILE *file = fopen("/proc/self/statm", "re");
	if (!file) {
		return -1;
	}
	if (fscanf(file, "%lld %lld", &size, &resident) != 2) {
		resident = -1;
	}
	fclose(file);
	return resident < 0 ? -1 : (int64_t)resident * sysconf(_SC_PAGESIZE);
}

static int count_files(void)
{
	int count = 0;
	DIR *folder = opendir("/proc/self/fd");
	if (!folder) {
		return -1;
	}
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		count += entry->d_name[0] != '.';
	}
	closedir(folder);
	return count - 1; /* the folder itself was open */
}

void serve_process(struct metrics_self *self)
{
	struct rusage usage;
	struct rlimit limit;
	self->cpu = getrusage(RUSAGE_SELF, &usage) == 0 ? seconds(&usage.ru_utime) + seconds(&usage.ru_stime)
							: NAN;
	self->resident = resident_bytes();
	self->open_files = count_files();
	self->most_files = -1;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= INT32_MAX) {
		self->most_files = (int)limit.rlim_cur;
	}
}
