/*
 * audit.c - the lines of the audit log.
 */
#include "audit.h"

#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include "audit_file.h"
#include "net/json.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct audit {
	int folder;
	char *path; /* of the folder */
	char user[TEXT_NAME_MAX], host[TEXT_NAME_MAX], ssh_client[TEXT_NAME_MAX];
};

static const char *const event_names[] = {
	[AUDIT_BEGIN] = "begin",
	[AUDIT_STEP] = "step",
	[AUDIT_END] = "end",
};

static const char *const outcome_names[] = {
	[AUDIT_DONE] = "done",
	[AUDIT_FAILED] = "failed",
	[AUDIT_REFUSED] = "refused",
	[AUDIT_UNDONE] = "undone",
	[AUDIT_CANCELLED] = "cancelled",
};

const char *audit_outcome_name(enum audit_outcome outcome)
{
	return outcome_names[outcome];
}

static void clean(char *dst, size_t size, const char *src)
{
	text_clean(dst, size, src != NULL ? src : "", src != NULL ? strlen(src) : 0);
}

/* The effective user: whoever acts, under whatever name the shell may claim. */
static const struct passwd *user_entry(void)
{
	return getpwuid(geteuid());
}

/* The specification of base directories lets a relative path count as none. The caller frees. */
char *audit_folder_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *entry = user_entry();
	char *path;
	int n;
	if (state != NULL && *state == '/') {
		n = asprintf(&path, "%s/ollama-top", state);
	} else {
		if (home == NULL || *home != '/')
			home = entry != NULL ? entry->pw_dir : "/";
		n = asprintf(&path, "%s/.local/state/ollama-top", home);
	}
	return n < 0 ? NULL : path;
}

static void find_out_who(struct audit *audit)
{
	const struct passwd *entry = user_entry();
	char host[HOST_NAME_MAX + 1] = "", uid[32];
	snprintf(uid, sizeof uid, "%lu", (unsigned long)geteuid());
	clean(audit->user, sizeof audit->user, entry != NULL ? entry->pw_name : uid);
	if (gethostname(host, sizeof host - 1) != 0)
		*host = '\0';
	clean(audit->host, sizeof audit->host, host);
	/* "ADDRESS PORT PORT" */
	const char *client = getenv("SSH_CLIENT");
	if (client != NULL)
		text_clean(audit->ssh_client, sizeof audit->ssh_client, client, strcspn(client, " "));
}

struct audit *audit_open(struct parse_error *error)
{
	struct audit *audit = calloc(1, sizeof *audit);
	char *path = audit_folder_path();
	int folder = audit != NULL && path != NULL ? audit_folder(path, error) : -1;
	if (folder < 0) {
		if (audit == NULL || path == NULL)
			json_fail(error, "%s", _("out of memory"));
		free(audit);
		free(path);
		return NULL;
	}
	audit->folder = folder;
	audit->path = path;
	find_out_who(audit);
	return audit;
}

void audit_close(struct audit *audit)
{
	if (audit == NULL)
		return;
	close(audit->folder);
	free(audit->path);
	free(audit);
}

/* RFC 3339 in UTC with milliseconds, so that steps can be told apart. */
static void now_text(char *buf, size_t size)
{
	struct timespec now;
	char seconds[32];
	clock_gettime(CLOCK_REALTIME, &now);
	text_rfc3339(seconds, sizeof seconds, (int64_t)now.tv_sec * 1000);
	snprintf(buf, size, "%.*s.%03ldZ", (int)strcspn(seconds, "Z"), seconds, now.tv_nsec / 1000000);
}

static bool add_text(cJSON *object, const char *key, const char *text)
{
	char buf[AUDIT_MESSAGE_MAX];
	clean(buf, sizeof buf, text);
	return cJSON_AddStringToObject(object, key, buf) != NULL;
}

/* Null where there is nothing to say. */
static bool add_optional(cJSON *object, const char *key, const char *text)
{
	if (text == NULL || *text == '\0')
		return cJSON_AddNullToObject(object, key) != NULL;
	return add_text(object, key, text);
}

static cJSON *line_object(const struct audit *audit, const struct audit_line *line)
{
	char time[40];
	cJSON *o = cJSON_CreateObject();
	now_text(time, sizeof time);
	if (o != NULL && add_text(o, "time", time) && add_text(o, "id", line->id) &&
		add_text(o, "user", audit->user) && add_optional(o, "ssh_client", audit->ssh_client) &&
		add_text(o, "host", audit->host) && cJSON_AddNumberToObject(o, "pid", getpid()) != NULL &&
		add_text(o, "operation", line->operation) && add_text(o, "target", line->target) &&
		add_text(o, "event", event_names[line->event]) &&
		add_optional(o, "outcome", outcome_names[line->outcome]) &&
		add_optional(o, "message", line->message))
		return o;
	cJSON_Delete(o);
	return NULL;
}

bool audit_write(struct audit *audit, const struct audit_line *line, struct parse_error *error)
{
	cJSON *object = line_object(audit, line);
	char *json = cJSON_PrintUnformatted(object), *text = NULL;
	int len = json != NULL ? asprintf(&text, "\n%s\n", json) : -1;
	bool fine = len >= 0 ? audit_append(audit->folder, audit->path, text, (size_t)len, error)
			     : json_fail(error, "%s", _("out of memory"));
	if (len >= 0)
		free(text);
	cJSON_free(json);
	cJSON_Delete(object);
	return fine;
}
