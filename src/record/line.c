#include "line.h"

#include "config.h"
#include "ollama-top/config.h"
#include "ollama-top/i18n.h"
#include "spec_json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE ((size_t)4096)

static char *print(cJSON *json)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;
	cJSON_Delete(json);
	return text;
}

char *line_header(const struct fleet_spec *spec, int64_t at, int64_t wall, struct names *names)
{
	char time[40];
	cJSON *header = cJSON_CreateObject();
	cJSON *configuration = spec_json(spec, names);
	const bool good = configuration && cJSON_AddStringToObject(header, "ollama-top", PACKAGE_VERSION) &&
			  cJSON_AddNumberToObject(header, "record", LINE_FORMAT) &&
			  cJSON_AddStringToObject(header, "time", text_rfc3339(time, sizeof(time), wall)) &&
			  cJSON_AddNumberToObject(header, "at", (double)at) &&
			  cJSON_AddNumberToObject(header, "wall", (double)wall) &&
			  cJSON_AddBoolToObject(header, "anonymised", names != NULL);
	if (!good || !cJSON_AddItemToObject(header, "configuration", configuration)) {
		cJSON_Delete(configuration);
		cJSON_Delete(header);
		return NULL;
	}
	return print(header);
}

char *line_change(const struct fleet_change *change, struct names *names)
{
	return print(codec_encode(change, names));
}

void line_open(struct line_reader *reader, FILE *file, const char *name)
{
	*reader = (struct line_reader){.file = file, .name = name};
}

void line_close(struct line_reader *reader)
{
	if (reader->file) {
		fclose(reader->file);
	}
	free(reader->text);
	codec_forget(&reader->memory);
	*reader = (struct line_reader){0};
}

__attribute__((format(printf, 3, 4))) static bool fail(
	const struct line_reader *reader, struct record_error *error, const char *format, ...)
{
	int at = snprintf(error->text, sizeof(error->text), "%s:%zu: ", reader->name, reader->number);
	va_list args;
	va_start(args, format);
	if (at >= 0 && (size_t)at < sizeof(error->text)) {
		vsnprintf(error->text + at, sizeof(error->text) - (size_t)at, format, args);
	}
	va_end(args);
	return false;
}

static bool grow(struct line_reader *reader)
{
	const size_t size = reader->size ? 2 * reader->size : FIRST_SIZE;
	char *text = size <= 2 * LINE_MAX_BYTES ? realloc(reader->text, size) : NULL;
	if (text) {
		reader->text = text;
		reader->size = size;
	}
	return text != NULL;
}

/* The bytes of the next line without its end. */
static enum line_result read_line(struct line_reader *reader, size_t *len, struct record_error *error)
{
	int c = 0;
	*len = 0;
	reader->number++;
	while ((c = getc_unlocked(reader->file)) != EOF && c != '\n') {
		if (*len + 1 >= LINE_MAX_BYTES) {
			fail(reader, error, _("the line is longer than %d MiB"), (int)(LINE_MAX_BYTES >> 20));
			return LINE_BAD;
		}
		if (*len + 1 >= reader->size && !grow(reader)) {
			fail(reader, error, "%s", _("out of memory"));
			return LINE_BAD;
		}
		reader->text[(*len)++] = (char)c;
	}
	if (c == EOF && ferror(reader->file)) {
		fail(reader, error, "%s", _("the file cannot be read on"));
		return LINE_BAD;
	}
	if (c == EOF && *len > 0) {
		fail(reader, error, "%s", _("the file ends in the middle of this line"));
		return LINE_BAD;
	}
	return c == EOF ? LINE_END : LINE_GOOD;
}

static cJSON *parse(struct line_reader *reader, size_t len, struct record_error *error)
{
	cJSON *json = len > 0 ? cJSON_ParseWithLength(reader->text, len) : NULL;
	if (!json) {
		fail(reader, error, "%s", _("the line is not JSON"));
	}
	return json;
}

static bool read_configuration(const struct line_reader *reader, const cJSON *header,
	struct fleet_spec **spec, struct record_error *error)
{
	struct config_error wrong;
	const cJSON *configuration = cJSON_GetObjectItemCaseSensitive(header, "configuration");
	char *text = cJSON_IsObject(configuration) ? cJSON_PrintUnformatted(configuration) : NULL;
	if (!text) {
		return fail(reader, error, "%s", _("the header has no configuration"));
	}
	*spec = config_parse(reader->name, text, strlen(text), &wrong);
	free(text);
	if (!*spec) {
		snprintf(error->text, sizeof(error->text), "%s", wrong.message);
	}
	return *spec != NULL;
}

/* Within what a clock can show and no sum overflows. */
static bool read_time(const cJSON *header, const char *key, int64_t *ms)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(header, key);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 1) || item->valuedouble > (double)(1LL << 53)) {
		return false;
	}
	*ms = (int64_t)item->valuedouble;
	return true;
}

bool line_read_header(struct line_reader *reader, struct fleet_spec **spec, int64_t *at, int64_t *wall,
	struct record_error *error)
{
	size_t len;
	const enum line_result result = read_line(reader, &len, error);
	if (result == LINE_END) {
		return fail(reader, error, "%s", _("the file is empty; expected a recording"));
	}
	cJSON *header = result == LINE_GOOD ? parse(reader, len, error) : NULL;
	if (!header) {
		return false;
	}
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(header, "record");
	bool good = cJSON_IsNumber(format) && format->valuedouble >= 1;
	if (!good) {
		fail(reader, error, "%s", _("this is no recording of ollama-top"));
	} else if (format->valuedouble > LINE_FORMAT) {
		good = fail(reader, error, "%s", _("the recording is of a newer ollama-top than this one"));
	} else if (!read_time(header, "at", at) || !read_time(header, "wall", wall)) {
		good = fail(reader, error, "%s", _("the header has no time; expected \"at\" and \"wall\""));
	} else {
		good = read_configuration(reader, header, spec, error);
	}
	cJSON_Delete(header);
	return good;
}

enum line_result line_read_change(
	struct line_reader *reader, struct fleet_change *change, struct record_error *error)
{
	size_t len;
	struct codec_error why = {""};
	codec_forget(&reader->memory);
	const enum line_result result = read_line(reader, &len, error);
	if (result != LINE_GOOD) {
		return result;
	}
	cJSON *json = parse(reader, len, error);
	if (!json) {
		return LINE_BAD;
	}
	const bool good = codec_decode(json, change, &reader->observation, &reader->memory, &why);
	cJSON_Delete(json);
	if (!good) {
		fail(reader, error, "%s", why.text);
	}
	return good ? LINE_GOOD : LINE_BAD;
}
