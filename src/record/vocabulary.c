/*
 * vocabulary.c - the words that a text may keep when names are hidden: those of this program's own messages, and of the
 * messages of the C library, libcurl, Docker and Ollama. Everything else in a text may be somebody's name.
 */
#include "vocabulary.h"

#include <string.h>

/* In lower case, a blank before and after each. */
static const char words[] =
	" "
	"a abort about accepted access accessing acdirmax acdirmin acl acregmax acregmin actimeo add "
	"added addr address advertise after again agreement agrees ahead alert alias all allocate "
	"allocated allow allowance allowed allowstreamlocalforwarding allowtcpforwarding alone "
	"already also an anchor anchors and anode another answer answered answering answers any "
	"anything anywhere api apiversion appeared are argument as aside asked asks assign assigned "
	"async at attached attempt attempted attempting attempts audit authorities available avoided "
	"away back backup bad balancer be been before beforehand began begins begun behind being "
	"beside bind blob block blocked breaks broke broken btrfs buffer buffers busy but by bytes "
	"ca call came can cancel canceled cancelled cannot cat caused cert certificate certificates "
	"chain change changed changing channel character characters check checked checking child "
	"chmod chooses choosing cipher cleaning client clientaddr clock clocks clone clones close "
	"closed closes code come comes common communication complete config configuration configured "
	"confirmed connect connected connecting connection connections container containers context "
	"control correct corrupted could couldn cpu create created creating critical cross csi cto "
	"cuda cut daemon data days dead deadline deadlock decides deeply defined delete deleted "
	"deleting denied descriptor desired destination device devices df did died differ digest "
	"digit digits dir directly directory discover disk do docker document does domain done down "
	"drain drained draining driver dropped drops due dynamic each earlier early else elsewhere "
	"empty encoding ended ending endpoint ends engine entries entry eof error errors every "
	"everywhere exceeded exchange exec executable exists exit exited exiting expected expired "
	"export exports ext fail failed failing fails failure family fetch fetched figures file "
	"files find finishing firewall first fit fleet flight folder follow font for force format "
	"forward found frames free from fsc full function further gateway gave get gets give given "
	"giving global go goes going gone gpu group had halted hand handle handshake hangs hard "
	"hardware has have headers headroom health healthy heard here holds host hostconfig hosts "
	"hours how http https i id identifier if illegal image images implemented in inappropriate "
	"incomplete init input inside inspected inspection installed instance instances instead "
	"internal interrupted into intr invalid ioctl is issuer it its itself json just keep keeps "
	"kept key keygen kill killed kind known knows lacks large larger last later layer lease "
	"least leave leaves leaving left length less let letter letters level levels lib libraries "
	"library likely limit line link links list listed listen listening lists llama llm load "
	"loaded loading loads local lock locked locks log long longer look looked looking "
	"lookupcache loopback lose lost machine made make malformed manager manifest many map match "
	"matches max maximum may means meanwhile medium memory merge message middle min minutes "
	"missing mistral mode model models more most mount mountaddr mountd mounted mountinfo "
	"mountport mountproto mounts ms much multibyte multihop must name named names namespace "
	"namlen needed needs neither nested network networks never new newer next nfs nfsvers no "
	"noac noacl noatime nobody nocto node nodes nodev nodiratime noexec nolock non none nor "
	"nosharecache nosuid not nothing now number numerical object of off old ollama on once one "
	"only oom open opened openssh operation operator or orphaned other others ours out output "
	"over overlay own owner package page part path paused peer pending permission permitopen "
	"permitted pipe place places point pool port portmapper possible preparing problem proc "
	"process processes program progress proto protocol ps publish published publishes pull "
	"pulled pulling put putting quiet quota raise range rdma reach reached reaches read reads "
	"ready received reckoned reclaimed recoverable recreate recreated recv references refused "
	"refuses registered regular rejected relatime remote remove removed removing renamed renewed "
	"replace replaced replacement replaces replica replicas reply request requested requests "
	"required reset resolve resource resources response restart restarted restarting result "
	"retrans retry retrying revoked rf rfs right rm ro rocm role room root route rpc rsize run "
	"runner running runs runtime rw safely same says scale scaled sec second seconds section see "
	"seek seen self semaphores send sends sent serve server servers serves service services set "
	"setting severed share shared shares short shorthand should show shows shutdown siblings "
	"signal signed since single slot so socket soft software some somebody something source "
	"space spaces speak speaks specific splice srmount ssh sshd ssl stale start started starting "
	"starts stat state stats status stays step still stop stopped stopping stops store stream "
	"streams structure subject such supported swarm symbolic sync synchronized sys system tag "
	"take taken takes taking task tasks tcp tell template temporarily terminated text than that "
	"the them then there this thrashing through throw time timed timeo timeout timer times tls "
	"tmp tmpfs to token toml too took top track traefik transfer transport trust trusted try "
	"tunnel two type udp ulimit unable unavailable under understood unexpected unhealthy unique "
	"unix unknown unless unload unloaded unloading unpaused unreachable until up update upgrade "
	"url usable use used user users uses utf valid value values verification verify vers version "
	"versions volume vram waited waiting waits want warm warning was way weights well were what "
	"when where whether which while who whoever why wide will with within without word work "
	"worked would writable write written wrong wrote wsize xdg xenix xfs yaml yet yourself ";

bool vocabulary_has(const char *word, size_t len)
{
	char wanted[VOCABULARY_WORD_MAX + 3];
	if (len == 0 || len > VOCABULARY_WORD_MAX) {
		return false;
	}
	wanted[0] = wanted[len + 1] = ' ';
	wanted[len + 2] = '\0';
	for (size_t i = 0; i < len; i++) {
		const bool upper = word[i] >= 'A' && word[i] <= 'Z';
		const bool lower = word[i] >= 'a' && word[i] <= 'z';
		if (!upper && !lower) {
			return false;
		}
		wanted[i + 1] = upper ? (char)(word[i] - 'A' + 'a') : word[i];
	}
	return strstr(words, wanted) != NULL;
}
