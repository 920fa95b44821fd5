/*
 * doctor_rule.h - whether a router rule of Traefik lets a request through: pure.
 */
#ifndef CLI_DOCTOR_RULE_H
#define CLI_DOCTOR_RULE_H

/* What keeps requests away that change the store; to be joined by && to a rule. In versions 2 and 3 of Traefik alike. */
#define RULE_CLOSED                                                                               \
	"!(PathPrefix(`/api/pull`) || PathPrefix(`/api/delete`) || PathPrefix(`/api/create`) || " \
	"PathPrefix(`/api/copy`) || PathPrefix(`/api/push`) || PathPrefix(`/api/blobs`))"

/* RULE_DEPENDS: on the host name, a header or whatever else the one who asks can choose. */
enum rule_answer { RULE_NO, RULE_DEPENDS, RULE_YES, RULE_MALFORMED };

/*
 * A request of `method` for `path`, from an address that no ClientIP names. Versions 2 and 3 of Traefik alike
 * (https://doc.traefik.io/traefik/routing/routers/#rule): matchers with arguments in backquotes or double
 * quotes, !, &&, || and parentheses. A matcher that is not known depends.
 */
enum rule_answer rule_lets(const char *rule, const char *method, const char *path);

#endif
