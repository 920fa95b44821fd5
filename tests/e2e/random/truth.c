#include "truth.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long after something changed by itself nobody can be blamed for not knowing it. */
#define GRACE_MS    2500
#define PATIENCE_MS 700 /* of a request */
/* How long a container that was asked to stop may still be seen running. */
#define STOPPING_MS 600

static const char *text_of(const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

	return text ? text : "";
}

static int64_t number_of(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;
}

static struct sight *last_sight(
	const struct truth *truth, const char *server, const char *name, int64_t until)
{
	for (size_t i = truth->sight_count; i-- > 0;) {
		struct sight *sight = &truth->sights[i];

		if (sight->at <= until && strcmp(sight->server, server) == 0 &&
			strcmp(sight->name, name) == 0)
			return sight;
	}
	return NULL;
}

const struct sight *truth_now(const struct truth *truth, const char *server, const char *name)
{
	return last_sight(truth, server, name, INT64_MAX);
}

static bool same(const struct sight *a, const struct sight *b)
{
	return strcmp(a->id, b->id) == 0 && a->started == b->started && a->exists == b->exists &&
	       a->running == b->running && a->paused == b->paused && a->store_right == b->store_right &&
	       a->port == b->port;
}

static void keep(struct truth *truth, const struct sight *sight)
{
	const struct sight *last = truth_now(truth, sight->server, sight->name);
	struct sight *grown;

	if (last && same(last, sight))
		return;
	grown = realloc(truth->sights, (truth->sight_count + 1) * sizeof *grown);
	if (!grown)
		abort();
	truth->sights = grown;
	truth->sights[truth->sight_count++] = *sight;
}

static void look_at(struct truth *truth, const char *server, const cJSON *container)
{
	const cJSON *store = cJSON_GetObjectItemCaseSensitive(container, "store");
	const char *status = text_of(container, "status");
	struct sight sight = {.at = truth->wall,
		.exists = true,
		.port = (int)number_of(container, "port"),
		.restarts = (int)number_of(container, "restarts"),
		.started = number_of(container, "started")};

	if (strncmp(text_of(container, "name"), "ollama-top-lease", 16) == 0)
		return;
	snprintf(sight.server, sizeof(sight.server), "%s", server);
	snprintf(sight.name, sizeof(sight.name), "%s", text_of(container, "name"));
	snprintf(sight.id, sizeof(sight.id), "%s", text_of(container, "id"));
	sight.paused = strcmp(status, "paused") == 0;
	sight.running = sight.paused || strcmp(status, "running") == 0;
	sight.store_right = strcmp(server, "84") != 0 ||
			    (strncmp(text_of(store, "fstype"), "nfs", 3) == 0 &&
				    cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(store, "read_only")));
	keep(truth, &sight);
}

/* A container that is no longer listed was removed, or has another name. */
static void look_for_gone(struct truth *truth, const char *server, const cJSON *containers)
{
	for (size_t i = truth->sight_count; i-- > 0;) {
		struct sight sight = truth->sights[i];
		const cJSON *container;
		bool listed = false;

		if (strcmp(sight.server, server) != 0)
			continue;
		cJSON_ArrayForEach(container, containers)
		{
			listed = listed || strcmp(text_of(container, "name"), sight.name) == 0;
		}
		if (listed || !truth_now(truth, server, sight.name)->exists)
			continue;
		sight.at = truth->wall;
		sight.exists = sight.running = sight.paused = false;
		keep(truth, &sight);
	}
}

bool truth_look(struct truth *truth)
{
	char *body = simulator_get(truth->simulator, "/control/state");
	cJSON *state = body ? cJSON_Parse(body) : NULL;
	const cJSON *server, *container;

	if (!state)
		printf("# state of the simulator: %.300s\n", body ? body : "no answer");
	free(body);
	if (!state)
		return false;
	truth->wall = number_of(state, "wall");
	cJSON_ArrayForEach(server, cJSON_GetObjectItemCaseSensitive(state, "servers"))
	{
		const cJSON *containers = cJSON_GetObjectItemCaseSensitive(server, "containers");

		cJSON_ArrayForEach(container, containers)
		{
			look_at(truth, text_of(server, "name"), container);
		}
		look_for_gone(truth, text_of(server, "name"), containers);
	}
	cJSON_Delete(state);
	return true;
}

void truth_clear(struct truth *truth)
{
	for (size_t i = 0; i < truth->pool_count; i++)
		free(truth->pool[i]);
	free(truth->sights);
	memset(truth, 0, sizeof *truth);
}

size_t truth_count(const struct truth *truth)
{
	size_t count = 0;

	for (size_t i = 0; i < truth->sight_count; i++) {
		const struct sight *sight = &truth->sights[i];

		count += sight->exists && sight == truth_now(truth, sight->server, sight->name);
	}
	return count;
}

void truth_lie_begins(struct truth *truth, const char *server, const char *name, bool late, bool until_start)
{
	struct lie *lie = &truth->lies[truth->lie_count];

	if (truth->lie_count == sizeof(truth->lies) / sizeof *truth->lies)
		return;
	truth->lie_count++;
	snprintf(lie->server, sizeof(lie->server), "%s", server);
	snprintf(lie->name, sizeof(lie->name), "%s", name);
	lie->from = truth->wall;
	lie->to = 0;
	lie->late = late;
	lie->until_start = until_start;
}

void truth_lie_ends(struct truth *truth, const char *server, const char *name)
{
	for (size_t i = 0; i < truth->lie_count; i++)
		if (strcmp(truth->lies[i].server, server) == 0 && strcmp(truth->lies[i].name, name) == 0 &&
			truth->lies[i].to == 0)
			truth->lies[i].to = truth->wall;
}

static bool lied(const struct truth *truth, const struct sight *sight, int64_t at)
{
	for (size_t i = 0; i < truth->lie_count; i++) {
		const struct lie *lie = &truth->lies[i];

		if (strcmp(lie->server, sight->server) == 0 && strcmp(lie->name, sight->name) == 0 &&
			at > lie->from && (lie->to == 0 || at <= lie->to - (lie->late ? PATIENCE_MS : 0)) &&
			!(lie->until_start && sight->started > lie->from))
			return true;
	}
	return false;
}

/* ---- what was asked ---- */

struct asked {
	int64_t at;
	char listener[80], method[8], path[400];
};

static void for_each_request(struct truth *truth,
	void (*take)(struct truth *truth, const struct asked *asked, void *user), void *user)
{
	char *body = simulator_get(truth->simulator, "/control/requests"), *rest = body, *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		cJSON *json = cJSON_Parse(line);
		struct asked asked = {.at = number_of(json, "time")};

		if (!json)
			continue;
		snprintf(asked.listener, sizeof(asked.listener), "%s", text_of(json, "listener"));
		snprintf(asked.method, sizeof(asked.method), "%s", text_of(json, "method"));
		snprintf(asked.path, sizeof(asked.path), "%s", text_of(json, "path"));
		take(truth, &asked, user);
		cJSON_Delete(json);
	}
	free(body);
}

struct answer_check {
	const struct sight *sight;
	char listener[100];
	bool answered;
};

static void look_for_answer(struct truth *truth, const struct asked *asked, void *user)
{
	struct answer_check *check = user;

	if (strcmp(asked->listener, check->listener) == 0 && strcmp(asked->path, "/api/version") == 0 &&
		asked->at >= check->sight->started && !lied(truth, check->sight, asked->at))
		check->answered = true;
}

static bool has_answered(struct truth *truth, const struct sight *sight)
{
	struct answer_check check = {.sight = sight};

	snprintf(check.listener, sizeof(check.listener), "ollama %s/%s", sight->server, sight->name);
	for_each_request(truth, look_for_answer, &check);
	return check.answered;
}

/* Right once since its start, and not known to be wrong for longer than anybody needs to see it. */
static bool store_was_right(const struct truth *truth, const struct sight *now)
{
	bool was_right = false;
	int64_t wrong_at = 0;

	for (size_t i = 0; i < truth->sight_count; i++) {
		const struct sight *sight = &truth->sights[i];

		if (strcmp(sight->id, now->id) != 0 || sight->started != now->started)
			continue;
		was_right = was_right || sight->store_right;
		wrong_at = sight->store_right ? 0 : wrong_at > 0 ? wrong_at : sight->at;
	}
	return was_right && (wrong_at == 0 || truth->wall - wrong_at < GRACE_MS);
}

static const struct sight *by_port(const struct truth *truth, const char *url)
{
	const char *colon = strrchr(url, ':');
	const char *server = strstr(url, ".80:") ? "80" : "84";

	for (size_t i = truth->sight_count; i-- > 0 && colon;)
		if (truth->sights[i].port == atoi(colon + 1) &&
			strcmp(truth->sights[i].server, server) == 0 &&
			truth_now(truth, server, truth->sights[i].name)->exists)
			return truth_now(truth, server, truth->sights[i].name);
	return NULL;
}

static void judge_add(struct truth *truth, const char *url, char *why, size_t size)
{
	const struct sight *sight;

	why[0] = '\0';
	if (!truth_look(truth))
		return;
	sight = by_port(truth, url);
	if (!sight)
		snprintf(why, size, "no container has that port");
	else if (sight->restarts > 0 && truth->wall - sight->started < GRACE_MS)
		return; /* it died, and the engine started it again, just now */
	else if (!store_was_right(truth, sight))
		snprintf(why, size, "the store of %s/%s, started %lld ms ago, is wrong", sight->server,
			sight->name, (long long)(truth->wall - sight->started));
	else if (!has_answered(truth, sight))
		snprintf(why, size, "%s/%s has not answered since its start %lld ms ago", sight->server,
			sight->name, (long long)(truth->wall - sight->started));
}

/* ---- the balancer's file ---- */

static size_t read_urls(const char *path, char **urls, size_t max)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	size_t count = 0;

	while (file && count < max && fgets(line, sizeof(line), file)) {
		char *url = strstr(line, "url:");
		char *start = url ? strstr(url, "http") : NULL;

		if (!start || strchr(line, '#'))
			continue;
		start[strcspn(start, "\"' }\n")] = '\0';
		urls[count++] = strdup(start);
	}
	if (file)
		fclose(file);
	return count;
}

static bool has(char *const *urls, size_t count, const char *url)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(urls[i], url) == 0)
			return true;
	return false;
}

void truth_read_pool(struct truth *truth, const char *path,
	void (*tell)(void *user, const char *url, const char *why), void *user)
{
	char *urls[64], why[300];
	size_t count = read_urls(path, urls, 64);

	for (size_t i = 0; i < count && tell; i++) {
		if (has(truth->pool, truth->pool_count, urls[i]))
			continue;
		judge_add(truth, urls[i], why, sizeof(why));
		tell(user, urls[i], why);
	}
	for (size_t i = 0; i < truth->pool_count; i++)
		free(truth->pool[i]);
	memcpy(truth->pool, urls, count * sizeof *urls);
	truth->pool_count = count;
}

/* ---- writes, and how many run ---- */

struct taken {
	char name[64];
	int64_t at;
};

struct request_check {
	struct taken taken[64];
	size_t taken_count;
	int64_t upgrade_from, upgrade_to;
	void (*tell)(void *user, enum rule rule, const char *why);
	void *user;
};

static const struct sight *by_id(const struct truth *truth, const char *id, int64_t until)
{
	const struct sight *found = NULL;

	for (size_t i = 0; i < truth->sight_count && truth->sights[i].at <= until; i++)
		if (strncmp(truth->sights[i].id, id, 12) == 0)
			found = &truth->sights[i];
	return found;
}

/* When we took it away last before `at`; 0: never. */
static int64_t taken_at(const struct request_check *check, const char *name)
{
	for (size_t i = check->taken_count; i-- > 0;)
		if (strcmp(check->taken[i].name, name) == 0)
			return check->taken[i].at;
	return 0;
}

/* Who died by itself just now may not be known yet; who was taken away by us is known to be. */
static bool ran(const struct truth *truth, const struct request_check *check, const char *name, int64_t at)
{
	const struct sight *last = last_sight(truth, "84", name, at);
	int64_t taken = taken_at(check, name);
	bool ours = last && taken > 0 && taken >= last->started;

	if (ours && at - taken < STOPPING_MS)
		return false;
	if (!last || last->running || ours)
		return last && last->running;
	for (size_t i = 0; i < truth->sight_count; i++) {
		const struct sight *sight = &truth->sights[i];

		if (strcmp(sight->server, "84") == 0 && strcmp(sight->name, name) == 0 && sight->at <= at &&
			sight->running &&
			(sight->at > at - GRACE_MS || sight == last_sight(truth, "84", name, at - GRACE_MS)))
			return true;
	}
	return false;
}

/* Those of 84 beside `but` that ran, as far as can be known. */
static int others_running(
	const struct truth *truth, const struct request_check *check, const struct sight *but, int64_t at)
{
	char name[32];
	int count = 0;

	for (int n = 1; n <= 16; n++) {
		snprintf(name, sizeof(name), "ollama-%d", n);
		count += strcmp(name, but->name) != 0 && ran(truth, check, name, at);
	}
	return count;
}

/* "/v1.50/containers/ID/stop?t=10", or DELETE of "/v1.50/containers/ID?v=false" */
static bool takes_away(const struct asked *asked, char id[80])
{
	const char *containers = strstr(asked->path, "/containers/");
	const char *rest;

	if (strcmp(asked->listener, "docker 84") != 0 || !containers)
		return false;
	snprintf(id, 80, "%s", containers + strlen("/containers/"));
	rest = strchr(id, '/');
	rest = rest ? rest : "";
	if (strcmp(asked->method, "DELETE") != 0 &&
		!(strcmp(asked->method, "POST") == 0 &&
			(strncmp(rest, "/stop", 5) == 0 || strncmp(rest, "/kill", 5) == 0)))
		return false;
	id[strcspn(id, "/?")] = '\0';
	return true;
}

static void check_min(struct truth *truth, const struct asked *asked, struct request_check *check)
{
	const struct sight *sight;
	char id[80], why[600];
	int left;

	if (!takes_away(asked, id) || (asked->at >= check->upgrade_from && asked->at <= check->upgrade_to))
		return;
	sight = by_id(truth, id, asked->at);
	if (!sight || !sight->running)
		return;
	left = others_running(truth, check, sight, asked->at);
	if (check->taken_count < 64) {
		struct taken *taken = &check->taken[check->taken_count++];

		snprintf(taken->name, sizeof(taken->name), "%s", sight->name);
		taken->at = asked->at;
	}
	if (left >= MIN_INSTANCES)
		return;
	snprintf(why, sizeof(why), "%s %s (%s) leaves %d running of at least %d", asked->method, asked->path,
		sight->name, left, MIN_INSTANCES);
	check->tell(check->user, RULE_MIN, why);
}

static void check_request(struct truth *truth, const struct asked *asked, void *user)
{
	static const char *const writes[] = {
		"/api/pull", "/api/delete", "/api/create", "/api/copy", "/api/push"};
	struct request_check *check = user;
	char why[500];

	check_min(truth, asked, check);
	for (size_t i = 0; i < sizeof(writes) / sizeof *writes; i++) {
		if (strncmp(asked->listener, "ollama 84/", 10) != 0 ||
			strncmp(asked->path, writes[i], strlen(writes[i])) != 0)
			continue;
		snprintf(why, sizeof(why), "%s %.300s of %s", asked->method, asked->path, asked->listener);
		check->tell(check->user, RULE_WRITE, why);
	}
}

void truth_check_requests(struct truth *truth, int64_t upgrade_from, int64_t upgrade_to,
	void (*tell)(void *user, enum rule rule, const char *why), void *user)
{
	struct request_check check = {
		.upgrade_from = upgrade_from, .upgrade_to = upgrade_to, .tell = tell, .user = user};

	for_each_request(truth, check_request, &check);
}
