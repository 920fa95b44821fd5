/*
 * http-encode.c - names as parts of a request's path or query.
 */
#include "ollama-top/http.h"

#include <stdio.h>
#include <string.h>

void http_encode(char *dst, size_t size, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@";
	size_t n = 0;
	for (; *text != '\0' && n + 4 <= size; text++) {
		if (strchr(plain, *text) != NULL)
			dst[n++] = *text;
		else
			n += (size_t)snprintf(dst + n, 4, "%%%02X", (unsigned char)*text);
	}
	if (size > 0)
		dst[n] = '\0';
}
