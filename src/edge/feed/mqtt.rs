//! `mqtt://`: subscribes to a topic filter of an MQTT broker, and again whenever the connection is lost.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Packet, QoS, SubscribeReasonCode,
};
use tokio::time::sleep;

use super::backoff::Backoff;
use super::mailbox::Mailbox;
use super::outlet::{Outlet, Seldom};
use super::password::Password;
use super::source::Subscription;
use super::tcp::{place, refusal};
use crate::edge::health::FeedState;

/// A broker that says nothing for twice this long is given up.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A longer message ends the connection: MQTT has no way to leave it out.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;
/// Requests of our own on their way: there is one, to subscribe.
const REQUESTS: usize = 4;

/// Reads from the topics for ever; returns only when the service stops.
///
/// Each connection begins anew (a clean session) and asks for quality of service 1. What was published while picket was away
/// is gone, and retained messages are refused: both are old, and a sentence without a time of its own would be taken
/// for new.
pub async fn run(outlet: Outlet, subscription: Subscription, password: Option<Password>) {
    let (client, events) = AsyncClient::new(options(&subscription, password.as_ref()), REQUESTS);
    let mailbox = Mailbox::new(&outlet);
    let place = place(&subscription.host, subscription.port);
    let mut receiver = Receiver {
        outlet: &outlet,
        mailbox: &mailbox,
        client,
        topic: &subscription.topic,
        place,
        backoff: Backoff::default(),
        refusals: Seldom::default(),
    };
    tokio::select! {
        _stopping = mailbox.deliver() => {}
        () = receiver.receive(events) => {}
    }
}

fn options(subscription: &Subscription, password: Option<&Password>) -> MqttOptions {
    let Subscription { host, port, user, .. } = subscription;
    // Two with one name would throw each other out.
    let name = format!("picket-{:08x}", getrandom::u32().unwrap_or_default());
    let mut options = MqttOptions::new(name, host, *port);
    options.set_keep_alive(KEEP_ALIVE).set_clean_session(true);
    options.set_max_packet_size(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
    if let Some(user) = user {
        options.set_credentials(user, password.map(Password::reveal).unwrap_or_default());
    }
    options
}

struct Receiver<'a> {
    outlet: &'a Outlet,
    mailbox: &'a Mailbox<'a>,
    client: AsyncClient,
    topic: &'a str,
    place: String,
    backoff: Backoff,
    refusals: Seldom,
}

impl Receiver<'_> {
    /// Takes what comes, for ever; nothing but this polls the events, so that none is torn.
    async fn receive(&mut self, mut events: EventLoop) {
        self.outlet.stands(FeedState::Connecting, format!("connecting to {}", self.place));
        loop {
            let trouble = match events.poll().await {
                Ok(Event::Incoming(packet)) => self.take(packet),
                Ok(Event::Outgoing(_)) => None,
                Err(error) => Some(self.told(error)),
            };
            match trouble {
                Some(why) => {
                    events.clean();
                    events.pending.clear();
                    let wait = self.backoff.next_wait();
                    self.outlet.retrying(&why, wait);
                    sleep(wait).await;
                }
                None => self.mailbox.make_way().await,
            }
        }
    }

    /// Takes a packet; gives why the connection is of no use.
    fn take(&mut self, packet: Packet) -> Option<String> {
        match packet {
            Packet::ConnAck(_) => {
                let asked = self.client.try_subscribe(self.topic, QoS::AtLeastOnce);
                asked.err().map(|error| format!("cannot subscribe at {}: {error}", self.place))
            }
            Packet::SubAck(answer) => {
                if answer.return_codes.contains(&SubscribeReasonCode::Failure) {
                    return Some(format!("{} does not let picket subscribe to {}", self.place, self.topic));
                }
                self.outlet.connected(format!("subscribed to {} at {}", self.topic, self.place));
                self.backoff.reset();
                None
            }
            Packet::Publish(message) if message.retain => {
                self.outlet.refused();
                if let Some(times) = self.refusals.happened(1) {
                    let (feed, topic) = (self.outlet.name(), &message.topic);
                    tracing::warn!(feed, times, "refused a retained message of {topic}: nobody knows how old it is");
                }
                None
            }
            Packet::Publish(message) => {
                self.mailbox.put(&message.payload);
                None
            }
            _ => None,
        }
    }

    fn told(&self, error: ConnectionError) -> String {
        let place = &self.place;
        match error {
            ConnectionError::Io(error) => refusal(place, &error),
            ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => format!("no answer from {place}"),
            ConnectionError::ConnectionRefused(
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
            ) => format!("{place} refuses user or password"),
            ConnectionError::ConnectionRefused(code) => format!("{place} refuses: {code:?}"),
            ConnectionError::MqttState(rumqttc::StateError::ConnectionAborted) => {
                format!("{place} closed the connection")
            }
            error => format!("the connection to {place} broke: {error}"),
        }
    }
}
