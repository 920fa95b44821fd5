/*
 * recorder.c - every change of a fleet becomes a line of a file.
 */
#include "file.h"
#include "line.h"
#include "ollama-top/i18n.h"
#include "queue.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 5000

struct recorder {
	struct fleet *fleet;
	struct names *names; /* NULL: nothing is hidden */
	struct queue *queue;
	char *path;
	bool ended; /* nothing more is written */
};

static void end(struct recorder *recorder)
{
	char text[FLEET_TEXT_MAX];
	const char *trouble = queue_trouble(recorder->queue);
	if (recorder->ended) {
		return;
	}
	recorder->ended = true;
	fleet_listen(recorder->fleet, NULL, NULL);
	snprintf(text, sizeof(text), _("the recording has ended: %.200s: %.200s"), recorder->path,
		trouble ? trouble : _("out of memory"));
	fleet_note(recorder->fleet, SEVERITY_WARNING, "", text);
}

static void on_failed(void *user)
{
	end(user);
}

static bool add(struct recorder *recorder, char *line)
{
	const size_t len = line ? strlen(line) : 0;
	const bool good = line && len < LINE_MAX_BYTES && queue_add(recorder->queue, line, len);
	free(line);
	return good;
}

static void on_change(void *user, const struct fleet_change *change)
{
	struct recorder *recorder = user;
	/* The fleet is in the middle of this change: its event comes with the thread's word, or at the end. */
	if (!recorder->ended && !add(recorder, line_change(change, recorder->names))) {
		queue_fail(recorder->queue);
	}
}

static void destroy(struct recorder *recorder)
{
	names_free(recorder->names);
	free(recorder->path);
	free(recorder);
}

struct recorder *recorder_open(
	uv_loop_t *loop, struct fleet *fleet, const char *path, bool anonymise, struct record_error *error)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));
	snprintf(error->text, sizeof(error->text), "%s", _("out of memory"));
	if (!recorder) {
		return NULL;
	}
	recorder->fleet = fleet;
	recorder->path = strdup(path);
	recorder->names = anonymise ? names_new() : NULL;
	const int fd = recorder->path && (recorder->names || !anonymise) ? file_create(path, error) : -1;
	recorder->queue = fd >= 0 ? queue_open(loop, fd, on_failed, recorder) : NULL;
	if (!recorder->queue) {
		destroy(recorder);
		return NULL;
	}
	(void)add(recorder, line_header(fleet->spec, fleet->now, fleet->wall, recorder->names));
	fleet_listen(fleet, on_change, recorder);
	return recorder;
}

bool recorder_close(struct recorder *recorder, bool *stuck, struct record_error *error)
{
	const char *trouble;
	if (!recorder->ended) {
		fleet_listen(recorder->fleet, NULL, NULL);
	}
	*stuck = !queue_finish(recorder->queue, PATIENCE_MS);
	trouble = *stuck ? _("the disk does not answer") : queue_trouble(recorder->queue);
	if (trouble) {
		snprintf(error->text, sizeof(error->text), "%.500s: %s: %s", recorder->path,
			_("the recording is not whole"), trouble);
	}
	if (*stuck) {
		return false;
	}
	queue_free(recorder->queue);
	destroy(recorder);
	return trouble == NULL;
}
