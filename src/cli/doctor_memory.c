/*
 * doctor_memory.c - limits against the models (DESIGN.md 10.9), and against what the server has.
 */
#include "doctor.h"

#include "doctor_need.h"
#include "doctor_places.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdlib.h>

#define SIZE_TEXT 16
/* Less than this share of a server's memory is no reserve. */
#define RESERVE_SHARE 20
#define LIMIT_MOST    ((int64_t)1 << 50)

struct largest {
	const struct model_stored *model;
	struct need need;
	size_t too_large;
};

/* Of the instance's models the one that needs most, and how many need more than the limit. */
static struct largest find_largest(
	const struct doctor *doctor, const struct instance *instance, int64_t limit)
{
	const struct need_settings settings = need_settings_of(&instance->container);
	struct largest largest = {0};
	for (size_t k = 0; k < instance->stored_count; k++) {
		const struct model_stored *model = &instance->stored[k];
		const struct facts_model *facts = facts_model(doctor->facts, model->name);
		const struct need need = need_of(model->name, model->size, facts ? facts->token_bytes : 0,
			facts ? facts->context_length : 0, &settings);
		if (facts && facts->embedding) {
			continue;
		}
		largest.too_large += limit > 0 && need.total > limit;
		if (!largest.model || need.total > largest.need.total) {
			largest.model = model;
			largest.need = need;
		}
	}
	return largest;
}

/* What all that is loaded takes, without what is in a graphics card; false when there is such a card. */
static bool sum_loaded(const struct instance *instance, int64_t *sum)
{
	bool card = false;
	*sum = 0;
	for (size_t k = 0; k < instance->loaded_count; k++) {
		const struct model_loaded *model = &instance->loaded[k];
		const int64_t size = model->size - model->size_vram;
		card |= model->size_vram > 0;
		*sum += size > 0 ? size : 0;
	}
	return !card;
}

static void say_need(struct doctor *doctor, enum verdict verdict, const struct instance *instance,
	const struct largest *largest)
{
	char total[SIZE_TEXT];
	char limit[SIZE_TEXT];
	char weights[SIZE_TEXT];
	char cache[SIZE_TEXT];
	const struct need *need = &largest->need;
	const struct need_settings settings = need_settings_of(&instance->container);
	text_size(total, sizeof(total), need->total);
	text_size(limit, sizeof(limit), instance->container.memory_limit);
	if (need->cache >= 0) {
		doctor_say(doctor, verdict,
			_("the limit is %s; %s needs about %s (weights %s, %d x %lld tokens of context %s)"),
			limit, largest->model->name, total,
			text_size(weights, sizeof(weights), need->weights), settings.parallel,
			(long long)need->context, text_size(cache, sizeof(cache), need->cache));
	} else {
		doctor_say(doctor, verdict, _("the limit is %s; %s needs about %s (rule of thumb)"), limit,
			largest->model->name, total);
	}
}

static void say_limited(struct doctor *doctor, const struct instance *instance)
{
	char loaded_text[SIZE_TEXT];
	char limit_text[SIZE_TEXT];
	int64_t loaded;
	const int64_t limit = instance->container.memory_limit;
	const bool all_in_memory = sum_loaded(instance, &loaded);
	const struct largest largest = find_largest(doctor, instance, limit);
	text_size(limit_text, sizeof(limit_text), limit);
	if (loaded > limit) {
		doctor_say(doctor, VERDICT_FAILURE,
			_("what is loaded takes %s, the limit is %s: it will be killed, or read its weights "
			  "again "
			  "and again"),
			text_size(loaded_text, sizeof(loaded_text), loaded), limit_text);
		advise_memory(doctor, instance, loaded);
	} else if (instance->memory_judged > 0 &&
		   (double)instance->memory_judged > FLEET_HOT_SHARE * (double)limit) {
		doctor_say(doctor, VERDICT_WARNING,
			_("%s of the limit of %s are in use that cannot be reclaimed"),
			text_size(loaded_text, sizeof(loaded_text), instance->memory_judged), limit_text);
		advise_memory(doctor, instance, instance->memory_judged);
	} else if (!largest.model) {
		doctor_say(doctor, VERDICT_OK, _("the limit is %s; it has no models"), limit_text);
	} else if (largest.too_large > 0 && all_in_memory) {
		say_need(doctor, VERDICT_WARNING, instance, &largest);
		advise_memory(doctor, instance, largest.need.total);
	} else {
		say_need(doctor, VERDICT_OK, instance, &largest);
	}
}

static void check_limit(struct doctor *doctor, const struct subject *subject)
{
	const struct instance *instance = subject->instance;
	if (subject->server->docker.status != LINK_OK || !instance->container.known) {
		return;
	}
	if (instance->container.memory_limit > 0) {
		say_limited(doctor, instance);
		return;
	}
	const struct largest largest = find_largest(doctor, instance, 0);
	doctor_say(doctor, VERDICT_WARNING,
		_("it has no memory limit: a long context can take all that the server has, and the kernel "
		  "then "
		  "kills what it likes"));
	advise_memory(doctor, instance, largest.need.total);
}

static void check_host(struct doctor *doctor, const struct subject *subject)
{
	char sum_text[SIZE_TEXT];
	char total_text[SIZE_TEXT];
	const struct server *server = subject->server;
	int64_t sum = 0;
	if (server->docker.status != LINK_OK) {
		return;
	}
	if (server->memory_total <= 0) {
		doctor_say(doctor, VERDICT_UNKNOWN, _("nobody knows how much memory it has"));
		return;
	}
	for (size_t k = 0; k < server->instance_count; k++) {
		const int64_t limit = server->instances[k]->container.memory_limit;
		/* Absurd figures must not overflow. */
		sum += limit < LIMIT_MOST ? limit : LIMIT_MOST;
	}
	text_size(sum_text, sizeof(sum_text), sum);
	text_size(total_text, sizeof(total_text), server->memory_total);
	if (sum > server->memory_total) {
		doctor_say(doctor, VERDICT_WARNING,
			_("the limits of its instances add up to %s, it has %s: together they can use up its "
			  "memory"),
			sum_text, total_text);
		doctor_advise(doctor, server, "docker stats --no-stream");
		if (server->spec->scale.given && server->living > 1) {
			char fewer[24];
			snprintf(fewer, sizeof(fewer), "%zu", server->living - 1);
			doctor_advise(doctor, NULL, "ollama-top scale {} {}", server->spec->name, fewer);
		}
	} else if (server->memory_available >= 0 &&
		   server->memory_available < server->memory_total / RESERVE_SHARE) {
		doctor_say(doctor, VERDICT_WARNING, _("only %s of %s are available"),
			text_size(sum_text, sizeof(sum_text), server->memory_available), total_text);
		doctor_advise(doctor, server, "ps -eo pid,rss,args --sort=-rss | head");
	} else {
		doctor_say(doctor, VERDICT_OK, _("the limits of its instances add up to %s of %s"), sum_text,
			total_text);
	}
}

static const struct check checks[] = {
	{"memory", SCOPE_INSTANCE, check_limit, NULL},
	{"host-memory", SCOPE_SERVER, check_host, NULL},
};

const struct check_table doctor_memory = CHECK_TABLE(checks);
