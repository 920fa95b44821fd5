#include "questions.h"

#include "net/json.h"
#include "ollama-top/docker.h"
#include "ollama-top/i18n.h"

#include <stdio.h>
#include <string.h>

#define STATUS_OK      200
#define STATUS_NO_SUCH 404
#define PATH_SHOWN_MAX 100
#define REFUSAL_MAX    300

struct asking {
	struct once *once;
	const char *where;
	char *error;
	size_t waiting;
};

static void fail(struct asking *asking, const struct question *question, const char *why)
{
	char path[PATH_SHOWN_MAX];
	if (asking->error[0] == '\0') {
		text_clean(path, sizeof(path), question->path, strcspn(question->path, "?"));
		snprintf(asking->error, QUESTION_ERROR_MAX, "%s: GET %s: %s", asking->where, path, why);
	}
}

static void take(struct question *question, const struct http_response *response)
{
	char refusal[REFUSAL_MAX], why[REFUSAL_MAX + 32];
	struct parse_error error;
	if (response->error) {
		fail(question->asking, question, response->error);
		return;
	}
	if (response->status == STATUS_NO_SUCH && question->optional) {
		return;
	}
	if (response->status != STATUS_OK) {
		docker_parse_refusal(response->body, response->body_len, refusal, sizeof(refusal));
		snprintf(
			why, sizeof(why), "%d%s%s", response->status, refusal[0] != '\0' ? " " : "", refusal);
		fail(question->asking, question, why);
		return;
	}
	question->answer = json_parse(response->body, response->body_len,
		question->list ? cJSON_Array : cJSON_Object, _("the answer"), &error);
	if (!question->answer) {
		fail(question->asking, question, error.text);
	}
}

static void on_done(void *user, const struct http_response *response)
{
	struct question *question = user;
	struct asking *asking = question->asking;
	question->request = NULL;
	take(question, response);
	if (--asking->waiting == 0) {
		uv_stop(&asking->once->app.loop);
	}
}

static void send_one(struct asking *asking, struct http_endpoint *endpoint, struct question *question)
{
	question->asking = asking;
	question->answer = NULL;
	question->request = http_send(endpoint, &(struct http_request_options){.path = question->path,
							.deadline_ms = asking->once->app.spec->timeout_ms,
							.on_done = on_done,
							.user = question});
	if (question->request) {
		asking->waiting++;
	} else {
		fail(asking, question, _("out of memory"));
	}
}

bool questions_ask(struct once *once, struct http_endpoint *endpoint, const char *where,
	struct question *questions, size_t count, char error[QUESTION_ERROR_MAX])
{
	struct asking asking = {.once = once, .where = where, .error = error};
	bool listening = true;
	error[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		send_one(&asking, endpoint, &questions[i]);
	}
	while (asking.waiting > 0 && listening) {
		listening = once_more(once);
	}
	for (size_t i = 0; i < count; i++) {
		if (questions[i].request) {
			http_cancel(questions[i].request);
		}
		questions[i].request = NULL;
		questions[i].asking = NULL;
	}
	if (!listening) {
		error[0] = '\0';
	}
	return listening && error[0] == '\0';
}
