/* An environment on the screen: secrets are not shown. */
#include "ui/secrets.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void assert_shown(const char *entry, const char *shown)
{
	char out[256];
	secret_hide(out, sizeof(out), entry);
	cr_assert_str_eq(out, shown);
}

Test(secrets, values_of_secret_names_are_hidden)
{
	static const char *const names[] = {"API_KEY", "HF_TOKEN", "Secret", "DB_PASSWORD", "passwd",
		"PROXY_AUTH", "MY_CREDENTIALS", "registry_token_file"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char entry[64], shown[64];
		(void)snprintf(entry, sizeof(entry), "%s=hunter2", names[i]);
		(void)snprintf(shown, sizeof(shown), "%s=(hidden)", names[i]);
		assert_shown(entry, shown);
	}
}

Test(secrets, other_values_are_shown)
{
	assert_shown("OLLAMA_HOST=0.0.0.0:11434", "OLLAMA_HOST=0.0.0.0:11434");
	assert_shown("OLLAMA_KEEP_ALIVE=5m", "OLLAMA_KEEP_ALIVE=5m");
	assert_shown("PATH=/bin:/usr/bin", "PATH=/bin:/usr/bin");
	assert_shown("EMPTY=", "EMPTY=");
	assert_shown("no equals sign", "no equals sign");
	assert_shown("API_KEY=", "API_KEY=");
}

Test(secrets, the_user_part_of_urls_is_hidden)
{
	assert_shown("HTTPS_PROXY=http://user:pw@proxy:3128/x", "HTTPS_PROXY=http://(hidden)@proxy:3128/x");
	assert_shown("U=https://a@b.example/@c", "U=https://(hidden)@b.example/@c");
	assert_shown("U=http://u:p@ss@host/", "U=http://(hidden)@host/");
	assert_shown("U=http://h/ ftp://x:y@z", "U=http://h/ ftp://(hidden)@z");
	assert_shown("U=http://h/path?mail=a@b", "U=http://h/path?mail=a@b");
	assert_shown("U=://", "U=://");
}

Test(secrets, never_writes_past_the_buffer)
{
	char out[32];
	static const char *const entries[] = {
		"API_KEY=0123456789", "U=http://user:password@host/path", "A=b", ""};
	for (size_t e = 0; e < 4; e++) {
		for (size_t size = 0; size <= 24; size++) {
			memset(out, '#', sizeof(out) - 1);
			out[sizeof(out) - 1] = '\0';
			secret_hide(out, size, entries[e]);
			cr_assert(size == 0 || memchr(out, 0, size));
			cr_assert_eq(out[size], '#');
			cr_assert(!strstr(out, "password") && !strstr(out, "0123"));
		}
	}
}
