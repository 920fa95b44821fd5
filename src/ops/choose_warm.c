/*
 * choose_warm.c - what a new instance loads before it takes requests: pure, over the state of one server.
 */
#include "choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the limit; the rest is for what Ollama itself needs, and for requests that run side by side. */
#define SHARE 0.9

static bool add_model(
	struct warm_choice *list, size_t count, const struct instance *i, const struct model_loaded *model)
{
	size_t at = 0;
	while (at < count && strcmp(list[at].name, model->name) != 0)
		at++;
	struct warm_choice *choice = &list[at];
	if (at == count) {
		*choice = (struct warm_choice){.size = 0};
		snprintf(choice->name, sizeof choice->name, "%s", model->name);
	}
	choice->busy += i->busy;
	choice->holders++;
	if (model->size > choice->size)
		choice->size = model->size;
	if (model->context > choice->context)
		choice->context = model->context;
	return at == count;
}

static size_t gather(const struct server *server, const char *fresh, struct warm_choice *list, size_t max)
{
	size_t count = 0;
	for (size_t k = 0; k < server->instance_count; k++) {
		const struct instance *i = server->instances[k];
		/* What another engine serves is not for an Ollama to load. */
		if (strcmp(i->name, fresh) == 0 || i->api.status != LINK_OK || !instance_is_ollama(i))
			continue;
		for (size_t m = 0; m < i->loaded_count && count < max; m++)
			count += add_model(list, count, i, &i->loaded[m]);
	}
	return count;
}

static int by_use(const void *a, const void *b)
{
	const struct warm_choice *x = a, *y = b;
	if (x->busy != y->busy)
		return x->busy < y->busy ? 1 : -1;
	if (x->holders != y->holders)
		return x->holders < y->holders ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* How much of the memory limit models may take; INT64_MAX: there is none, or none is known. */
static int64_t room_for_models(const struct instance *i)
{
	int64_t limit = i == NULL                       ? 0
			: i->container.memory_limit > 0 ? i->container.memory_limit
							: i->memory_limit;
	return limit > 0 ? (int64_t)(SHARE * (double)limit) : INT64_MAX;
}

void choose_warm(const struct server *server, const char *fresh, struct warm_plan *plan)
{
	struct warm_choice all[WARM_SEEN_MAX];
	int64_t left = room_for_models(fleet_instance(server, fresh));
	size_t count = gather(server, fresh, all, WARM_SEEN_MAX);
	*plan = (struct warm_plan){.chosen_count = 0};
	qsort(all, count, sizeof *all, by_use);
	for (size_t m = 0; m < count && (all[m].busy > 0 || all[0].busy == 0); m++) {
		all[m].left = left;
		if (all[m].size > left || plan->chosen_count == WARM_MAX) {
			plan->left_out[plan->left_out_count++] = all[m];
			continue;
		}
		left -= left < INT64_MAX ? all[m].size : 0;
		plan->chosen[plan->chosen_count++] = all[m];
	}
}
