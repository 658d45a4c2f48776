//! MQTT topics, from a real Mosquitto.

use super::broker::Broker;
use super::*;
use picket::edge::feed::Password;
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};

/// A client that publishes; it is connected when this returns.
async fn publisher(port: u16, user: Option<(&str, &str)>) -> AsyncClient {
    let mut options = MqttOptions::new("publisher", "127.0.0.1", port);
    options.set_max_packet_size(4 << 20, 4 << 20);
    if let Some((name, password)) = user {
        options.set_credentials(name, password);
    }
    let (client, mut events) = AsyncClient::new(options, 100);
    while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::ConnAck(_))) {}
    tokio::spawn(async move { while events.poll().await.is_ok() {} });
    client
}

async fn publish(client: &AsyncClient, topic: &str, payload: &[u8]) {
    client.publish(topic, QoS::AtLeastOnce, false, payload).await.unwrap();
}

#[tokio::test]
async fn messages_are_lines_through_a_restart_of_the_broker() {
    let mut broker = Broker::mosquitto("allow_anonymous true");
    let port = broker.port;
    let mut feeds = Feeds::start(vec![nmea(&format!("mqtt://127.0.0.1:{port}/ais/+/nmea"))]).await;
    feeds.told(&format!("subscribed to ais/+/nmea at 127.0.0.1:{port}")).await;
    let client = publisher(port, None).await;
    publish(&client, "ais/vung-tau/nmea", b"!one\r\n!two\r\n").await;
    publish(&client, "ais/vung-tau/status", b"!not for us\r\n").await;
    publish(&client, "ais/con-dao/nmea", b"!three").await;
    assert_eq!(feeds.lines(3).await, ["!one", "!two", "!three"]);
    assert_eq!(feeds.health(|health| health.frames == 3).await.state, FeedState::Live);

    broker.kill();
    let told = feeds.told("; trying again in ").await;
    assert_eq!(told.state, FeedState::Connecting);
    broker.begin();
    feeds.health(|health| health.connects == 2).await;
    let client = publisher(port, None).await;
    publish(&client, "ais/vung-tau/nmea", b"!after\n").await;
    assert_eq!(feeds.lines(1).await, ["!after"]);
}

#[tokio::test]
async fn what_is_retained_is_old_and_refused() {
    let broker = Broker::mosquitto("allow_anonymous true");
    let client = publisher(broker.port, None).await;
    client.publish("ais", QoS::AtLeastOnce, true, "!old").await.unwrap();
    // Its echo tells that the broker keeps it.
    let mut waiting = Feeds::start(vec![nmea(&format!("mqtt://127.0.0.1:{}/#", broker.port))]).await;
    waiting.health(|health| health.connects == 1).await;
    client.publish("ais", QoS::AtLeastOnce, true, "!kept from here on").await.unwrap();
    assert_eq!(waiting.lines(1).await, ["!kept from here on"], "for those who listen already it is new");
    let mut feeds = Feeds::start(vec![nmea(&format!("mqtt://127.0.0.1:{}/ais", broker.port))]).await;
    feeds.health(|health| health.refused == 1).await;
    publish(&client, "ais", b"!new").await;
    assert_eq!(feeds.lines(1).await, ["!new"]);
}

#[tokio::test]
async fn users_are_let_in_by_their_password() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("passwords");
    let made =
        std::process::Command::new("mosquitto_passwd").args(["-b", "-c"]).arg(&file).args(["desk", "hush"]).status();
    assert!(made.expect("mosquitto_passwd, which comes with mosquitto").success());
    let broker = Broker::mosquitto(&format!("allow_anonymous false\npassword_file {}", file.display()));
    let mut spec = nmea(&format!("mqtt://desk@127.0.0.1:{}/ais", broker.port));
    spec.password = Some(Password::new("wrong".to_owned()));
    let feeds = Feeds::start(vec![spec.clone()]).await;
    let told = feeds.told("refuses user or password; trying again in ").await;
    assert!(!told.detail.unwrap().contains("wrong"), "no secret is told");
    spec.password = Some(Password::new("hush".to_owned()));
    let mut feeds = Feeds::start(vec![spec]).await;
    feeds.told("subscribed to ais at ").await;
    publish(&publisher(broker.port, Some(("desk", "hush"))).await, "ais", b"!secret").await;
    assert_eq!(feeds.lines(1).await, ["!secret"]);
}

#[tokio::test]
async fn while_the_engine_is_behind_positions_are_dropped_and_static_reports_are_not() {
    const POSITION: &str = "!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*23\n";
    const STATIC: &str = "!AIVDM,1,1,,B,H42O55i18tMET00000000000000,2*6D";
    let broker = Broker::mosquitto("allow_anonymous true\nmax_queued_messages 0\nmax_packet_size 1000000");
    let mut feeds = Feeds::start(vec![nmea(&format!("mqtt://127.0.0.1:{}/ais", broker.port))]).await;
    feeds.told("subscribed to ais at ").await;
    let client = publisher(broker.port, None).await;
    let many = POSITION.repeat(2000);
    let (mut positions, mut statics) = (0, 0);
    while feeds.health.at(EventTime::from_millis(NOW))[0].dropped == 0 {
        publish(&client, "ais", many.as_bytes()).await;
        publish(&client, "ais", STATIC.as_bytes()).await;
        (positions, statics) = (positions + 2000, statics + 1);
        assert!(positions < 50_000_000, "nothing is ever dropped");
        sleep(Duration::from_millis(1)).await;
    }
    publish(&client, "ais", b"!last").await;
    let (mut taken, mut taken_static, mut is_last) = (0, 0, false);
    while !is_last || taken_static < statics {
        for (_, line) in feeds.batch().await {
            let line = line.unwrap();
            taken += u64::from(line == POSITION.trim_end());
            taken_static += u64::from(line == STATIC);
            is_last |= line == "!last";
        }
    }
    assert_eq!(taken_static, statics, "every static report comes");
    let health = feeds.health(|health| health.frames + health.dropped == positions + statics + 1).await;
    assert_eq!(health.dropped, positions - taken);
}
