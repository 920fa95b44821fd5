#include "reader.h"

#include "node.h"
#include "ollama-top/i18n.h"
#include "ollama-top/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct reader *reader, size_t line, size_t column, const char *format, va_list args)
{
	char name[TEXT_NAME_MAX];
	text_clean(name, sizeof(name), reader->name, strlen(reader->name));
	char *message = reader->error->message;
	const size_t size = sizeof(reader->error->message);
	const int used = snprintf(message, size, "%s:%zu:%zu: ", name, line, column);
	if (used > 0 && (size_t)used < size) {
		vsnprintf(message + used, size - (size_t)used, format, args);
	}
}

bool reader_fail_at(struct reader *reader, size_t line, size_t column, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(reader, line, column, format, args);
	va_end(args);
	return false;
}

bool reader_fail(struct reader *reader, const struct node *node, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(reader, node->line, node->column, format, args);
	va_end(args);
	return false;
}

bool reader_fail_inside(struct reader *reader, const struct node *node, size_t at, const char *format, ...)
{
	va_list args;
	const size_t column = node->quote < 0 ? 0 : (size_t)node->quote + at;
	va_start(args, format);
	fill(reader, node->line, node->column + column, format, args);
	va_end(args);
	return false;
}

bool reader_out_of_memory(struct reader *reader)
{
	snprintf(reader->error->message, sizeof(reader->error->message), "%s", _("out of memory"));
	return false;
}

const char *reader_quote(char buf[READER_QUOTE_MAX], const struct node *node)
{
	text_clean(buf, READER_QUOTE_MAX, node->text, node->len);
	return buf;
}
