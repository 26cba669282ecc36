//! The command line; see [`cleanclaim::cli`].

fn main() -> std::process::ExitCode {
    cleanclaim::cli::run()
}
