//! The `cambio` program.

fn main() -> std::process::ExitCode {
    cambio::cli::main()
}
