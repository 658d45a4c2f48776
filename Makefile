# What people and machines do with this tree. `make help` lists it.

CARGO ?= cargo
DEMO  ?= con-dao
SHELL  = bash
PEERS  = $(or $(CARGO_TARGET_DIR),target)/peers
PICKET = $(or $(CARGO_TARGET_DIR),target)/release/picket

.PHONY: help run test console screenshots bless lint bench score fuzz setup ci

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

run: setup console ## build, make the bundled scenario in ./data/demo and play it as live feeds: http://127.0.0.1:8080
	$(CARGO) build --release --locked
	rm -rf data/demo
	$(PICKET) simulate $(DEMO) --seed 1 --out data/demo
	@echo "What really happens tonight is in data/demo/truth.jsonl; stop with Ctrl-C."
	$(PICKET) run --config data/demo/picket.toml

test: setup console ## run every test; PICKET_CORPUS=DIR adds those on real recordings
	@set -o pipefail; \
	{ failed=0; npm --prefix web test --silent || failed=1; $(CARGO) test --locked --no-fail-fast || failed=1; exit $$failed; } \
	  | awk "$$COUNT"

# Passes the runners' lines on and ends with the sum of their own counts.
define COUNT
{ print; fflush() }
/^test result: / { passed += $$4; failed += $$6; ignored += $$8 }
/^# pass / { passed += $$3 }
/^# fail / { failed += $$3 }
/^# skipped / { ignored += $$3 }
END { printf "test total: %d passed; %d failed; %d ignored\n", passed, failed, ignored }
endef
export COUNT

console: web/dist/index.html ## build the console that the program embeds

web/dist/index.html: web/node_modules/.installed $(shell find web/src web/styles web/scripts web/*.* zones/places.geojson -type f)
	@npm --prefix web run --silent build

web/node_modules/.installed: web/package-lock.json web/package.json
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' \
	  || { echo "the console needs Node 20.19 or newer: see https://nodejs.org"; exit 1; }
	@npm --prefix web ci --silent
	@touch $@

screenshots: setup console ## take the screens in docs/screenshots anew; look at each before you commit it
	PICKET_SCREENSHOTS=$(CURDIR)/docs/screenshots $(CARGO) test --locked --test console screens

bless: ## write the expected output of replay/* anew; read the difference before you commit it
	PICKET_BLESS=1 $(CARGO) test --locked --test golden

lint: ## formatting and lints, as strict as the tree is kept
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings

bench: ## measure engine, memory, replay and decoding; peers run beside picket (docs/performance.md)
	$(CARGO) bench --locked --bench asterix --bench engine --bench feeds --bench fusion --bench live --bench picture --bench replay --bench store
	@for peer in $(wildcard benches/peers/*.sh); do echo "== $$peer"; bash $$peer || exit 1; done

score: ## replay and score fleets that a generator made: FLEETS=DIR, a folder of folders with picket.toml and truth.jsonl
	@test -n "$(FLEETS)" || { echo "FLEETS=DIR is missing: a folder of fleets, each with picket.toml, zones, feeds, truth.jsonl and tracks.jsonl"; exit 2; }
	$(CARGO) build --release --locked
	@bash benches/score.sh $(PICKET) "$(FLEETS)"

fuzz: ## fuzz every target for FUZZ_S seconds (600), two at a time; needs a nightly toolchain and cargo-fuzz
	@cd fuzz && $(CARGO) +nightly fuzz build && ls targets | sed 's/\.rs$$//' | xargs -P 2 -I{} sh -c \
	  'mkdir -p corpus/{} && $(CARGO) +nightly fuzz run {} corpus/{} seeds/{} -- -max_total_time=$(or $(FUZZ_S),600) -max_len=4096 -verbosity=0 && echo "{}: no panic" || exit 255'

setup: ## install what is missing for the tests, or say how
	@command -v $(CARGO) >/dev/null || { echo "Rust is missing: see https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || $(MAKE) --no-print-directory install-gcc
	@command -v gpsdecode >/dev/null || $(MAKE) --no-print-directory install-gpsd-clients
	@command -v node >/dev/null || $(MAKE) --no-print-directory install-nodejs
	@command -v npm >/dev/null || $(MAKE) --no-print-directory install-npm
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory install-chromium
	@PATH="$$PATH:/usr/sbin" command -v mosquitto >/dev/null || $(MAKE) --no-print-directory install-mosquitto
	@PATH="$$PATH:/usr/sbin" command -v nats-server >/dev/null || $(MAKE) --no-print-directory install-nats-server
	@command -v docker-compose >/dev/null || $(MAKE) --no-print-directory install-docker-compose
	@python3 -c 'import venv, ensurepip' 2>/dev/null || $(MAKE) --no-print-directory install-python3-venv
	@$(MAKE) --no-print-directory $(PEERS)/dpkt-1.9.8 $(PEERS)/pyais-3.3.1
	@$(MAKE) --no-print-directory $(PEERS)/libasterix-0.36.3 $(PEERS)/asterix_decoder-0.7.11

# A reader of others, in an environment of its own: two of them call their module `asterix`.
$(PEERS)/%:
	@name=$(firstword $(subst -, ,$*)); version=$(lastword $(subst -, ,$*)); \
	  { python3 -m venv $(PEERS)/$$name && $(PEERS)/$$name/bin/pip install --quiet --disable-pip-version-check $$name==$$version && touch $@; } \
	    || echo "could not install $$name $$version: the tests that need it will say so"

# Installs one Debian package where this may be done without asking; says what to do elsewhere.
install-%:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get install -y --no-install-recommends $* || { apt-get update && apt-get install -y --no-install-recommends $*; }; } \
	    || echo "could not install $*: the tests that need it will say so"; \
	else echo "missing: sudo apt-get install $*"; fi

ci: lint test ## what a change must pass
