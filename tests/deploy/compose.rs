//! docker-compose.yml: what README says is there, is; nothing of it can be reached from other machines, nobody comes in without a token.

use std::collections::BTreeSet;
use std::fs;
use std::net::IpAddr;
use std::process::{Command, Output};

use ipnet::IpNet;
use saphyr::{LoadableYamlNode, Yaml};

use crate::support::{Picket, TOKEN, checked, is_installed, moved, picket, quoted, read, skipped, table, wait_for};

/// What Compose reads, from the tree's root.
pub const COMPOSE: &str = "docker-compose.yml";
/// The settings that are mounted into the container.
pub const SETTINGS: &str = "deploy/compose/picket/picket.toml";

/// The file's only document.
fn document(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

/// A value of a service, its own or that of the table it merges in.
fn value<'a>(service: &'a Yaml<'a>, key: &str) -> Option<&'a Yaml<'a>> {
    service.as_mapping_get(key).or_else(|| service.as_mapping_get("<<")?.as_mapping_get(key))
}

/// A service's list of texts; empty where it has none.
fn texts(service: &Yaml<'_>, key: &str) -> Vec<String> {
    let list = value(service, key).and_then(Yaml::as_sequence).into_iter().flatten();
    list.map(|text| text.as_str().unwrap_or_else(|| panic!("{key}: not a text: {text:?}")).to_owned()).collect()
}

/// All services by name.
fn services<'a>(document: &'a Yaml<'a>) -> Vec<(&'a str, &'a Yaml<'a>)> {
    let services = document["services"].as_mapping().unwrap();
    services.iter().map(|(name, service)| (name.as_str().unwrap(), service)).collect()
}

/// `${NAME:-default}` replaced by its default.
fn with_defaults(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.to_owned() };
    let (variable, after) = rest.split_once('}').unwrap();
    let default = variable.split_once(":-").map_or("", |(_, default)| default);
    format!("{before}{default}{}", with_defaults(after))
}

/// Ports of a service within its network, as `8080/tcp`.
fn ports(service: &Yaml<'_>) -> BTreeSet<String> {
    let published = texts(service, "ports").into_iter().map(|port| port.rsplit(':').next().unwrap().to_owned());
    published.chain(texts(service, "expose")).collect()
}

/// Named volumes of a service.
fn volumes(service: &Yaml<'_>) -> BTreeSet<String> {
    let mounts = texts(service, "volumes").into_iter().filter(|mount| !mount.starts_with('.'));
    mounts.map(|mount| mount.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn readme_lists_services_ports_and_volumes_as_they_are() {
    let text = read(COMPOSE);
    let document = document(&text);
    let services = services(&document);
    let listed = table("README.md", "service");
    let names: Vec<String> = listed.iter().flat_map(|row| quoted(&row[0])).collect();
    assert_eq!(names, services.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    for (row, (name, service)) in listed.iter().zip(services) {
        let [_, image, inside, published, volume] = &row[..] else { panic!("not five columns: {row:?}") };
        assert_eq!(quoted(image), [service["image"].as_str().unwrap()], "{name}");
        assert_eq!(quoted(inside).into_iter().collect::<BTreeSet<_>>(), ports(service), "{name}");
        assert_eq!(published == "no", texts(service, "ports").is_empty(), "{name}");
        assert_eq!(quoted(volume).into_iter().collect::<BTreeSet<_>>(), volumes(service), "{name}");
    }
    let declared: BTreeSet<&str> = document["volumes"].as_mapping().unwrap().keys().filter_map(Yaml::as_str).collect();
    let listed: Vec<String> = listed.iter().flat_map(|row| quoted(&row[4])).collect();
    assert_eq!(declared, listed.iter().map(String::as_str).collect());
}

#[test]
fn nothing_is_published_beyond_the_loopback() {
    let text = read(COMPOSE);
    for (name, service) in services(&document(&text)) {
        for port in texts(service, "ports") {
            let port = with_defaults(&port);
            let parts: Vec<&str> = port.split(':').collect();
            let [address, outside, inside] = parts[..] else { panic!("{name}: {port}: not address:port:port") };
            assert!(address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()), "{name}: {port}");
            assert_eq!(Some(outside), inside.split('/').next(), "{name}: {port}");
        }
        assert!(value(service, "network_mode").is_none(), "{name}");
    }
}

#[test]
fn every_service_is_pinned_hardened_kept_and_watched() {
    let text = read(COMPOSE);
    for (name, service) in services(&document(&text)) {
        let image = service["image"].as_str().unwrap();
        let tag = image.split_once(':').map_or("", |(_, tag)| tag);
        assert!(tag.contains('.') && tag.contains(|c: char| c.is_ascii_digit()), "{name}: {image} is not pinned");
        assert_eq!(texts(service, "cap_drop"), ["ALL"], "{name}");
        assert_eq!(texts(service, "security_opt"), ["no-new-privileges:true"], "{name}");
        assert!(value(service, "privileged").is_none() && value(service, "cap_add").is_none(), "{name}");
        assert_eq!(value(service, "restart").and_then(Yaml::as_str), Some("unless-stopped"), "{name}");
        assert_eq!(volumes(service).len(), 1, "{name}");
        let test = value(service, "healthcheck").map(|check| texts(check, "test")).unwrap_or_default();
        assert_eq!(test.first().map(String::as_str), Some("CMD"), "{name}");
        for mount in texts(service, "volumes").into_iter().filter(|mount| mount.starts_with('.')) {
            let parts: Vec<&str> = mount.split(':').collect();
            assert!(fs::metadata(parts[0]).is_ok_and(|of| of.is_dir()) && parts[2..] == ["ro"], "{name}: {mount}");
        }
    }
}

#[test]
fn picket_writes_to_its_volume_alone_asks_for_a_token_and_waits_for_nobody() {
    let text = read(COMPOSE);
    let document = document(&text);
    let picket = &document["services"]["picket"];
    assert_eq!(picket["read_only"].as_bool(), Some(true));
    let settings: toml::Table = read(SETTINGS).parse().unwrap();
    let data = format!("picket-data:{}", settings["data"]["dir"].as_str().unwrap());
    assert!(texts(picket, "volumes").contains(&data), "{data}");
    let token = picket["environment"]["PICKET_TOKEN"].as_str().unwrap();
    assert!(token.starts_with("${PICKET_TOKEN:?"), "{token}");
    assert!(value(picket, "depends_on").is_none(), "a server that is down must not keep picket from starting");
}

#[test]
fn the_settings_are_those_of_the_container() {
    let report = checked(SETTINGS);
    assert!(!report.contains("not used") && !report.contains("note:"), "{report}");
    let text = read(COMPOSE);
    let document = document(&text);
    let settings: toml::Table = read(SETTINGS).parse().unwrap();
    let listen = settings["http"]["listen"].as_str().unwrap().rsplit(':').next().unwrap();
    let mut expected = BTreeSet::from([format!("{listen}/tcp")]);
    let subnet = document["networks"]["default"]["ipam"]["config"][0]["subnet"].as_str().unwrap();
    let subnet: IpNet = subnet.parse().unwrap();
    for feed in settings["feed"].as_array().unwrap() {
        let (scheme, place) = feed["url"].as_str().unwrap().split_once("://").unwrap();
        let protocol = if scheme == "udp" { "udp" } else { "tcp" };
        expected.insert(format!("{}/{protocol}", place.rsplit(':').next().unwrap()));
        let allowed: Vec<String> = feed["allow_from"].clone().try_into().unwrap();
        assert!(allowed.iter().any(|network| network.parse() == Ok(subnet)), "{feed}");
    }
    assert_eq!(ports(&document["services"]["picket"]), expected);
}

#[test]
fn the_containers_picket_lets_nobody_in_without_its_token() {
    let dir = tempfile::tempdir().unwrap();
    let config = moved(SETTINGS, dir.path());
    let refused = picket(&["run", "--config", config.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && told.contains("PICKET_TOKEN"), "{told}");

    let picket = Picket::start(&config);
    assert_eq!(picket.get("/api/v1/alerts", None).0, 401);
    assert_eq!(picket.get("/api/v1/alerts", Some("another-token-of-the-same-length")).0, 401);
    assert_eq!(picket.get("/api/v1/alerts", Some(TOKEN)).0, 200);
    wait_for("the healthcheck's consent", || is_healthy(picket.port).then_some(()));
}

/// What the container's healthcheck says of whoever listens on this port.
fn is_healthy(port: u16) -> bool {
    Command::new("deploy/container/picket-ready").arg(port.to_string()).output().unwrap().status.success()
}

#[test]
fn the_healthcheck_fails_where_nobody_listens_and_where_nobody_is_ready() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let unready = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 1024]);
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").unwrap();
    });
    assert!(!is_healthy(port));
    unready.join().unwrap();
    assert!(!is_healthy(port), "nobody listens there any more");
}

/// `docker-compose config`, in a world without variables but those given.
fn config(variables: &[(&str, &str)]) -> Output {
    let none = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("docker-compose");
    command.arg("--env-file").arg(none.path()).args(["--file", COMPOSE, "config"]);
    command.env_remove("COMPOSE_FILE").env_remove("PICKET_TOKEN").env_remove("PICKET_FEEDS_ON");
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn docker_compose_accepts_it_with_a_token_only() {
    if !is_installed("docker-compose") {
        return skipped("docker-compose", "docker-compose");
    }
    let accepted = config(&[("PICKET_TOKEN", TOKEN)]);
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    let (text, own) = (String::from_utf8(accepted.stdout).unwrap(), read(COMPOSE));
    let names =
        |text: &str| services(&document(text)).iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(names(&text), names(&own));
    assert_eq!(document(&text)["services"]["picket"]["environment"]["PICKET_TOKEN"].as_str(), Some(TOKEN));

    for variables in [&[][..], &[("PICKET_TOKEN", "")]] {
        let refused = config(variables);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && told.contains("set it to the operator's token"), "{told}");
    }
}
