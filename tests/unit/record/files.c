#include "ollama-top/config.h"
#include "ollama-top/observation.h"
#include "ollama-top/record.h"
#include "record/line.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG                                                                          \
	"{\"servers\": [{\"name\": \"80\", \"host\": \"10.0.0.80\", \"role\": \"rw\", " \
	"\"instances\": [{\"name\": \"ollama\", \"port\": 11434}]}]}"
#define HEADER   "{\"record\": 1, \"at\": 1000, \"wall\": 5000, \"configuration\": " CONFIG "}\n"
#define TICK(at) "{\"at\": " at ", \"wall\": 9" at ", \"kind\": \"tick\"}\n"
#define VERSION(at, version)                                                 \
	"{\"at\": " at ", \"wall\": 9" at                                    \
	", \"kind\": \"version\", \"server\": 0, \"instance\": \"ollama\", " \
	"\"seen\": {\"version\": \"" version "\", \"latency_ms\": 3}}\n"

static char folder[] = "/tmp/test-record-XXXXXX";
static char path[64];

static void begin(void)
{
	cr_assert(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
}

static void end(void)
{
	unlink(path);
	rmdir(folder);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file);
	fputs(text, file);
	fclose(file);
}

static struct fleet_spec *spec_of_test(void)
{
	struct config_error error;
	struct fleet_spec *spec = config_parse("test", CONFIG, strlen(CONFIG), &error);
	cr_assert(spec, "%s", error.message);
	return spec;
}

static void drain(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	cr_expect_eq(uv_loop_close(loop), 0);
}

TestSuite(record, .init = begin, .fini = end);

Test(record, a_session_is_written_for_its_owner_alone_and_seen_again)
{
	uv_loop_t loop;
	struct record_error error = {""};
	struct clock clock = {0};
	bool stuck;
	uv_loop_init(&loop);
	struct fleet_spec *spec = spec_of_test();
	struct fleet *live = fleet_new(spec, 1000, 5000);
	struct recorder *recorder = recorder_open(&loop, live, path, false, &error);
	cr_assert(recorder, "%s", error.text);
	fleet_apply(live, &(struct observation){.kind = OBS_VERSION,
				  .at = 1100,
				  .wall = 5100,
				  .instance = "ollama",
				  .u.version = {"0.9.0", 3}});
	fleet_tick(live, 2000, 6000);
	fleet_note(live, SEVERITY_WARNING, "80", "somebody was here");
	fleet_apply(live, &(struct observation){.kind = OBS_VERSION,
				  .at = 2100,
				  .wall = 6100,
				  .instance = "ollama",
				  .error = "connection refused"});
	cr_expect(recorder_close(recorder, &stuck, &error), "%s", error.text);
	cr_expect_not(stuck);
	drain(&loop);
	struct stat status;
	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0600);

	struct replay *replay = replay_open(path, &error);
	cr_assert(replay, "%s", error.text);
	struct fleet_spec *again = replay_spec(replay);
	struct fleet *fleet = replay_fleet(replay, again, &clock, 1);
	cr_expect(replay_finish(replay, &error), "%s", error.text);
	cr_expect_eq(fleet->now, live->now);
	cr_expect_eq(fleet->wall, live->wall);
	cr_expect_eq(fleet->servers[0].instances[0]->state, live->servers[0].instances[0]->state);
	cr_expect_str_eq(fleet->servers[0].instances[0]->api.error, "connection refused");
	cr_expect_str_eq(fleet->servers[0].instances[0]->version, "0.9.0");
	cr_expect_eq(fleet->event_serial, live->event_serial);
	cr_expect_eq(clock_mono_ms(&clock), 2100);
	cr_expect_eq(clock_wall_ms(&clock), 6100);
	replay_close(replay);
	fleet_free(fleet);
	fleet_free(live);
	spec_free(spec);
	spec_free(again);
}

Test(record, a_recording_that_exists_is_kept)
{
	uv_loop_t loop;
	struct record_error error = {""};
	uv_loop_init(&loop);
	struct fleet_spec *spec = spec_of_test();
	struct fleet *fleet = fleet_new(spec, 1000, 5000);
	write_file("precious");
	cr_expect_null(recorder_open(&loop, fleet, path, false, &error));
	cr_expect(strstr(error.text, "exists already"), "%s", error.text);
	cr_expect_null(recorder_open(&loop, fleet, "/nonexistent/file", false, &error));
	cr_expect_str_eq(error.text, "/nonexistent/file: No such file or directory");
	drain(&loop);
	fleet_free(fleet);
	spec_free(spec);
}

static void on_timer(uv_timer_t *timer)
{
	struct fleet *fleet = timer->data;
	fleet_tick(fleet, fleet->now + 1, fleet->wall + 1);
	if (fleet->event_serial > 0) {
		uv_timer_stop(timer);
	}
}

/* A full disk ends the recording and nothing else: the fleet is told, and goes on. */
Test(record, a_full_disk_is_an_event)
{
	uv_loop_t loop;
	struct record_error error = {""};
	bool stuck;
	uv_loop_init(&loop);
	struct fleet_spec *spec = spec_of_test();
	struct fleet *fleet = fleet_new(spec, 1000, 5000);
	struct recorder *recorder = recorder_open(&loop, fleet, "/dev/full", false, &error);
	cr_assert(recorder, "%s", error.text);
	uv_timer_t timer = {.data = fleet};
	uv_timer_init(&loop, &timer);
	uv_timer_start(&timer, on_timer, 10, 10);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_close((uv_handle_t *)&timer, NULL);
	cr_assert_eq(fleet->event_serial, 1);
	cr_expect_str_eq(
		fleet_event(fleet, 0)->text, "the recording has ended: /dev/full: No space left on device");
	fleet_tick(fleet, 9000, 9000);
	cr_expect_eq(fleet->event_serial, 1);
	cr_expect_not(recorder_close(recorder, &stuck, &error));
	cr_expect_not(stuck);
	cr_expect_str_eq(error.text, "/dev/full: the recording is not whole: No space left on device");
	drain(&loop);
	fleet_free(fleet);
	spec_free(spec);
}

/* The error of opening it, or of playing it to the end. */
static void says(const char *text, const char *expected)
{
	struct record_error error = {""};
	struct clock clock = {0};
	char wanted[256];
	write_file(text);
	snprintf(wanted, sizeof(wanted), "%s:%s", path, expected);
	struct replay *replay = replay_open(path, &error);
	if (replay) {
		struct fleet_spec *spec = replay_spec(replay);
		struct fleet *fleet = replay_fleet(replay, spec, &clock, 1);
		cr_expect_not(replay_finish(replay, &error), "%s", expected);
		replay_close(replay);
		fleet_free(fleet);
		spec_free(spec);
	}
	cr_expect_str_eq(error.text, wanted, "%s, expected %s", error.text, wanted);
}

Test(record, what_is_wrong_is_told_with_its_line)
{
	says("", "1: the file is empty; expected a recording");
	says("servers: []\n", "1: the line is not JSON");
	says("{\"servers\": []}\n", "1: this is no recording of ollama-top");
	says("{\"record\": 2}\n", "1: the recording is of a newer ollama-top than this one");
	says("{\"record\": 1}\n", "1: the header has no time; expected \"at\" and \"wall\"");
	says("{\"record\": 1, \"at\": 1, \"wall\": 1}\n", "1: the header has no configuration");
	says("{\"record\": 1, \"at\": 1, \"wall\": 1, \"configuration\": {\"servers\": 3}}\n",
		"1:12: servers is not a list; expected \"servers: [...]\"");
	says(HEADER TICK("1100") "{\"at\": 12", "3: the file ends in the middle of this line");
	says(HEADER TICK("1100") "\n", "3: the line is not JSON");
	says(HEADER TICK("1100") TICK("1200") "{\"at\": 1300, \"wall\": 1, \"kind\": \"x\\u001b[2J\"}\n",
		"4: unknown kind \"x[2J\"");
	says(HEADER "\1\2\3\n", "2: the line is not JSON");
}

Test(record, a_line_without_end_is_not_read_into_memory)
{
	FILE *file = fopen(path, "w");
	struct record_error error = {""};
	fputs(HEADER, file);
	for (size_t i = 0; i < LINE_MAX_BYTES + 10; i++) {
		fputc(' ', file);
	}
	fclose(file);
	struct replay *replay = replay_open(path, &error);
	struct clock clock = {0};
	struct fleet_spec *spec = replay_spec(replay);
	struct fleet *fleet = replay_fleet(replay, spec, &clock, 1);
	cr_expect_not(replay_finish(replay, &error));
	cr_expect(strstr(error.text, ":2: the line is longer than 4 MiB"), "%s", error.text);
	replay_close(replay);
	fleet_free(fleet);
	spec_free(spec);
}

/* The largest answers that a fleet keeps all of must fit in a line. */
Test(record, the_largest_pool_fits_in_a_line)
{
	static char url[FLEET_TEXT_MAX];
	static struct balancer_server pool[FLEET_POOL_MAX];
	memset(url, '"', sizeof(url) - 1);
	for (size_t i = 0; i < FLEET_POOL_MAX; i++) {
		pool[i].url = url;
	}
	const struct observation o = {
		.kind = OBS_BALANCER, .at = 1, .u.balancer = {.servers = pool, .count = FLEET_POOL_MAX}};
	char *line =
		line_change(&(struct fleet_change){.kind = FLEET_OBSERVED, .at = 1, .observation = &o}, NULL);
	cr_assert(line);
	cr_expect_lt(strlen(line), LINE_MAX_BYTES);
	free(line);
}

struct player {
	struct replay *replay;
	uv_loop_t loop;
	int changes;
};

static void on_change(void *user)
{
	struct player *player = user;
	player->changes++;
	if (replay_ended(player->replay)) {
		uv_stop(&player->loop);
	}
}

/* 20 s at speed 100 are 0.2 s; the clock is the recording's, stands when paused and at the end. */
Test(record, a_replay_keeps_its_speed_and_can_be_paused)
{
	struct record_error error = {""};
	struct clock clock = {0};
	struct player player = {0};
	write_file(HEADER VERSION("1100", "0.1.0") TICK("2000") TICK("20000") VERSION("21000", "0.2.0"));
	player.replay = replay_open(path, &error);
	cr_assert(player.replay, "%s", error.text);
	struct fleet_spec *spec = replay_spec(player.replay);
	struct fleet *fleet = replay_fleet(player.replay, spec, &clock, 100);
	cr_expect_eq(clock_mono_ms(&clock), 1000);
	cr_expect_eq(clock_wall_ms(&clock), 5000);
	uv_loop_init(&player.loop);
	replay_start(player.replay, &player.loop, on_change, &player);
	replay_pause(player.replay, true);
	usleep(20000);
	uv_run(&player.loop, UV_RUN_NOWAIT);
	cr_expect_eq(clock_mono_ms(&clock), 1000);
	cr_expect(replay_paused(player.replay));
	cr_expect_null(fleet->servers[0].instances[0]->version);
	replay_pause(player.replay, false);
	const uint64_t began = uv_hrtime();
	uv_run(&player.loop, UV_RUN_DEFAULT);
	cr_expect_geq(uv_hrtime() - began, UINT64_C(190000000));
	cr_expect(replay_ended(player.replay));
	cr_expect_null(replay_trouble(player.replay));
	cr_expect_str_eq(fleet->servers[0].instances[0]->version, "0.2.0");
	cr_expect_eq(clock_mono_ms(&clock), 21000);
	cr_expect_eq(clock_wall_ms(&clock), 921000);
	cr_expect_geq(player.changes, 2);
	replay_close(player.replay);
	drain(&player.loop);
	fleet_free(fleet);
	spec_free(spec);
}

Test(record, a_copy_that_fails_is_removed)
{
	struct record_error error = {""};
	char copy[80];
	struct stat status;
	snprintf(copy, sizeof(copy), "%s/copy", folder);
	write_file(HEADER TICK("1100") "{");
	cr_expect_not(record_anonymise(path, copy, &error));
	cr_expect(strstr(error.text, ":3: the file ends in the middle of this line"), "%s", error.text);
	cr_expect_neq(stat(copy, &status), 0);
	write_file(HEADER TICK("1100"));
	cr_expect(record_anonymise(path, copy, &error), "%s", error.text);
	cr_assert_eq(stat(copy, &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0600);
	unlink(copy);
}
