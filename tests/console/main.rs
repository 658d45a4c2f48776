//! The console in a real browser: what its pages show is what the running service tells.
#![allow(clippy::unwrap_used, clippy::panic)]

mod stage;
#[path = "../service/support.rs"]
#[allow(dead_code)]
mod support;

use picket::sim::{self, World};

use stage::Stage;

/// Until then the bundled scenario raises nothing that is to be handled, s.
const QUIET_S: u32 = 2700;
/// At this second of it a transfer with a partner on radar alone, a dark period and a loiter are going on.
const ALL_THREE_S: u32 = 3840;
/// By now one of them has ended, and more will come.
const ONE_OVER_S: u32 = 4800;

fn con_dao() -> World {
    sim::scenario("con-dao", 1).unwrap()
}

#[test]
fn acknowledged_on_one_seat_an_alert_shows_so_on_the_other() {
    Stage::playing(&con_dao(), 60, QUIET_S).perform("seats");
}

#[test]
fn a_page_survives_a_killed_service() {
    Stage::playing(&con_dao(), 60, ONE_OVER_S).perform("reconnection");
}

#[test]
fn the_page_is_whole_in_both_languages_and_asks_nobody_else() {
    let mut world = con_dao();
    // Names as long as AIS lets them be, of a vessel that loiters and of one that goes dark.
    for (id, name) in [("loiterer-1", "<SVG ONLOAD=ALERT()>"), ("tanker-1", "<IMG SRC=X ONERROR=1")] {
        world.vessels.iter_mut().find(|vessel| vessel.id == id).unwrap().name = name.to_owned();
    }
    Stage::playing(&world, 20, ALL_THREE_S).perform("page");
}

#[test]
fn the_page_of_feeds_tells_what_the_api_tells() {
    Stage::playing(&con_dao(), 20, ALL_THREE_S).perform("feeds");
}

#[test]
fn a_page_without_a_token_asks_for_it() {
    Stage::playing(&con_dao(), 20, ALL_THREE_S).behind_a_token().perform("token");
}

#[test]
fn the_screens_can_be_taken() {
    Stage::playing(&con_dao(), 20, ALL_THREE_S).perform("screens");
}
