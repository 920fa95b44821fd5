/*
 * TLS against openssl's own server, with certificates made for the run.
 */
#include "client.h"
#include "ollama-top/reach.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Makes ca, other (an authority nobody trusts), server, elsewhere (for another host), expired, client. */
static const char make_certificates[] =
	"set -e; cd \"$1\"; exec 2>openssl.log\n"
	"for a in ca other; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
	"-keyout $a.key -out $a.pem -subj /CN=$a; done\n"
	"issue() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $1.key -out $1.csr "
	"-subj /CN=$1; echo \"subjectAltName=$2\" >$1.ext; openssl x509 -req -in $1.csr -CA ca.pem -CAkey "
	"ca.key "
	"-CAcreateserial -days $3 -extfile $1.ext -out $1.pem; }\n"
	"issue server IP:127.0.0.1,DNS:localhost 2; issue elsewhere DNS:elsewhere.test 2\n"
	"issue client DNS:client.test 2; issue expired IP:127.0.0.1 0\n";

static char folder[80];
static pid_t server_pid;

static void make_folder(void)
{
	const char *base = getenv("TEST_TMP");
	int status;
	pid_t pid;

	if (system("command -v openssl >/dev/null 2>&1") != 0)
		cr_skip_test("the openssl command is not installed");
	snprintf(folder, sizeof folder, "%.60s/tlsXXXXXX", base != NULL ? base : "/tmp");
	cr_assert_not_null(mkdtemp(folder));
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", make_certificates, "sh", folder, (char *)NULL);
		_exit(127);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0, "see %s/openssl.log", folder);
}

/* Starts `openssl s_server -www` with a certificate, asking for the client's when told; its base URL. */
static void start_server(const char *certificate, bool ask_client, char *base, size_t size)
{
	int out[2];
	FILE *lines;
	char line[256];
	int port = 0;

	cr_assert_eq(pipe(out), 0);
	server_pid = fork();
	if (server_pid == 0) {
		char cert[40], key[40];

		snprintf(cert, sizeof cert, "%s.pem", certificate);
		snprintf(key, sizeof key, "%s.key", certificate);
		dup2(out[1], STDOUT_FILENO);
		close(out[0]);
		if (chdir(folder) != 0 ||
			dup2(open("server.log", O_WRONLY | O_CREAT, 0600), STDERR_FILENO) < 0)
			_exit(127);
		execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-key", key,
			"-www", ask_client ? "-Verify" : (char *)NULL, "1", "-verify_return_error", "-CAfile",
			"ca.pem", (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	lines = fdopen(out[0], "r");
	while (port == 0 && fgets(line, sizeof line, lines) != NULL)
		if (strncmp(line, "ACCEPT", 6) == 0)
			port = atoi(strrchr(line, ':') + 1);
	cr_assert(port > 0, "openssl s_server did not start");
	snprintf(base, size, "https://127.0.0.1:%d", port);
}

static void stop_server(void)
{
	if (server_pid > 0) {
		kill(server_pid, SIGKILL);
		waitpid(server_pid, NULL, 0);
	}
}

static char *in_folder(const char *name)
{
	char *path;

	cr_assert(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

/* One request to `base` with the given authority and client certificate (NULL for none). */
static void fetch(const char *base, const char *ca, const char *client, struct outcome *o)
{
	struct tls_spec tls = {0};
	const struct http_endpoint_options options = {.base = base, .tls = &tls};
	struct client c;
	char key[40];

	if (ca != NULL)
		tls.ca = in_folder(ca);
	if (client != NULL) {
		snprintf(key, sizeof key, "%s.key", client);
		tls.key = in_folder(key);
		snprintf(key, sizeof key, "%s.pem", client);
		tls.cert = in_folder(key);
	}
	client_open(&c, "");
	c.endpoint = http_endpoint_new(c.http, &options);
	cr_assert_not_null(c.endpoint);
	client_fetch(&c, o);
	client_close(&c);
	free(tls.ca);
	free(tls.cert);
	free(tls.key);
}

TestSuite(tls, .init = make_folder, .fini = stop_server, .timeout = 30);

Test(tls, trusted)
{
	struct outcome o;
	char base[64];

	start_server("server", false, base, sizeof base);
	fetch(base, "ca.pem", NULL, &o);
	cr_assert_eq(o.status, 200, "%s", o.error);
	outcome_clear(&o);
}

/* url: and tls: {ca:} of one instance; another, which has none, does not trust the same server. */
Test(tls, an_instance_trusts_its_own_authority)
{
	struct outcome o;
	struct client c;
	char base[64];
	struct instance_spec own = {.url = base}, other = {.url = base};
	const struct server_spec server = {.host = (char *)"127.0.0.1"};

	start_server("server", false, base, sizeof base);
	own.tls.ca = in_folder("ca.pem");
	client_open(&c, "");
	c.endpoint = reach_api(c.http, NULL, &server, &own, base);
	cr_assert_not_null(c.endpoint);
	client_fetch(&c, &o);
	cr_assert_eq(o.status, 200, "%s", o.error);
	outcome_clear(&o);
	http_endpoint_free(c.endpoint);
	c.endpoint = reach_api(c.http, NULL, &server, &other, base);
	cr_assert_not_null(c.endpoint);
	client_fetch(&c, &o);
	cr_assert_str_eq(o.error, "TLS: certificate not trusted (set tls.ca)");
	outcome_clear(&o);
	client_close(&c);
	free(own.tls.ca);
}

Test(tls, client_certificate)
{
	struct outcome o;
	char base[64];

	start_server("server", true, base, sizeof base);
	fetch(base, "ca.pem", "client", &o);
	cr_assert_eq(o.status, 200, "%s", o.error);
	outcome_clear(&o);
}

Test(tls, client_certificate_missing)
{
	struct outcome o;
	char base[64];

	start_server("server", true, base, sizeof base);
	fetch(base, "ca.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: the server asks for a client certificate (set tls.cert and tls.key)");
	outcome_clear(&o);
}

Test(tls, client_certificate_of_a_stranger)
{
	struct outcome o;
	char base[64];

	start_server("server", true, base, sizeof base);
	fetch(base, "ca.pem", "other", &o);
	cr_assert_str_eq(o.error, "TLS: the server does not trust the client certificate");
	outcome_clear(&o);
}

Test(tls, untrusted_authority)
{
	struct outcome o;
	char base[64];

	start_server("server", false, base, sizeof base);
	fetch(base, "other.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: certificate not trusted (set tls.ca)");
	outcome_clear(&o);
	fetch(base, NULL, NULL, &o);
	cr_assert_str_eq(o.error, "TLS: certificate not trusted (set tls.ca)");
	outcome_clear(&o);
}

/* Trust given to one endpoint is not another's, though the same handle may serve both. */
Test(tls, trust_does_not_spread)
{
	struct tls_spec tls = {0};
	struct client c;
	struct outcome o;
	struct http_endpoint *trusting;
	struct http_endpoint_options options = {.tls = &tls};
	char base[64];

	start_server("server", false, base, sizeof base);
	options.base = base;
	tls.ca = in_folder("ca.pem");
	client_open(&c, base);
	trusting = http_endpoint_new(c.http, &options);
	for (int i = 0; i < 4; i++) {
		client_get(i % 2 == 0 ? trusting : c.endpoint, "/", 2000, &o);
		client_wait(&c, &o);
		cr_assert_str_eq(o.error, i % 2 == 0 ? "" : "TLS: certificate not trusted (set tls.ca)");
		outcome_clear(&o);
	}
	http_endpoint_free(trusting);
	client_close(&c);
	free(tls.ca);
}

Test(tls, another_host)
{
	struct outcome o;
	char base[64];

	start_server("elsewhere", false, base, sizeof base);
	fetch(base, "ca.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: certificate is for another host");
	outcome_clear(&o);
}

Test(tls, expired)
{
	struct outcome o;
	char base[64];

	start_server("expired", false, base, sizeof base);
	pause_ms(1500);
	fetch(base, "ca.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: certificate expired");
	outcome_clear(&o);
}

Test(tls, files_that_are_not_there)
{
	struct outcome o;
	char base[64];

	start_server("server", false, base, sizeof base);
	fetch(base, "no-such.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: cannot read the certificates of authorities (see tls.ca)");
	outcome_clear(&o);
	fetch(base, "ca.pem", "no-such", &o);
	cr_assert_str_eq(o.error, "TLS: cannot use the client certificate and key (see tls.cert, tls.key)");
	outcome_clear(&o);
}

Test(tls, plain_http_behind_the_port)
{
	static struct server server;
	struct outcome o;
	char base[64];

	server_start(&server, serve_hello);
	server.speaks_first = true;
	snprintf(base, sizeof base, "https://127.0.0.1:%d", server.port);
	fetch(base, "ca.pem", NULL, &o);
	cr_assert_str_eq(o.error, "TLS: the server does not speak TLS here");
	outcome_clear(&o);
}
