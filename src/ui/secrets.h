/*
 * secrets.h - an environment that may be shown: values that look secret are not.
 */
#ifndef UI_SECRETS_H
#define UI_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

/* True for names that contain KEY, TOKEN, SECRET, PASS, AUTH or CREDENTIAL in any case. */
bool secret_name(const char *name, size_t len);

/* Copies "NAME=VALUE" with a secret value, or the user part of every URL in it, replaced. */
void secret_hide(char *out, size_t size, const char *entry);

#endif
