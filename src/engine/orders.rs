//! Orders: what people command, and other rules; inputs that act here and now, on what W has shown.

use super::command::Command;
use super::core::Core;
use super::digest::digest64;
use super::late;
use super::output::Output;
use super::reception;
use super::rules::{Rules, RulesChange, settings_hash};
use super::time::EventTime;
use super::timers::TimerReason;

/// An operator commands.
pub(super) fn take_command(core: &mut Core, received_at: EventTime, command: &Command) {
    core.take_tick(received_at);
    core.settle();
    let at = core.handled_until();
    for alert in core.state.book.command(command, at) {
        if let Some(until) = alert.handling.silenced_until {
            core.state.timers.set(until, silence_over(&alert.id));
        }
        core.outputs.push_back(Output::Alert(Box::new(alert)));
    }
}

/// Other rules judge from W on: what they touch ends, and may be raised anew; nothing is judged again.
pub(super) fn take_rules(core: &mut Core, received_at: EventTime, rules: &Rules) {
    let Ok(zones) = rules.zones() else { return };
    core.take_tick(received_at);
    core.settle();
    late::fold_waiting(core);
    core.state.now = core.handled_until();
    let change = RulesChange::between((&core.config.limits, &core.config.zones), (&rules.limits, &zones));
    core.each_detector(|detector, view, effects| detector.end_touched(view, &change, effects));
    reception::end_touched(core, &change);
    core.config.settings_hash = settings_hash(&rules.limits, &zones);
    core.config.limits = rules.limits.clone();
    core.config.zones = zones;
    core.config.feeds.clone_from(&rules.feeds);
    if let Some(clocks) = core.state.clocks.as_mut() {
        clocks.set_feeds(&rules.feeds);
    }
    core.state.book.set_settings_hash(&core.config.settings_hash);
    core.state.detectors.each().into_iter().for_each(|detector| detector.adopt(&change, &core.config.limits));
    let zones = &core.config.zones;
    core.state.picture.for_each_mut(|track| track.zones = zones.at(track.last.position));
    late::restart(core);
}

/// The silence of an alert may be over; a past that is folded anew knows of none.
pub(super) fn end_silence(core: &mut Core, alert: u64) {
    if core.rerun.is_none() {
        let alert = core.state.book.end_silence(alert, core.state.now);
        core.outputs.extend(alert.map(|alert| Output::Alert(Box::new(alert))));
    }
}

/// What to be woken by when an alert's silence is over.
pub(super) fn silence_over(id: &str) -> TimerReason {
    TimerReason::SilenceOver { alert: digest64(id.as_bytes()) }
}
