/* What ssh says as one reason, and where ssh:// addresses and instances behind a tunnel lead. */
#include "ollama-top/reach.h"
#include "ollama-top/tunnel.h"

#include "net/tunnel_private.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* As OpenSSH 9.2 wrote them. */
static const struct {
	const char *text, *reason;
} reasons[] = {
	{"root@127.0.0.1: Permission denied (publickey).\r\n", "Permission denied (publickey)"},
	{"root@h: Permission denied (publickey,password,keyboard-interactive).\r\n",
		"Permission denied (publickey,password,keyboard-interactive)"},
	{"Load key \"/home/op/.ssh/id\": invalid format\r\nop@h: Permission denied (publickey).\r\n",
		"Permission denied (publickey)"},
	{"ssh: connect to host 10.0.0.84 port 22: Connection timed out\r\n", "Connection timed out"},
	{"ssh: connect to host 127.0.0.1 port 9: Connection refused\r\n", "Connection refused"},
	{"ssh: connect to host fd00::84 port 22: Network is unreachable\r\n", "Network is unreachable"},
	{"ssh: Could not resolve hostname gpu: Name or service not known\r\n",
		"Could not resolve hostname gpu: Name or service not known"},
	{"Connection timed out during banner exchange\r\nConnection to 127.0.0.1 port 22 timed out\r\n",
		"Connection timed out during banner exchange"},
	{"kex_exchange_identification: read: Connection reset by peer\r\nConnection reset by 127.0.0.1 port "
	 "22\r\n",
		"Connection reset by 127.0.0.1 port 22"},
	{"kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 127.0.0.1 "
	 "port "
	 "22\r\n",
		"Connection closed by 127.0.0.1 port 22"},
	{"Connection to 127.0.0.1 closed by remote host.\r\n",
		"Connection to 127.0.0.1 closed by remote host"},
	{"Timeout, server 127.0.0.1 not responding.\r\n", "Timeout, server 127.0.0.1 not responding"},
	{"client_loop: send disconnect: Broken pipe\r\n", "Broken pipe"},
	{"/home/op/.ssh/config: line 3: Bad configuration option: foo\r\n"
	 "/home/op/.ssh/config: terminating, 1 bad configuration options\r\n",
		"/home/op/.ssh/config: line 3: Bad configuration option: foo"},
	{"Bad owner or permissions on /home/op/.ssh/config\r\n",
		"Bad owner or permissions on /home/op/.ssh/config"},
	{"Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures\r\n"
	 "Disconnected from 127.0.0.1 port 22\r\n",
		"Too many authentication failures"},
	{"@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
	 "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n"
	 "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@\r\n"
	 "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\r\n"
	 "Host key for [127.0.0.1]:22 has changed and you have requested strict checking.\r\n"
	 "Host key verification failed.\r\n",
		"Host key verification failed: the host's key has changed (if that is right, remove the old "
		"one "
		"with ssh-keygen -R)"},
	{"No ED25519 host key is known for 127.0.0.1 and you have requested strict checking.\r\n"
	 "Host key verification failed.\r\n",
		"Host key verification failed: the host's key is not known (connect once with ssh by hand)"},
	{"ssh: not found\n", "ssh is not installed, or not in the PATH"},
	/* A connection that stood: what channels met is not why it ended. */
	{"channel 2: open failed: connect failed: Connection timed out\r\nTimeout, server h not "
	 "responding.\r\n"
	 "channel 3: open failed: connect failed: Connection timed out\r\n",
		"Timeout, server h not responding"},
	/* What is not known is told as it is, and a banner is no reason while there is a better one. */
	{"something new happened\r\n", "something new happened"},
	{"** Connection closed by decree **\r\nop@h: Permission denied (publickey).\r\n\r\n",
		"Permission denied (publickey)"},
	{"", "it ended without a word"},
	{"\r\n \n", "it ended without a word"},
	{"\x1b[31mevil\x1b[0m\x07\n", "[31mevil[0m"},
};

Test(tunnel, what_ssh_says_is_one_reason)
{
	char reason[256];
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		tunnel_reason(reasons[i].text, strlen(reasons[i].text), reason, sizeof reason);
		cr_expect_str_eq(reason, reasons[i].reason, "%s", reason);
	}
}

Test(tunnel, reasons_of_any_length_fit)
{
	static char text[70000];
	char reason[64];
	memset(text, 'x', sizeof text);
	tunnel_reason(text, sizeof text, reason, sizeof reason);
	cr_expect_lt(strlen(reason), sizeof reason);
	memset(text, '\n', sizeof text);
	tunnel_reason(text, sizeof text, reason, sizeof reason);
	cr_expect_str_eq(reason, "it ended without a word");
	memset(text, 0, sizeof text);
	tunnel_reason(text, sizeof text, reason, sizeof reason);
	cr_expect_str_eq(reason, "it ended without a word");
	for (size_t cut = 0; cut < strlen(reasons[16].text); cut++) {
		tunnel_reason(reasons[16].text, cut, reason, sizeof reason);
		cr_expect(*reason != '\0');
	}
}

Test(tunnel, what_the_server_refuses_is_told_by_its_kind)
{
	static const struct {
		const char *line;
		int what;
	} cases[] = {
		{"channel 1: open failed: connect failed: open failed", TUNNEL_REFUSED_SOCKET},
		{"channel 12: open failed: connect failed: Connection refused", TUNNEL_REFUSED_PORT},
		{"channel 2: open failed: administratively prohibited: open failed",
			TUNNEL_REFUSED_SOCKET | TUNNEL_REFUSED_PORT},
		{"channel 2: open failed: unknown channel type: unsupported", TUNNEL_REFUSED_SOCKET},
		{"channel 2: chan_shutdown_write: Connection refused", 0},
		{"ssh: connect to host h port 22: Connection refused", 0},
		{"", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int what = 0;
		const char *text = tunnel_refusal(cases[i].line, &what);
		cr_expect_eq(what, cases[i].what, "%s", cases[i].line);
		cr_expect_eq(text != NULL, what != 0);
	}
}

Test(tunnel, addresses)
{
	static const struct {
		const char *text, *user, *host, *path;
		int port;
	} good[] = {
		{"h", "", "h", "/var/run/docker.sock", 0},
		{"h/", "", "h", "/var/run/docker.sock", 0},
		{"op@gpu-1.example:2222", "op", "gpu-1.example", "/var/run/docker.sock", 2222},
		{"u.v-w_x@[::1]:22/run/user/1000/docker.sock", "u.v-w_x", "::1", "/run/user/1000/docker.sock",
			22},
		{"10.0.0.84:65535", "", "10.0.0.84", "/var/run/docker.sock", 65535},
	};
	static const char *const bad[] = {"", "@h", "-o@h", "-h", "u@-oProxyCommand=x", "h:", "h:0",
		"h:65536", "h:2x", "h:22:22", "[::1", "::1", "[::1]x", "a b", "u v@h", "h/a:b", "h/a b",
		"h/%h", "h/${HOME}", "h/a\\b", "h/\x1b", "h;x", "$(x)"};
	char longest[400] = "h/";
	struct tunnel_address a;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		cr_assert(tunnel_parse_address(good[i].text, &a), "%s", good[i].text);
		cr_expect_str_eq(a.user, good[i].user);
		cr_expect_str_eq(a.host, good[i].host);
		cr_expect_str_eq(a.path, good[i].path);
		cr_expect_eq(a.port, good[i].port);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		cr_expect_not(tunnel_parse_address(bad[i], &a), "%s", bad[i]);
	memset(longest + 2, 'x', sizeof longest - 3);
	cr_expect_not(tunnel_parse_address(longest, &a));
	memset(longest, 'x', sizeof longest - 1);
	cr_expect_not(tunnel_parse_address(longest, &a));
}

Test(reach, ports_of_urls)
{
	static const struct {
		const char *url;
		int port;
	} cases[] = {
		{"http://h:11434", 11434},
		{"http://h", 80},
		{"https://h", 443},
		{"https://[::1]:8443", 8443},
		{"http://[::1]", 80},
		{"http://h:0", 0},
		{"http://h:99999", 0},
		{"h:1", 0},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_expect_eq(reach_port(cases[i].url), cases[i].port, "%s", cases[i].url);
}

Test(tunnel, one_without_any_costs_no_time)
{
	struct instance_spec instance = {.ssh = true};
	struct server_spec servers[2] = {{.docker = (char *)"tcp://h:1"}, {.docker = NULL}};
	struct fleet_spec spec = {.timeout_ms = 3000, .servers = servers, .server_count = 2};
	cr_expect_eq(tunnels_patience_ms(&spec), 0);
	servers[1].docker = (char *)"ssh://h";
	cr_expect_eq(tunnels_patience_ms(&spec), 9000);
	servers[1].docker = NULL;
	servers[1].instances = &instance;
	servers[1].instance_count = 1;
	cr_expect_eq(tunnels_patience_ms(&spec), 9000);
	servers[1].instance_count = 0;
	servers[0].discover.ssh = true;
	cr_expect_eq(tunnels_patience_ms(&spec), 9000);
}

/* A folder for folders, as $XDG_RUNTIME_DIR. */
static const char *runtime(void)
{
	static char path[] = "/tmp/tunnelXXXXXX";
	cr_assert_not_null(mkdtemp(path));
	setenv("XDG_RUNTIME_DIR", path, 1);
	return path;
}

static const char *below(const char *parent, const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s", parent, name);
	return path;
}

static bool is_there(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0;
}

Test(folder, is_this_users_alone_and_goes)
{
	struct folder folder = {{0}, 0};
	struct stat st;
	const char *parent = runtime();
	cr_assert(folder_make(&folder));
	cr_expect_eq(strncmp(folder.path, parent, strlen(parent)), 0, "%s", folder.path);
	cr_assert_eq(lstat(folder.path, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0700);
	folder_free(&folder);
	cr_expect_str_eq(folder.path, "");
	cr_expect_eq(rmdir(parent), 0, "nothing is left in it");
}

Test(folder, of_one_that_lives_stays_though_it_is_empty)
{
	struct folder first = {{0}, 0}, second = {{0}, 0};
	const char *parent = runtime();
	cr_assert(folder_make(&first) && folder_make(&second));
	cr_expect(is_there(first.path));
	folder_free(&second);
	folder_free(&first);
	cr_expect_eq(rmdir(parent), 0);
}

/* Makes one in another process, which is killed; its path. */
static void make_and_die(char path[FOLDER_MAX])
{
	int ends[2], status;
	cr_assert_eq(pipe(ends), 0);
	const pid_t child = fork();
	if (child == 0) {
		struct folder folder = {{0}, 0};
		if (folder_make(&folder) && write(ends[1], folder.path, sizeof folder.path) > 0)
			pause();
		_exit(1);
	}
	cr_assert_gt(child, 0);
	cr_assert_eq(read(ends[0], path, FOLDER_MAX), FOLDER_MAX);
	kill(child, SIGKILL);
	cr_assert_eq(waitpid(child, &status, 0), child);
	close(ends[0]);
	close(ends[1]);
}

/* A socket that is listened on as long as the descriptor is open. */
static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0);
	return fd;
}

/* As one of an owner that has died, with `inner` in it. */
static const char *leave(const char *parent, const char *name, const char *inner)
{
	static char path[256];
	cr_assert_eq(mkdir(below(parent, name), 0700), 0);
	snprintf(path, sizeof path, "%s/%s/%s", parent, name, inner);
	return path;
}

Test(folder, of_one_that_was_killed_goes_unless_a_socket_in_it_is_served)
{
	char killed[FOLDER_MAX], dead[256], served[256], filled[256];
	struct folder folder = {{0}, 0};
	const char *parent = runtime();
	make_and_die(killed);
	snprintf(dead, sizeof dead, "%s", leave(parent, "ollama-top-dead00", "0"));
	snprintf(served, sizeof served, "%s", leave(parent, "ollama-top-served", "0"));
	snprintf(filled, sizeof filled, "%s", leave(parent, "ollama-top-filled", "file"));
	close(listen_at(dead));
	const int socket = listen_at(served);
	cr_assert_eq(mkdir(filled, 0700), 0);
	cr_assert(is_there(killed) && is_there(dead));
	cr_assert(folder_make(&folder));
	cr_expect_not(is_there(killed));
	cr_expect_not(is_there(below(parent, "ollama-top-dead00")));
	cr_expect(is_there(served));
	cr_expect(is_there(filled));
	folder_free(&folder);
	close(socket);
	cr_expect(unlink(served) == 0 && rmdir(below(parent, "ollama-top-served")) == 0);
	cr_expect(rmdir(filled) == 0 && rmdir(below(parent, "ollama-top-filled")) == 0 && rmdir(parent) == 0);
}

Test(folder, of_others_stay)
{
	static const struct {
		const char *name;
		mode_t mode;
	} others[] = {{"ollama-top-123456", 0750}, {"ollama-top-1234567", 0700}, {"ollama-top-12345", 0700},
		{"ollama-tap-123456", 0700}};
	struct folder folder = {{0}, 0};
	const char *parent = runtime();
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_assert(mkdir(below(parent, others[i].name), 0700) == 0 &&
			  chmod(below(parent, others[i].name), others[i].mode) == 0);
	cr_assert_eq(symlink("ollama-tap-123456", below(parent, "ollama-top-abcdef")), 0);
	cr_assert(folder_make(&folder));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect_eq(rmdir(below(parent, others[i].name)), 0, "%s", others[i].name);
	cr_expect_eq(unlink(below(parent, "ollama-top-abcdef")), 0);
	folder_free(&folder);
	cr_expect_eq(rmdir(parent), 0);
}

Test(token, a_file_that_others_can_read_is_warned_of)
{
	static const struct {
		mode_t mode;
		const char *part;
	} cases[] = {
		{0600, NULL}, {0400, NULL}, {0640, "the group"}, {0644, "every user"}, {0604, "every user"}};
	char path[] = "/tmp/ollama-top-token-XXXXXX", text[256];
	int fd = mkstemp(path);
	cr_assert(fd >= 0);
	close(fd);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		chmod(path, cases[i].mode);
		cr_expect_eq(http_token_warning(path, text, sizeof text), cases[i].part != NULL);
		cr_expect(strstr(text, cases[i].part != NULL ? cases[i].part : "") != NULL, "%s", text);
		cr_expect_eq(text[0] == '\0', cases[i].part == NULL);
	}
	unlink(path);
	cr_expect_not(http_token_warning(path, text, sizeof text));
}
