/*
 * audit_queue.c - one write in a thread at a time, so that lines keep their order.
 */
#include "audit_queue.h"

#include "ollama-top/i18n.h"

#include <stdlib.h>
#include <string.h>

struct audit_entry {
	uv_work_t work;
	struct audit_queue *queue;
	struct audit_entry *next;
	struct audit_line line;
	char *id, *target, *message; /* what the line points to */
	audit_written_fn *written;
	void *user;
	bool fine;
	struct parse_error error;
};

static void entry_free(struct audit_entry *entry)
{
	if (entry == NULL)
		return;
	free(entry->id);
	free(entry->target);
	free(entry->message);
	free(entry);
}

void audit_queue_init(struct audit_queue *queue, uv_loop_t *loop)
{
	*queue = (struct audit_queue){.loop = loop};
	queue->last = &queue->first;
}

void audit_queue_close(struct audit_queue *queue)
{
	while (queue->first != NULL) {
		struct audit_entry *entry = queue->first;
		queue->first = entry->next;
		entry_free(entry);
	}
	queue->last = &queue->first;
	audit_close(queue->audit);
	queue->audit = NULL;
}

static void write_line(uv_work_t *work)
{
	struct audit_entry *entry = work->data;
	struct audit_queue *queue = entry->queue;
	if (queue->audit == NULL)
		queue->audit = audit_open(&entry->error);
	entry->fine = queue->audit != NULL && audit_write(queue->audit, &entry->line, &entry->error);
}

static void write_next(struct audit_queue *queue);

static void on_written(uv_work_t *work, int status)
{
	struct audit_entry *entry = work->data;
	struct audit_queue *queue = entry->queue;
	queue->writing = false;
	queue->first = entry->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	write_next(queue);
	if (entry->written != NULL)
		entry->written(entry->user, status != 0    ? uv_strerror(status)
					    : !entry->fine ? entry->error.text
							   : NULL);
	entry_free(entry);
}

static void write_next(struct audit_queue *queue)
{
	struct audit_entry *entry = queue->first;
	if (entry == NULL || queue->writing)
		return;
	queue->writing = true;
	(void)uv_queue_work(queue->loop, &entry->work, write_line, on_written);
}

static struct audit_entry *entry_new(const struct audit_line *line)
{
	struct audit_entry *entry = calloc(1, sizeof *entry);
	if (entry == NULL)
		return NULL;
	entry->work.data = entry;
	entry->line = *line;
	entry->line.id = entry->id = strdup(line->id);
	entry->line.target = entry->target = strdup(line->target);
	entry->line.message = entry->message = strdup(line->message != NULL ? line->message : "");
	if (entry->id != NULL && entry->target != NULL && entry->message != NULL)
		return entry;
	entry_free(entry);
	return NULL;
}

void audit_queue_add(
	struct audit_queue *queue, const struct audit_line *line, audit_written_fn *written, void *user)
{
	struct audit_entry *entry = entry_new(line);
	if (entry == NULL) {
		if (written != NULL)
			written(user, _("out of memory"));
		return;
	}
	entry->queue = queue;
	entry->written = written;
	entry->user = user;
	*queue->last = entry;
	queue->last = &entry->next;
	write_next(queue);
}

void audit_queue_forget(struct audit_queue *queue, const void *user)
{
	for (struct audit_entry *entry = queue->first; entry != NULL; entry = entry->next)
		if (entry->user == user)
			entry->written = NULL;
}

bool audit_queue_busy(const struct audit_queue *queue)
{
	return queue->first != NULL;
}
