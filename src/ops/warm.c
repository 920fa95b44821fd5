/*
 * warm.c - a new instance loads what its siblings work with before it joins the balancer, so that no user pays for the
 * cold start. Nothing of it is a condition: what cannot be loaded is said, and the instance joins cold.
 *
 * The context length is the sibling's and keep_alive is stated, since the first real request would load the model again
 * otherwise (DESIGN.md section 10, number 14).
 */
#include "private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WARM_MS (2 * 60 * 1000)

struct warming {
	struct warm_plan plan;
	size_t at;
	bool warm; /* one is loaded */
};

static bool applies(const struct operation *op)
{
	struct warm_plan plan;
	choose_warm(op_server(op), op->subject, &plan);
	return plan.chosen_count + plan.left_out_count > 0;
}

static int64_t deadline(const struct operation *op)
{
	struct warm_plan plan;
	choose_warm(op_server(op), op->subject, &plan);
	return (int64_t)plan.chosen_count * WARM_MS + CALL_MS;
}

static void warm_next(struct operation *op);

static void warmed(struct operation *op, const struct http_response *response)
{
	struct warming *warming = op->warming;
	const struct warm_choice *model = &warming->plan.chosen[warming->at];
	char text[400], took[24];
	if (model_wants_embed(op, response)) {
		warm_next(op);
		return;
	}
	const char *refusal = op_refusal(response, op->view.step, text, sizeof text);
	if (refusal != NULL)
		op_note(op, _("%s is not loaded in advance: %s"), model->name, refusal);
	else if (!warming->warm)
		op_say(op, _("%s was warm with %s %s after it was asked for"), op->subject, model->name,
			text_duration(took, sizeof took, op_now(op) - op->round_at));
	else
		op_say(op, _("%s is loaded as well"), model->name);
	warming->warm |= refusal == NULL;
	warming->at++;
	op->embedding = false;
	warm_next(op);
}

/* Its body says nothing that the status does not. */
static bool on_data(void *user, const char *data, size_t len)
{
	(void)user, (void)data, (void)len;
	return true;
}

static void warm_next(struct operation *op)
{
	struct warming *warming = op->warming;
	if (warming->at == warming->plan.chosen_count) {
		watch_retry(op->ops->options.watch, op->server);
		op_next(op);
		return;
	}
	char why[400];
	struct http_endpoint *api = op_api(op);
	const struct warm_choice *model = &warming->plan.chosen[warming->at];
	char *json = api != NULL ? model_request(op, model->name, MODEL_KEEP_ALIVE, model->context) : NULL;
	if (json != NULL) {
		op_stream(op, api, model_path(op), json, WARM_MS, WARM_MS, on_data, warmed);
	} else {
		snprintf(why, sizeof why, "%s", _("out of memory"));
		if (api == NULL)
			snprintf(why, sizeof why, _("%s has no address that is known"), op->subject);
		op_note(op, _("%s is not loaded in advance: %s"), model->name, why);
		op_next(op);
	}
	cJSON_free(json);
}

/* Said before anything is loaded, so that what was loaded is the last word. */
static void tell_left_out(struct operation *op, const struct warm_plan *plan)
{
	char needs[24], left[24];
	for (size_t m = 0; m < plan->left_out_count; m++) {
		const struct warm_choice *model = &plan->left_out[m];
		if (model->size > model->left)
			op_note(op, _("%s is not loaded in advance: it needs %s, the limit leaves %s"),
				model->name, choose_size(needs, sizeof needs, model->size),
				choose_size(left, sizeof left, model->left));
		else
			op_note(op,
				P_("%s is not loaded in advance: %zu that is used more is",
					"%s is not loaded in advance: %zu that are used more are",
					plan->chosen_count),
				model->name, plan->chosen_count);
	}
}

static void enter_warm(struct operation *op)
{
	if (op->warming == NULL)
		op->warming = calloc(1, sizeof *op->warming);
	if (op->warming == NULL) {
		op_next(op);
		return;
	}
	choose_warm(op_server(op), op->subject, &op->warming->plan);
	op->warming->at = 0;
	op->warming->warm = false;
	op->embedding = false;
	tell_left_out(op, &op->warming->plan);
	warm_next(op);
}

void warming_free(struct operation *op)
{
	free(op->warming);
}

const struct step step_warm = {.name = N_("loading into %s what its siblings work with"),
	.applies = applies,
	.deadline = deadline,
	.tends = TENDED_RESTARTING,
	.enter = enter_warm};
