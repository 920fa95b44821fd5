/*
 * floor - the least that asking costs: a bare libcurl multi loop that sends given requests.
 *
 * Usage: floor SECONDS PERIOD_MS FILE    each line of FILE is METHOD URL; the whole file is sent once
 *                                        a period, spread evenly over it, and the answers thrown away
 *        floor once URL                  initialises libcurl, makes one request, prints its peak RSS in KiB
 *
 * Prints the number of answers, and the CPU milliseconds of the process after its warm-up period.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct call {
	CURL *easy;
	int busy;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static double cpu_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static long peak_rss_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static size_t drop(char *data, size_t size, size_t count, void *user)
{
	(void)data;
	(void)user;
	return size * count;
}

static CURL *easy_for(const char *method, const char *url)
{
	CURL *easy = curl_easy_init();

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 3000L);
	return easy;
}

static int once(const char *url)
{
	CURL *easy = easy_for("GET", url);
	CURLcode result = curl_easy_perform(easy);

	curl_easy_cleanup(easy);
	curl_global_cleanup();
	printf("%ld\n", peak_rss_kib());
	return result == CURLE_OK ? 0 : 1;
}

static size_t read_calls(const char *path, struct call **calls)
{
	FILE *f = fopen(path, "r");
	char method[16], url[1024];
	size_t count = 0;

	while (f && fscanf(f, "%15s %1023s", method, url) == 2) {
		*calls = realloc(*calls, (count + 1) * sizeof(**calls));
		(*calls)[count++] = (struct call){.easy = easy_for(method, url)};
	}
	if (f)
		fclose(f);
	return count;
}

static size_t collect(CURLM *multi)
{
	size_t answers = 0;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)))
		if (m->msg == CURLMSG_DONE) {
			struct call *call = NULL;
			CURL *easy = m->easy_handle;

			answers += m->data.result == CURLE_OK;
			curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
			curl_multi_remove_handle(multi, easy);
			call->busy = 0;
		}
	return answers;
}

int main(int argc, char **argv)
{
	struct call *calls = NULL;
	size_t count, answers = 0, sent = 0;
	int64_t start, end, warm, period;
	double before = 0;
	CURLM *multi;
	int running;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (argc == 3 && strcmp(argv[1], "once") == 0)
		return once(argv[2]);
	if (argc != 4)
		return 2;
	count = read_calls(argv[3], &calls);
	period = atoi(argv[2]);
	multi = curl_multi_init();
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 4096L);
	start = now_ms();
	warm = start + 2 * period;
	end = warm + (int64_t)atoi(argv[1]) * 1000;
	for (int64_t now = start; now < end && count > 0; now = now_ms()) {
		size_t due = (size_t)((double)(now - start) / (double)period * (double)count);
		int64_t wait;

		if (before == 0 && now >= warm) {
			before = cpu_ms();
			answers = 0;
		}
		for (; sent < due; sent++) {
			struct call *call = &calls[sent % count];

			if (call->busy)
				continue;
			call->busy = 1;
			curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
			curl_multi_add_handle(multi, call->easy);
		}
		curl_multi_perform(multi, &running);
		answers += collect(multi);
		wait = start + (int64_t)((double)(sent + 1) / (double)count * (double)period) - now;
		curl_multi_poll(multi, NULL, 0, wait < 1 ? 1 : (int)wait, NULL);
	}
	printf("%zu %.1f\n", answers, cpu_ms() - before);
	free(calls);
	return 0;
}
