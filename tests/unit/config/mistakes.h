/*
 * mistakes.h - configurations that are wrong, and what is said of each, to the column.
 */
#ifndef TESTS_MISTAKES_H
#define TESTS_MISTAKES_H

struct mistake {
	const char *yaml, *message;
};

/* What is right, around the mistake: two lines; the start of a server; a server that scales. */
#define RW "servers:\n  - {name: a, host: h, role: rw, instances: [{name: i, port: 1}]}\n"
#define S  "servers:\n- {name: a, host: h, role: rw,\n"
#define A                                                                                                 \
	"servers:\n- {name: a, host: h, role: rw, docker: 'unix:///s', instances: [{name: i, port: 1}], " \
	"scale: {max: 2, ports: 1-9}}\nautoscale:\n"
#define UPDOWN "up_when: busy > 1 for 1s, down_when: busy < 1 for 1s"

static const struct mistake mistakes[] = {
	/* the document */
	{"", "f:1:1: the file is empty; expected \"servers: ...\""},
	{"# nothing but a comment\n", "f:1:1: the file is empty; expected \"servers: ...\""},
	{"servers", "f:1:1: the configuration is not a map; expected \"servers: ...\""},
	{"- a\n", "f:1:1: the configuration is not a map; expected \"servers: ...\""},
	{"{}", "f:1:1: servers is missing in the configuration; expected \"servers: ...\""},
	{"refresh: 2s\n", "f:1:1: servers is missing in the configuration; expected \"servers: ...\""},
	{RW "---\nservers:\n  - {name: a, host: h, role: rw, instances: [{name: i, port: 1}]}\n",
		"f:3:1: a second document; expected one"},
	{"servers: [\n", "f:2:1: did not find expected node content while parsing a flow node (line 2); "
			 "expected YAML"},
	{"servers:\n\t- a\n", "f:2:1: found character that cannot start any token while scanning for the "
			      "next token (line 2); expected YAML"},
	{"a: b: c\n", "f:1:5: mapping values are not allowed in this context; expected YAML"},
	{"servers: \"x\n", "f:2:1: found unexpected end of stream while scanning a quoted scalar (line 1); "
			   "expected YAML"},
	{"x: *nowhere\n", "f:1:4: an alias without its anchor; expected &NAME before *NAME"},
	{"? [a, b]\n: c\n", "f:1:3: a key is a list or a map; expected a word"},
	{"%YAML 3.0\n---\na: b\n", "f:1:1: found incompatible YAML document; expected YAML"},
	{"servers: @x\n", "f:1:10: found character that cannot start any token while scanning for the next "
			  "token (line 1); expected YAML"},
	{"servers: []\n", "f:1:10: servers is empty; expected at least one"},
	{"servers: {a: b}\n", "f:1:10: servers is not a list; expected \"servers: [...]\""},
	{"servers: 3\n", "f:1:10: servers is not a list; expected \"servers: [...]\""},
	{"servers:\n", "f:1:9: servers is not a list; expected \"servers: [...]\""},
	{"servers: [a]\n", "f:1:11: a server is not a map; expected \"name: ...\""},
	{"servers: [[]]\n", "f:1:11: a server is not a map; expected \"name: ...\""},
	{"servers: [{}]\n", "f:1:11: name is missing in a server; expected \"name: ...\""},
	/* keys */
	{"refesh: 2s\nservers:\n  - {name: a, host: h, role: rw, instances: [{name: i, port: 1}]}\n",
		"f:1:1: unknown key \"refesh\" in the configuration; expected \"refresh\", or one of "
		"servers, timeout, busy_cpu, traefik, autoscale"},
	{RW "zzz: 1\n", "f:3:1: unknown key \"zzz\" in the configuration; expected \"servers\", or one of "
			"refresh, timeout, busy_cpu, traefik, autoscale"},
	{RW "Refresh: 2s\n", "f:3:1: unknown key \"Refresh\" in the configuration; expected \"refresh\", or "
			     "one of servers, timeout, busy_cpu, traefik, autoscale"},
	{RW "refresh: 2s\nrefresh: 3s\n", "f:4:1: refresh is given twice, first in line 3; expected it once"},
	{RW "\"\": 1\n", "f:3:1: unknown key \"\" in the configuration; expected \"servers\", or one of "
			 "refresh, timeout, busy_cpu, traefik, autoscale"},
	{RW "\"ref\\0resh\": 1s\n", "f:3:1: unknown key \"refresh\" in the configuration; expected "
				    "\"refresh\", or one of servers, timeout, busy_cpu, traefik, autoscale"},
	{RW "\"\\e[31m\": 1\n", "f:3:1: unknown key \"[31m\" in the configuration; expected \"servers\", or "
				"one of refresh, timeout, busy_cpu, traefik, autoscale"},
	{RW "<<: {refresh: 1s}\n", "f:3:1: unknown key \"<<\" in the configuration; expected \"servers\", or "
				   "one of refresh, timeout, busy_cpu, traefik, autoscale"},
	{S "instances: [{name: i, port: 1}], prot: 1}\n",
		"f:3:34: unknown key \"prot\" in a server; expected \"host\", or one of name, role, docker, "
		"tls, instances, discover, scale, nfs"},
	{S "instances: [{name: i, prot: 1}]}\n",
		"f:3:23: unknown key \"prot\" in an instance; expected "
		"\"port\", or one of name, kind, url, container, token_file, ssh, tls"},
	{S "instances: [{name: i, port: 1}],\ninstances: [{name: i, port: 1}]}\n",
		"f:4:1: instances is given twice, first in line 3; expected it once"},
	{S "instances: [{name: i, port: 1}],\n  name: b}\n",
		"f:4:3: name is given twice, first in line 2; expected it once"},
	{S "instances: [{name: i, port: 1}], nfs: {soruce: x}}\n",
		"f:3:40: unknown key \"soruce\" in nfs; expected \"source\", or one of export, mount, types, "
		"port, portmapper"},
	{S "instances: [{name: i, port: 1}], tls: {cA: x}}\n",
		"f:3:40: unknown key \"cA\" in tls; expected \"ca\", or one of cert, key"},
	{S "discover: {lable: x}}\n",
		"f:3:12: unknown key \"lable\" in discover; expected \"label\", or one of name, image, ssh"},
	{S "instances: [{name: i, port: 1}], scale: {maximum: 3}}\n",
		"f:3:42: unknown key \"maximum\" in scale; expected \"max\", or one of min, ports, "
		"memory_headroom, drain, service"},
	{RW "traefik: {url: x}\n",
		"f:3:11: unknown key \"url\" in traefik; expected \"api\", or one of service, dynamic_file"},
	{A "  a: {when: x}\n", "f:4:7: unknown key \"when\" in an autoscale rule; expected \"up_when\", or "
			       "one of down_when, target, cooldown, step, schedule"},
	{A "  a: {" UPDOWN ", step: {left: 1}}\n",
		"f:4:68: unknown key \"left\" in step; expected \"up\", or one of down"},
	{A "  a: {" UPDOWN ", cooldown: {both: 1s}}\n",
		"f:4:72: unknown key \"both\" in cooldown; expected \"down\", or one of up"},
	{A "  a: {" UPDOWN ", schedule: [{day: Mon}]}\n",
		"f:4:73: unknown key \"day\" in a schedule; expected \"days\", or one of from, to, min, tz"},
	{RW "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	    "xxxxxxxxxxxx: 1\n",
		"f:3:1: unknown key "
		"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" in the "
		"configuration; expected \"servers\", or one of refresh, timeout, busy_cpu, traefik, "
		"autoscale"},
	/* durations */
	{RW "refresh: 3\n", "f:3:10: refresh \"3\" has no unit; expected a duration such as 500ms, 2s, 10m "
			    "or 1h, between 100ms and 1h"},
	{RW "refresh: 2 s\n", "f:3:10: refresh \"2 s\" has an unknown unit; expected a duration such as "
			      "500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: s\n", "f:3:10: refresh \"s\" does not begin with a number; expected a duration such as "
			    "500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: -1s\n", "f:3:10: refresh \"-1s\" does not begin with a number; expected a duration "
			      "such as 500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: fast\n", "f:3:10: refresh \"fast\" does not begin with a number; expected a duration "
			       "such as 500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: 0s\n", "f:3:10: refresh \"0s\" is too small; expected a duration such as 500ms, 2s, "
			     "10m or 1h, between 100ms and 1h"},
	{RW "refresh: 99ms\n", "f:3:10: refresh \"99ms\" is too small; expected a duration such as 500ms, "
			       "2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: 2h\n", "f:3:10: refresh \"2h\" is too large; expected a duration such as 500ms, 2s, "
			     "10m or 1h, between 100ms and 1h"},
	{RW "refresh: 1e3s\n", "f:3:10: refresh \"1e3s\" has an unknown unit; expected a duration such as "
			       "500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: 2S\n", "f:3:10: refresh \"2S\" has an unknown unit; expected a duration such as 500ms, "
			     "2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: 1m30s\n", "f:3:10: refresh \"1m30s\" has an unknown unit; expected a duration such as "
				"500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: 9999999999999999s\n",
		"f:3:10: refresh \"9999999999999999s\" does not begin with a number; expected a duration "
		"such as 500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: \"2s\\n\"\n", "f:3:10: refresh \"2s \" contains a control character; expected a "
				    "duration such as 500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: \"\"\n", "f:3:10: refresh is empty; expected a duration such as 500ms, 2s, 10m or 1h, "
			       "between 100ms and 1h"},
	{RW "refresh: ~\n", "f:3:10: refresh \"~\" does not begin with a number; expected a duration such as "
			    "500ms, 2s, 10m or 1h, between 100ms and 1h"},
	{RW "refresh: [2s]\n", "f:3:10: refresh is a list; expected a duration such as 500ms, 2s, 10m or 1h, "
			       "between 100ms and 1h"},
	{RW "refresh: {a: b}\n", "f:3:10: refresh is a map; expected a duration such as 500ms, 2s, 10m or "
				 "1h, between 100ms and 1h"},
	{RW "timeout: 99ms\n", "f:3:10: timeout \"99ms\" is too small; expected a duration such as 500ms, "
			       "2s, 10m or 1h, between 100ms and 10m"},
	{RW "timeout: 11m\n", "f:3:10: timeout \"11m\" is too large; expected a duration such as 500ms, 2s, "
			      "10m or 1h, between 100ms and 10m"},
	{RW "timeout: 5\n", "f:3:10: timeout \"5\" has no unit; expected a duration such as 500ms, 2s, 10m "
			    "or 1h, between 100ms and 10m"},
	/* busy_cpu */
	{RW "busy_cpu: half\n", "f:3:11: busy_cpu \"half\" is not a percentage; expected a percentage of one "
				"core from 1 to 10000"},
	{RW "busy_cpu: 0\n",
		"f:3:11: busy_cpu \"0\" is out of range; expected a percentage of one core from 1 to 10000"},
	{RW "busy_cpu: 50%%\n", "f:3:11: busy_cpu \"50%%\" is not a percentage; expected a percentage of one "
				"core from 1 to 10000"},
	{RW "busy_cpu: 10001\n", "f:3:11: busy_cpu \"10001\" is out of range; expected a percentage of one "
				 "core from 1 to 10000"},
	{RW "busy_cpu: -5\n", "f:3:11: busy_cpu \"-5\" is not a percentage; expected a percentage of one "
			      "core from 1 to 10000"},
	{RW "busy_cpu: []\n",
		"f:3:11: busy_cpu is a list; expected a percentage of one core from 1 to 10000"},
	/* missing */
	{"servers: [{host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:11: name is missing in a server; expected \"name: ...\""},
	{"servers: [{name: a, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:11: host is missing in a server; expected \"host: ...\""},
	{"servers: [{name: a, host: h, instances: [{name: i, port: 1}]}]\n",
		"f:1:11: role is missing in a server; expected \"role: ...\""},
	{S "docker: unix:///s}\n",
		"f:2:3: server \"a\" has nothing to watch; expected instances: or discover:"},
	{S "instances: [{port: 1}]}\n", "f:3:13: name is missing in an instance; expected \"name: ...\""},
	{S "instances: [{name: i}]}\n", "f:3:13: instance \"i\" cannot be reached; expected port: or url:"},
	{RW "traefik: {api: \"http://h:1\"}\n",
		"f:3:10: service is missing in traefik; expected \"service: ...\""},
	{RW "traefik: {service: s}\n", "f:3:10: api is missing in traefik; expected \"api: ...\""},
	{RW "traefik:\n", "f:3:9: traefik is not a map; expected \"api: ...\""},
	/* names */
	{"servers: [{name: a/b, host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"a/b\" contains a /; expected a name of at most 255 printable bytes without "
		"/"},
	{"servers: [{name: \"a\\nb\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"a b\" contains a control character; expected a name of at most 255 printable "
		"bytes without /"},
	{"servers: [{name: \"a\\0b\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"ab\" contains a control character; expected a name of at most 255 printable "
		"bytes without /"},
	{"servers: [{name: \"\\e[2J\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"[2J\" contains a control character; expected a name of at most 255 printable "
		"bytes without /"},
	{"servers: [{name: \" a\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \" a\" begins or ends with a space; expected a name of at most 255 printable "
		"bytes without /"},
	{"servers: [{name: \"a \", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"a \" begins or ends with a space; expected a name of at most 255 printable "
		"bytes without /"},
	{"servers: [{name: \"\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name is empty; expected a name of at most 255 printable bytes without /"},
	{"servers: [{name: [x], host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name is a list; expected a name of at most 255 printable bytes without /"},
	{"servers: [{name: \"\\u202Eabc\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"abc\" contains characters that cannot be shown; expected a name of at most "
		"255 printable bytes without /"},
	{"servers: [{name: \"\\u0085\", host: h, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:18: name \"\" contains characters that cannot be shown; expected a name of at most 255 "
		"printable bytes without /"},
	{"servers: [{name: "
	 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, host: h, role: rw, instances: [{name: "
	 "i, port: 1}]}]\n",
		"f:1:18: name "
		"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" is too "
		"long; expected a name of at most 255 printable bytes without /"},
	{S "instances: [{name: i/j, port: 1}]}\n", "f:3:20: name \"i/j\" contains a /; expected a name of at "
						   "most 255 printable bytes without /"},
	{S "instances: [{name: i, port: 1, container: \"c\\x07\"}]}\n",
		"f:3:43: container \"c\" contains a control character; expected a name of at most 255 "
		"printable bytes without /"},
	/* hosts */
	{"servers: [{name: a, host: \"http://h\", role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"http://h\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: h:80, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"h:80\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: \"[::1]\", role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"[::1]\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: a b, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"a b\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: -oProxyCommand=x, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"-oProxyCommand=x\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: a..b, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"a..b\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: .a, role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \".a\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: \"::g\", role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"::g\" is not a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: "
	 "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
	 "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"
	 "hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh, role: rw, instances: [{name: i, port: "
	 "1}]}]\n",
		"f:1:27: host "
		"\"hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh...\" is not "
		"a host; expected a host name or an IP address"},
	{"servers: [{name: a, host: \"\", role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host is empty; expected a host name or an IP address"},
	{"servers: [{name: a, host: \"h\\0\", role: rw, instances: [{name: i, port: 1}]}]\n",
		"f:1:27: host \"h\" contains a control character; expected a host name or an IP address"},
	/* roles */
	{"servers: [{name: a, host: h, role: rx, instances: [{name: i, port: 1}]}]\n",
		"f:1:36: role \"rx\" is not a role; expected rw or ro"},
	{"servers: [{name: a, host: h, role: RW, instances: [{name: i, port: 1}]}]\n",
		"f:1:36: role \"RW\" is not a role; expected rw or ro"},
	{"servers: [{name: a, host: h, role: \"\", instances: [{name: i, port: 1}]}]\n",
		"f:1:36: role is empty; expected rw or ro"},
	{"servers: [{name: a, host: h, role: [rw], instances: [{name: i, port: 1}]}]\n",
		"f:1:36: role is a list; expected rw or ro"},
	{"servers:\n- {name: a, host: h, role: ro, instances: [{name: i, port: 1}]}\n",
		"f:2:1: no server is rw; expected exactly one with role: rw, where models are pulled"},
	{"servers:\n- {name: a, host: h, role: rw, instances: [{name: i, port: 1}]}\n- {name: b, host: h, "
	 "role: ro, instances: [{name: i, port: 1}]}\n- name: c\n  host: h\n  role: rw\n  instances: [{name: "
	 "i, port: 1}]\n",
		"f:6:9: a second rw server, the first is \"a\" in line 2; expected exactly one"},
	/* docker */
	{S "instances: [{name: i, port: 1}], docker: \"/var/run/docker.sock\"}\n",
		"f:3:42: docker \"/var/run/docker.sock\" is not an address of a Docker engine; expected "
		"unix:///PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"unix://\"}\n",
		"f:3:42: docker \"unix://\" has no absolute path; expected unix:///PATH, tcp://HOST:PORT, "
		"ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"unix://sock\"}\n",
		"f:3:42: docker \"unix://sock\" has no absolute path; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: "
	   "\"unix:///"
	   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	   "xxxxxxxxxx\"}\n",
		"f:3:42: docker "
		"\"unix:///xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\" is too "
		"long for a socket; expected unix:///PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] "
		"or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h\"}\n",
		"f:3:42: docker \"tcp://h\" has no port; expected unix:///PATH, tcp://HOST:PORT, "
		"ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:0\"}\n",
		"f:3:42: docker \"tcp://h:0\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:65536\"}\n",
		"f:3:42: docker \"tcp://h:65536\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:1/x\"}\n",
		"f:3:42: docker \"tcp://h:1/x\" has a path; expected unix:///PATH, tcp://HOST:PORT, "
		"ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://:2375\"}\n",
		"f:3:42: docker \"tcp://:2375\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://u@h:1\"}\n",
		"f:3:42: docker \"tcp://u@h:1\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://::1:2375\"}\n",
		"f:3:42: docker \"tcp://::1:2375\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://[::1:2375\"}\n",
		"f:3:42: docker \"tcp://[::1:2375\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://[h]:1\"}\n",
		"f:3:42: docker \"tcp://[h]:1\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"http://h:1\"}\n",
		"f:3:42: docker \"http://h:1\" is not an address of a Docker engine; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"npipe:////./pipe\"}\n",
		"f:3:42: docker \"npipe:////./pipe\" is not an address of a Docker engine; expected "
		"unix:///PATH, tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://\"}\n",
		"f:3:42: docker \"ssh://\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://-oX@h\"}\n",
		"f:3:42: docker \"ssh://-oX@h\" has no good user name; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://u@\"}\n",
		"f:3:42: docker \"ssh://u@\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://u@h:0\"}\n",
		"f:3:42: docker \"ssh://u@h:0\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://u@-h\"}\n",
		"f:3:42: docker \"ssh://u@-h\" has no good host and port; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://u p@h\"}\n",
		"f:3:42: docker \"ssh://u p@h\" has no good user name; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"ssh://h/a:b\"}\n",
		"f:3:42: docker \"ssh://h/a:b\" has no good path of a socket; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"context://\"}\n",
		"f:3:42: docker \"context://\" has no good context name; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"context://a/b\"}\n",
		"f:3:42: docker \"context://a/b\" has no good context name; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"context://a b\"}\n",
		"f:3:42: docker \"context://a b\" has no good context name; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"\"}\n",
		"f:3:42: docker is empty; expected unix:///PATH, tcp://HOST:PORT, "
		"ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"unix:///a\\nb\"}\n",
		"f:3:42: docker \"unix:///a b\" contains a control character; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	{S "instances: [{name: i, port: 1}], docker: \"fd://\"}\n",
		"f:3:42: docker \"fd://\" is not an address of a Docker engine; expected unix:///PATH, "
		"tcp://HOST:PORT, ssh://[USER@]HOST[:PORT][/PATH] or context://NAME"},
	/* tls */
	{S "instances: [{name: i, port: 1}], tls: {}}\n",
		"f:3:39: tls is empty; expected ca:, or cert: and key:, or all three"},
	{S "instances: [{name: i, port: 1}], tls: {ca: /x}}\n",
		"f:3:39: tls without tcp; expected docker: tcp://HOST:PORT"},
	{S "instances: [{name: i, port: 1}], docker: \"unix:///s\", tls: {ca: /x}}\n",
		"f:3:60: tls without tcp; expected docker: tcp://HOST:PORT"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:1\", tls: {cert: /x}}\n",
		"f:3:60: tls has cert: alone; expected cert: and key: together"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:1\", tls: {key: /x}}\n",
		"f:3:60: tls has key: alone; expected cert: and key: together"},
	{S "instances: [{name: i, port: 1}], docker: \"tcp://h:1\", tls: {ca: x.pem}}\n",
		"f:3:65: ca \"x.pem\" is a relative path; expected an absolute path, or one that begins with "
		"~/"},
	{S "instances: [{name: i, port: 1}], tls: yes}\n", "f:3:39: tls is not a map; expected \"ca: ...\""},
	/* instances */
	{S "instances: [{name: i, port: 0}]}\n",
		"f:3:29: port \"0\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: 65536}]}\n",
		"f:3:29: port \"65536\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: -1}]}\n",
		"f:3:29: port \"-1\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: http}]}\n",
		"f:3:29: port \"http\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: 1.5}]}\n",
		"f:3:29: port \"1.5\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: 0x10}]}\n",
		"f:3:29: port \"0x10\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: 999999}]}\n",
		"f:3:29: port \"999999\" is not a port; expected a port from 1 to 65535"},
	{S "instances: [{name: i, port: \"\"}]}\n", "f:3:29: port is empty; expected a port from 1 to 65535"},
	{S "instances: []}\n", "f:3:12: instances is empty; expected at least one"},
	{S "instances: {name: i}}\n", "f:3:12: instances is not a list; expected \"instances: [...]\""},
	{S "instances: [i]}\n", "f:3:13: an instance is not a map; expected \"name: ...\""},
	{S "instances: [{name: i, url: \"h:1\"}]}\n", "f:3:28: url \"h:1\" is not an http or https address; "
						      "expected http://HOST:PORT or https://HOST:PORT"},
	{S "instances: [{name: i, url: \"ftp://h\"}]}\n",
		"f:3:28: url \"ftp://h\" is not an http or https address; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://\"}]}\n",
		"f:3:28: url \"http://\" has no good host and port; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://h:x\"}]}\n",
		"f:3:28: url \"http://h:x\" has no good host and port; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://h:1/api\"}]}\n",
		"f:3:28: url \"http://h:1/api\" has a path; expected http://HOST:PORT or https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://u:p@h\"}]}\n",
		"f:3:28: url holds a user or a password; expected http://HOST:PORT or https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://h?x\"}]}\n",
		"f:3:28: url \"http://h?x\" has a path; expected http://HOST:PORT or https://HOST:PORT"},
	{S "instances: [{name: i, url: \"https://h:70000\"}]}\n",
		"f:3:28: url \"https://h:70000\" has no good host and port; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{S "instances: [{name: i, url: \"http://h h\"}]}\n",
		"f:3:28: url \"http://h h\" has no good host and port; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{S "instances: [{name: i, port: 1, token_file: secret}]}\n",
		"f:3:44: token_file \"secret\" is a relative path; expected an absolute path, or one that "
		"begins with ~/"},
	{S "instances: [{name: i, port: 1, tls: {ca: /ca}}]}\n",
		"f:3:37: tls without https; expected url: https://HOST:PORT beside it"},
	{S "instances: [{name: i, url: \"http://h\", tls: {ca: /ca}}]}\n",
		"f:3:45: tls without https; expected url: https://HOST:PORT beside it"},
	{S "instances: [{name: i, url: \"https://h\", tls: {key: /k}}]}\n",
		"f:3:46: tls has key: alone; expected cert: and key: together"},
	{S "instances: [{name: i, port: 1, kind: vllm}]}\n",
		"f:3:38: kind \"vllm\" is no kind of instance; expected ollama or openai"},
	{S "instances: [{name: i, port: 1, ssh: maybe}]}\n",
		"f:3:37: ssh \"maybe\" is neither; expected true or false"},
	{S "  instances: [{name: i, port: 1},\n    {name: i, port: 2}]}\n",
		"f:4:12: instance \"i\" is named twice, first in line 3; expected a name of its own"},
	{S "  instances: [{name: i, port: 7},\n    {name: j, port: 7}]}\n",
		"f:4:21: port 7 is that of \"i\" in line 3; expected a port of its own"},
	/* discover */
	{S "discover: {}}\n",
		"f:3:11: discover finds nothing; expected one or more of name:, label:, image:"},
	{S "discover: {name: x}}\n", "f:3:11: discover asks Docker; expected docker: beside it"},
	{S "discover: name}\n", "f:3:11: discover is not a map; expected \"name: ...\""},
	{S "docker: \"unix:///s\", discover: {label: \"=x\"}}\n",
		"f:3:40: label \"=x\" has no key; expected KEY or KEY=VALUE"},
	{S "docker: \"unix:///s\", discover: {name: \"\"}}\n", "f:3:39: name is empty; expected text"},
	/* scale */
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {}}\n",
		"f:3:62: max is missing in scale; expected \"max: ...\""},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2}}\n",
		"f:3:62: scale has no ports; expected ports: FIRST-LAST, or service: NAME"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {min: 3, max: 2, ports: 1-9}}\n",
		"f:3:62: min 3 is above max 2; expected min <= max"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 0, ports: 1-9}}\n",
		"f:3:68: max \"0\" is out of range; expected a whole number from 1 to 1000"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 1001, ports: 1-9}}\n",
		"f:3:68: max \"1001\" is out of range; expected a whole number from 1 to 1000"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: two, ports: 1-9}}\n",
		"f:3:68: max \"two\" is not a whole number; expected a whole number from 1 to 1000"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 9-1}}\n",
		"f:3:78: ports \"9-1\" ends before it begins; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 0-5}}\n",
		"f:3:78: ports \"0-5\" is not a range of ports; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: x}}\n",
		"f:3:78: ports \"x\" is not a range of ports; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-70000}}\n",
		"f:3:78: ports \"1-70000\" is not a range of ports; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-2-3}}\n",
		"f:3:78: ports \"1-2-3\" is not a range of ports; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1234567890-2}}\n",
		"f:3:78: ports \"1234567890-2\" is not a range of ports; expected a port or a range such as "
		"11434-11449"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 3, ports: 1-2}}\n",
		"f:3:78: ports 1-2 are too few for max 3; expected a port for each instance"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, service: s, ports: "
	   "1-9}}\n",
		"f:3:90: ports are not used with a Swarm service; expected only service:, min: and max:"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, "
	   "memory_headroom: 2}}\n",
		"f:3:100: memory_headroom \"2\" has no unit; expected a size such as 512M or 2G"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, "
	   "memory_headroom: 2X}}\n",
		"f:3:100: memory_headroom \"2X\" has an unknown unit; expected a size such as 512M or 2G"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, "
	   "memory_headroom: lots}}\n",
		"f:3:100: memory_headroom \"lots\" does not begin with a number; expected a size such as "
		"512M or 2G"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, "
	   "memory_headroom: -1G}}\n",
		"f:3:100: memory_headroom \"-1G\" does not begin with a number; expected a size such as 512M "
		"or 2G"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, drain: "
	   "0s}}\n",
		"f:3:90: drain \"0s\" is too small; expected a duration such as 500ms, 2s, 10m or 1h, "
		"between 1s and 1d"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, drain: "
	   "2d}}\n",
		"f:3:90: drain \"2d\" is too large; expected a duration such as 500ms, 2s, 10m or 1h, "
		"between 1s and 1d"},
	{S "docker: \"unix:///s\", instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9, drain: "
	   "30}}\n",
		"f:3:90: drain \"30\" has no unit; expected a duration such as 500ms, 2s, 10m or 1h, between "
		"1s and 1d"},
	{S "instances: [{name: i, port: 1}], scale: {max: 2, ports: 1-9}}\n",
		"f:3:41: scale works through Docker; expected docker: beside it"},
	/* nfs */
	{S "instances: [{name: i, port: 1}], nfs: {}}\n",
		"f:3:39: nfs is empty; expected export:, or mount: and source:"},
	{S "instances: [{name: i, port: 1}], nfs: yes}\n",
		"f:3:39: nfs is not a map; expected \"export: ...\""},
	{S "instances: [{name: i, port: 1}], nfs: {export: models}}\n",
		"f:3:48: export \"models\" is a relative path; expected an absolute path, or one that begins "
		"with ~/"},
	{S "instances: [{name: i, port: 1}], nfs: {mount: models}}\n",
		"f:3:47: mount \"models\" is a relative path; expected an absolute path, or one that begins "
		"with ~/"},
	{S "instances: [{name: i, port: 1}], nfs: {source: \"10.0.0.80\"}}\n",
		"f:3:48: source \"10.0.0.80\" has no :/PATH; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {source: \":/x\"}}\n",
		"f:3:48: source \":/x\" has no good address; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {source: \"h:x\"}}\n",
		"f:3:48: source \"h:x\" has no :/PATH; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {source: \"h:1:/x\"}}\n",
		"f:3:48: source \"h:1:/x\" has no good address; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {source: /x}}\n",
		"f:3:48: source \"/x\" names no server; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {source: /x, types: [ext4, nfs]}}\n",
		"f:3:48: source \"/x\" names no server; expected ADDRESS:/PATH"},
	{S "instances: [{name: i, port: 1}], nfs: {types: nfs}}\n",
		"f:3:47: types is not a list; expected \"types: [...]\""},
	{S "instances: [{name: i, port: 1}], nfs: {types: []}}\n",
		"f:3:47: types is empty; expected at least one"},
	{S "instances: [{name: i, port: 1}], nfs: {types: [\"\"]}}\n",
		"f:3:48: types is empty; expected text"},
	{S "instances: [{name: i, port: 1}], nfs: {types: [[nfs]]}}\n",
		"f:3:48: types is a list; expected text"},
	{S "instances: [{name: i, port: 1}], nfs: {types: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]}}\n",
		"f:3:80: too many types; expected at most 16"},
	/* traefik */
	{RW "traefik: {api: \"h:8080\", service: s}\n",
		"f:3:16: api \"h:8080\" is not an http or https address; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{RW "traefik: {api: \"http://h:8080/api\", service: s}\n",
		"f:3:16: api \"http://h:8080/api\" has a path; expected http://HOST:PORT or "
		"https://HOST:PORT"},
	{RW "traefik: {api: \"http://h\", service: s@file/x}\n",
		"f:3:37: service \"s@file/x\" contains a /; expected a name of at most 255 printable bytes "
		"without /"},
	{RW "traefik: {api: \"http://h\", service: s, dynamic_file: ollama.yml}\n",
		"f:3:54: dynamic_file \"ollama.yml\" is a relative path; expected an absolute path, or one "
		"that begins with ~/"},
	/* autoscale */
	{A, "f:3:11: autoscale is not a map; expected \"SERVER: {target: ...}\" or \"SERVER: {up_when: ..., "
	    "down_when: ...}\""},
	{"servers:\n- {name: a, host: h, role: rw, docker: 'unix:///s', instances: [{name: i, port: 1}], "
	 "scale: {max: 2, ports: 1-9}}\nautoscale: {}\n",
		"f:3:12: autoscale is not a map; expected \"SERVER: {target: ...}\" or \"SERVER: {up_when: "
		"..., down_when: ...}\""},
	{A "  b: {" UPDOWN "}\n", "f:4:3: there is no server \"b\"; expected the name of a server"},
	{A "  a: {" UPDOWN "}\n  a: {up_when: busy > 1 for 1s, down_when: busy < 1 for 1s}\n",
		"f:5:3: a is given twice, first in line 4; expected it once"},
	{A "  a: {up_when: busy > 1 for 1s}\n", "f:4:6: down_when is missing in an autoscale rule; expected "
						"up_when: and down_when:, or target:"},
	{A "  a: {down_when: busy > 1 for 1s}\n", "f:4:6: up_when is missing in an autoscale rule; expected "
						  "up_when: and down_when:, or target:"},
	{A "  a: {" UPDOWN ",\n   target: {inflight: 2}}\n",
		"f:5:12: target beside up_when or down_when; expected one way of the two"},
	{A "  a: x\n", "f:4:6: an autoscale rule is not a map; expected \"up_when: ...\""},
	{RW "autoscale: {a: {target: {busy: 1}}}\n",
		"f:3:13: server \"a\" has no scale:; expected one, with its limits"},
	{A "  a: {up_when: busy, down_when: busy < 1 for 1s}\n",
		"f:4:20: up_when: the rule ends too early; expected > < >= or <="},
	{A "  a: {up_when: \"busy > 1\", down_when: busy < 1 for 1s}\n",
		"f:4:25: up_when: the rule ends too early; expected \"for DURATION\" after the value"},
	{A "  a: {up_when: \"busy > 1 for 1\", down_when: busy < 1 for 1s}\n",
		"f:4:30: up_when: unusable duration \"1\"; expected one such as 30s, 10m or 1h, above 0, at "
		"most 7d"},
	{A "  a: {up_when: \"busy > 1 for 0s\", down_when: busy < 1 for 1s}\n",
		"f:4:30: up_when: unusable duration \"0s\"; expected one such as 30s, 10m or 1h, above 0, at "
		"most 7d"},
	{A "  a: {up_when: \"busy = 1 for 1s\", down_when: busy < 1 for 1s}\n",
		"f:4:22: up_when: unknown operator \"=\"; expected > < >= or <="},
	{A "  a: {up_when: \"load > 1 for 1s\", down_when: busy < 1 for 1s}\n",
		"f:4:17: up_when: unknown metric \"load\"; expected busy, inflight, queue, cpu, memory or "
		"latency"},
	{A "  a: {up_when: \"busy > x for 1s\", down_when: busy < 1 for 1s}\n",
		"f:4:24: up_when: unusable value \"x\"; expected a share such as 0.8 or 80%"},
	{A "  a: {up_when: \"busy > 1 for 1s now\", down_when: busy < 1 for 1s}\n",
		"f:4:33: up_when: unexpected \"now\"; expected \"and\", \"or\" or the end"},
	{A "  a: {up_when: \"\", down_when: busy < 1 for 1s}\n",
		"f:4:16: up_when is empty; expected a rule such as \"busy > 0.8 for 60s\""},
	{A "  a: {up_when: \"busy > 1 for 1s\\0\", down_when: busy < 1 for 1s}\n",
		"f:4:16: up_when \"busy > 1 for 1s\" contains a control character; expected a rule such as "
		"\"busy > 0.8 for 60s\""},
	{A "  a: {up_when: \"busy > 1 since 1s\", down_when: busy < 1 for 1s}\n",
		"f:4:26: up_when: unexpected \"since\"; expected \"for DURATION\" after the value"},
	{A "  a: {up_when: \"busy > 1.2.3 for 1s\", down_when: busy < 1 for 1s}\n",
		"f:4:24: up_when: unusable value \"1.2.3\"; expected a share such as 0.8 or 80%"},
	{A "  a: {up_when: [], down_when: busy < 1 for 1s}\n",
		"f:4:16: up_when is a list; expected a rule such as \"busy > 0.8 for 60s\""},
	{A "  a: {target: 2}\n", "f:4:15: target is not one metric; expected \"{METRIC: NUMBER}\", METRIC "
				 "being busy, inflight, queue, cpu, memory or latency"},
	{A "  a: {target: {}}\n", "f:4:15: target is not one metric; expected \"{METRIC: NUMBER}\", METRIC "
				  "being busy, inflight, queue, cpu, memory or latency"},
	{A "  a: {target: {inflight: 2, busy: 1}}\n",
		"f:4:15: target is not one metric; expected \"{METRIC: NUMBER}\", METRIC being busy, "
		"inflight, queue, cpu, memory or latency"},
	{A "  a: {target: {load: 2}}\n",
		"f:4:16: unknown metric \"load\"; expected busy, inflight, queue, cpu, memory or latency"},
	{A "  a: {target: {busy: 80}}\n", "f:4:22: target 80 is above 1; expected a share such as 0.7"},
	{A "  a: {up_when: (busy > 1 for 1s, down_when: busy < 1 for 1s}\n",
		"f:4:32: up_when: the rule ends too early; expected \"and\", \"or\" or \")\""},
	{A "  a: {up_when: 'it''s busy > 1 for 1s', down_when: busy < 1 for 1s}\n",
		"f:4:16: up_when: unknown metric \"it's\"; expected busy, inflight, queue, cpu, memory or "
		"latency"},
	{A "  a: {up_when: cpu > 1 for 1s and memory > 1GB for 1s, down_when: busy < 1 for 1s}\n",
		"f:4:44: up_when: unusable value \"1GB\"; expected a share such as 0.8 or 80%"},
	{A "  a: {target: {inflight: 0}}\n",
		"f:4:26: target \"0\" is not a number above 0; expected one such as 2"},
	{A "  a: {target: {inflight: many}}\n",
		"f:4:26: target \"many\" is not a number above 0; expected one such as 2"},
	{A "  a: {target: {inflight: [2]}}\n", "f:4:26: target is a list or a map; expected a number"},
	{A "  a: {target: {inflight: -2}}\n",
		"f:4:26: target \"-2\" is not a number above 0; expected one such as 2"},
	{A "  a: {" UPDOWN ", cooldown: 3}\n", "f:4:71: cooldown \"3\" has no unit; expected a duration such "
					       "as 500ms, 2s, 10m or 1h, between 0ms and 1d"},
	{A "  a: {" UPDOWN ", cooldown: {up: 3}}\n", "f:4:76: up \"3\" has no unit; expected a duration such "
						     "as 500ms, 2s, 10m or 1h, between 0ms and 1d"},
	{A "  a: {" UPDOWN ", cooldown: [1m]}\n", "f:4:71: cooldown is a list; expected a duration such as "
						  "500ms, 2s, 10m or 1h, between 0ms and 1d"},
	{A "  a: {" UPDOWN ", cooldown: 2d}\n", "f:4:71: cooldown \"2d\" is too large; expected a duration "
						"such as 500ms, 2s, 10m or 1h, between 0ms and 1d"},
	{A "  a: {" UPDOWN ", step: 2}\n", "f:4:67: step is not a map; expected \"up: ...\""},
	{A "  a: {" UPDOWN ", step: {up: 0}}\n",
		"f:4:72: up \"0\" is out of range; expected a whole number from 1 to 100"},
	{A "  a: {" UPDOWN ", step: {down: 101}}\n",
		"f:4:74: down \"101\" is out of range; expected a whole number from 1 to 100"},
	{A "  a: {" UPDOWN ", schedule: Mon}\n",
		"f:4:71: schedule is not a list; expected \"schedule: [...]\""},
	{A "  a: {" UPDOWN ", schedule: []}\n", "f:4:71: schedule is empty; expected at least one"},
	{A "  a: {" UPDOWN ", schedule: [Mon]}\n", "f:4:72: the schedule cannot be read at \"Mon\"; expected "
						   "at \"08:00-19:00 Mon-Fri\" min 3"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-19:00\" min 3]}\n",
		"f:4:82: the schedule cannot be read at \"19:00\"\"; expected a time such as 19:00, up to "
		"24:00, and days"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-19:00 Mon-Fri\" min few]}\n",
		"f:4:101: the schedule cannot be read at \"few\"; expected a whole number from 0 to 1000"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-19:00 Mon-Fri\" min 3]}\n",
		"f:4:72: min 3 is above scale's max 2 of server \"a\"; expected at most that"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-08:00 Mon-Fri\" min 2]}\n",
		"f:4:72: from and to are both 08:00; expected a span of time"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-19:00 Mon-Fri\" min 2 tz Europe/Berln]}\n",
		"f:4:72: tz \"Europe/Berln\" is not a time zone of this machine; expected one such as "
		"Europe/Berlin "
		"(they come with the package tzdata)"},
	{A "  a: {" UPDOWN ", schedule: [at \"08:00-19:00 Mon-Fri\" min 2 tz ../etc/passwd]}\n",
		"f:4:72: tz \"../etc/passwd\" cannot be read; expected a time zone such as Europe/Berlin"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon}]}\n",
		"f:4:72: from is missing in a schedule; expected \"from: ...\""},
	{A "  a: {" UPDOWN ", schedule: [{days: Monday, from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"Monday\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon-, from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"Mon-\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: \"Mon,\", from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"Mon,\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: mon, from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"mon\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon-Tue-Wed, from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"Mon-Tue-Wed\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: \"Mon, Tue\", from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days \"Mon, Tue\" cannot be read; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: \"\", from: \"08:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:79: days is empty; expected days such as Mon-Fri or Sat,Sun"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"8:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:90: from \"8:00\" cannot be read; expected a time such as \"08:00\", up to \"24:00\""},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"24:01\", to: \"09:00\", min: 1}]}\n",
		"f:4:90: from \"24:01\" cannot be read; expected a time such as \"08:00\", up to \"24:00\""},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"12:60\", to: \"09:00\", min: 1}]}\n",
		"f:4:90: from \"12:60\" cannot be read; expected a time such as \"08:00\", up to \"24:00\""},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: noon, to: \"09:00\", min: 1}]}\n",
		"f:4:90: from \"noon\" cannot be read; expected a time such as \"08:00\", up to \"24:00\""},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"09:00\", to: \"09:00\", min: 1}]}\n",
		"f:4:103: from and to are both 09:00; expected a span of time"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 3}]}\n",
		"f:4:117: min 3 is above scale's max 2 of server \"a\"; expected at most that"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: -1}]}\n",
		"f:4:117: min \"-1\" is not a whole number; expected a whole number from 0 to 1000"},
	{A "  a: {" UPDOWN
	   ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: Mars/Base}]}\n",
		"f:4:124: tz \"Mars/Base\" is not a time zone of this machine; expected one such as "
		"Europe/Berlin "
		"(they come with the package tzdata)"},
	{A "  a: {" UPDOWN
	   ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: ../etc/passwd}]}\n",
		"f:4:124: tz \"../etc/passwd\" cannot be read; expected a time zone such as Europe/Berlin"},
	{A "  a: {" UPDOWN ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: /etc}]}\n",
		"f:4:124: tz \"/etc\" cannot be read; expected a time zone such as Europe/Berlin"},
	{A "  a: {" UPDOWN
	   ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: Europe//Berlin}]}\n",
		"f:4:124: tz \"Europe//Berlin\" cannot be read; expected a time zone such as Europe/Berlin"},
	{A "  a: {" UPDOWN
	   ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: Europe/}]}\n",
		"f:4:124: tz \"Europe/\" cannot be read; expected a time zone such as Europe/Berlin"},
	{A "  a: {" UPDOWN
	   ", schedule: [{days: Mon, from: \"08:00\", to: \"09:00\", min: 1, tz: \"a b\"}]}\n",
		"f:4:124: tz \"a b\" cannot be read; expected a time zone such as Europe/Berlin"},
	/* duplicates */
	{"servers:\n- {name: a, host: h, role: rw, instances: [{name: i, port: 1}]}\n- {name: a, host: h, "
	 "role: ro, instances: [{name: i, port: 1}]}\n",
		"f:3:10: server \"a\" is named twice, first in line 2; expected a name of its own"},
};

#endif
