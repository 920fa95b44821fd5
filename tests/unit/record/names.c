#include "record/names.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct names *names;

static void begin(void)
{
	names = names_new();
}

static void end(void)
{
	names_free(names);
}

static void hides(enum name_class class, const char *text, const char *expected)
{
	char *hidden = names_hide(names, class, text);
	cr_assert(hidden);
	cr_expect_str_eq(hidden, expected, "%s: %s, expected %s", text, hidden, expected);
	free(hidden);
}

TestSuite(names, .init = begin, .fini = end);

Test(names, the_same_name_has_the_same_pseudonym_wherever_it_stands)
{
	hides(NAME_SERVER, "alpha", "server-1");
	hides(NAME_SERVER, "beta", "server-2");
	hides(NAME_INSTANCE, "gpu-box", "instance-1");
	hides(NAME_SERVER, "alpha", "server-1");
	hides(NAME_TARGET, "alpha/gpu-box", "server-1/instance-1");
	hides(NAME_TARGET, "balancer", "balancer");
	hides(NAME_TARGET, "", "");
	hides(NAME_TEXT, "alpha/gpu-box: cannot connect to alpha",
		"server-1/instance-1: cannot connect to server-1");
	hides(NAME_HOST, "alpha", "server-1");
}

Test(names, addresses_stay_in_their_network)
{
	hides(NAME_HOST, "10.0.0.80", "198.18.0.1");
	hides(NAME_HOST, "10.0.0.84", "198.18.0.2");
	hides(NAME_HOST, "10.0.1.84", "198.18.1.3");
	hides(NAME_CLIENT, "10.0.0.0/24", "198.18.0.0/24");
	hides(NAME_CLIENT, "10.0.0.0/8", "198.18.0.0/15");
	hides(NAME_CLIENT, "10.0.0.0/255.255.255.0", "198.18.0.0/15");
	hides(NAME_CLIENT, "*", "*");
	hides(NAME_CLIENT, "*.example.com", "*.domain-1");
	hides(NAME_CLIENT, "@staff", "@netgroup-2");
	hides(NAME_HOST, "fe80::1", "2001:db8::1");
	hides(NAME_HOST, "[fe80::1]", "[2001:db8::1]");
	hides(NAME_HOST, "127.0.0.1", "127.0.0.1");
	hides(NAME_HOST, "localhost", "localhost");
	hides(NAME_HOST, "gpu.example.com", "host-4");
}

Test(names, urls_and_places_keep_their_form)
{
	hides(NAME_URL, "http://10.0.0.80:11434", "http://198.18.0.1:11434");
	hides(NAME_URL, "ssh://bob@gpu.example.com:22", "ssh://user@host-2:22");
	hides(NAME_URL, "unix:///run/user/bob/docker.sock", "unix:///run/user/folder-1/docker.sock");
	hides(NAME_URL, "https://[fe80::1]:443/x?token=s", "https://[2001:db8::1]:443/folder-2");
	hides(NAME_PLACE, "10.0.0.80:/opt/ollama-models", "198.18.0.1:/opt/folder-3");
	hides(NAME_PATH, "/opt/ollama-models/blobs", "/opt/folder-3/blobs");
	hides(NAME_PLACE, "overlay", "overlay");
	hides(NAME_PLACE, "bobs_volume", "volume-1");
	hides(NAME_TEXT, "ro,vers=4.2,addr=10.0.0.80,name=eve", "ro,vers=4.2,addr=198.18.0.1,name=...");
}

Test(names, digests_keep_their_length_and_their_short_form)
{
	hides(NAME_DIGEST, "sha256:f4d38e1a7a68b0a12c8b87cd", "sha256:000000000001000000000000");
	hides(NAME_DIGEST, "f4d38e1a7a68b0a12c8b87cd", "000000000001000000000000");
	hides(NAME_TEXT, "no such container: f4d38e1a7a68", "no such container: 000000000001");
}

/* A server may say anything, also names that nobody told before. */
Test(names, texts_keep_ordinary_words_and_figures_alone)
{
	hides(NAME_TEXT, "connection refused after 3s (exit 137)", "connection refused after 3s (exit 137)");
	hides(NAME_TEXT, "cannot reach wizard at 192.168.1.7:11434 for bob@wizard",
		"cannot reach ... at 198.18.0.1:11434 for ...@...");
	hides(NAME_TEXT, "open /home/bob/.ollama/id_ed25519: permission denied",
		"open /home/folder-1/.ollama/folder-2: permission denied");
	hides(NAME_TEXT, "pull \"geheim:7b\" failed", "pull \"...:...\" failed");
	hides(NAME_TEXT, "Bobs Rechner antwortet nicht", "... ... ... ...");
}

Test(names, variables_and_words)
{
	hides(NAME_VARIABLE, "OLLAMA_HOST=10.1.2.3", "OLLAMA_HOST=(hidden)");
	hides(NAME_VARIABLE, "BOBS_KEY=x", "VARIABLE-1=(hidden)");
	hides(NAME_WORD, "0.11.4", "0.11.4");
	hides(NAME_WORD, "28.2.2-bob", "28.2.2");
	hides(NAME_WORD, "nfs4", "nfs4");
	hides(NAME_WORD, "bob", "...");
	hides(NAME_PATTERN, "ollama-[0-9]*", "*");
}

Test(names, more_names_than_are_kept_share_one)
{
	char text[32];
	for (int i = 0; i < 200000; i++) {
		snprintf(text, sizeof(text), "m%d", i);
		char *hidden = names_hide(names, NAME_MODEL, text);
		cr_assert(hidden && strcmp(hidden, text) != 0);
		free(hidden);
	}
	hides(NAME_MODEL, "m0", "model-1");
	hides(NAME_MODEL, "one more", "hidden");
}
