//! The `picket` command: reads the command line and hands over to `app`.

fn main() -> std::process::ExitCode {
    picket::app::main()
}
