//! `serial://`: reads a serial device, and opens it again when it is unplugged and comes back.

use std::io::ErrorKind;
use std::path::PathBuf;

use serial2_tokio::{CharSize, FlowControl, Parity, SerialPort, Settings, StopBits};
use tokio::time::sleep;

use super::backoff::Backoff;
use super::outlet::Outlet;
use super::stream::{StreamEnd, read_lines};
use crate::edge::health::FeedState;

/// Reads the device for ever, 8 data bits, no parity, one stop bit, no flow control (IEC 61162-1 5.1); returns only when
/// the service stops.
pub async fn run(outlet: Outlet, path: PathBuf, baud: u32) {
    let place = path.display();
    outlet.stands(FeedState::Connecting, format!("opening {place}"));
    let mut backoff = Backoff::default();
    loop {
        let why = match open(&path, baud) {
            Ok(port) => {
                outlet.connected(format!("reading {place} at {baud} baud"));
                let (bytes, end) = read_lines(&outlet, port).await;
                if bytes > 0 {
                    backoff.reset();
                }
                match end {
                    StreamEnd::Closed => format!("{place} was unplugged"),
                    StreamEnd::Broken(error) => format!("{place} cannot be read on: {error}"),
                    StreamEnd::Stopping => return,
                }
            }
            Err(error) => match error.kind() {
                ErrorKind::NotFound => format!("there is no {place}"),
                ErrorKind::PermissionDenied => format!("picket may not read {place}"),
                _ => format!("cannot open {place}: {error}"),
            },
        };
        let wait = backoff.next_wait();
        outlet.retrying(&why, wait);
        sleep(wait).await;
    }
}

fn open(path: &PathBuf, baud: u32) -> std::io::Result<SerialPort> {
    SerialPort::open(path, |mut settings: Settings| {
        settings.set_raw();
        settings.set_baud_rate(baud)?;
        settings.set_char_size(CharSize::Bits8);
        settings.set_parity(Parity::None);
        settings.set_stop_bits(StopBits::One);
        settings.set_flow_control(FlowControl::None);
        Ok(settings)
    })
}
