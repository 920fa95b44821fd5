include tests/unit/fleet/local.mk
include tests/unit/config/local.mk
include tests/unit/net/local.mk
include tests/unit/ui/local.mk
include tests/unit/cli/local.mk
include tests/unit/sim/local.mk
include tests/e2e/local.mk
include tests/bench/local.mk
