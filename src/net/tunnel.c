/*
 * tunnel.c - the life of the tunnels: started in turn, seen to stand, given their forwards, started again.
 *
 * ssh does not say that a connection stands; it makes its control socket then, which is looked for. A second, short
 * ssh hands over the forwards. The paths of all sockets stay the same for as long as this program runs.
 */
#include "tunnel_private.h"

#include "child.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/*
 * So many knock at the same time, each at most for TURN_MS: sshd by default drops connections at random from ten on
 * that have not logged in yet (MaxStartups), and all tunnels may lead through one jump host.
 */
#define TURNS   8
#define TURN_MS 1000
/* How often the control socket is looked for, at first and later. */
#define LOOK_MS      25
#define LOOK_SLOW_MS 150
#define RETRY_MS     1000
#define RETRY_MAX_MS 30000
/* One that stood for so long begins with the shortest pause again. */
#define STEADY_MS 10000
/* How long an ssh that was told to end may take. */
#define STOP_MS 2000
/* A refusal explains what happened within this time after it. */
#define REFUSAL_MS 2000
#define WORDS_MAX  4096
/* Of the timeout for one request: what a connection, a key exchange and a log-in may take together. */
#define PATIENCE 3

enum step {
	STEP_QUEUED,     /* for its turn */
	STEP_CONNECTING, /* ssh runs, its control socket is not there yet */
	STEP_FORWARDING, /* the second ssh runs for the first time */
	STEP_UP,
	STEP_STOPPING, /* ssh was told to end */
	STEP_DOWN,
};

struct tunnel {
	struct tunnels *tunnels;
	const struct server_spec *server;
	struct tunnel_address to;
	enum step step;
	bool turn; /* it has one of TURNS */
	uv_timer_t timer;
	struct child *ssh, *helper;
	struct forward *forwards;
	size_t forward_count;
	size_t asked; /* forwards that the helper was told of */
	char control[FOLDER_MAX + 24];
	int failures;
	int64_t since, retry_at; /* of the step */
	char words[WORDS_MAX];
	size_t words_len;
	char trouble[320], why[256]; /* why: ssh is being ended by us */
	struct {
		int64_t at;
		const char *text;
	} refused[2]; /* of the socket, of a port */
};

struct tunnels {
	uv_loop_t *loop;
	const struct clock *clock;
	const struct fleet_spec *spec;
	struct children *children;
	struct tunnel **list; /* by index of the server; NULL until it is asked for */
	void (*on_change)(void *user, const struct server_spec *server);
	void *user;
	struct folder folder;
	size_t turns;
	bool closed;
};

static void begin(struct tunnel *t);
static void on_timer(uv_timer_t *timer);

static int64_t now_ms(const struct tunnel *t)
{
	return clock_mono_ms(t->tunnels->clock);
}

static int64_t patience_ms(const struct tunnel *t)
{
	return PATIENCE * t->tunnels->spec->timeout_ms;
}

static void set_timer(struct tunnel *t, int64_t ms)
{
	uv_timer_start(&t->timer, on_timer, ms > 0 ? (uint64_t)ms : 0, 0);
}

static void set_step(struct tunnel *t, enum step step)
{
	t->step = step;
	t->since = now_ms(t);
}

static void tell(const struct tunnel *t)
{
	if (t->tunnels->on_change != NULL && !t->tunnels->closed)
		t->tunnels->on_change(t->tunnels->user, t->server);
}

/* The next in line, when there is a turn free. */
static void next_turn(struct tunnels *tunnels)
{
	for (size_t i = 0; i < tunnels->spec->server_count && tunnels->turns < TURNS; i++)
		if (tunnels->list[i] != NULL && tunnels->list[i]->step == STEP_QUEUED)
			begin(tunnels->list[i]);
}

static void end_turn(struct tunnel *t)
{
	if (!t->turn)
		return;
	t->turn = false;
	t->tunnels->turns--;
	next_turn(t->tunnels);
}

static void go_down(struct tunnel *t, const char *why)
{
	int64_t pause = RETRY_MS;
	if (t->step == STEP_UP && now_ms(t) - t->since >= STEADY_MS)
		t->failures = 0;
	for (int i = 0; i < t->failures && pause < RETRY_MAX_MS; i++)
		pause *= 2;
	if (pause > RETRY_MAX_MS)
		pause = RETRY_MAX_MS;
	t->failures++;
	snprintf(t->trouble, sizeof t->trouble, _("ssh: %s"), why);
	set_step(t, STEP_DOWN);
	t->retry_at = now_ms(t) + pause;
	set_timer(t, pause);
	end_turn(t);
	tell(t);
}

/* Ends an ssh that runs; `why` is what will be told. */
static void stop(struct tunnel *t, const char *why)
{
	snprintf(t->why, sizeof t->why, "%s", why);
	child_drop(t->helper);
	t->helper = NULL;
	end_turn(t);
	set_step(t, STEP_STOPPING);
	child_signal(t->ssh, SIGTERM);
	set_timer(t, STOP_MS);
}

static void on_gone(void *user)
{
	struct tunnel *t = user;
	char why[256];
	t->ssh = NULL;
	child_drop(t->helper);
	t->helper = NULL;
	if (t->step == STEP_STOPPING)
		snprintf(why, sizeof why, "%s", t->why);
	else
		tunnel_reason(t->words, t->words_len, why, sizeof why);
	go_down(t, why);
}

static void keep_words(struct tunnel *t, const char *line)
{
	size_t len = strlen(line) + 1;
	while (t->words_len + len > sizeof t->words) {
		const char *end = memchr(t->words, '\n', t->words_len);
		size_t oldest = end != NULL ? (size_t)(end - t->words) + 1 : t->words_len;
		t->words_len -= oldest;
		memmove(t->words, t->words + oldest, t->words_len);
	}
	memcpy(t->words + t->words_len, line, len - 1);
	t->words[t->words_len + len - 1] = '\n';
	t->words_len += len;
}

static void on_line(void *user, const char *line)
{
	struct tunnel *t = user;
	int what = 0;
	const char *text = tunnel_refusal(line, &what);
	keep_words(t, line);
	for (int i = 0; text != NULL && i < 2; i++) {
		if ((what & (1 << i)) != 0) {
			t->refused[i].at = now_ms(t);
			t->refused[i].text = text;
		}
	}
}

static void start_helper(struct tunnel *t);

static void be_up(struct tunnel *t)
{
	if (t->step == STEP_FORWARDING) {
		uv_timer_stop(&t->timer);
		set_step(t, STEP_UP);
		t->trouble[0] = '\0';
	}
	tell(t);
}

static void on_helper_gone(void *user)
{
	struct tunnel *t = user;
	char why[256];
	bool all = true;
	t->helper = NULL;
	/* It is silent when all went well, and each socket is there then. */
	for (size_t i = 0; i < t->asked; i++) {
		t->forwards[i].open = access(t->forwards[i].local, F_OK) == 0;
		all &= t->forwards[i].open;
	}
	if (!all) {
		tunnel_reason(t->words, t->words_len, why, sizeof why);
		stop(t, why);
		return;
	}
	if (t->asked < t->forward_count)
		start_helper(t);
	if (t->step == STEP_FORWARDING || t->step == STEP_UP)
		be_up(t);
}

static struct child *run(struct tunnel *t, struct command *command, child_exit_fn *on_exit)
{
	struct child *child = NULL;
	errno = ENOMEM;
	if (!command->failed)
		child = child_start(
			t->tunnels->children, (const char *const *)command->argv, on_line, on_exit, t);
	command_free(command);
	return child;
}

static void start_helper(struct tunnel *t)
{
	struct command command;
	for (size_t i = 0; i < t->forward_count; i++)
		if (!t->forwards[i].open)
			unlink(t->forwards[i].local);
	command_forward(&command, &t->to, t->control, t->forwards, t->forward_count);
	t->asked = t->forward_count;
	t->helper = run(t, &command, on_helper_gone);
	if (t->helper == NULL)
		stop(t, strerror(errno));
}

/* The connection stands. */
static void connected(struct tunnel *t)
{
	end_turn(t);
	set_step(t, STEP_FORWARDING);
	set_timer(t, patience_ms(t));
	if (t->forward_count > 0)
		start_helper(t);
	else
		be_up(t);
}

static void too_late(struct tunnel *t)
{
	char why[64], wait[16];
	snprintf(why, sizeof why, _("timed out after %s"), text_duration(wait, sizeof wait, patience_ms(t)));
	stop(t, why);
}

static void look(struct tunnel *t)
{
	int64_t age = now_ms(t) - t->since;
	if (access(t->control, F_OK) == 0) {
		connected(t);
	} else if (age >= patience_ms(t)) {
		too_late(t);
	} else {
		if (age >= TURN_MS)
			end_turn(t);
		set_timer(t, age < TURN_MS ? LOOK_MS : LOOK_SLOW_MS);
	}
}

static void kill_it(struct tunnel *t)
{
	child_signal(t->ssh, SIGKILL);
}

static void on_timer(uv_timer_t *timer)
{
	static void (*const due[])(struct tunnel *) = {
		[STEP_QUEUED] = begin,
		[STEP_CONNECTING] = look,
		[STEP_FORWARDING] = too_late,
		[STEP_STOPPING] = kill_it,
		[STEP_DOWN] = begin,
	};
	struct tunnel *t = timer->data;
	if (t->step != STEP_UP)
		due[t->step](t);
}

static bool make_folder(struct tunnels *tunnels)
{
	return tunnels->folder.path[0] != '\0' || folder_make(&tunnels->folder);
}

static void begin(struct tunnel *t)
{
	struct tunnels *tunnels = t->tunnels;
	struct command command;
	t->retry_at = 0;
	if (tunnels->turns == TURNS) {
		set_step(t, STEP_QUEUED);
		return;
	}
	unlink(t->control);
	t->words_len = 0;
	for (size_t i = 0; i < t->forward_count; i++)
		t->forwards[i].open = false;
	command_connect(&command, &t->to, t->control, tunnels->spec->timeout_ms);
	t->ssh = run(t, &command, on_gone);
	if (t->ssh == NULL) {
		go_down(t, strerror(errno));
		return;
	}
	t->turn = true;
	tunnels->turns++;
	set_step(t, STEP_CONNECTING);
	set_timer(t, LOOK_MS);
}

static bool has_ssh_docker(const struct server_spec *server)
{
	return server->docker != NULL && strncasecmp(server->docker, "ssh://", 6) == 0;
}

static size_t index_of(const struct fleet_spec *spec, const struct server_spec *server)
{
	size_t i = 0;
	while (i < spec->server_count && &spec->servers[i] != server)
		i++;
	return i;
}

static struct tunnel *make(struct tunnels *tunnels, size_t index)
{
	const struct server_spec *server = &tunnels->spec->servers[index];
	struct tunnel *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->tunnels = tunnels;
	t->server = server;
	if (has_ssh_docker(server))
		tunnel_parse_address(server->docker + 6, &t->to);
	else
		snprintf(t->to.host, sizeof t->to.host, "%s", server->host);
	snprintf(t->control, sizeof t->control, "%s/%zu", tunnels->folder.path, index);
	uv_timer_init(tunnels->loop, &t->timer);
	t->timer.data = t;
	set_step(t, STEP_QUEUED);
	/* In the next turn of the loop, when all that go through it have said so. */
	set_timer(t, 0);
	tunnels->list[index] = t;
	return t;
}

struct tunnels *tunnels_new(uv_loop_t *loop, const struct clock *clock, const struct fleet_spec *spec)
{
	struct tunnels *tunnels = calloc(1, sizeof *tunnels);
	if (tunnels == NULL)
		return NULL;
	tunnels->loop = loop;
	tunnels->clock = clock;
	tunnels->spec = spec;
	tunnels->list = calloc(spec->server_count + 1, sizeof *tunnels->list);
	if (tunnels->list == NULL) {
		free(tunnels);
		return NULL;
	}
	return tunnels;
}

void tunnels_listen(
	struct tunnels *tunnels, void (*on_change)(void *, const struct server_spec *), void *user)
{
	tunnels->on_change = on_change;
	tunnels->user = user;
}

void tunnels_close(struct tunnels *tunnels)
{
	if (tunnels == NULL || tunnels->closed)
		return;
	tunnels->closed = true;
	children_close(tunnels->children);
	for (size_t i = 0; i < tunnels->spec->server_count; i++)
		if (tunnels->list[i] != NULL)
			uv_close((uv_handle_t *)&tunnels->list[i]->timer, NULL);
	folder_remove(&tunnels->folder);
}

void tunnels_free(struct tunnels *tunnels)
{
	if (tunnels == NULL)
		return;
	/* An ssh that was just starting may have put its socket there meanwhile. */
	folder_free(&tunnels->folder);
	for (size_t i = 0; i < tunnels->spec->server_count; i++) {
		if (tunnels->list[i] != NULL)
			free(tunnels->list[i]->forwards);
		free(tunnels->list[i]);
	}
	free(tunnels->list);
	free(tunnels);
}

int64_t tunnels_patience_ms(const struct fleet_spec *spec)
{
	for (size_t i = 0; i < spec->server_count; i++) {
		const struct server_spec *server = &spec->servers[i];
		bool ssh = has_ssh_docker(server) || server->discover.ssh;
		for (size_t k = 0; k < server->instance_count; k++)
			ssh |= server->instances[k].ssh;
		if (ssh)
			return PATIENCE * spec->timeout_ms;
	}
	return 0;
}

struct tunnel *tunnel_of(struct tunnels *tunnels, const struct server_spec *server)
{
	size_t index = tunnels != NULL ? index_of(tunnels->spec, server) : 0;
	if (tunnels == NULL || tunnels->closed || index == tunnels->spec->server_count)
		return NULL;
	if (tunnels->list[index] != NULL)
		return tunnels->list[index];
	if (tunnels->children == NULL)
		tunnels->children = children_new(tunnels->loop);
	if (tunnels->children == NULL || !make_folder(tunnels))
		return NULL;
	return make(tunnels, index);
}

static const char *forward(struct tunnel *t, int port)
{
	size_t i = 0;
	while (i < t->forward_count && t->forwards[i].port != port)
		i++;
	if (i < t->forward_count)
		return t->forwards[i].local;
	if (t->forwards == NULL)
		t->forwards = calloc(FORWARDS_MAX, sizeof *t->forwards);
	if (t->forwards == NULL || t->forward_count == FORWARDS_MAX)
		return NULL;
	struct forward *f = &t->forwards[t->forward_count++];
	f->port = port;
	snprintf(f->local, sizeof f->local, "%s.%d", t->control, port);
	if (port == 0)
		snprintf(f->remote, sizeof f->remote, "%s", t->to.path);
	else
		snprintf(f->remote, sizeof f->remote, "127.0.0.1:%d", port);
	if (t->step == STEP_UP && t->helper == NULL)
		start_helper(t);
	return f->local;
}

const char *tunnel_docker(struct tunnel *t)
{
	return forward(t, 0);
}

const char *tunnel_port(struct tunnel *t, int port)
{
	return forward(t, port);
}

static const struct forward *find_forward(const struct tunnel *t, const char *local)
{
	for (size_t i = 0; i < t->forward_count; i++)
		if (strcmp(t->forwards[i].local, local) == 0)
			return &t->forwards[i];
	return NULL;
}

bool tunnel_is_open(const struct tunnel *t, const char *local)
{
	const struct forward *f = find_forward(t, local);
	return t->step == STEP_UP && f != NULL && f->open;
}

enum tunnel_status tunnel_status(const struct tunnel *t)
{
	return t->step == STEP_UP ? TUNNEL_UP : t->step == STEP_DOWN ? TUNNEL_DOWN : TUNNEL_CONNECTING;
}

const char *tunnel_trouble(const struct tunnel *t)
{
	return t->trouble;
}

int64_t tunnel_retry_at(const struct tunnel *t)
{
	return t->retry_at;
}

void tunnel_retry(struct tunnel *t)
{
	if (t->step != STEP_DOWN || t->tunnels->closed)
		return;
	t->failures = 0;
	set_step(t, STEP_QUEUED);
	set_timer(t, 0);
}

const char *tunnel_explain(struct tunnel *t, const char *local)
{
	const struct forward *f = find_forward(t, local);
	if (t->step != STEP_UP)
		return t->trouble[0] != '\0' ? t->trouble : _("ssh: connecting");
	if (t->ssh != NULL)
		child_listen(t->ssh);
	int i = f != NULL && f->port == 0 ? 0 : 1;
	bool recent = t->refused[i].text != NULL && now_ms(t) - t->refused[i].at <= REFUSAL_MS;
	return recent ? t->refused[i].text : NULL;
}
