//! What operators do to an alert: each command makes a revision, done again it makes none.

use picket::engine::alert::{Alert, AlertState, Cause};
use picket::engine::command::{Action, ClosedAs, Term};
use picket::engine::detect::{Change, Kind};

use super::world::*;

/// The states of a loiterer that stops after 20 minutes and sails after 110, under these commands.
fn loiterer(commands: Vec<(i64, Action)>) -> Vec<Alert> {
    let commands = commands.into_iter().map(|(t, action)| (at(t), action)).collect();
    let mut world = World { commands, ..World::default() };
    world.ship(574_000_001, 9000, |t| Some(stops(t, 1200.0, 6600.0, 0.0, 0.0)));
    let alerts = world.run();
    of(&alerts, Kind::Loitering).into_iter().cloned().collect()
}

fn states(alerts: &[Alert]) -> Vec<AlertState> {
    let mut states: Vec<AlertState> = alerts.iter().map(|alert| alert.state).collect();
    states.dedup();
    states
}

fn operators(alerts: &[Alert]) -> Vec<&Alert> {
    alerts.iter().filter(|alert| alert.cause == Cause::Operator).collect()
}

#[test]
fn an_alert_is_assigned_and_taken_back() {
    let assign = |to: Option<&str>| Action::Assign { to: to.map(str::to_owned) };
    let alerts = loiterer(vec![(3600, assign(Some("boat 42"))), (3601, assign(Some("boat 42"))), (3700, assign(None))]);
    let assignees: Vec<_> = operators(&alerts).iter().map(|alert| alert.handling.assignee.clone()).collect();
    assert_eq!(assignees, [Some("boat 42".to_owned()), None], "said again it makes no revision");
    assert!(!states(&alerts).contains(&AlertState::ActiveAcknowledged));
}

#[test]
fn a_silence_ends_with_its_time_and_with_an_escalation() {
    let silence = |seconds| Action::Silence { term: Term::ForS(seconds) };
    let alerts = loiterer(vec![(3600, silence(600)), (5400, silence(3600))]);
    let expected = [
        AlertState::ActiveUnacknowledged,
        AlertState::Silenced,
        AlertState::ActiveUnacknowledged,
        AlertState::Silenced,
        AlertState::RectifiedUnacknowledged,
    ];
    assert_eq!(states(&alerts), expected);
    let again = alerts.iter().position(|alert| alert.state == AlertState::Silenced).unwrap() + 1;
    let over = alerts[again..].iter().find(|alert| alert.state == AlertState::ActiveUnacknowledged).unwrap();
    assert!((over.at - at(4200)).seconds().abs() < 11.0, "{:?}", over.at);
    let louder = loiterer(vec![(3600, silence(7200))]);
    let escalated = louder.iter().find(|alert| alert.cause == Cause::Anomaly(Change::Escalated)).unwrap();
    assert_eq!((escalated.state, escalated.handling.silenced_until), (AlertState::ActiveUnacknowledged, None));
}

#[test]
fn a_silence_holds_for_the_next_alert_of_the_same_vessel_and_rule() {
    let commands = vec![(at(7000), Action::Silence { term: Term::ForS(4 * 3600) })];
    let mut world = World { commands, ..World::default() };
    let second = |t: f64| {
        if t < 12_000.0 { stops(t, 1200.0, 6600.0, 0.0, 0.0) } else { stops(t, 12_600.0, 16_200.0, 29_000.0, 0.0) }
    };
    world.ship(574_000_001, 16_000, move |t| Some(second(t)));
    let alerts = world.run();
    let raised: Vec<_> =
        of(&alerts, Kind::Loitering).into_iter().filter(|alert| alert.revision == 1).map(|alert| alert.state).collect();
    assert_eq!(raised, [AlertState::ActiveUnacknowledged, AlertState::Silenced]);
}

#[test]
fn another_squadron_takes_over_what_is_handed_to_it() {
    let to = |squadron: &str| Action::Transfer { squadron: squadron.to_owned() };
    let alerts = loiterer(vec![(3600, Action::Acknowledge), (3700, to("3")), (3701, to("3"))]);
    let handed: Vec<_> = operators(&alerts).iter().map(|alert| (alert.state, alert.squadron.clone())).collect();
    let expected = [
        (AlertState::ActiveAcknowledged, None),
        (AlertState::ResponsibilityTransferred, None),
        (AlertState::ActiveUnacknowledged, Some("3".to_owned())),
    ];
    assert_eq!(handed, expected);
    assert!(alerts.last().unwrap().squadron.as_deref() == Some("3"), "it stays theirs");
    let revisions: Vec<u32> = alerts.iter().map(|alert| alert.revision).collect();
    assert_eq!(revisions, (1..=alerts.len() as u32).collect::<Vec<_>>());
}

#[test]
fn a_closed_alert_stays_closed_until_it_escalates_and_may_be_closed_when_it_is_over() {
    let close = |outcome| Action::Close { outcome };
    let alerts = loiterer(vec![
        (3600, close(ClosedAs::CheckedNothing)),
        (5400, Action::Acknowledge),
        (8000, close(ClosedAs::Seized)),
    ]);
    let expected = [
        AlertState::ActiveUnacknowledged,
        AlertState::Normal,
        AlertState::ActiveUnacknowledged,
        AlertState::ActiveAcknowledged,
        AlertState::Normal,
    ];
    assert_eq!(states(&alerts), expected);
    let outcomes: Vec<_> = operators(&alerts).iter().map(|alert| alert.handling.outcome).collect();
    assert_eq!(outcomes, [Some(ClosedAs::CheckedNothing), None, Some(ClosedAs::Seized)]);
}
