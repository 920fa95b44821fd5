#include "actions.h"
#include "audit_check.h"
#include "ollama-top/config.h"
#include "truth.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS    20
#define LOOK_MS    100
#define REFRESH_MS 200
#define SLACK_MS   2000 /* of a machine that has other things to do */
#define HEAL_MS    4000
#define CANCEL_MS  7000         /* what waits for a minute is not waited for */
#define BOUND_MS   (120 * 1000) /* whatever is under way is over by then */
#define READY_MS   20000
#define CLOSE_MS   5000
#define UNSEEN_MAX 3 /* times that the simulator did not answer in five seconds */

enum phase { PHASE_READY, PHASE_PLAY, PHASE_MEND, PHASE_SCALE, PHASE_OVER };

struct death {
	char server[16], name[64];
	int64_t at, started; /* by our clock, by the world's */
	bool open;
};

struct sequence {
	uint64_t seed;
	unsigned number;
	struct tally *tally;
	struct action actions[ACTIONS_MAX];
	size_t action_count, next;
	uv_loop_t loop;
	struct clock clock;
	struct fleet_spec *spec;
	struct fleet *fleet;
	struct http *http;
	struct watch *watch;
	struct ops *ops;
	uv_timer_t timer;
	uv_fs_event_t file_event;
	struct truth truth;
	int place;
	char config[4200], scenario[4200], folder[4096], file[4200];
	enum phase phase;
	int unseen;
	int64_t began_at, look_at, healed_at;
	long audit_mark;
	struct expected expected[ACTIONS_MAX];
	size_t expected_count;
	int64_t upgrade_from, upgrade_to;
	uint64_t scale_id;
	struct death deaths[ACTIONS_MAX];
	size_t death_count;
};

static int64_t now_of(const struct sequence *s)
{
	return clock_mono_ms(&s->clock);
}

static void __attribute__((format(printf, 3, 4)))
broke(struct sequence *s, enum rule rule, const char *format, ...)
{
	char text[1000];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	s->tally->broken[rule]++;
	printf("# seed %llu, sequence %u, rule %d: %s\n", (unsigned long long)s->seed, s->number,
		(int)rule + 1, text);
}

/* ---- what is done ---- */

static bool verbose(void)
{
	return getenv("RANDOM_OPS_VERBOSE");
}

static void __attribute__((format(printf, 2, 3))) note(const struct sequence *s, const char *format, ...)
{
	char text[2000];
	va_list args;

	if (!verbose())
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("# %6lld ms: %s\n", (long long)(now_of(s) - s->began_at), text);
}

static uint64_t submit(struct sequence *s, const struct intent *intent, struct op_plan *told)
{
	static struct op_plan own;
	struct op_plan *plan = told ? told : &own;
	uint64_t id = ops_submit(s->ops, intent, plan);

	note(s, "%s -> %d %s: %s", op_info(intent->kind)->name, (int)plan->verdict, plan->title, plan->text);
	if (id == 0) {
		s->tally->wrong += plan->verdict == OP_WRONG;
		s->tally->refused += plan->verdict == OP_REFUSED;
		return 0;
	}
	if (s->expected_count < ACTIONS_MAX)
		s->expected[s->expected_count++] = (struct expected){.id = id, .kind = intent->kind};
	if (intent->kind == OP_UPGRADE && s->upgrade_from == INT64_MAX)
		s->upgrade_from = s->truth.wall;
	return id;
}

static void expect_death(struct sequence *s, const struct action *action, const struct sight *sight)
{
	struct death *death = &s->deaths[s->death_count];

	if (!sight)
		return;
	s->death_count++;
	*death = (struct death){.at = now_of(s), .started = sight->started, .open = true};
	snprintf(death->server, sizeof(death->server), "%s", action->server);
	snprintf(death->name, sizeof(death->name), "%s", action->container);
}

/* Who is lied to, or about, is no witness. */
static bool is_lied_about(const struct sequence *s, const char *server, const char *name)
{
	for (size_t i = 0; i < s->truth.lie_count; i++) {
		const struct lie *lie = &s->truth.lies[i];

		if (strcmp(lie->server, server) == 0 &&
			(strcmp(lie->name, name) == 0 || lie->name[0] == '\0'))
			return true;
	}
	return false;
}

static void forget_deaths(struct sequence *s, const char *server)
{
	for (size_t i = 0; i < s->death_count; i++)
		if (strcmp(s->deaths[i].server, server) == 0)
			s->deaths[i].open = false;
}

static void do_fault(struct sequence *s, const struct action *action)
{
	const char *name = action->container ? action->container : "";
	const struct sight *sight = action->container ? truth_now(&s->truth, action->server, name) : NULL;

	if (action->container &&
		(!sight || !sight->exists || (action->kills && (!sight->running || sight->paused))))
		return;
	/* What pauses or dies must run when it is asked to. */
	if (sight && strstr(action->command, "\"pause\"") && (!sight->running || sight->paused))
		return;
	note(s, "%s", action->command);
	/* From here on an answer is one, before the simulator has said that it is mended. */
	if (action->mends)
		truth_lie_ends(&s->truth, action->server, name);
	if (!simulator_control(s->truth.simulator, action->command))
		return;
	s->tally->faults++;
	truth_look(&s->truth);
	if (action->lies)
		truth_lie_begins(&s->truth, action->server, name, action->late, action->until_start);
	if (action->lies)
		forget_deaths(s, action->server);
	if (action->stays_dead && !is_lied_about(s, action->server, name))
		expect_death(s, action, sight);
}

static void cancel_all(struct sequence *s, bool one)
{
	for (size_t i = 0; i < s->expected_count; i++)
		if (ops_cancel(s->ops, s->expected[i].id)) {
			note(s, "cancel %llu", (unsigned long long)s->expected[i].id);
			if (one)
				return;
		}
}

static void act(struct sequence *s, const struct action *action)
{
	if (action->kind == ACTION_INTENT)
		submit(s, &action->intent, NULL);
	else if (action->kind == ACTION_FAULT)
		do_fault(s, action);
	else
		cancel_all(s, true);
}

/* ---- when the faults are over ---- */

static void mend_container(struct sequence *s, const struct sight *sight)
{
	char command[300];

	snprintf(command, sizeof(command), "{\"do\":\"reset\",\"target\":\"%s/%s\"}", sight->server,
		sight->name);
	simulator_control(s->truth.simulator, command);
	snprintf(command, sizeof(command), "{\"do\":\"pause\",\"on\":false,\"target\":\"%s/%s\"}",
		sight->server, sight->name);
	if (sight->paused)
		simulator_control(s->truth.simulator, command);
	snprintf(command, sizeof(command),
		"{\"do\":\"mount\",\"target\":\"84/%s\",\"fstype\":\"nfs4\",\"source\":"
		"\"nas:/opt/ollama-models\",\"store\":\"shared\",\"read_only\":true}",
		sight->name);
	if (!sight->store_right)
		simulator_control(s->truth.simulator, command);
}

static void mend(struct sequence *s)
{
	static const char *const commands[] = {
		"{\"do\":\"reset\",\"target\":\"80\"}",
		"{\"do\":\"reset\",\"target\":\"84\"}",
		"{\"do\":\"mount\",\"target\":\"84\",\"fstype\":\"nfs4\",\"source\":"
		"\"nas:/opt/ollama-models\",\"store\":\"shared\"}",
	};

	truth_look(&s->truth);
	note(s, "all is mended");
	for (size_t i = 0; i < s->truth.lie_count; i++)
		truth_lie_ends(&s->truth, s->truth.lies[i].server, s->truth.lies[i].name);
	for (size_t i = 0; i < sizeof(commands) / sizeof *commands; i++)
		simulator_control(s->truth.simulator, commands[i]);
	for (size_t i = 0; i < s->truth.sight_count; i++) {
		struct sight *sight = &s->truth.sights[i];

		if (sight->exists && sight == truth_now(&s->truth, sight->server, sight->name))
			mend_container(s, sight);
	}
	truth_look(&s->truth);
	s->healed_at = now_of(s);
}

/* Those that were killed for good, or stopped by us. */
static void start_the_dead(struct sequence *s)
{
	char command[200];

	truth_look(&s->truth);
	for (size_t i = 0; i < s->truth.sight_count; i++) {
		const struct sight *sight = &s->truth.sights[i];

		if (!sight->exists || sight->running ||
			sight != truth_now(&s->truth, sight->server, sight->name))
			continue;
		snprintf(command, sizeof(command), "{\"do\":\"start\",\"target\":\"%s/%s\"}", sight->server,
			sight->name);
		simulator_control(s->truth.simulator, command);
	}
	for (size_t i = 0; i < s->spec->server_count; i++)
		watch_retry(s->watch, i);
}

/* And has the name that it has: the engine may have lied about that a moment ago. */
static bool answers(const struct sequence *s, const struct instance *i)
{
	const struct sight *sight = truth_now(&s->truth, i->server->spec->name, i->name);

	return sight && sight->exists && i->api.status == LINK_OK && i->store.status != STORE_UNKNOWN &&
	       i->container.status == CONTAINER_RUNNING;
}

/* The fleet sees what there is, and nothing else. */
static bool all_answer(const struct sequence *s)
{
	size_t count = 0;

	for (size_t k = 0; k < s->fleet->server_count; k++) {
		const struct server *server = &s->fleet->servers[k];

		if (server->docker.status != LINK_OK || !server->listed)
			return false;
		for (size_t i = 0; i < server->instance_count; i++) {
			if (server->instances[i]->gone)
				continue;
			if (!answers(s, server->instances[i]))
				return false;
			count++;
		}
	}
	return count == truth_count(&s->truth) && s->fleet->balancer.link.status == LINK_OK;
}

/* ---- what must hold ---- */

static void told_of_pool(void *user, const char *url, const char *why)
{
	struct sequence *s = user;

	s->tally->adds++;
	note(s, "added to the balancer: %s", url);
	if (why[0] != '\0')
		broke(s, RULE_POOL, "%s was added to the balancer, but %s", url, why);
}

static void file_changed(uv_fs_event_t *event, const char *name, int events, int status)
{
	struct sequence *s = event->data;

	(void)name;
	(void)events;
	(void)status;
	truth_read_pool(&s->truth, s->file, told_of_pool, s);
}

static bool is_reported(const struct instance *i)
{
	return !i || i->gone || i->state == STATE_OOM || i->state == STATE_DOWN ||
	       i->state == STATE_STARTING || i->state == STATE_STOPPED;
}

static void check_deaths(struct sequence *s)
{
	for (size_t k = 0; k < s->death_count; k++) {
		struct death *death = &s->deaths[k];
		const struct server *server = death->open ? fleet_server(s->fleet, death->server) : NULL;
		const struct sight *sight = truth_now(&s->truth, death->server, death->name);
		int64_t took = now_of(s) - death->at;

		if (!server)
			continue;
		if (is_reported(fleet_instance(server, death->name))) {
			death->open = false;
			s->tally->deaths++;
			if (took > s->tally->death_longest_ms)
				s->tally->death_longest_ms = took;
		} else if (!sight || !sight->exists || sight->started != death->started) {
			death->open = false; /* somebody started it again in the meantime */
		} else if (took > REFRESH_MS + SLACK_MS) {
			death->open = false;
			broke(s, RULE_DEATH, "%s/%s died %lld ms ago and is still \"%s\"", death->server,
				death->name, (long long)took,
				state_name(fleet_instance(server, death->name)->state));
		}
	}
}

static void told_of_request(void *user, enum rule rule, const char *why)
{
	broke(user, rule, "%s", why);
}

static void check_end(struct sequence *s)
{
	char why[600];

	for (size_t i = 0; i < s->expected_count; i++) {
		struct expected *e = &s->expected[i];
		const struct op_view *view = ops_find(s->ops, e->id);

		if (!view || !op_over(view->status))
			continue;
		e->status = view->status;
		e->begun = !(view->status == OP_CANCELLED && view->step[0] == '\0' && view->step_at == 0);
		s->tally->ops[view->status]++;
		note(s, "%llu %s: %s: %s", (unsigned long long)e->id, view->title,
			op_status_name(view->status), view->message);
	}
	truth_look(&s->truth);
	truth_check_requests(&s->truth, s->upgrade_from, s->upgrade_to, told_of_request, s);
	audit_check(s->audit_mark, s->expected, s->expected_count, why, sizeof(why));
	if (why[0] != '\0')
		broke(s, RULE_AUDIT, "%s", why);
}

/* ---- the sequence ---- */

static void over(struct sequence *s)
{
	s->phase = PHASE_OVER;
	check_end(s);
	uv_stop(&s->loop);
}

static void ready(struct sequence *s)
{
	if (all_answer(s)) {
		s->phase = PHASE_PLAY;
		s->began_at = now_of(s);
	} else if (now_of(s) - s->began_at > READY_MS) {
		broke(s, RULE_END, "the fleet was not seen whole after %d ms", READY_MS);
		over(s);
	}
}

static void play(struct sequence *s)
{
	int64_t gone = now_of(s) - s->began_at;

	while (s->next < s->action_count && s->actions[s->next].at <= gone)
		act(s, &s->actions[s->next++]);
	if (s->next == s->action_count && (ops_active(s->ops) == 0 || gone >= HEAL_MS)) {
		mend(s);
		s->phase = PHASE_MEND;
	}
}

static bool upgrade_is_active(const struct sequence *s)
{
	const struct op_view *view;

	for (size_t i = 0; (view = ops_at(s->ops, i)); i++)
		if (view->kind == OP_UPGRADE && !op_over(view->status))
			return true;
	return false;
}

static void tell_late(struct sequence *s)
{
	const struct op_view *view;

	for (size_t i = 0; (view = ops_at(s->ops, i)); i++)
		if (!op_over(view->status))
			broke(s, RULE_END, "%s is still %s %d s after the faults: %s: %s", view->title,
				op_status_name(view->status), BOUND_MS / 1000, view->step, view->message);
}

static void wait_for_operations(struct sequence *s)
{
	int64_t gone = now_of(s) - s->healed_at;

	if (ops_active(s->ops) > 0) {
		if (gone > CANCEL_MS)
			cancel_all(s, false);
		if (gone > BOUND_MS) {
			tell_late(s);
			over(s);
		}
		return;
	}
	start_the_dead(s);
	s->healed_at = now_of(s);
	s->phase = PHASE_SCALE;
}

/* Whatever happened, three instances can be had again. */
static void scale_back(struct sequence *s)
{
	const struct intent intent = {.kind = OP_SCALE, .server = "84", .count = 3};
	const struct op_view *view = s->scale_id ? ops_find(s->ops, s->scale_id) : NULL;
	static struct op_plan plan;

	if (now_of(s) - s->healed_at > READY_MS + (s->scale_id ? BOUND_MS : 0)) {
		broke(s, RULE_END, "%s: %s", view ? "scaling back to 3 does not end" : "not all answer again",
			plan.text);
		over(s);
	} else if (!s->scale_id && all_answer(s)) {
		/* What was seen a moment ago may not be so any more on a machine under load: asked again until then. */
		s->scale_id = submit(s, &intent, &plan);
	} else if (view && op_over(view->status)) {
		if (view->status != OP_DONE)
			broke(s, RULE_END, "scaling back to 3: %s: %s", op_status_name(view->status),
				view->message);
		over(s);
	}
}

static void on_tick(uv_timer_t *timer)
{
	static void (*const phases[])(struct sequence *) = {ready, play, wait_for_operations, scale_back};
	struct sequence *s = timer->data;

	if (now_of(s) >= s->look_at) {
		s->look_at = now_of(s) + LOOK_MS;
		s->unseen = truth_look(&s->truth) ? 0 : s->unseen + 1;
		if (s->unseen == UNSEEN_MAX) {
			broke(s, RULE_END, "the simulator does not answer");
			over(s);
		}
		if (s->upgrade_from != INT64_MAX && upgrade_is_active(s))
			s->upgrade_to = s->truth.wall + LOOK_MS;
	}
	check_deaths(s);
	if (s->phase != PHASE_OVER)
		phases[s->phase](s);
}

static void set_spec(struct fleet_spec *spec)
{
	spec->refresh_ms = REFRESH_MS;
	spec->timeout_ms = 700;
	for (size_t i = 0; i < spec->server_count; i++) {
		struct scale_spec *scale = &spec->servers[i].scale;

		if (!scale->given)
			continue;
		scale->min = MIN_INSTANCES;
		scale->max = MAX_INSTANCES;
		scale->drain_ms = 300;
	}
}

/*
 * The healthy fleet at addresses that no other simulator has: the port of a container that is stopped
 * must be free for its next start.
 */
static const char scenario[] =
	"stores:\n"
	"  shared: {nfs: true, total: 916G, available: 540G, models: [mistral:7b, llama3.2:3b, mem-200m]}\n"
	"  empty: {total: 234G, available: 180G, models: []}\n"
	"servers:\n"
	"  - name: \"80\"\n"
	"    address: 127.73.%d.80\n"
	"    role: rw\n"
	"    memory: 62.7G\n"
	"    cpus: 16\n"
	"    export: /opt/ollama-models\n"
	"    mounts: [{path: /opt/ollama-models, fstype: ext4, source: /dev/sdb1, store: shared}]\n"
	"    instances: [{name: ollama, memory: 16G, load: [{model: mistral:7b, keep_alive: 24h}]}]\n"
	"  - name: \"84\"\n"
	"    address: 127.73.%d.84\n"
	"    role: ro\n"
	"    memory: 125.6G\n"
	"    cpus: 32\n"
	"    discover: \"ollama-[0-9]*\"\n"
	"    mounts: [{path: /opt/ollama-models, fstype: nfs4, source: \"nas:/opt/ollama-models\", store: "
	"shared}]\n"
	"    instances:\n"
	"      - {name: ollama-1, memory: 16G, read_only: true, load: [{model: mistral:7b, keep_alive: "
	"24h}]}\n"
	"      - {name: ollama-2, memory: 16G, read_only: true, load: [{model: mem-200m, keep_alive: 24h}]}\n"
	"      - {name: ollama-3, memory: 16G, read_only: true}\n"
	"traefik: {address: 127.73.%d.80, port: 8080, service: ollama}\n";

static bool write_scenario(const char *path, int place)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return false;
	fprintf(file, scenario, place, place, place);
	return fclose(file) == 0;
}

static bool open_world(struct sequence *s)
{
	char seed[32];
	const char *const options[] = {"--free-ports", "--seed", seed, "--traefik-file", s->file, NULL};
	struct config_error error;

	snprintf(seed, sizeof(seed), "%u", s->number + 1);
	unlink(s->file);
	if (!write_scenario(s->scenario, s->place))
		return false;
	s->truth.simulator = simulator_start(s->scenario, options, s->config);
	s->spec = s->truth.simulator ? config_load(s->config, &error) : NULL;
	if (!s->spec)
		return false;
	set_spec(s->spec);
	truth_look(&s->truth);
	truth_read_pool(&s->truth, s->file, NULL, NULL);
	return true;
}

static bool open_program(struct sequence *s)
{
	clock_init(&s->clock);
	uv_loop_init(&s->loop);
	s->fleet = fleet_new(s->spec, clock_mono_ms(&s->clock), clock_wall_ms(&s->clock));
	s->http = http_new(&s->loop, &s->clock);
	s->watch = watch_new(&(struct watch_options){
		.loop = &s->loop, .clock = &s->clock, .http = s->http, .fleet = s->fleet});
	s->ops = ops_new(&(struct ops_options){
		.loop = &s->loop, .clock = &s->clock, .http = s->http, .fleet = s->fleet, .watch = s->watch});
	uv_timer_init(&s->loop, &s->timer);
	uv_fs_event_init(&s->loop, &s->file_event);
	s->timer.data = s->file_event.data = s;
	uv_timer_start(&s->timer, on_tick, TICK_MS, TICK_MS);
	uv_fs_event_start(&s->file_event, file_changed, s->folder, 0);
	watch_start(s->watch);
	s->began_at = now_of(s);
	return true;
}

static void close_all(struct sequence *s)
{
	ops_close(s->ops);
	watch_close(s->watch);
	http_close(s->http);
	uv_close((uv_handle_t *)&s->timer, NULL);
	uv_close((uv_handle_t *)&s->file_event, NULL);
	for (int64_t until = now_of(s) + CLOSE_MS; uv_run(&s->loop, UV_RUN_NOWAIT) != 0 && now_of(s) < until;)
		usleep(1000);
	ops_free(s->ops);
	watch_free(s->watch);
	fleet_free(s->fleet);
	if (uv_loop_close(&s->loop) != 0)
		broke(s, RULE_END, "handles are left open");
}

void sequence_play(uint64_t seed, unsigned number, int place, const char *folder, struct tally *tally)
{
	struct sequence *s = calloc(1, sizeof *s);
	struct draw draw = {.state = seed * UINT64_C(1000003) + number};

	if (!s)
		abort();
	s->seed = seed;
	s->number = number;
	s->tally = tally;
	s->upgrade_from = INT64_MAX;
	snprintf(s->folder, sizeof(s->folder), "%s", folder);
	snprintf(s->file, sizeof(s->file), "%s/dynamic.yml", folder);
	s->place = place;
	snprintf(s->config, sizeof(s->config), "%s/../config-%d.yaml", folder, place);
	snprintf(s->scenario, sizeof(s->scenario), "%s/../scenario-%d.yaml", folder, place);
	s->action_count = actions_draw(&draw, s->actions);
	s->audit_mark = audit_mark();
	if (open_world(s) && open_program(s)) {
		uv_run(&s->loop, UV_RUN_DEFAULT);
		close_all(s);
	} else {
		broke(s, RULE_END, "the simulator did not start");
	}
	simulator_stop(s->truth.simulator);
	truth_clear(&s->truth);
	spec_free(s->spec);
	free(s);
}
