# What people and machines do with this tree. `make help` lists it.

CARGO ?= cargo
DEMO  ?= con-dao
SHELL  = bash
PICKET = $(or $(CARGO_TARGET_DIR),target)/release/picket

.PHONY: help run test bless lint bench setup ci

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

run: setup ## build, make the bundled scenario in ./data/demo, replay it, show its alerts
	$(CARGO) build --release --locked
	rm -rf data/demo
	$(PICKET) simulate $(DEMO) --seed 1 --out data/demo
	$(PICKET) replay --config data/demo/picket.toml --alerts data/demo/alerts.jsonl
	@echo; echo "EXERCISE: a simulated night, times in UTC. What picket raised, by onset; what a rule excuses comes last:"; echo
	@$(PICKET) replay --config data/demo/picket.toml --final --readable 2>data/demo/summary.json
	@echo; echo "Every revision with its evidence, one JSON line each: data/demo/alerts.jsonl"
	@echo "How well that matches what really happened (data/demo/truth.jsonl):"
	@echo "  $(PICKET) score data/demo data/demo/alerts.jsonl"

test: setup ## run every test; PICKET_CORPUS=DIR adds those on real recordings
	@set -o pipefail; $(CARGO) test --locked --no-fail-fast | awk "$$COUNT"

# Passes the runner's lines on and ends with the sum of its own counts.
define COUNT
{ print; fflush() }
/^test result: / { passed += $$4; failed += $$6; ignored += $$8 }
END { printf "test total: %d passed; %d failed; %d ignored\n", passed, failed, ignored }
endef
export COUNT

bless: ## write the expected output of replay/* anew; read the difference before you commit it
	PICKET_BLESS=1 $(CARGO) test --locked --test golden

lint: ## formatting and lints, as strict as the tree is kept
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

bench: ## measure engine, memory, replay and decoding; peers run beside picket (docs/performance.md)
	$(CARGO) bench --locked --bench engine --bench feeds --bench replay
	@for peer in $(wildcard benches/peers/*.sh); do echo "== $$peer"; bash $$peer || exit 1; done

setup: ## install what is missing for the tests, or say how
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || $(MAKE) --no-print-directory install-gcc
	@command -v gpsdecode >/dev/null || $(MAKE) --no-print-directory install-gpsd-clients

# Installs one Debian package where this may be done without asking; says what to do elsewhere.
install-%:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get install -y --no-install-recommends $* || { apt-get update && apt-get install -y --no-install-recommends $*; }; } \
	    || echo "could not install $*: the tests that need it will say so"; \
	else echo "missing: sudo apt-get install $*"; fi

ci: lint test ## what a change must pass
