/*
 * pool_advice.c - the YAML for those who change Traefik's configuration by hand.
 */
#include "pool_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a key needs no quotes: no sign, and no word or number that YAML takes for something else. */
static bool plain_key(const char *name)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(name, words[i]) == 0)
			return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && (strchr("-_", *c) == NULL || c == name))
			return false;
	return isalpha((unsigned char)name[0]);
}

static void write_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (const char *c = text; *c != '\0'; c++) {
		const unsigned char byte = (unsigned char)*c;

		if (byte < 0x20 || byte == 0x7f)
			fprintf(out, "\\x%02x", byte);
		else
			fprintf(out, byte == '"' || byte == '\\' ? "\\%c" : "%c", byte);
	}
	fputc('"', out);
}

char *pool_text_advice(const char *service, const char *const *urls, size_t count)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	fputs("http:\n  services:\n    ", out);
	if (plain_key(service))
		fputs(service, out);
	else
		write_quoted(out, service);
	fprintf(out, ":\n      loadBalancer:\n        servers:%s\n", count > 0 ? "" : " []");
	for (size_t i = 0; i < count; i++) {
		fputs("          - url: ", out);
		write_quoted(out, urls[i]);
		fputc('\n', out);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
