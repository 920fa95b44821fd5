/*
 * fuzz-record.c - any bytes as a recording: a fleet that holds, and an error with its line.
 *
 * `make check` runs it over a recording made here, its starts, and changed bytes of it; for real fuzzing:
 *   clang -fsanitize=fuzzer,address,undefined -DFUZZING -D_GNU_SOURCE -DPACKAGE_VERSION='"0"' -Iinclude -Isrc -I. \
 *         tests/fuzz/fuzz-record.c src/record/[a-z]*.c src/net/clock.c src/config/[a-z]*.c src/fleet/[a-z]*.c \
 *         -lyaml -lcjson -luv -lm
 */
#include "ollama-top/observation.h"
#include "record/line.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what)
{
	fprintf(stderr, "# %s\n", what);
	abort();
}

/* A place in the file, and nothing that a terminal would obey. */
static void check_message(const char *message)
{
	unsigned line = 0;
	if (sscanf(message, "fuzz:%u:", &line) != 1 || line == 0) {
		fail(message);
	}
	for (const char *s = message; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f) {
			fail("a control character in a message");
		}
	}
}

/* What was read is made, hidden and written again. */
static void play(struct line_reader *reader, struct fleet *fleet, struct names *names)
{
	struct fleet_change change;
	struct record_error error = {""};
	enum line_result result;
	while ((result = line_read_change(reader, &change, &error)) == LINE_GOOD) {
		fleet_change(fleet, &change);
		free(line_change(&change, names));
	}
	if (result == LINE_BAD) {
		check_message(error.text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line_reader reader;
	struct fleet_spec *spec = NULL;
	struct record_error error = {""};
	int64_t at;
	int64_t wall;
	FILE *file = size > 0 ? fmemopen((void *)data, size, "r") : NULL;
	if (!file) {
		return 0;
	}
	line_open(&reader, file, "fuzz");
	if (line_read_header(&reader, &spec, &at, &wall, &error)) {
		struct fleet *fleet = fleet_new(spec, at, wall);
		struct names *names = names_new();
		free(line_header(spec, at, wall, names));
		play(&reader, fleet, names);
		names_free(names);
		fleet_free(fleet);
	} else {
		check_message(error.text);
	}
	line_close(&reader);
	spec_free(spec);
	return 0;
}

#ifndef FUZZING
#define HEADER                                                                                               \
	"{\"record\":1,\"at\":1000,\"wall\":5000,\"configuration\":{\"servers\":[{\"name\":\"80\",\"host\":" \
	"\"10.0.0.80\",\"role\":\"rw\",\"docker\":\"unix:///d\",\"discover\":{\"name\":\"*\"},\"nfs\":"      \
	"{\"export\":\"/opt/m\"},\"instances\":[{\"name\":\"o\",\"port\":11434}]}],\"traefik\":{\"api\":"    \
	"\"http://10.0.0.80:8080\",\"service\":\"o\"}}}\n"
#define SEEN(kind, what)                                                                                  \
	"{\"at\":1100,\"wall\":5100,\"kind\":\"" kind "\",\"server\":0,\"instance\":\"o\",\"seen\":" what \
	"}\n"

/* A line of every kind. */
static const char recording[] = HEADER SEEN("version", "{\"version\":\"0.9.0\",\"latency_ms\":2}") SEEN(
	"containers", "{\"names\":[\"o\",\"p\"]}") SEEN("container",
	"{\"container\":[{\"known\":true,\"id\":\"abc\",\"status\":\"running\",\"health\":\"none\","
	"\"mounts\":[{\"source\":\"/a\",\"destination\":\"/root/.ollama\",\"read_only\":true}],"
	"\"environment\":[\"A=b\"],\"restarts\":1}],\"url\":\"http://10.0.0.80:1\"}") SEEN("loaded",
	"{\"models\":[{\"name\":\"m\",\"digest\":\"d\",\"size\":5,\"expires_at\":9e18}]}") SEEN("stored",
	"{\"models\":[{\"name\":\"m\",\"digest\":\"d\",\"size\":5},{\"name\":\"n\"}]}") SEEN("docker",
	"{\"version\":\"28\",\"api\":\"1.50\",\"latency_ms\":1}") SEEN("host",
	"{\"memory_total\":64000000000,\"cpus\":8,\"skew_known\":true,\"skew_ms\":7000}") SEEN("event",
	"{\"what\":\"oom\",\"happened_wall\":5050}") SEEN("event",
	"{\"what\":\"die\",\"exit_code\":137}") SEEN("tasks",
	"{\"replicas\":2,\"parallelism\":1,\"on_failure\":\"pause\",\"restart\":\"any\","
	"\"tasks\":[{\"name\":\"s.1\",\"id\":\"t\",\"phase\":\"running\"}]}") SEEN("stats",
	"{\"memory_used\":9,\"memory_judged\":8,\"memory_limit\":10,\"cpu_percent\":70}") SEEN("mount",
	"{\"path\":\"/root/.ollama\",\"fstype\":\"nfs4\",\"source\":\"10.0.0.80:/opt/m\","
	"\"options\":\"ro,addr=10.0.0.80\",\"read_only\":1}") SEEN("space",
	"{\"total\":100,\"available\":50,\"latency_ms\":3}") SEEN("probe",
	"{\"out\":true,\"hung\":true}") SEEN("connections", "{\"count\":1,\"active\":1}") SEEN("read",
	"{\"latency_ms\":4}") SEEN("nfs",
	"{\"services\":[{\"answer\":\"ok\"},{\"answer\":\"absent\"},{\"answer\":\"ok\"},{\"answer\":\"ok\"}],"
	"\"exports\":[{\"path\":\"/opt/m\",\"clients\":[\"10.0.0.0/24\",\"*\"]}]}") SEEN("balancer",
	"{\"servers\":[{\"url\":\"http://10.0.0.80:11434\",\"status\":\"UP\"}]}") SEEN("transfers",
	"{\"transfers\":[{\"id\":\"x\",\"label\":\"layer x\",\"completed\":5,\"total\":9,\"rate\":null}]}")
	SEEN("own_layers", "{\"digests\":[\"x\"]}") SEEN("tended", "{\"tended\":\"draining\"}") SEEN(
		"retry", "{\"of\":\"docker\",\"retry_at\":9000}") SEEN("token",
		"{\"warning\":\"others can read it\"}") "{\"at\":2000,\"wall\":6000,\"kind\":\"tick\"}\n"
							"{\"at\":2000,\"wall\":6000,\"kind\":\"note\","
							"\"severity\":\"warning\",\"target\":\"80/"
							"o\",\"text\":\"hello\"}\n"
							"{\"at\":9000000,\"wall\":1,\"kind\":\"acknowledge\","
							"\"target\":\"80/o\"}\n"
							"{\"at\":9007199254740992,\"wall\":9007199254740992,"
							"\"kind\":\"tick\"}\n";

/* Every start of it: what a full disk leaves. */
static void run_starts(void)
{
	for (size_t cut = 1; cut <= sizeof(recording) - 1; cut++) {
		if (cut % 13 == 0 || recording[cut - 1] == '\n') {
			LLVMFuzzerTestOneInput((const uint8_t *)recording, cut);
		}
	}
}

/* Wrong bytes, wrong figures and members of the wrong type, at places that a fixed sequence names. */
static void run_changed(void)
{
	static const char *const replacements[] = {
		"-", "9", "\"", "[", "}", "null", "1e400", "\n", "\xff", "-9e18"};
	char changed[sizeof(recording) + 16];
	uint32_t state = 1;
	for (int round = 0; round < 3000; round++) {
		state = state * 1664525 + 1013904223;
		const size_t at = (state >> 8) % (sizeof(recording) - 1);
		const char *with =
			replacements[(state >> 3) % (sizeof(replacements) / sizeof(*replacements))];
		const size_t len = strlen(with);
		memcpy(changed, recording, at);
		memcpy(changed + at, with, len);
		memcpy(changed + at + len, recording + at + 1, sizeof(recording) - at - 1);
		LLVMFuzzerTestOneInput((const uint8_t *)changed, sizeof(recording) - 2 + len);
	}
}

/* The files that are named, else what is above. */
static bool run_file(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");
	if (!file) {
		return false;
	}
	const size_t size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, size);
	return true;
}

/* The recording itself has no mistake: what follows is not about a header that is never passed. */
static bool run_whole(void)
{
	struct line_reader reader;
	struct fleet_spec *spec = NULL;
	struct fleet_change change;
	struct record_error error = {""};
	int64_t at;
	int64_t wall;
	enum line_result result = LINE_BAD;
	line_open(&reader, fmemopen((void *)recording, sizeof(recording) - 1, "r"), "fuzz");
	if (line_read_header(&reader, &spec, &at, &wall, &error)) {
		do {
			result = line_read_change(&reader, &change, &error);
		} while (result == LINE_GOOD);
	}
	line_close(&reader);
	spec_free(spec);
	if (result != LINE_END) {
		printf("# %s\n", error.text);
	}
	return result == LINE_END;
}

int main(int argc, char **argv)
{
	int failed = 0;
	if (argc > 1) {
		for (int i = 1; i < argc; i++) {
			failed += run_file(argv[i]) ? 0 : 1;
		}
		return failed > 0;
	}
	printf("1..3\n");
	const bool whole = run_whole();
	printf("%sok 1 - a recording with a line of every kind\n", whole ? "" : "not ");
	fflush(stdout);
	run_starts();
	printf("ok 2 - every start of it\n");
	fflush(stdout);
	run_changed();
	printf("ok 3 - changed bytes\n");
	return whole ? 0 : 1;
}
#endif
